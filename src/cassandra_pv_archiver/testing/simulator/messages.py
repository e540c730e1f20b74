"""Requests and replies as the simulator sees them, and replies that are no JSON."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from http import HTTPStatus

Headers = list[tuple[str, str]]


class ClosedError(ConnectionError):
    """The connection is closed in the middle of a message, in an orderly way."""


class Framing(Enum):
    """How the end of a body is made known."""

    LENGTH = auto()
    """By its length."""
    CHUNKED = auto()
    """By a last chunk."""
    BUFFERED = auto()
    """By its length if it fits into the server's buffer, else by a last chunk."""


@dataclass(frozen=True, slots=True)
class SimulatorRequest:
    """One HTTP request.

    Attributes:
        method: The method.
        target: Path and query, exactly as sent.
        headers: Names and values.
        body: The body.
    """

    method: str
    target: bytes
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The value of the first header of that name, or None."""
        return _header(self.headers, name)


@dataclass(slots=True)
class SimulatorResponse:
    """One HTTP reply.

    Attributes:
        status: The status code; the server sends no reason phrase.
        headers: Names and values, in the order of the server.
        body: The whole body, or pieces of it that are made while they are sent.
        framing: How its end is made known; once a reply is complete, the headers say so too.
    """

    status: int
    headers: Headers = field(default_factory=Headers)
    body: bytes | Iterable[bytes] = b""
    framing: Framing = Framing.LENGTH

    def header(self, name: str) -> str | None:
        """The value of the first header of that name, or None."""
        return _header(self.headers, name)

    def pieces(self) -> Iterator[bytes]:
        """The body piece by piece; can be read once."""
        return iter((self.body,) if isinstance(self.body, bytes) else self.body)

    def read(self) -> bytes:
        """The whole body."""
        self.body = b"".join(self.pieces())
        return self.body


def _header(headers: Iterable[tuple[str, str]], name: str) -> str | None:
    return next((value for known, value in headers if known.lower() == name.lower()), None)


def empty(status: int) -> SimulatorResponse:
    """A reply without body and content type."""
    return SimulatorResponse(status)


def page(status: int, message: str | None = None) -> SimulatorResponse:
    """An HTML error page like the container's."""
    title = f"HTTP Status {status} – {HTTPStatus(status).phrase}"
    said = "" if message is None else f"<p><b>Message</b> {html.escape(message)}</p>"
    text = (
        f'<!doctype html><html lang="en"><head><title>{title}</title></head>'
        f"<body><h1>{title}</h1><p><b>Type</b> Status Report</p>{said}</body></html>"
    )
    headers = [("Content-Type", "text/html;charset=utf-8"), ("Content-Language", "en")]
    return SimulatorResponse(status, headers, text.encode())


def json_reply(status: int, body: str | Iterable[bytes], framing: Framing) -> SimulatorResponse:
    """A reply with a JSON body."""
    encoded = body.encode(errors="replace") if isinstance(body, str) else body
    return SimulatorResponse(status, [("Content-Type", "application/json;charset=UTF-8")], encoded, framing)
