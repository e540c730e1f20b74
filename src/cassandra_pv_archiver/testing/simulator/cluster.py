"""The state of the simulated cluster: servers, channels, pending operations, users, a database, a clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID

from .channels import Channel
from .clock import SECOND, Clock
from .java_text import code_units
from .servers import NEVER, Database, ServerLife, SimulatedServer
from .users import User

BLOCKED_FOR = 5 * SECOND
"""For how long a channel refuses changes after some commands (section 3.5)."""
HALF_WAY_FOR = 600 * SECOND
"""For how long a channel refuses changes after a command that died half-way (section 3.5)."""
PROTECTED_FOR = 6 * SECOND
"""After which time a server tries again to start a channel that was moved to it (section 3.5)."""
HIDDEN_FOR = 60 * SECOND
"""For how long other servers do not know a channel whose owner died right after it was added (section 3.6)."""
_RUNNING_BEFORE = 3600 * SECOND
_APART = 1_300_000_000
"""Servers do not register at the same moment."""


class Cluster:
    """All servers and channels, and what is known about pending operations.

    Args:
        servers: The servers, which have been running for a while.
        clock: The time.
        provides: Whether the control system has a channel of some name.
    """

    def __init__(self, servers: Iterable[SimulatedServer], clock: Clock, provides: Callable[[str], bool]) -> None:
        self.clock = clock
        self._provides = provides
        self.database: Database = Database()
        self.servers: dict[UUID, SimulatedServer] = {}
        self.channels: dict[str, Channel] = {}
        self._lives: dict[UUID, ServerLife] = {}
        self._blocked: dict[str, int] = {}
        self._hidden: dict[str, int] = {}
        self.dying: dict[UUID, int] = {}
        """Servers that will die once they have executed so many commands of a batch."""
        self.users: dict[str, User] = {"admin": User("admin")}
        for server in servers:
            self.add_server(server, started=clock.now_ns() - _RUNNING_BEFORE - len(self.servers) * _APART)

    def add_server(self, server: SimulatedServer, started: int) -> None:
        """Adds a server.

        Args:
            server: The server.
            started: When it was started, in nanoseconds since 1970-01-01 UTC.
        """
        if server.server_id in self.servers:
            raise ValueError(f"There is a server with the ID {server.server_id} already.")
        self.servers[server.server_id] = server
        self._lives[server.server_id] = ServerLife(started, self.database)

    def life(self, server_id: UUID) -> ServerLife:
        """When a server runs."""
        return self._lives[server_id]

    def stop_server(self, server_id: UUID) -> None:
        """Lets a server die."""
        self._take_in_all_signals()
        self._lives[server_id].stop(self.clock.now_ns())

    def start_server(self, server_id: UUID) -> None:
        """Starts a server again, which initialises its channels."""
        self._take_in_all_signals()
        self._load_channels(server_id)
        self._lives[server_id].start(self.clock.now_ns())

    def stop_database(self) -> None:
        """Takes the database down."""
        self._take_in_all_signals()
        self.database.stop(self.clock.now_ns())

    def start_database(self) -> None:
        """Brings the database back. Servers that had given up their channels initialise them."""
        self._take_in_all_signals()
        for server_id, life in self._lives.items():
            if life.running and not self._has_channels(server_id):
                self._load_channels(server_id)
        self.database.start(self.clock.now_ns())

    def _load_channels(self, server_id: UUID) -> None:
        for channel in self.channels.values():
            if channel.server_id == server_id:
                self.initialise(channel)

    def known_servers(self, seen_by: UUID) -> list[SimulatedServer]:
        """The servers that one of them has seen in the database, in the order of their IDs."""
        known = [server for server in self.servers.values() if self._knows(server.server_id, seen_by)]
        return sorted(known, key=lambda server: server.server_id.int)

    def _knows(self, server_id: UUID, seen_by: UUID) -> bool:
        return server_id in self.servers and self.last_registration(server_id, seen_by) != NEVER

    def server_name(self, server_id: UUID, seen_by: UUID) -> str:
        """The host name of a server, or ``unknown``, as far as another one knows."""
        return self.servers[server_id].name if self._knows(server_id, seen_by) else "unknown"

    def last_registration(self, server_id: UUID, seen_by: UUID) -> int:
        """When a server registered last, as far as another one knows; both are part of the cluster."""
        return self._lives[server_id].last_registration(self._lives[seen_by].registered(self.clock.now_ns()))

    def is_online(self, server_id: UUID, seen_by: UUID) -> bool:
        """Whether a server is part of the cluster and online, as far as another one knows."""
        if server_id not in self.servers:
            return False
        now = self.clock.now_ns()
        return self._lives[server_id].looks_online(self._lives[seen_by].registered(now), now)

    def takes_itself_online(self, server_id: UUID) -> bool:
        """Whether a server is online in its own opinion."""
        return self._lives[server_id].takes_itself_online(self.clock.now_ns())

    def is_reachable(self, server_id: UUID, asked: UUID) -> bool:
        """Whether a server can be asked about its channels: it is the asked one or looks online, and has them."""
        return (server_id == asked or self.is_online(server_id, asked)) and self._has_channels(server_id)

    def _has_channels(self, server_id: UUID) -> bool:
        """Whether a server has loaded its channels, and has not given them up because it could not register."""
        life, now = self._lives[server_id], self.clock.now_ns()
        return life.running and life.registered(now) != NEVER and life.looks_online(now, now)

    def can_list(self, server_id: UUID, asked: UUID) -> bool:
        """Whether the channels of a server can be listed, with its help or from the database."""
        return self.is_reachable(server_id, asked) or not self.database.is_down(self.clock.now_ns())

    def can_find_owners(self) -> bool:
        """Whether servers can tell to whom a channel belongs, from memory or from the database."""
        now = self.clock.now_ns()
        return self.database.channels_are_known(now) or not self.database.is_down(now)

    def initialise(self, channel: Channel) -> None:
        """Starts a channel anew; while an operation for it is pending, only after some time."""
        self.count(channel)
        channel.initialise()
        channel.protected_until = self.clock.now_ns() + PROTECTED_FOR if self.is_blocked(channel.name) else 0

    def count(self, channel: Channel) -> None:
        """Makes its server count the samples of a channel that is about to be initialised, moved or removed."""
        self.take_in_signals(channel)
        life = self._lives.get(channel.server_id)
        if life is not None:
            life.written += channel.written
            life.dropped += channel.dropped
            channel.written = channel.dropped = 0

    def _take_in_all_signals(self) -> None:
        for channel in self.channels.values():
            self.take_in_signals(channel)

    def take_in_signals(self, channel: Channel) -> None:
        """Lets the samples of a channel's signals arrive that are due; they are archived only if it works."""
        now = self.clock.now_ns()
        is_lost = self.database.is_down(now)
        since = channel.protected_until if self._archives(channel, max(now, channel.protected_until)) else now + 1
        number = channel.archive.take_in(now, since, is_lost=is_lost)
        if is_lost:
            channel.dropped += number
        else:
            channel.written += number

    def _archives(self, channel: Channel, now: int) -> bool:
        life = self._lives.get(channel.server_id)
        is_ok = channel.state(now, is_provided=self._provides(channel.name))[0] == "ok"
        return is_ok and life is not None and life.running

    def state_of(self, channel: Channel) -> tuple[str, str | None]:
        """The state of a channel on a running server, and what is wrong."""
        return channel.state(self.clock.now_ns(), is_provided=self._provides(channel.name))

    def known_channel(self, name: str) -> Channel | None:
        """A channel by its name, if servers know it."""
        return self.channels.get(name) if self._hidden.get(name, 0) <= self.clock.now_ns() else None

    def known_channels(self) -> list[Channel]:
        """The channels that servers know, in the order of the UTF-16 code units of their names."""
        return [channel for channel in self.sorted_channels() if self.known_channel(channel.name) is not None]

    def hide(self, name: str) -> None:
        """Lets a channel be known to the database only, for a while."""
        self._hidden[name] = self.clock.now_ns() + HIDDEN_FOR

    def sorted_channels(self) -> list[Channel]:
        """All channels in the order of the UTF-16 code units of their names."""
        return sorted(self.channels.values(), key=lambda channel: code_units(channel.name))

    def owned_channels(self, server_id: UUID, *, from_database: bool) -> list[Channel]:
        """The channels of a server, in the order of its memory (UTF-16) or of the database (UTF-8)."""
        owned = [channel for channel in self.sorted_channels() if channel.server_id == server_id]
        return sorted(owned, key=_utf8) if from_database else owned

    def block(self, name: str, duration: int = BLOCKED_FOR) -> None:
        """Makes a name refuse changes for a while, because an operation is pending."""
        self._blocked[name] = self.clock.now_ns() + duration

    def is_blocked(self, name: str) -> bool:
        """Whether an operation for the name is pending."""
        return self.clock.now_ns() < self._blocked.get(name, 0)


def _utf8(channel: Channel) -> bytes:
    return channel.name.encode(errors="surrogatepass")
