"""The simulator: an in-memory cluster with both services, in process or on real sockets."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from uuid import UUID

from .admin_service import AdminService
from .archive_service import ArchiveService
from .clock import Clock
from .cluster import Cluster
from .compression import compressed
from .container import completed, rejection
from .contents import Contents, WhichServer, server_id_of
from .fault_registry import Exchange, Fault, Faults
from .messages import SimulatorRequest, SimulatorResponse
from .operations import Service, operation_of
from .running import ReceivedRequest, RunningSimulator
from .servers import SimulatedServer
from .serving import Serving

DEFAULT_SERVERS = ("11111111-2222-3333-4444-555555555551", "11111111-2222-3333-4444-555555555552")


class Simulator(Contents):
    """A simulated cluster of archiving servers.

    It answers as the servers of release 3.2.6 do, from channels and samples that tests put into it. The only user is
    ``admin`` with the password ``admin`` unless others are added. Threads may share it.

    Attributes:
        faults: What goes wrong on purpose.

    Args:
        servers: The IDs of its servers, or objects with ID and name. None: those of the scene if it has an attribute
            ``servers``, else two.
        provides: Whether the control system that is simulated has a channel of some name; it decides whether a channel
            is connected. None: it has all.
        scene: Called with the simulator to put channels into it, now and after each `reset`; for instance what
            `load_scene` gives.
        start_time: Where its time begins, in nanoseconds since 1970-01-01 UTC. None: now.
        real_time: Whether its time goes on by itself. Without, it stands still until `advance` is called.
        compresses: Whether replies are compressed with gzip for clients that accept it, as by a proxy in front of the
            servers, which themselves do not.
    """

    def __init__(
        self,
        servers: Iterable[str | UUID | SimulatedServer] | None = None,
        *,
        provides: Callable[[str], bool] | None = None,
        scene: Callable[[Simulator], object] | None = None,
        start_time: int | None = None,
        real_time: bool = True,
        compresses: bool = False,
    ) -> None:
        given = getattr(scene, "servers", DEFAULT_SERVERS) if servers is None else servers
        self._first_servers = [_server(server) for server in given]
        if not self._first_servers:
            raise ValueError("A cluster has at least one server.")
        self._provides = _everything if provides is None else provides
        self._scene = scene
        self._clock = Clock(start_time, real_time=real_time)
        self._real_time = real_time
        self._compresses = compresses
        self._lock = threading.RLock()
        self._serving: Serving | None = None
        self.faults: Faults = Faults()
        self._begin()

    def _begin(self) -> None:
        self._order = list(self._first_servers)
        self._cluster = Cluster(self._order, self._clock, self._provides)
        self._archive = ArchiveService(self._cluster)
        self._admins = {server.server_id: AdminService(self._cluster, server.server_id) for server in self._order}
        self._requests: list[ReceivedRequest] = []
        self.faults.clear()
        if self._scene is not None:
            self._scene(self)

    def reset(self) -> None:
        """Makes everything as it was after construction, but does not turn back time.

        Servers that were added are gone, those that were stopped run again.
        """
        added = self._order[len(self._first_servers) :]
        with self._lock:
            self._begin()
        if self._serving is not None:
            for server in added:
                self._serving.close(server.server_id)
            self._serving.open(self._order)

    # Time

    @property
    def now_ns(self) -> int:
        """The simulator's own time, in nanoseconds since 1970-01-01 UTC."""
        return self._clock.now_ns()

    @property
    def real_time(self) -> bool:
        """Whether its time goes on by itself."""
        return self._real_time

    def advance(self, seconds: float) -> None:
        """Lets time pass at once.

        Args:
            seconds: How much time.
        """
        with self._lock:
            self._clock.advance(seconds)

    # Servers and their database

    @property
    def servers(self) -> tuple[SimulatedServer, ...]:
        """The servers, in the order in which they were given."""
        return tuple(self._order)

    def add_server(self, server: str | UUID | SimulatedServer) -> SimulatedServer:
        """Adds a server to the cluster, which starts now. The others notice it after at most 5 s.

        Args:
            server: Its ID, or an object with ID and name.
        """
        added = _server(server)
        with self._lock:
            self._cluster.add_server(added, started=self.now_ns)
            self._order.append(added)
            self._admins[added.server_id] = AdminService(self._cluster, added.server_id)
        self._open_and_close_ports()
        return added

    def stop_server(self, server: WhichServer) -> None:
        """Stops a server. Its ports refuse connections; the other servers see it offline 10 to 15 s later.

        Args:
            server: Its position, its ID, or the server.
        """
        with self._lock:
            self._cluster.stop_server(self._find(server).server_id)
        self._open_and_close_ports()

    def start_server(self, server: WhichServer) -> None:
        """Starts a server that was stopped, on the ports it had. Its counters begin at 0.

        Args:
            server: Its position, its ID, or the server.
        """
        with self._lock:
            started = self._find(server).server_id
            if not self._cluster.life(started).running:
                self._cluster.start_server(started)
                self._admins[started] = AdminService(self._cluster, started)
        self._open_and_close_ports()

    def stop_database(self) -> None:
        """Takes the database down.

        Requests for samples are answered with an empty or cut array, or with status 500 if they have a ``count``;
        credentials are refused. 15 s later nothing is known about channels any more.
        """
        with self._lock:
            self._cluster.stop_database()

    def start_database(self) -> None:
        """Brings the database back. If channels had been forgotten, they are known again 15 s later."""
        with self._lock:
            self._cluster.start_database()

    def _find(self, server: WhichServer) -> SimulatedServer:
        if isinstance(server, int):
            return self._at(server)
        if server_id_of(server) not in self._cluster.servers:
            raise KeyError(f"There is no server {server_id_of(server)}; the cluster has {list(self._cluster.servers)}.")
        return self._cluster.servers[server_id_of(server)]

    # Requests

    @property
    def requests(self) -> tuple[ReceivedRequest, ...]:
        """What has been asked since the beginning or the last `reset`, in order."""
        return tuple(self._requests)

    def handle(
        self,
        service: Service,
        server: WhichServer,
        request: SimulatorRequest,
        *,
        wait: Callable[[float], None] | None = None,
    ) -> SimulatorResponse:
        """Answers a request without any socket.

        Args:
            service: Which service is asked.
            server: Which server is asked: its position, its ID, or the server.
            request: The request.
            wait: Lets so many seconds pass when a fault wants that, also while the body is read. None: really waits.

        Raises:
            ConnectionError: There is no reply: the server is stopped, or a fault breaks the connection. Reading the
                body of a reply may raise it too.
        """
        with self._lock:
            found = self._find(server)
            if not self._cluster.life(found.server_id).running:
                raise ConnectionRefusedError(f"The server {found.server_id} is stopped.")
            received = self._received(service, found, request)
            self._requests.append(received)
            faults = self.faults.striking(received)
        response = self._spoiled(received, request, faults, wait or self._wait, {})
        return compressed(request, response) if self._compresses else response

    def _received(self, service: Service, server: SimulatedServer, request: SimulatorRequest) -> ReceivedRequest:
        operation, channels = operation_of(service, request)
        return ReceivedRequest(
            service,
            self._order.index(server),
            operation,
            channels,
            request.method,
            request.target,
            tuple(request.headers),
            request.body,
            self.now_ns,
        )

    def _spoiled(
        self,
        received: ReceivedRequest,
        request: SimulatorRequest,
        faults: Sequence[Fault],
        wait: Callable[[float], None],
        dying: dict[UUID, int],
    ) -> SimulatorResponse:
        """The reply of the first fault, or the proper one. While a fault waits, other requests are answered."""
        if not faults:
            return self._answer(received, request, dying)

        def let_die(server: int | str | UUID, after: int) -> None:
            dying[self._find(server).server_id] = after

        exchange = Exchange(
            received,
            request,
            proceed=lambda: self._spoiled(received, request, faults[1:], wait, dying),
            completed=lambda response: completed(request, response, self.now_ns),
            wait=wait,
            let_die=let_die,
            stop_database=self.stop_database,
        )
        return faults[0](exchange)

    def _answer(
        self, received: ReceivedRequest, request: SimulatorRequest, dying: dict[UUID, int]
    ) -> SimulatorResponse:
        may_die = bool(dying)
        try:
            with self._lock:
                response = rejection(request)
                if response is None:
                    server_id = self._order[received.server].server_id
                    handler = self._archive if received.service == "archive" else self._admins[server_id]
                    self._cluster.dying = dying
                    response = handler.handle(request)
                return completed(request, response, self.now_ns)
        finally:
            if may_die:
                self._open_and_close_ports()

    def _wait(self, seconds: float) -> None:
        if self._serving is None:
            time.sleep(seconds)
        else:
            self._serving.wait(seconds)

    # Sockets

    @contextmanager
    def serve(self, ports: Sequence[int] = ()) -> Generator[RunningSimulator]:
        """Answers on the loopback interface, on a port of its own for each service of each server.

        Args:
            ports: The ports: of the first server's administrative service, of its archive-access service, of the
                second server's, and so on; 0, or none, for any.
        """
        if self._serving is not None:
            raise RuntimeError("The simulator is being served already.")
        self._serving = serving = Serving(self.handle)
        try:
            serving.open(self._order, ports)
            self._open_and_close_ports()
            yield serving.running
        finally:
            serving.stop()
            self._serving = None

    def _open_and_close_ports(self) -> None:
        """Lets the ports of servers that run be open, and those of all others closed."""
        if self._serving is None:
            return
        self._serving.open([server for server in self._order if self._cluster.life(server.server_id).running])
        for server in self._order:
            if not self._cluster.life(server.server_id).running:
                self._serving.close(server.server_id)


def _everything(name: str) -> bool:  # noqa: ARG001 -- whatever it is called
    return True


def _server(server: str | UUID | SimulatedServer) -> SimulatedServer:
    return server if isinstance(server, SimulatedServer) else SimulatedServer(UUID(str(server)))
