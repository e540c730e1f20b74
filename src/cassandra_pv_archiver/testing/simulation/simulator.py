"""The simulator: an in-memory cluster with both services, in process or on real sockets."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, cast
from uuid import UUID

from .admin_service import AdminService
from .archive_service import ArchiveService
from .cluster import Channel, Cluster, Level, SimulatedServer
from .command_execution import initialise
from .containers import accepts
from .decimation import decimate
from .messages import SimulatorRequest, SimulatorResponse, empty
from .sockets import SimulatedPort

Service = Literal["admin", "archive"]
ServerLike = str | UUID | SimulatedServer
DEFAULT_SERVERS = ("11111111-2222-3333-4444-555555555551", "11111111-2222-3333-4444-555555555552")


@dataclass(frozen=True, slots=True)
class RunningServer:
    """Where one simulated server answers.

    Attributes:
        server_id: Its ID.
        admin_url: Scheme, host and port of its administrative service.
        archive_url: Likewise, of its archive-access service.
    """

    server_id: UUID
    admin_url: str
    archive_url: str


@dataclass(frozen=True, slots=True)
class RunningSimulator:
    """Where a simulated cluster answers.

    Attributes:
        servers: Its servers, in the order in which they were given.
    """

    servers: tuple[RunningServer, ...]

    @property
    def admin_url(self) -> str:
        """The administrative service of the first server."""
        return self.servers[0].admin_url

    @property
    def archive_url(self) -> str:
        """The archive-access service of the first server."""
        return self.servers[0].archive_url


class Simulator:
    """A simulated cluster of archiving servers.

    It answers as the servers of release 3.2.6 do, from channels and samples that tests put into it. The only user is
    ``admin`` with the password ``admin``. Threads may share it.
    """

    def __init__(self, servers: Iterable[ServerLike] = DEFAULT_SERVERS) -> None:
        """Makes a cluster without channels.

        Args:
            servers: The IDs of its servers, or objects with ID and name.
        """
        self._order = [_server(server) for server in servers]
        if not self._order:
            raise ValueError("A cluster has at least one server.")
        self._cluster = Cluster(self._order)
        self._archive = ArchiveService(self._cluster)
        self._admins = {server.server_id: AdminService(self._cluster, server) for server in self._order}
        self._lock = threading.RLock()

    @property
    def servers(self) -> tuple[SimulatedServer, ...]:
        """The servers, in the order in which they were given."""
        return tuple(self._order)

    @property
    def now_ns(self) -> int:
        """The simulator's own time, in nanoseconds since 1970-01-01 UTC."""
        return self._cluster.clock.now_ns()

    def advance(self, seconds: float) -> None:
        """Lets time pass at once."""
        self._cluster.clock.advance(seconds)

    def stop_server(self, server: int | str | UUID) -> None:
        """Stops a server, which others see some 10 to 15 s later; its own ports go on answering as if it were not."""
        found = self._find(server)
        if found.stopped_at_ms is None:
            found.stopped_at_ms = self.now_ns // 1_000_000

    def start_server(self, server: int | str | UUID) -> None:
        """Starts a server that was stopped."""
        self._find(server).stopped_at_ms = None

    def _find(self, server: int | str | UUID) -> SimulatedServer:
        if isinstance(server, int):
            return self._order[server]
        return self._cluster.servers[server if isinstance(server, UUID) else UUID(server)]

    def add_channel(
        self,
        name: str,
        *,
        server: int | str | UUID = 0,
        control_system_type: str = "channel_access",
        decimation_levels: Mapping[int, int] | Iterable[int] = (),
        enabled: bool = True,
        options: Mapping[str, str] | None = None,
        state: str | None = None,
        error_message: str | None = None,
        samples_written: int = 0,
        samples: int | Iterable[Mapping[str, Any]] = (),
    ) -> None:
        """Adds a channel, as it is some time after an administrator did.

        Args:
            name: Its name.
            server: The server that owns it: its position, or its ID, which need not be one of a known server.
            control_system_type: Its control-system support; only ``channel_access`` is installed.
            decimation_levels: Decimation periods in seconds, or a mapping from them to retention periods.
            enabled: Whether samples are archived.
            options: Options of the control-system support.
            state: Its state; None: what follows from the settings.
            error_message: What is wrong, for the state ``error``.
            samples_written: The counter of written samples.
            samples: Samples as in `add_samples`, or a number of ``double`` samples, one per nanosecond from 1 on.

        Raises:
            ValueError: There is a channel of that name.
        """
        if name in self._cluster.channels:
            raise ValueError(f"There is a channel {name!r} already.")
        server_id = self._order[server].server_id if isinstance(server, int) else UUID(str(server))
        retention = {0: 0, **_retention(decimation_levels)}
        channel = Channel(
            name, server_id, control_system_type, dict(sorted(retention.items())), enabled, dict(options or {})
        )
        initialise(channel)
        channel.state = channel.state if state is None else state
        channel.error_message = channel.error_message if error_message is None else error_message
        channel.written = samples_written
        with self._lock:
            self._cluster.channels[name] = channel
        if isinstance(samples, int):
            samples = [double_sample(time, float(time)) for time in range(1, samples + 1)]
        self.add_samples(name, samples)

    def add_samples(self, channel: str, samples: Iterable[Mapping[str, Any]], *, level: int | None = None) -> None:
        """Adds samples to a channel.

        Args:
            channel: Its name.
            samples: Samples as in the service's JSON, with floats (also NaN) for floating-point numbers.
            level: The decimation level they belong to. None: they are raw, and decimated samples follow from them.
        """
        with self._lock:
            found = self._cluster.channels[channel]
            found.levels.setdefault(level or 0, Level()).add(samples)
            if level is None:
                decimate(found)

    def handle(self, service: Service, server: int | str | UUID, request: SimulatorRequest) -> SimulatorResponse:
        """Answers a request without any socket.

        Args:
            service: Which service is asked.
            server: Which server is asked: its position or its ID.
            request: The request.
        """
        with self._lock:
            if not accepts(request.target):
                return empty(400)
            if service == "archive":
                return self._archive.handle(request)
            return self._admins[self._find(server).server_id].handle(request)

    @contextmanager
    def serve(self) -> Generator[RunningSimulator]:
        """Answers on the loopback interface, on a port of its own for each service of each server."""
        ports: list[SimulatedPort] = []
        running: list[RunningServer] = []
        for position, server in enumerate(self._order):
            admin = SimulatedPort(lambda request, position=position: self.handle("admin", position, request))
            archive = SimulatedPort(lambda request, position=position: self.handle("archive", position, request))
            ports += [admin, archive]
            running.append(RunningServer(server.server_id, admin.url, archive.url))
        for port in ports:
            port.start()
        try:
            yield RunningSimulator(tuple(running))
        finally:
            for port in ports:
                port.stop()


def _server(server: ServerLike) -> SimulatedServer:
    return server if isinstance(server, SimulatedServer) else SimulatedServer(UUID(str(server)))


def _retention(levels: Mapping[int, int] | Iterable[int]) -> Mapping[int, int]:
    return cast("Mapping[int, int]", levels) if isinstance(levels, Mapping) else dict.fromkeys(levels, 0)


def double_sample(
    time_ns: int,
    value: float,
    *,
    level: str = "OK",
    status: str = "NO_ALARM",
    units: str = "A",
    precision: int = 3,
) -> dict[str, Any]:
    """A raw ``double`` sample in the form that `Simulator.add_samples` takes.

    Args:
        time_ns: Its time, in nanoseconds since 1970-01-01 UTC.
        value: Its value.
        level: The level of its severity.
        status: Its alarm status.
        units: Its units.
        precision: The digits to show behind the decimal point.
    """
    nan = float("nan")
    return {
        "time": time_ns,
        "severity": {"level": level, "hasValue": True},
        "status": status,
        "quality": "Original",
        "metaData": {
            "type": "numeric",
            "precision": precision,
            "units": units,
            "displayLow": 0.0,
            "displayHigh": 0.0,
            "warnLow": nan,
            "warnHigh": nan,
            "alarmLow": nan,
            "alarmHigh": nan,
        },
        "type": "double",
        "value": [value],
    }
