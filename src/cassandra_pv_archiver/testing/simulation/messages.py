"""Requests and replies as the simulator sees them, and replies that are no JSON."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

Headers = list[tuple[str, str]]

_CLOSING = frozenset({400, 500, 503})
"""Statuses with which the server closes the connection (section 1.2)."""


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
        """The value of the first header of that name."""
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return None


@dataclass(slots=True)
class SimulatorResponse:
    """One HTTP reply.

    Attributes:
        status: The status code; the server sends no reason phrase.
        headers: Names and values, without those about the framing of the body.
        body: The whole body, or pieces of it that are made while they are sent.
    """

    status: int
    headers: Headers = field(default_factory=Headers)
    body: bytes | Iterable[bytes] = b""

    def __post_init__(self) -> None:
        if self.status in _CLOSING:
            self.headers.append(("Connection", "close"))


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


def json_reply(status: int, text: str) -> SimulatorResponse:
    """A reply with a JSON body."""
    return SimulatorResponse(status, [("Content-Type", "application/json;charset=UTF-8")], text.encode())
