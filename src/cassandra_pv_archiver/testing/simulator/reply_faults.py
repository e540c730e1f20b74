"""What can go wrong with a reply."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from random import Random
from typing import Literal

from .connection_faults import JSON
from .fault_registry import Exchange, check_least, with_body
from .java_json import write
from .messages import Framing, SimulatorResponse, page

_PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class Reply:
    """Another reply.

    Attributes:
        status: Its status.
        body: Its body; ``html`` and ``json`` stand for an error page and an object with an error message; empty for
            nothing.
        retry_after: The header ``Retry-After``, if any.
        takes_effect: Whether the request is executed.
    """

    status: int
    body: Literal["html", "json"] | bytes = "html"
    retry_after: str | None = None
    takes_effect: bool = False

    def __post_init__(self) -> None:
        if self.body == "html" and self.status not in list(HTTPStatus):
            raise ValueError(f"There is no error page for status {self.status}; give a body.")

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        if self.takes_effect:
            exchange.proceed()
        if self.body == "html":
            response = page(self.status)
        elif self.body == "json":
            message = write({"errorMessage": "The simulator was told to fail."})
            response = SimulatorResponse(self.status, [JSON], message.encode())
        else:
            response = SimulatorResponse(self.status, [JSON] if self.body else [], self.body)
        if self.retry_after is not None:
            response.headers.append(("Retry-After", self.retry_after))
        return exchange.completed(response)


@dataclass(frozen=True, slots=True)
class Redirect:
    """A redirect, instead of which nothing is executed.

    Attributes:
        location: Where to; None: it does not say.
        status: The status.
    """

    location: str | None
    status: int = 302

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        headers = [] if self.location is None else [("Location", self.location)]
        return exchange.completed(SimulatorResponse(self.status, headers))


@dataclass(frozen=True, slots=True)
class ContentType:
    """Another content type.

    Attributes:
        value: The header; None: there is none.
    """

    value: str | None = "text/plain"

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        response = exchange.proceed()
        response.headers = [header for header in response.headers if header[0].lower() != "content-type"]
        if self.value is not None:
            response.headers.append(("Content-Type", self.value))
        return response


@dataclass(frozen=True, slots=True)
class EndEarly:
    """The body ends too soon, but in an orderly way, in the middle of the JSON.

    Attributes:
        after: Bytes that are sent; None: half of them.
    """

    after: int | None = None

    def __post_init__(self) -> None:
        check_least("after", self.after, 0)

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        response = exchange.proceed()
        body = response.read()
        return with_body(exchange, response, body[: len(body) // 2 if self.after is None else self.after])


@dataclass(frozen=True, slots=True)
class Garbage:
    """Bytes that are no JSON; the same ones each time.

    Attributes:
        after: Bytes of the proper body that come before.
        size: How many bytes of garbage there are.
    """

    after: int = 0
    size: int = 1024

    def __post_init__(self) -> None:
        check_least("after", self.after, 0)
        check_least("size", self.size, 1)

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        response = exchange.proceed()
        garbage = b"\xff" + Random(self.size).randbytes(self.size - 1)  # noqa: S311 -- nothing is kept secret
        return with_body(exchange, response, response.read()[: self.after] + garbage)


@dataclass(frozen=True, slots=True)
class NestedBrackets:
    """A body of brackets within brackets.

    Attributes:
        depth: How many.
        closed: Whether they are closed, so that the body is valid JSON.
    """

    depth: int = 1_000_000
    closed: bool = True

    def __post_init__(self) -> None:
        check_least("depth", self.depth, 1)

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        body = b"[" * self.depth + b"]" * (self.depth if self.closed else 0)
        return exchange.completed(SimulatorResponse(200, [JSON], body, Framing.CHUNKED))


@dataclass(frozen=True, slots=True)
class Padding:
    """White space behind the first byte of the body, which stays valid JSON but gets very large.

    Attributes:
        size: How many bytes.
    """

    size: int = 1 << 30

    def __post_init__(self) -> None:
        check_least("size", self.size, 1)

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        response = exchange.proceed()
        if not (body := response.read()):
            return response
        response.framing = Framing.CHUNKED
        padded = with_body(exchange, response, body)
        padded.body = self._pieces(body)
        return padded

    def _pieces(self, body: bytes) -> Iterator[bytes]:
        yield body[:1]
        for begin in range(0, self.size, _PIECE):
            yield b" " * min(_PIECE, self.size - begin)
        yield body[1:]
