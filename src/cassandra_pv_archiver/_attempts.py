"""What follows a failed attempt: a pause, another server, or giving up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ._steps import Call, CurrentLimits, Flow, Limits, MoveOn, Pause, Random, Report, Server, Stopwatch
from .errors import ArchiverError, ConnectionFailedError, RequestTimeoutError, UnavailableError
from .events import ClientEvent, EventKind

__all__ = ["Arrived", "Attempts", "attempts_for"]


@dataclass(slots=True)
class Arrived:
    """How far one attempt came.

    Attributes:
        status: The HTTP status, once there is a reply.
        bytes: Bytes of the body.
        samples: Samples decoded; None for replies without samples.
    """

    status: int | None = None
    bytes: int = 0
    samples: int | None = None


@dataclass(slots=True)
class Attempts:
    """Counts attempts since the last progress.

    Attributes:
        operation: The client method.
        channel: The channel concerned, if it is one.
        repeatable: Whether the requests change nothing.
        limits: What the user of the client has set.
        since: When the first attempt since the last progress failed, on the stopwatch; None if none has.
        has_succeeded: Whether the server has answered one of the requests, so that status 500 means that it is
            failing, not that it cannot do what is asked.
        number: The number of the current attempt, from 1 on.
        asked: The address of the server that the latest request went to.
    """

    operation: str
    channel: str | None
    repeatable: bool
    limits: Limits
    since: float | None = None
    has_succeeded: bool = False
    number: int = 1
    asked: str = ""
    _repeated: int = 0
    _servers_tried: int = 1

    def progress(self) -> None:
        """Takes note of progress: what failed before does not count any more."""
        self.has_succeeded = True
        self._repeated, self._servers_tried, self.since = 0, 1, None

    def after(self, failure: ArchiverError, *, advanced: bool = False) -> Flow[None]:
        """Waits until another attempt is due.

        Args:
            failure: What ended the last attempt.
            advanced: Whether that attempt has advanced the operation all the same. Then the next one is not a
                repetition, and due whatever number of repetitions is allowed.

        Raises:
            ArchiverError: The failure, when no further attempt is due.
        """
        now: float = yield Stopwatch()
        self.since = now if self.since is None else self.since
        if not (yield from self._has_moved_on(failure)):
            yield from self._pause(failure, advanced, now - self.since)
        self.number += 1

    def _has_moved_on(self, failure: ArchiverError) -> Flow[bool]:
        """Whether there is a server that has not been tried since the last pause."""
        if not self.repeatable or not _is_of_one_server(failure):
            return False
        servers: int = yield MoveOn(self.asked)  # meanwhile, others may have moved on
        if servers > 1:
            yield from self.report("failover", failure, server=self.asked)
        if self._servers_tried < servers:
            self._servers_tried += 1
            return True
        self._servers_tried = 1
        return False

    def _pause(self, failure: ArchiverError, advanced: bool, waited: float) -> Flow[None]:
        retry = self.limits.retry
        pause = (replace(retry, retries=max(retry.retries, 1)) if advanced else retry).delay(
            self._repeated,
            failure,
            repeatable=self.repeatable,
            waited=waited,
            jitter=(yield Random()),
            has_succeeded=self.has_succeeded,
        )
        if pause is None:
            raise failure
        self._repeated += not advanced
        yield from self.report("retry", failure, seconds=pause)
        yield Pause(pause)

    def report(
        self,
        kind: EventKind,
        failure: ArchiverError | None,
        *,
        seconds: float = 0.0,
        arrived: Arrived | None = None,
        server: str | None = None,
    ) -> Flow[None]:
        """Tells what happened."""
        asked: str = server or (yield Server())
        arrived = arrived or Arrived()
        yield Report(
            ClientEvent(
                kind=kind,
                operation=self.operation,
                channel=self.channel,
                server=asked,
                attempt=self.number,
                status=arrived.status,
                bytes=arrived.bytes,
                samples=arrived.samples,
                seconds=seconds,
                failure=None if failure is None else str(failure),
            )
        )


def _is_of_one_server(failure: ArchiverError) -> bool:
    """Whether another server may answer."""
    if isinstance(failure, RequestTimeoutError):
        return not failure.deadline_passed
    return isinstance(failure, ConnectionFailedError | UnavailableError)


def attempts_for(call: Call[Any]) -> Flow[Attempts]:
    """Begins to count attempts."""
    limits: Limits = yield CurrentLimits()
    return Attempts(call.operation, call.channel, call.repeatable, limits)
