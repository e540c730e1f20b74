"""What can go wrong with a reply.

Each of these is a fault for `Faults.add`; so is any function that takes an `Exchange` and gives a reply.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from .connections import ClosedError
from .fault_registry import Exchange, with_body
from .java_json import write
from .messages import Framing, SimulatorResponse, empty, page
from .sample_faults import CutArray, DuplicateSamples, TooManySamples, WrongOrder

__all__ = [
    "Break",
    "ContentType",
    "CutArray",
    "Delay",
    "DuplicateSamples",
    "EndEarly",
    "Gzip",
    "GzipBomb",
    "NestedBrackets",
    "Redirect",
    "Refuse",
    "Reply",
    "ServerDies",
    "TooManySamples",
    "WrongOrder",
]

_JSON = ("Content-Type", "application/json;charset=UTF-8")
_BOMB_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Refuse:
    """No connection. On sockets, where it exists already, it is reset; `Simulator.stop_server` refuses it truly."""

    def __call__(self, exchange: Exchange) -> SimulatorResponse:  # noqa: ARG002 -- as all faults
        raise ConnectionRefusedError("The simulator was told to refuse this connection.")


@dataclass(frozen=True, slots=True)
class Break:
    """The connection breaks.

    Attributes:
        after: Bytes of the body that are sent before; None: not even headers are.
        how: ``reset``, or ``close`` in an orderly way.
        takes_effect: Whether the request is executed.
    """

    after: int | None = None
    how: Literal["reset", "close"] = "reset"
    takes_effect: bool = True

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        response = exchange.proceed() if self.takes_effect else empty(200)
        if self.after is None:
            raise self._error()
        response.body = self._broken(response.pieces(), self.after)
        return response

    def _broken(self, pieces: Iterator[bytes], left: int) -> Iterator[bytes]:
        for piece in pieces:
            yield piece[:left]
            left -= len(piece)
            if left <= 0:
                break
        raise self._error()

    def _error(self) -> ConnectionError:
        kind = ConnectionResetError if self.how == "reset" else ClosedError
        return kind("The simulator was told to break this connection.")


@dataclass(frozen=True, slots=True)
class Delay:
    """The reply comes late.

    Attributes:
        before: Seconds before its first byte.
        between: Seconds before each further piece of its body.
        size: Bytes of a piece.
    """

    before: float = 0.0
    between: float = 0.0
    size: int = 64

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        response = exchange.proceed()
        exchange.wait(self.before)
        if self.between:
            response.body = self._dripping(response.pieces(), exchange.wait)
        return response

    def _dripping(self, pieces: Iterator[bytes], wait: Callable[[float], None]) -> Iterator[bytes]:
        yield b""  # the headers
        for piece in pieces:
            for begin in range(0, len(piece), self.size):
                wait(self.between)
                yield piece[begin : begin + self.size]


@dataclass(frozen=True, slots=True)
class Reply:
    """Another reply.

    Attributes:
        status: Its status.
        body: Its body; ``html`` and ``json`` stand for an error page and an object with an error message.
        retry_after: The header ``Retry-After``, if any.
        takes_effect: Whether the request is executed.
    """

    status: int
    body: Literal["html", "json"] | bytes = "html"
    retry_after: str | None = None
    takes_effect: bool = False

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        if self.takes_effect:
            exchange.proceed()
        if self.body == "html":
            response = page(self.status)
        elif self.body == "json":
            message = write({"errorMessage": "The simulator was told to fail."})
            response = SimulatorResponse(self.status, [_JSON], message.encode())
        else:
            response = SimulatorResponse(self.status, [_JSON] if self.body else [], self.body)
        if self.retry_after is not None:
            response.headers.append(("Retry-After", self.retry_after))
        return exchange.completed(response)


@dataclass(frozen=True, slots=True)
class Redirect:
    """A redirect.

    Attributes:
        location: Where to.
        status: The status.
    """

    location: str
    status: int = 302

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        return exchange.completed(SimulatorResponse(self.status, [("Location", self.location)]))


@dataclass(frozen=True, slots=True)
class NestedBrackets:
    """A body of opening brackets.

    Attributes:
        depth: How many.
    """

    depth: int = 1_000_000

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        return exchange.completed(SimulatorResponse(200, [_JSON], b"[" * self.depth, Framing.CHUNKED))


@dataclass(frozen=True, slots=True)
class EndEarly:
    """The body ends too soon, but in an orderly way, in the middle of the JSON.

    Attributes:
        after: Bytes that are sent; None: half of them.
    """

    after: int | None = None

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        response = exchange.proceed()
        body = response.read()
        return with_body(exchange, response, body[: len(body) // 2 if self.after is None else self.after])


@dataclass(frozen=True, slots=True)
class ContentType:
    """Another content type.

    Attributes:
        value: The header.
    """

    value: str = "text/plain"

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        response = exchange.proceed()
        response.headers = [(name, self.value if name == "Content-Type" else value) for name, value in response.headers]
        return response


@dataclass(frozen=True, slots=True)
class Gzip:
    """Compression, as of a proxy in front of the server, for clients that accept it.

    Attributes:
        broken: Whether the compressed data is damaged.
    """

    broken: bool = False

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        response = exchange.proceed()
        if (
            "gzip" not in (exchange.request.header("Accept-Encoding") or "").lower()
            or exchange.request.method == "HEAD"
        ):
            return response
        compressed = gzip.compress(response.read())
        if self.broken:
            compressed = compressed[: len(compressed) // 2] + b"\0" * (len(compressed) // 2)
        return with_body(exchange, response, compressed, ("Content-Encoding", "gzip"))


@dataclass(frozen=True, slots=True)
class GzipBomb:
    """A small body that gets very large when it is uncompressed; valid JSON apart from that.

    Attributes:
        size: Bytes of the uncompressed body.
    """

    size: int = 1 << 30

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        headers = [_JSON, ("Content-Encoding", "gzip")]
        return exchange.completed(SimulatorResponse(200, headers, self._compressed(), Framing.CHUNKED))

    def _compressed(self) -> Iterator[bytes]:
        compressor = zlib.compressobj(wbits=31)
        yield compressor.compress(b"[")
        for begin in range(0, self.size, _BOMB_PIECE):
            yield compressor.compress(b" " * min(_BOMB_PIECE, self.size - begin))
        yield compressor.compress(b"]") + compressor.flush()


@dataclass(frozen=True, slots=True)
class ServerDies:
    """A server dies while it executes the commands of a batch that another one was asked to run (section 3.6).

    All of its commands are reported as failed. Those that were executed have taken effect, but for a minute the other
    servers do not know the channels that were added. The server stays stopped.

    Attributes:
        server: The server: its position or its ID.
        after: How many commands it executes.
    """

    server: int | str | UUID
    after: int = 0

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        exchange.let_die(self.server, self.after)
        return exchange.proceed()
