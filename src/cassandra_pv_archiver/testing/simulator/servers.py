"""The servers of a simulated cluster: when they run, register themselves, and are taken to be online (section 9.2)."""

from __future__ import annotations

import uuid
from bisect import bisect_right
from dataclasses import dataclass, field
from uuid import UUID

from .clock import SECOND

REGISTERS_EVERY = 5 * SECOND
"""How often a server registers itself, and reads what the others have registered."""
ONLINE_FOR = 15 * SECOND
"""For how long after its last registration a server counts as online for the others."""
SELF_ONLINE_FOR = 10 * SECOND
"""For how long after its last registration a server takes itself to be online."""
SELF_ONLINE_AFTER = 5 * SECOND
"""How long a server that was offline waits before it takes itself to be online."""
NEVER = -(2**63)
"""The time of what did not happen."""
CACHE_EXPIRES = 15 * SECOND
"""After how much of an outage of the database nothing is known about channels any more."""
CACHE_RETURNS = 15 * SECOND
"""How long after such an outage channels are known again."""


@dataclass(frozen=True, slots=True)
class SimulatedServer:
    """One server of the simulated cluster.

    Attributes:
        server_id: Its ID.
        name: Its host name.
    """

    server_id: UUID = field(default_factory=uuid.uuid4)
    name: str = "simulated"


class Database:
    """When the database was up."""

    def __init__(self) -> None:
        self._outages: list[tuple[int, int | None]] = []

    def stop(self, now: int) -> None:
        """The database goes down."""
        if not self.is_down(now):
            self._outages.append((now, None))

    def start(self, now: int) -> None:
        """The database comes back."""
        if self.is_down(now):
            self._outages[-1] = self._outages[-1][0], now

    def is_down(self, now: int) -> bool:
        """Whether it is down."""
        return bool(self._outages) and self._outages[-1][1] is None and self._outages[-1][0] <= now

    def channels_are_known(self, now: int) -> bool:
        """Whether servers have a valid cache of the channels."""
        known_from = NEVER
        for began, ended in self._outages:
            until = now if ended is None else ended
            if until - began >= CACHE_EXPIRES or began < known_from:
                known_from = until + CACHE_RETURNS
        return now >= known_from

    def returns(self) -> list[int]:
        """When it came back after an outage."""
        return [ended for _, ended in self._outages if ended is not None]

    def last_up(self, tick: int, every: int) -> int:
        """The latest of the times ``tick``, ``tick - every`` and so on at which it was up."""
        for began, ended in reversed(self._outages):
            if began <= tick and (ended is None or tick < ended):
                tick -= -(-(tick - began + 1) // every) * every
        return tick


class ServerLife:
    """When one server runs, and what the others can see of it.

    Args:
        started: When it was started, in nanoseconds since 1970-01-01 UTC.
        database: Where it registers.
    """

    def __init__(self, started: int, database: Database) -> None:
        self._started = [started]
        self._stopped: list[int] = []
        self._database = database
        self.written: int = 0
        """Samples written since it was started for channels that have been initialised again or left meanwhile."""
        self.dropped: int = 0
        """Likewise, samples that were lost."""

    @property
    def running(self) -> bool:
        """Whether it answers."""
        return len(self._started) > len(self._stopped)

    @property
    def started(self) -> int:
        """When it was started last."""
        return self._started[-1]

    def stop(self, now: int) -> None:
        """It dies."""
        if self.running:
            self._stopped.append(now)

    def start(self, now: int) -> None:
        """It is started again."""
        if not self.running:
            self._started.append(now)
            self.written = self.dropped = 0

    def last_registration(self, now: int) -> int:
        """When it registered last, as of then; `NEVER` if it did not."""
        for run in range(bisect_right(self._started, now) - 1, -1, -1):
            started = self._started[run]
            until = min(now, self._stopped[run]) if run < len(self._stopped) else now
            tick = self._database.last_up(until - (until - started) % REGISTERS_EVERY, REGISTERS_EVERY)
            if tick >= started:
                return tick
        return NEVER

    def registered(self, now: int) -> int:
        """When it registered last, as of then; `NEVER` if it did not since it was started."""
        last = self.last_registration(now)
        return last if last >= self.started else NEVER

    def looks_online(self, seen: int, now: int) -> bool:
        """Whether it is online for somebody who looked at the registrations at some time."""
        return now - self.last_registration(seen) <= ONLINE_FOR

    def takes_itself_online(self, now: int) -> bool:
        """Its own opinion."""
        fresh = now - self.registered(now) <= SELF_ONLINE_FOR
        return self.running and fresh and now - self._offline_until(now) > SELF_ONLINE_AFTER

    def _offline_until(self, now: int) -> int:
        offline_until = self.started
        for returned in self._database.returns():
            next_tick = returned + (self.started - returned) % REGISTERS_EVERY
            if self.started < next_tick <= now and next_tick - self.registered(returned) > SELF_ONLINE_FOR:
                offline_until = max(offline_until, next_tick)
        return offline_until
