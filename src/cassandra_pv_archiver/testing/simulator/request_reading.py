"""Requests as they come in on a connection, read as the container reads them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BufferedReader

from .messages import ClosedError

_MOST_HEADERS = 100
_LONGEST_LINE = 65536
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(;.*)?\r?\n")
_LENGTH = re.compile(r"[0-9]{1,18}")


class UnacceptableError(Exception):
    """A request that does not get as far as the checks of its target; the argument is the status of the reply."""


@dataclass(frozen=True, slots=True)
class RequestHead:
    """What precedes the body of a request.

    Attributes:
        method: The method.
        target: Path and query, or a whole URL, byte for byte.
        is_current: Whether the version is HTTP/1.1; otherwise it is HTTP/1.0.
        headers: Names and values.
    """

    method: str
    target: bytes
    is_current: bool
    headers: tuple[tuple[str, str], ...]

    def values(self, name: str) -> list[str]:
        """The values of all headers of that name."""
        return [value for known, value in self.headers if known.lower() == name]


def read_head(incoming: BufferedReader) -> RequestHead | None:
    """The next request line and headers, or None if there is no further request.

    Raises:
        ClosedError: The connection ends within.
        UnacceptableError: They are no HTTP of version 1.0 or 1.1.
    """
    line = incoming.readline(_LONGEST_LINE)
    while line in {b"\r\n", b"\n"}:
        line = incoming.readline(_LONGEST_LINE)
    if not line:
        return None
    method, _, rest = _whole(line).strip().partition(b" ")
    target, _, version = rest.rpartition(b" ")
    if not _TOKEN.fullmatch(method) or not re.fullmatch(rb"HTTP/\d\.\d", version):
        raise UnacceptableError(400)
    if version not in {b"HTTP/1.1", b"HTTP/1.0"}:
        raise UnacceptableError(505)
    head = RequestHead(method.decode(), target.strip(b" \t"), version == b"HTTP/1.1", _headers(incoming))
    if len(head.values("host")) != 1 and (head.is_current or head.values("host")):
        raise UnacceptableError(400)
    return head


def _headers(incoming: BufferedReader) -> tuple[tuple[str, str], ...]:
    """Lines that are no headers are skipped, as the container does."""
    found: list[tuple[str, str]] = []
    while (line := _whole(incoming.readline(_LONGEST_LINE))) not in {b"\r\n", b"\n"}:
        if len(found) == _MOST_HEADERS:
            raise UnacceptableError(400)
        name, colon, value = line.partition(b":")
        if line[:1] in {b" ", b"\t"} and found:
            found[-1] = found[-1][0], f"{found[-1][1]} {line.strip().decode('latin-1')}"
        elif colon and _TOKEN.fullmatch(name):
            found.append((name.decode(), value.strip().decode("latin-1")))
    return tuple(found)


def read_body(incoming: BufferedReader, head: RequestHead, invite: Callable[[], None]) -> bytes:
    """The body of a request.

    Args:
        incoming: What comes in.
        head: What preceded the body.
        invite: Tells the client to go on, if it waits for that.

    Raises:
        ClosedError: The connection ends within.
        UnacceptableError: The end of the body cannot be known, or the client expects something unknown.
    """
    codings = [coding.strip() for value in head.values("transfer-encoding") for coding in value.lower().split(",")]
    lengths = head.values("content-length")
    if not set(codings) <= {"chunked", "identity"}:
        raise UnacceptableError(501)
    if len(lengths) > 1 or not all(map(_LENGTH.fullmatch, lengths)):
        raise UnacceptableError(400)
    if head.is_current and (expected := head.values("expect")):
        if "100-continue" not in expected[0].lower():
            raise UnacceptableError(417)
        invite()
    if "chunked" in codings:
        return _chunked(incoming)
    return _exactly(incoming, int(lengths[0]) if lengths else 0)


def _chunked(incoming: BufferedReader) -> bytes:
    body = bytearray()
    while True:
        match = _SIZE.fullmatch(_whole(incoming.readline(_LONGEST_LINE)))
        if match is None:
            raise UnacceptableError(400)
        size = int(match[1], 16)
        if size == 0:
            _headers(incoming)  # trailers
            return bytes(body)
        body += _exactly(incoming, size)
        if _whole(incoming.readline(_LONGEST_LINE)) not in {b"\r\n", b"\n"}:
            raise UnacceptableError(400)


def _exactly(incoming: BufferedReader, size: int) -> bytes:
    body = incoming.read(size)
    if len(body) < size:
        raise ClosedError
    return body


def _whole(line: bytes) -> bytes:
    if line.endswith(b"\n"):
        return line
    raise UnacceptableError(400) if len(line) == _LONGEST_LINE else ClosedError
