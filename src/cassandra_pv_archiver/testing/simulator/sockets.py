"""Real sockets for the simulator: ports on the loopback interface, a thread for each connection."""

from __future__ import annotations

import selectors
import socket
import struct
import threading
from collections.abc import Callable, Hashable
from contextlib import suppress

from .connections import serve_connection
from .messages import SimulatorRequest, SimulatorResponse

_HOST = "127.0.0.1"
_BACKLOG = 128
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)

Handle = Callable[[SimulatorRequest], SimulatorResponse]


class Ports:
    """Listens on ports and answers what comes in.

    Ports can be opened and closed at any time; a port that is opened again keeps its number. `stop` ends all threads
    and closes all sockets.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers: dict[Hashable, int] = {}
        self._listening: dict[Hashable, socket.socket] = {}
        self._connections: dict[socket.socket, tuple[Hashable, threading.Thread]] = {}
        self._selector = selectors.DefaultSelector()
        self._wake, self._woken = socket.socketpair()
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._changes: list[Callable[[], None]] = []
        self._stopping = False
        self._thread = threading.Thread(target=self._accept, name="archiver-simulator")
        self._thread.start()

    def open(self, key: Hashable, handle: Handle, port: int = 0) -> str:
        """Listens on a port.

        Args:
            key: How the port is called from now on.
            handle: Answers requests.
            port: Its number; 0 for any, or the one it had before.

        Returns:
            Scheme, host and port.
        """
        if key in self._listening:
            return f"http://{_HOST}:{self._numbers[key]}"
        listener = socket.create_server((_HOST, self._numbers.get(key, port)), backlog=_BACKLOG)
        self._numbers[key] = listener.getsockname()[1]
        self._listening[key] = listener

        def register() -> None:
            self._selector.register(listener, selectors.EVENT_READ, (key, handle))

        self._change(register)
        return f"http://{_HOST}:{self._numbers[key]}"

    def close(self, key: Hashable) -> None:
        """Refuses connections to a port from now on, and resets those that are open."""
        listener = self._listening.pop(key, None)
        if listener is None:
            return
        closed = threading.Event()

        def close() -> None:
            self._selector.unregister(listener)
            listener.close()
            closed.set()

        self._change(close)
        closed.wait()
        self._cut(lambda known: known == key)

    def stop(self) -> None:
        """Closes everything and waits until all threads have ended."""
        self._stopping = True
        self._change(lambda: None)
        self._thread.join()
        for listener in self._listening.values():
            listener.close()
        self._cut(lambda _: True)
        self._selector.close()
        self._wake.close()
        self._woken.close()

    def _change(self, change: Callable[[], None]) -> None:
        """Lets the accepting thread do something."""
        with self._lock:
            self._changes.append(change)
        self._wake.send(b"\0")

    def _accept(self) -> None:
        while not self._stopping:
            ready = {key.fileobj: key.data for key, _ in self._selector.select()}
            if self._woken in ready:
                del ready[self._woken]
                self._woken.recv(4096)  # first, or the call that announces a change after the next lines would be lost
            with self._lock:
                changes, self._changes = self._changes, []
            for change in changes:
                change()
            for listener, (key, handle) in ready.items():
                if key in self._listening:
                    self._start_connection(listener, key, handle)

    def _start_connection(self, listener: object, key: Hashable, handle: Handle) -> None:
        assert isinstance(listener, socket.socket)
        with suppress(OSError):  # whoever wanted to connect is gone already
            connection, _ = listener.accept()
            thread = threading.Thread(target=self._serve, args=(connection, handle), name="archiver-simulator-reply")
            with self._lock:
                self._connections[connection] = key, thread
            thread.start()

    def _serve(self, connection: socket.socket, handle: Handle) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            serve_connection(connection, handle)
        except ConnectionError:  # the other end is gone, or shall believe that this one is
            with suppress(OSError):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        finally:
            with self._lock:
                self._connections.pop(connection, None)
                connection.close()

    def _cut(self, wanted: Callable[[Hashable], bool]) -> None:
        with self._lock:
            threads = [thread for key, thread in self._connections.values() if wanted(key)]
            for connection, (key, _) in self._connections.items():
                if wanted(key):
                    with suppress(OSError):  # closed by the other end already
                        connection.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join()
