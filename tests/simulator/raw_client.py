"""A client that sends bytes and shows what came back, byte for byte."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from urllib.parse import urlsplit

from cassandra_pv_archiver.testing.simulator import SimulatorRequest


@dataclass(frozen=True)
class RawReply:
    status_line: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def status(self) -> int:
        return int(self.status_line.split(" ")[1])

    def header(self, name: str) -> str | None:
        return dict(self.headers).get(name)


class RawConnection:
    def __init__(self, connection: socket.socket, incoming: BufferedReader) -> None:
        self._connection = connection
        self._incoming = incoming

    def send(self, data: bytes) -> None:
        self._connection.sendall(data)

    def end(self) -> None:
        self._connection.shutdown(socket.SHUT_WR)

    def receive(self, *, has_body: bool = True) -> RawReply:
        status_line = self._line()
        headers: list[tuple[str, str]] = []
        while line := self._line():
            name, _, value = line.partition(": ")
            headers.append((name, value))
        reply = RawReply(status_line, headers, b"")
        if not has_body:
            return reply
        if reply.header("Transfer-Encoding") == "chunked":
            return RawReply(status_line, headers, b"".join(self._chunks()))
        length = reply.header("Content-Length")
        body = self._incoming.read() if length is None else self._incoming.read(int(length))
        assert length is None or len(body) == int(length)
        return RawReply(status_line, headers, body)

    def is_at_end(self) -> bool:
        """Waits until the server sends more or closes the connection; whether it closes."""
        return self._incoming.read(1) == b""

    def _line(self) -> str:
        line = self._incoming.readline()
        assert line.endswith(b"\r\n"), line
        return line[:-2].decode("latin-1")

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self._line(), 16):
            yield self._incoming.read(size)
            assert self._line() == ""
        assert self._line() == ""


@contextmanager
def connected(url: str, seconds: float = 10.0) -> Iterator[RawConnection]:
    parts = urlsplit(url)
    with (
        socket.create_connection((parts.hostname or "", parts.port or 0), seconds) as connection,
        connection.makefile("rb") as incoming,
    ):
        yield RawConnection(connection, incoming)


def as_bytes(request: SimulatorRequest, version: str = "HTTP/1.1") -> bytes:
    length = [("Content-Length", str(len(request.body)))] if request.body else []
    head = "".join(f"{name}: {value}\r\n" for name, value in [*request.headers, *length])
    return b"%b %b %b\r\n%b\r\n%b" % (
        request.method.encode(),
        request.target,
        version.encode(),
        head.encode("latin-1"),
        request.body,
    )
