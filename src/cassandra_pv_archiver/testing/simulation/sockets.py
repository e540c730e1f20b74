"""The simulator on real sockets, in threads: the request line byte for byte, no reason phrase, chunked replies."""

from __future__ import annotations

import http.server
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from http.client import parse_headers
from typing import Any

from .messages import SimulatorRequest, SimulatorResponse

Handle = Callable[[SimulatorRequest], SimulatorResponse]

REQUESTS_PER_CONNECTION = 100
"""After so many requests the server closes a connection (section 1.1)."""
IDLE_SECONDS = 60.0
"""After so long without a request the server closes a connection (section 1.1)."""
_KNOWN_LENGTH = 8192


class SimulatedPort:
    """One service of one server on a port of the loopback interface."""

    def __init__(self, handle: Handle, port: int = 0) -> None:
        self._server = _Server(("127.0.0.1", port), handle)
        # A short poll, because stopping waits for its end.
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), name="archiver-simulator")

    @property
    def url(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        """Answers requests from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Stops, and cuts connections that are still open."""
        self._server.shutdown()
        self._thread.join()
        self._server.cut_connections()
        self._server.server_close()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handle: Handle) -> None:
        self.handle_simulated = handle
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def cut_connections(self) -> None:
        with self._lock:
            for connection in self._connections:
                with suppress(OSError):  # closed by the other end already
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no error of the simulator."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride] -- made only by this server
    # Whole pieces leave at once, without waiting for the other end's acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self._requests = 0

    def parse_request(self) -> bool:
        # The base class would collapse slashes and wants to know the method.
        words = self.raw_requestline.rstrip(b"\r\n").split(b" ")
        if len(words) != 3 or not words[2].startswith(b"HTTP/1."):
            self.close_connection = True
            return False
        self.command, self.requestline = words[0].decode("ascii", "replace"), ""
        self.request_version = words[2].decode()
        self._target = words[1]
        self.headers = parse_headers(self.rfile)
        self.close_connection = self.headers.get("Connection", "").lower() == "close"
        return True

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def _answer(self) -> None:
        headers = self.headers
        body = self.rfile.read(int(headers.get("Content-Length", 0)))
        self._requests += 1
        response = self.server.handle_simulated(SimulatorRequest(self.command, self._target, headers.items(), body))
        if self._requests >= REQUESTS_PER_CONNECTION:
            response.headers.append(("Connection", "close"))
        if any(name == "Connection" for name, _ in response.headers):
            self.close_connection = True
        self._send(response)

    def _send(self, response: SimulatorResponse) -> None:
        head = f"HTTP/1.1 {response.status} \r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in response.headers)
        body, framing = _framed(response.body)
        self.wfile.write((head + framing + "\r\n").encode("latin-1"))
        for piece in body if self.command != "HEAD" else ():
            self.wfile.write(piece)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base class's name
        """Says nothing."""


def _framed(body: bytes | Iterable[bytes]) -> tuple[Iterable[bytes], str]:
    if isinstance(body, bytes) and len(body) <= _KNOWN_LENGTH:
        return (body,), f"Content-Length: {len(body)}\r\n"
    pieces = (body,) if isinstance(body, bytes) else body
    return _chunks(pieces), "Transfer-Encoding: chunked\r\n"


def _chunks(pieces: Iterable[bytes]) -> Iterable[bytes]:
    for piece in pieces:
        if piece:
            yield b"%x\r\n%b\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"
