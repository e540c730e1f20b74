"""One connection: requests as they were sent, replies as the server sends them."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import suppress

from .container import completed, wants_close
from .messages import ClosedError, Framing, SimulatorRequest, SimulatorResponse
from .request_reading import RequestHead, UnacceptableError, read_body, read_head

__all__ = ["IDLE_SECONDS", "REQUESTS_PER_CONNECTION", "ClosedError", "serve_connection"]

REQUESTS_PER_CONNECTION = 100
"""After so many requests the server closes a connection (section 1.1)."""
IDLE_SECONDS = 60.0
"""After so long without a request the server closes a connection (section 1.1)."""
_LISTENS_ON_FOR = 1.0
_MOST_PIECES_IGNORED = 64
_PIECE = 65536

Handle = Callable[[SimulatorRequest], SimulatorResponse]


def serve_connection(connection: socket.socket, handle: Handle) -> None:
    """Answers requests until one end closes the connection.

    Args:
        connection: The connection.
        handle: Answers a request. A `ConnectionError` from it, or from the body of a reply, breaks the connection.
    """
    connection.settimeout(IDLE_SECONDS)
    with connection.makefile("rb") as incoming, suppress(TimeoutError, ClosedError):
        for number in range(1, REQUESTS_PER_CONNECTION + 1):
            try:
                head = read_head(incoming)
                if head is None:
                    return
                body = read_body(incoming, head, lambda: connection.sendall(b"HTTP/1.1 100 \r\n\r\n"))
            except UnacceptableError as refusal:
                _refuse(connection, refusal.args[0])
                return
            response = handle(SimulatorRequest(head.method, head.target, head.headers, body))
            if not _answer(connection, head, response, is_last=number == REQUESTS_PER_CONNECTION):
                return


def _answer(connection: socket.socket, head: RequestHead, response: SimulatorResponse, *, is_last: bool) -> bool:
    """Sends a reply; whether another request may follow."""
    only_close_ends_it = not head.is_current and response.header("Content-Length") is None
    closes = is_last or only_close_ends_it or response.header("Connection") == "close" or not _stays(head)
    if response.header("Connection") is None and (closes or not head.is_current):
        response.headers.append(("Connection", "close" if closes else "keep-alive"))
    _send(connection, response, allow_chunks=head.is_current)
    return not closes


def _stays(head: RequestHead) -> bool:
    wishes = ",".join(head.values("connection"))
    return not wants_close(wishes) and (head.is_current or "keep-alive" in wishes.lower())


def _refuse(connection: socket.socket, status: int) -> None:
    """Answers what is no request. What else the client is sending is ignored, so that it comes to see the reply."""
    closing = SimulatorRequest("GET", b"/", [("Connection", "close")])
    _send(connection, completed(closing, SimulatorResponse(status, framing=Framing.CHUNKED), time.time_ns()))
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(_LISTENS_ON_FOR)
    with suppress(OSError):
        for _ in range(_MOST_PIECES_IGNORED):
            if not connection.recv(_PIECE):
                return


def _send(connection: socket.socket, response: SimulatorResponse, *, allow_chunks: bool = True) -> None:
    chunked = allow_chunks and response.header("Transfer-Encoding") == "chunked"
    headers = [(name, value) for name, value in response.headers if allow_chunks or name != "Transfer-Encoding"]
    head = f"HTTP/1.1 {response.status} \r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers)
    waiting = (head + "\r\n").encode("latin-1")
    for piece in response.pieces():
        connection.sendall(waiting + _chunk(piece) if chunked else waiting + piece)  # without a piece, what waits
        waiting = b""
    if chunked:
        waiting += b"0\r\n\r\n"
    if waiting:
        connection.sendall(waiting)


def _chunk(piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece) if piece else b""
