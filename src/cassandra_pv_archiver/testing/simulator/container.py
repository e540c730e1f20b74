"""What the container in front of both services does: checks of the request, choice of the path, framing of replies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.utils import formatdate
from itertools import chain

from .clock import SECOND
from .messages import Framing, SimulatorRequest, SimulatorResponse, empty, page

LONGEST_HEAD = 8192
"""Bytes that the request line and the headers may have together (section 1.4)."""
_BUFFER = 8192
_FORBIDDEN = frozenset(b'"#<>\\^`{|}') | frozenset(range(0x21)) | frozenset(range(0x7F, 0x100))
_AUTHORITY = re.compile(rb"\Ahttps?://[^/?]*", re.IGNORECASE)
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_NOT_IN_PATHS = frozenset({b"/", b"\\", b"\0"})
_CLOSING = frozenset({400, 408, 411, 413, 414, 500, 501, 503})
"""Statuses with which the container closes the connection (section 1.2)."""


def rejection(request: SimulatorRequest) -> SimulatorResponse | None:
    """The reply to a request that no service sees (section 1.4, and the method ``TRACE``), or None."""
    if _size(request) > LONGEST_HEAD or any(byte in _FORBIDDEN for byte in request.target):
        return SimulatorResponse(400, framing=Framing.CHUNKED)
    path = split_target(request.target)[0]
    escaped = {bytes([int(digits, 16)]) for digits in _ESCAPE.findall(path)}
    if not path.startswith(b"/") or b"%" in _ESCAPE.sub(b"", path) or escaped & _NOT_IN_PATHS:
        return empty(400)
    if normal_path(path) is None:
        return empty(400)
    return _no_trace() if request.method == "TRACE" else None


def _no_trace() -> SimulatorResponse:
    refused = page(405, "TRACE method is not allowed")
    return SimulatorResponse(405, [("Allow", "HEAD, DELETE, POST, GET, OPTIONS, PUT"), *refused.headers], refused.body)


def _size(request: SimulatorRequest) -> int:
    line = len(request.method) + len(request.target) + len("  HTTP/1.1\r\n")
    return line + sum(len(name) + len(value) + len(": \r\n") for name, value in request.headers) + len("\r\n")


def split_target(target: bytes) -> tuple[bytes, bytes]:
    """Path and query of a target, which may be a whole URL."""
    rest = _AUTHORITY.sub(b"", target)
    path, _, query = rest.partition(b"?")
    return path or (b"/" if rest != target else b""), query


def percent_decode(text: bytes) -> bytes:
    """Replaces percent sequences by their bytes."""
    return _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), text)


def lookup_path(path: bytes) -> str:
    """The path by which a service finds its function.

    It is the container's, without dot segments, unless what the container removed stood at the end; then it is only
    that, which is no path of any function (section 11, row 23).
    """
    plain = _plain(path)
    normal = normal_path(path) or b""
    found = plain[len(normal) :] if plain != normal and plain.startswith(normal) else normal
    return found.decode(errors="replace")


def _plain(path: bytes) -> bytes:
    """A path without parameters of segments, decoded, slashes single."""
    return re.sub(rb"/+", b"/", percent_decode(re.sub(rb";[^/]*", b"", path)))


def normal_path(path: bytes) -> bytes | None:
    """A path as the container resolves it: decoded, without dot segments; None if it leads out."""
    segments = _plain(path).split(b"/")[1:]
    kept: list[bytes] = []
    for place, segment in enumerate(segments):
        if segment == b".." and not kept:
            return None
        if segment == b"..":
            kept.pop()
        elif segment != b".":
            kept.append(segment)
        if segment in {b".", b".."} and place == len(segments) - 1:
            kept.append(b"")
    return b"/" + b"/".join(kept)


def completed(request: SimulatorRequest, response: SimulatorResponse, now: int) -> SimulatorResponse:
    """Adds what the container adds to a reply: framing, date, and whether the connection is closed."""
    body, framing = _framed(request, response)
    headers = [*response.headers, framing, ("Date", formatdate(now / SECOND, usegmt=True))]
    if response.status in _CLOSING or wants_close(request.header("Connection") or ""):
        headers.append(("Connection", "close"))
    return SimulatorResponse(response.status, headers, body, response.framing)


def wants_close(connection: str) -> bool:
    """Whether a header ``Connection`` asks for the connection to be closed."""
    return "close" in connection.lower()


def _framed(request: SimulatorRequest, response: SimulatorResponse) -> tuple[bytes | Iterator[bytes], tuple[str, str]]:
    chunked = ("Transfer-Encoding", "chunked")
    if request.method == "HEAD":
        return b"", ("Content-Length", str(sum(map(len, response.pieces()))))
    if response.framing is Framing.CHUNKED:
        return response.pieces(), chunked
    pieces = response.pieces()
    first = _first(pieces, _BUFFER) if response.framing is Framing.BUFFERED else b"".join(pieces)
    if response.framing is Framing.BUFFERED and len(first) > _BUFFER:
        return chain((first,), pieces), chunked
    return first, ("Content-Length", str(len(first)))


def _first(pieces: Iterator[bytes], size: int) -> bytes:
    """The first pieces, until they have more bytes than that or end."""
    found = bytearray()
    for piece in pieces:
        found += piece
        if len(found) > size:
            break
    return bytes(found)
