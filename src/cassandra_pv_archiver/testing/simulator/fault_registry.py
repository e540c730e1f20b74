"""Faults on demand: which request is spoiled by what."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TypeAlias, cast
from uuid import UUID

from .messages import SimulatorRequest, SimulatorResponse
from .operations import OPERATIONS, Service
from .running import ReceivedRequest


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what can be done about it.

    Attributes:
        received: The request, and what it asks for.
        request: The request as it came.
        proceed: Gives the proper reply, or that of the next fault. The request takes effect with the first call.
        completed: Adds to a reply what the server adds to all: framing, date, whether the connection is closed.
        wait: Waits for some seconds of real time, but not longer than the simulator is served.
        let_die: Lets a server die once it has executed so many commands of the batch that is about to run.
        stop_database: As `Simulator.stop_database`.
    """

    received: ReceivedRequest
    request: SimulatorRequest
    proceed: Callable[[], SimulatorResponse]
    completed: Callable[[SimulatorResponse], SimulatorResponse]
    wait: Callable[[float], None]
    let_die: Callable[[int | str | UUID, int], None]
    stop_database: Callable[[], None]


Fault: TypeAlias = Callable[[Exchange], SimulatorResponse]
"""Answers a request instead of the simulator. A `ConnectionError` breaks the connection."""


@dataclass(slots=True, eq=False)
class ActiveFault:
    """A fault and the requests that it is for.

    Attributes:
        fault: The fault.
        operation: The operation by its name in the specifications; None for any.
        channel: The channel that the request is about; None for any.
        service: The service; None for both.
        server: The position of the server; None for any.
        numbers: Which of the requests that fit otherwise, counted from 1; None for all.
        seen: How many requests have fitted otherwise.
        struck: How many requests have been spoiled.
    """

    fault: Fault
    operation: str | None = None
    channel: str | None = None
    service: Service | None = None
    server: int | None = None
    numbers: frozenset[int] | None = None
    seen: int = field(default=0, init=False)
    struck: int = field(default=0, init=False)

    def strikes(self, request: ReceivedRequest) -> bool:
        """Whether a request is spoiled; counts it if it fits."""
        fits = (
            self.operation in {None, request.operation}
            and (self.channel is None or self.channel in request.channels)
            and self.service in {None, request.service}
            and self.server in {None, request.server}
        )
        if not fits:
            return False
        self.seen += 1
        if self.numbers is not None and self.seen not in self.numbers:
            return False
        self.struck += 1
        return True


class Faults:
    """The faults of a simulator."""

    def __init__(self) -> None:
        self._active: list[ActiveFault] = []

    def add(
        self,
        fault: Fault,
        *,
        operation: str | None = None,
        channel: str | None = None,
        service: Service | None = None,
        server: int | None = None,
        nth: int | Collection[int] | None = None,
        times: int | None = None,
    ) -> ActiveFault:
        """Spoils requests from now on. Of several faults for a request, the first one is the outermost.

        Args:
            fault: What happens to a request.
            operation: Only requests for this operation, by its name in the specifications, such as ``getSamples``.
            channel: Only requests about this channel: for its samples, by its name, or commands among which one is
                about it.
            service: Only requests to this service.
            server: Only requests to the server at this position.
            nth: Of the requests that fit otherwise only this one, or these, counted from 1 as of now.
            times: So many of the requests that fit otherwise: the first ones, or those from the ``nth`` on.

        Returns:
            The fault, which says how often it has struck, and with which it can be removed again.

        Raises:
            TypeError: The fault is a class, the server is no position, or ``times`` comes with several numbers.
            ValueError: There is no such operation or service, the position is negative, or a number is less than 1.
        """
        if isinstance(fault, type):
            raise TypeError(f"Give a fault and not its class: {fault.__name__}().")
        if operation is not None and operation not in OPERATIONS:
            raise ValueError(f"There is no operation {operation!r}, only {', '.join(sorted(OPERATIONS))}.")
        if service not in {None, "admin", "archive"}:
            raise ValueError(f"There is no service {service!r}, only 'admin' and 'archive'.")
        if server is not None and not isinstance(cast("object", server), int):
            raise TypeError(f"Give the position of the server, such as 0 for the first, not {server!r}.")
        check_least("server", server, 0)
        active = ActiveFault(fault, operation, channel, service, server, _numbers(nth, times))
        self._active.append(active)
        return active

    def remove(self, active: ActiveFault) -> None:
        """Removes a fault. One that is gone already, for instance after `Simulator.reset`, is no error."""
        self._active = [other for other in self._active if other is not active]

    def clear(self) -> None:
        """Removes all faults."""
        self._active = []

    def striking(self, request: ReceivedRequest) -> list[Fault]:
        """The faults that spoil a request."""
        return [active.fault for active in self._active if active.strikes(request)]


def _numbers(nth: int | Collection[int] | None, times: int | None) -> frozenset[int] | None:
    if times is not None:
        if nth is not None and not isinstance(nth, int):
            raise TypeError("times goes with one number in nth, not with several.")
        check_least("times", times, 1)
        first = 1 if nth is None else nth
        nth = range(first, first + times)
    if nth is None:
        return None
    numbers = frozenset({nth}) if isinstance(nth, int) else frozenset(nth)
    if not numbers or min(numbers) < 1:
        raise ValueError(f"Requests are counted from 1, so nth cannot be {nth!r}.")
    return numbers


def check_least(name: str, value: float | None, least: float) -> None:
    """Raises ValueError if a number is less than what it must be at least."""
    if value is not None and not value >= least:
        raise ValueError(f"{name} is {least} or more, not {value!r}.")


def with_body(
    exchange: Exchange, response: SimulatorResponse, body: bytes, *headers: tuple[str, str]
) -> SimulatorResponse:
    """A reply with another body, whose framing fits it."""
    added = {"content-length", "transfer-encoding", "date", "connection"}
    kept = [header for header in response.headers if header[0].lower() not in added]
    return exchange.completed(SimulatorResponse(response.status, [*kept, *headers], body, response.framing))
