"""One connection: requests as they were sent, replies as the server sends them."""

from __future__ import annotations

import socket
from collections.abc import Callable
from email.message import Message
from http.client import HTTPException, parse_headers
from io import BufferedReader

from .messages import SimulatorRequest, SimulatorResponse

REQUESTS_PER_CONNECTION = 100
"""After so many requests the server closes a connection (section 1.1)."""
IDLE_SECONDS = 60.0
"""After so long without a request the server closes a connection (section 1.1)."""
_LONGEST_LINE = 65536

Handle = Callable[[SimulatorRequest], SimulatorResponse]


class ClosedError(ConnectionError):
    """The connection is closed in the middle of a reply, in an orderly way."""


class _MalformedError(Exception):
    """What came in is no request."""


def serve_connection(connection: socket.socket, handle: Handle) -> None:
    """Answers requests until one end closes the connection.

    Args:
        connection: The connection.
        handle: Answers a request. A `ConnectionError` from it, or from the body of a reply, breaks the connection.
    """
    connection.settimeout(IDLE_SECONDS)
    with connection.makefile("rb") as incoming:
        for number in range(1, REQUESTS_PER_CONNECTION + 1):
            try:
                line = _request_line(incoming)
                if line is None or not _answer(connection, incoming, handle, line, number == REQUESTS_PER_CONNECTION):
                    return
            except (TimeoutError, ClosedError):
                return
            except (_MalformedError, HTTPException, ValueError):
                connection.sendall(b"HTTP/1.1 400 \r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return


def _request_line(incoming: BufferedReader) -> tuple[str, bytes, bytes] | None:
    """Method, target and version, byte for byte; None if the connection was closed."""
    line = incoming.readline(_LONGEST_LINE)
    while line in {b"\r\n", b"\n"}:
        line = incoming.readline(_LONGEST_LINE)
    if not line:
        return None
    method, _, rest = line.rstrip(b"\r\n").partition(b" ")
    target, _, version = rest.rpartition(b" ")
    if not version.startswith(b"HTTP/1."):
        raise _MalformedError
    return method.decode("latin-1"), target, version


def _answer(
    connection: socket.socket,
    incoming: BufferedReader,
    handle: Handle,
    line: tuple[str, bytes, bytes],
    is_last: bool,
) -> bool:
    """Answers one request; whether another one may follow."""
    method, target, version = line
    headers = parse_headers(incoming)
    if version != b"HTTP/1.0" and "Host" not in headers:
        raise _MalformedError
    if headers.get("Expect", "").lower() == "100-continue":
        connection.sendall(b"HTTP/1.1 100 \r\n\r\n")
    body = _request_body(incoming, headers)
    response = handle(SimulatorRequest(method, target, tuple(headers.items()), body))
    only_close_ends_it = version == b"HTTP/1.0" and response.header("Content-Length") is None
    closes = is_last or only_close_ends_it or _wants_close(headers, version) or response.header("Connection") == "close"
    if closes and response.header("Connection") is None:
        response.headers.append(("Connection", "close"))
    _send(connection, response, allow_chunks=version != b"HTTP/1.0")
    return not closes


def _wants_close(headers: Message, version: bytes) -> bool:
    wish = headers.get("Connection", "").lower()
    return wish == "close" or (version == b"HTTP/1.0" and wish != "keep-alive")


def _request_body(incoming: BufferedReader, headers: Message) -> bytes:
    if headers.get("Transfer-Encoding", "").lower() != "chunked":
        length = int(headers.get("Content-Length", 0))
        if length < 0:
            raise _MalformedError
        return incoming.read(length)
    body = bytearray()
    while size := int(incoming.readline(_LONGEST_LINE).partition(b";")[0], 16):
        body += incoming.read(size)
        incoming.readline(_LONGEST_LINE)
    parse_headers(incoming)  # trailers
    return bytes(body)


def _send(connection: socket.socket, response: SimulatorResponse, *, allow_chunks: bool) -> None:
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
