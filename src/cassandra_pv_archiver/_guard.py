"""Ends the waiting of threads: cuts their connections when a deadline passes or somebody has cancelled."""

from __future__ import annotations

import socket
import threading
import weakref
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from contextlib import suppress
from typing import Any, cast

from ._http import Deadline
from ._steps import POLLED_EVERY, CancelledError
from .events import Cancel

__all__ = ["Guard", "Sockets"]


class Sockets:
    """The sockets of a client's connections, and who waits at them.

    httpcore tells of new connections, but not which one a request goes out on if it is not a new one. So what is
    written to them is watched: cutting the wrong one could break somebody else's write.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users: dict[socket.socket, object | None] = {}
        self._sending = threading.local()

    def use(self, stream: Any, user: object | None) -> None:
        """Takes note of who uses the connection of a network stream now; None for nobody."""
        connection: Any = stream.get_extra_info("socket") if stream is not None else None
        if not isinstance(connection, socket.socket):
            return
        self._watch(stream)
        with self._lock:
            self._users = {known: by for known, by in self._users.items() if known.fileno() >= 0}
            self._users[connection] = user

    def tracer(self, user: object) -> Callable[[str, Mapping[str, Any]], None]:
        """What httpcore is to call while it sends a request, which this thread is about to do."""
        self._sending.user = user

        def trace(event: str, details: Mapping[str, Any]) -> None:
            if event.endswith(("connect_tcp.complete", "start_tls.complete", "connect_unix_socket.complete")):
                self.use(details.get("return_value"), user)

        return trace

    def connecting(self, client: Any) -> None:
        """Sees to it that calls of this client can be ended while they wait for a connection."""
        for transport in (client._transport, *client._mounts.values()):  # noqa: SLF001 -- httpx gives no other way
            pool: Any = getattr(transport, "_pool", None)
            backend = getattr(pool, "_network_backend", None)
            if backend is not None:
                pool._network_backend = _Connecting(backend, self._guard_of_caller)  # noqa: SLF001 -- likewise

    def _guard_of_caller(self) -> Guard | None:
        return getattr(getattr(self._sending, "user", None), "guard", None)

    def _watch(self, stream: Any) -> None:
        own: dict[str, Any] | None = getattr(stream, "__dict__", None)
        if own is None or "write" in own:
            return
        kind = cast("Any", type(stream))
        written_to = weakref.ref(stream)  # a stream that refers to itself would be closed late if it is abandoned

        def write(*args: Any, **options: Any) -> None:
            found = written_to()
            self.use(found, getattr(self._sending, "user", None))
            kind.write(found, *args, **options)

        own["write"] = write

    def cut(self, user: object) -> None:
        """Lets whoever waits at a connection of this user wait no longer."""
        with self._lock:
            own = [connection for connection, by in self._users.items() if by is user]
        for connection in own:
            with suppress(OSError):  # closed already
                # An SSLSocket's own method would pull its TLS state from under the reading thread.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)


class _Connecting:
    """What httpcore makes connections with. A system call that connects cannot be cut, so it is left behind."""

    def __init__(self, backend: Any, guard_of_caller: Callable[[], Guard | None]) -> None:
        self._backend = backend
        self._guard_of_caller = guard_of_caller

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)

    def connect_tcp(self, *args: Any, **options: Any) -> Any:
        guard = self._guard_of_caller()
        if guard is None or not guard.may_end_early:
            return self._backend.connect_tcp(*args, **options)
        made: Future[Any] = Future()

        def connect() -> None:
            try:
                made.set_result(self._backend.connect_tcp(*args, **options))
            except BaseException as error:  # noqa: BLE001 -- raised in the thread that waits
                made.set_exception(error)

        threading.Thread(target=connect, name="cassandra_pv_archiver connects", daemon=True).start()
        try:
            while not wait([made], POLLED_EVERY).done:
                guard.check()
        except BaseException:
            made.add_done_callback(_close_connection)
            raise
        return made.result()


def _close_connection(made: Future[Any]) -> None:
    if made.exception() is None:
        made.result().close()


class Guard:
    """Watches over one call of a client, in a thread of its own while there is something to watch for."""

    def __init__(self, sockets: Sockets, deadline: Deadline, cancel: Cancel | None) -> None:
        self._sockets = sockets
        self._deadline = deadline
        self._cancel = cancel
        self._users: set[object] = set()
        self._aborted = threading.Event()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        if cancel is not None or deadline.left() is not None:
            self._watch()

    def add(self, user: object) -> None:
        """From now on, connections of this user are cut when the time has come."""
        self._users = self._users | {user}

    @property
    def may_end_early(self) -> bool:
        """Whether anything else than its time limits may end the call."""
        return self._cancel is not None or len(self._users) > 1

    def abort(self) -> None:
        """Ends the waiting of all users for good."""
        self._aborted.set()
        self._watch()

    def check(self) -> None:
        """Does nothing while the call may go on.

        Raises:
            CancelledError: It has been cancelled.
        """
        if self._is_cancelled():
            raise CancelledError("The read was cancelled.")

    def pause(self, seconds: float) -> None:
        """Waits, but not longer than until the call is cancelled."""
        self._aborted.wait(seconds)
        self.check()

    def end(self) -> None:
        """Stops watching."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def _is_cancelled(self) -> bool:
        if self._cancel is not None and self._cancel.is_set():
            self._aborted.set()
        return self._aborted.is_set()

    def _watch(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="cassandra_pv_archiver guard", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while not self._ended.wait(self._patience()):
            left = self._deadline.left()
            if self._is_cancelled() or (left is not None and left <= 0):
                for user in self._users:
                    self._sockets.cut(user)

    def _patience(self) -> float:
        left = self._deadline.left()
        if self._cancel is not None or self._aborted.is_set() or left is None or left <= 0:
            return POLLED_EVERY
        return min(left, 3600.0)
