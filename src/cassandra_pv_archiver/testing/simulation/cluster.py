"""The state of the simulated cluster: servers, channels, a clock."""

from __future__ import annotations

import time
import uuid
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

ONLINE_FOR_MS = 15_000
"""Milliseconds after its last registration for which others take a server to be online (section 9.2)."""
REGISTERS_EVERY_MS = 5_000
BLOCKED_FOR = 5.0
"""Seconds for which a channel refuses changes after some commands (section 3.5)."""
PROTECTED_FOR = 6.0
"""Seconds after which a server tries again to start a channel that was moved to it (section 3.5)."""

CONTROL_SYSTEMS = {"channel_access": "Channel Access"}
"""The installed control-system supports and their display names."""


class Clock:
    """The simulator's own time: real time, and whatever it was advanced by."""

    def __init__(self) -> None:
        self._ahead_ns = 0

    def now_ns(self) -> int:
        """Nanoseconds since 1970-01-01 UTC."""
        return time.time_ns() + self._ahead_ns

    def seconds(self) -> float:
        """Seconds since 1970-01-01 UTC."""
        return self.now_ns() / 1e9

    def advance(self, seconds: float) -> None:
        """Lets time pass at once."""
        if seconds < 0:
            raise ValueError("Time only goes forward.")
        self._ahead_ns += round(seconds * 1e9)


@dataclass(slots=True)
class SimulatedServer:
    """One server of the simulated cluster.

    Attributes:
        server_id: Its ID.
        name: Its host name.
        stopped_at_ms: When it was stopped, in milliseconds since 1970-01-01 UTC; None while it runs.
    """

    server_id: UUID = field(default_factory=uuid.uuid4)
    name: str = "simulated"
    stopped_at_ms: int | None = None

    @property
    def running(self) -> bool:
        """Whether it answers."""
        return self.stopped_at_ms is None

    def last_online_ms(self, now_ms: int) -> int:
        """When it last registered."""
        return (now_ms if self.stopped_at_ms is None else self.stopped_at_ms) // REGISTERS_EVERY_MS * REGISTERS_EVERY_MS

    def online(self, now_ms: int) -> bool:
        """Whether others take it to be online."""
        return now_ms - self.last_online_ms(now_ms) <= ONLINE_FOR_MS


Sample = Mapping[str, Any]
"""A sample as in JSON, but with floats for numbers without a JSON form."""


@dataclass(slots=True)
class Level:
    """The samples of one decimation level, ascending."""

    times: list[int] = field(default_factory=list[int])
    samples: list[Sample] = field(default_factory=list[Sample])

    def add(self, samples: Iterable[Sample]) -> None:
        """Adds samples wherever they belong; one at the time of another replaces it."""
        for sample in samples:
            at = sample["time"]
            if not self.times or at > self.times[-1]:
                self.times.append(at)
                self.samples.append(sample)
                continue
            place = bisect_left(self.times, at)
            if self.times[place] == at:
                self.samples[place] = sample
            else:
                self.times.insert(place, at)
                self.samples.insert(place, sample)

    def select(self, low: int, high: int, extra: bool) -> list[Sample]:
        """Section 7.1."""
        begin = max(bisect_right(self.times, low) - 1, 0)
        end = bisect_right(self.times, high)
        if extra and (end <= begin or self.times[end - 1] < high):
            end += 1
        return self.samples[begin:end]


@dataclass(slots=True)
class Channel:
    """One channel."""

    name: str
    server_id: UUID
    control_system_type: str = "channel_access"
    retention: dict[int, int] = field(default_factory=lambda: {0: 0})
    enabled: bool = True
    options: dict[str, str] = field(default_factory=dict[str, str])
    state: str = "ok"
    error_message: str | None = None
    data_id: UUID = field(default_factory=uuid.uuid4)
    written: int = 0
    dropped: int = 0
    skipped_back: int = 0
    levels: dict[int, Level] = field(default_factory=dict[int, Level])
    protected_until: float = 0.0

    def level(self, period: int) -> Level:
        """The samples of a level."""
        return self.levels.setdefault(period, Level())

    def reset_counters(self) -> None:
        """As when the channel is initialised again."""
        self.written = self.dropped = self.skipped_back = 0


class Cluster:
    """All servers and channels, and what is known about pending operations."""

    def __init__(self, servers: Iterable[SimulatedServer]) -> None:
        self.clock: Clock = Clock()
        self.servers: dict[UUID, SimulatedServer] = {server.server_id: server for server in servers}
        self.channels: dict[str, Channel] = {}
        self.blocked: dict[str, float] = {}
        self.users: dict[str, str] = {"admin": "admin"}

    def server_name(self, server_id: UUID) -> str:
        """The host name of a server, or ``unknown``."""
        server = self.servers.get(server_id)
        return "unknown" if server is None else server.name

    def online(self, server_id: UUID) -> bool:
        """Whether a server is known and online."""
        server = self.servers.get(server_id)
        return server is not None and server.online(self.clock.now_ns() // 1_000_000)

    def sorted_channels(self) -> list[Channel]:
        """All channels in the order of the UTF-16 code units of their names."""
        return sorted(self.channels.values(), key=lambda channel: utf16_order(channel.name))

    def block(self, name: str) -> None:
        """Makes the name refuse changes for a while."""
        self.blocked[name] = self.clock.seconds() + BLOCKED_FOR

    def is_blocked(self, name: str) -> bool:
        """Whether an operation for the name is pending."""
        return self.clock.seconds() < self.blocked.get(name, 0.0)


def utf16_order(text: str) -> bytes:
    """A key that sorts by UTF-16 code units, as Java does."""
    return text.encode("utf-16-be", errors="surrogatepass")
