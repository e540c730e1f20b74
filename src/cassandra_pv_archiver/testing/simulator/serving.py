"""A simulator on real sockets."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from .messages import SimulatorRequest, SimulatorResponse
from .operations import Service
from .running import RunningServer, RunningSimulator
from .servers import SimulatedServer
from .sockets import Ports

_SERVICES: tuple[Service, Service] = ("admin", "archive")

Handle = Callable[[Service, SimulatedServer, SimulatorRequest], SimulatorResponse]


class Serving:
    """The ports of a simulator while it is served.

    Args:
        handle: Answers a request to one service of a server.
    """

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self._ports = Ports()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self.running: RunningSimulator = RunningSimulator()

    def open(self, servers: Iterable[SimulatedServer], numbers: Sequence[int] = ()) -> None:
        """Opens the ports of servers that have none open.

        Args:
            servers: The servers.
            numbers: The numbers of their ports, two for each server; 0, or none, for any.
        """
        given = iter(numbers)
        with self._lock:
            for server in servers:
                urls = [self._open_port(service, server, next(given, 0)) for service in _SERVICES]
                self.running.add(RunningServer(server.server_id, *urls))

    def _open_port(self, service: Service, server: SimulatedServer, number: int) -> str:
        def handle(request: SimulatorRequest) -> SimulatorResponse:
            return self._handle(service, server, request)

        return self._ports.open((service, server.server_id), handle, number)

    def close(self, server_id: UUID) -> None:
        """Lets the ports of a server refuse connections, and resets those that are open."""
        for service in _SERVICES:
            self._ports.close((service, server_id))

    def stop(self) -> None:
        """Closes everything, and ends waiting."""
        self._ended.set()
        self._ports.stop()

    def wait(self, seconds: float) -> None:
        """Waits, but not beyond the end."""
        if self._ended.wait(seconds):
            raise ConnectionResetError("The simulator is not served any more.")
