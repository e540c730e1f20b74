"""Faults on demand: which request is spoiled by what."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TypeAlias
from uuid import UUID

from .messages import SimulatorRequest, SimulatorResponse
from .operations import Service
from .running import ReceivedRequest


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what can be done about it.

    Attributes:
        received: The request, and what it asks for.
        request: The request as it came.
        proceed: Gives the proper reply, or that of the next fault. The request takes effect with the first call.
        completed: Adds to a reply what the server adds to all: framing, date, whether the connection is closed.
        wait: Lets some seconds pass; on sockets, not beyond the time for which the simulator is served.
        let_die: Lets a server die once it has executed so many commands of the batch that is about to run.
    """

    received: ReceivedRequest
    request: SimulatorRequest
    proceed: Callable[[], SimulatorResponse]
    completed: Callable[[SimulatorResponse], SimulatorResponse]
    wait: Callable[[float], None]
    let_die: Callable[[int | str | UUID, int], None]


Fault: TypeAlias = Callable[[Exchange], SimulatorResponse]
"""Answers a request instead of the simulator. A `ConnectionError` breaks the connection."""


@dataclass(slots=True)
class ActiveFault:
    """A fault and the requests that it is for.

    Attributes:
        fault: The fault.
        operation: The operation by its name in the specifications; None for any.
        channel: The channel that the request is about; None for any.
        service: The service; None for both.
        server: The position of the server; None for any.
        nth: Which of the requests that fit otherwise, counted from 1; None for all.
        seen: How many requests have fitted otherwise.
    """

    fault: Fault
    operation: str | None = None
    channel: str | None = None
    service: Service | None = None
    server: int | None = None
    nth: frozenset[int] | None = None
    seen: int = field(default=0, init=False)

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
        return self.nth is None or self.seen in self.nth


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
    ) -> ActiveFault:
        """Spoils requests from now on. Of several faults for a request, the first one is the outermost.

        Args:
            fault: What happens to a request.
            operation: Only requests for this operation, such as ``getSamples``.
            channel: Only requests about this channel.
            service: Only requests to this service.
            server: Only requests to the server at this position.
            nth: Of the requests that fit otherwise only these, counted from 1 as of now.

        Returns:
            The fault, to remove it again.
        """
        numbers = frozenset({nth}) if isinstance(nth, int) else None if nth is None else frozenset(nth)
        active = ActiveFault(fault, operation, channel, service, server, numbers)
        self._active.append(active)
        return active

    def remove(self, active: ActiveFault) -> None:
        """Removes a fault."""
        self._active.remove(active)

    def clear(self) -> None:
        """Removes all faults."""
        self._active.clear()

    def striking(self, request: ReceivedRequest) -> list[Fault]:
        """The faults that spoil a request."""
        return [active.fault for active in self._active if active.strikes(request)]


def with_body(
    exchange: Exchange, response: SimulatorResponse, body: bytes, *headers: tuple[str, str]
) -> SimulatorResponse:
    """A reply with another body, whose framing fits it."""
    added = {"content-length", "transfer-encoding", "date", "connection"}
    kept = [header for header in response.headers if header[0].lower() not in added]
    return exchange.completed(SimulatorResponse(response.status, [*kept, *headers], body, response.framing))
