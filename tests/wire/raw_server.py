"""A server that sends prepared bytes, for replies that the simulator cannot be made to give."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

Reply = bytes | Callable[[socket.socket], None]


@dataclass
class RawServer:
    """What was asked, and where to ask."""

    port: int
    requests: list[bytes] = field(default_factory=list[bytes])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def json_reply(body: bytes, status: int = 200, extra: bytes = b"") -> bytes:
    head = b"HTTP/1.1 %d \r\nContent-Type: application/json;charset=UTF-8\r\n"
    head += b"Content-Length: %d\r\nConnection: close\r\n%s\r\n"
    return head % (status, len(body), extra) + body


@contextmanager
def raw_server(replies: Sequence[Reply], tls: ssl.SSLContext | None = None) -> Iterator[RawServer]:
    """Serves one connection per reply: reads a request, sends the reply, closes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = RawServer(listener.getsockname()[1])
        thread = threading.Thread(target=_serve, args=(listener, replies, server.requests, tls))
        thread.start()
        try:
            yield server
        finally:
            with socket.socket() as wake:
                # Ends an accept that is still waiting.
                wake.connect_ex(("127.0.0.1", server.port))
            listener.close()
            thread.join(10)


def _serve(
    listener: socket.socket, replies: Sequence[Reply], requests: list[bytes], tls: ssl.SSLContext | None
) -> None:
    for reply in replies:
        try:
            plain, _ = listener.accept()
        except OSError:
            return
        try:
            plain.settimeout(10)
            connection = plain if tls is None else tls.wrap_socket(plain, server_side=True)
        except OSError:  # the client does not like the certificate
            plain.close()
            return
        with connection:
            request = _read_request(connection)
            if not request:
                return
            requests.append(request)
            try:
                if callable(reply):
                    reply(connection)
                else:
                    connection.sendall(reply)
            except OSError:
                continue


def _read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return data
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        chunk = connection.recv(65536)
        if not chunk:
            break
        body += chunk
    return head + b"\r\n\r\n" + body
