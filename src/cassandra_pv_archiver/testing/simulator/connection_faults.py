"""What can go wrong with a connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from .connections import ClosedError
from .fault_registry import Exchange, check_least
from .messages import Framing, SimulatorResponse

JSON = ("Content-Type", "application/json;charset=UTF-8")


@dataclass(frozen=True, slots=True)
class Refuse:
    """No connection, and the request takes no effect.

    On sockets, where there is a connection before there is a request, it is reset. To refuse connections truly, use
    `Simulator.stop_server`.
    """

    def __call__(self, exchange: Exchange) -> SimulatorResponse:  # noqa: ARG002 -- as all faults
        raise ConnectionRefusedError("The simulator was told to refuse this connection.")


@dataclass(frozen=True, slots=True)
class Break:
    """The connection breaks.

    Attributes:
        after: Bytes of the body that are sent before; None: not even headers are. If the body is not longer, all of it
            is sent, but not what says that it ends.
        how: ``reset``, or ``close`` in an orderly way.
        takes_effect: Whether the request is executed. If not, there is no body.
    """

    after: int | None = None
    how: Literal["reset", "close"] = "reset"
    takes_effect: bool = True

    def __post_init__(self) -> None:
        check_least("after", self.after, 0)

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        response = exchange.proceed() if self.takes_effect else self._headers_only(exchange)
        if self.after is None:
            raise self._error()
        response.body = self._broken(response.pieces(), self.after)
        return response

    def _headers_only(self, exchange: Exchange) -> SimulatorResponse:
        return exchange.completed(SimulatorResponse(200, [JSON], b"", Framing.CHUNKED))

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
    """The reply comes late, although the request is executed at once.

    Attributes:
        before: Seconds before its first byte.
        between: Seconds before each piece of its body.
        size: Bytes of a piece.
    """

    before: float = 0.0
    between: float = 0.0
    size: int = 64

    def __post_init__(self) -> None:
        check_least("before", self.before, 0)
        check_least("between", self.between, 0)
        check_least("size", self.size, 1)

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        response = exchange.proceed()
        if self.before:
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
class ServerDies:
    """A server dies while it executes its commands of a batch (section 3.6).

    If another server was asked to run the batch, that one reports all of these commands as failed. Those that were
    executed have taken effect, but for a minute the other servers do not know the channels that were added. If the
    server itself was asked, the connection is reset. The server stays stopped.

    Requests for other operations, and batches without commands for that server, are not spoiled.

    Attributes:
        server: The server: its position or its ID.
        after: How many commands it executes.
    """

    server: int | str | UUID
    after: int = 0

    def __post_init__(self) -> None:
        check_least("after", self.after, 0)

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        if exchange.received.operation == "runArchiveConfigurationCommands":
            exchange.let_die(self.server, self.after)
        return exchange.proceed()
