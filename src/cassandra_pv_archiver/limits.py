"""How long a client waits and how often it repeats a request."""

from __future__ import annotations

from dataclasses import dataclass, fields

from .errors import (
    ArchiverError,
    ConnectionFailedError,
    InterruptedReplyError,
    RefusedError,
    RequestTimeoutError,
)

__all__ = [
    "CONNECT_TIMEOUT",
    "LARGEST_REPLY",
    "LARGEST_SAMPLE",
    "POOL_TIMEOUT",
    "READ_TIMEOUT",
    "WRITE_REPLY_TIMEOUT",
    "RetryPolicy",
    "Timeouts",
    "retry_policy",
    "timeouts",
]

CONNECT_TIMEOUT = 5.0
"""Seconds that making a connection may take."""
READ_TIMEOUT = 60.0
"""Seconds that may pass without a byte of the reply arriving, or of the request leaving."""
POOL_TIMEOUT = 60.0
"""Seconds to wait for one of the client's connections to become free."""
WRITE_REPLY_TIMEOUT = 1000.0
"""Seconds to wait for the reply to an import or to commands: servers allow each other 900 s (section 3.1)."""
LARGEST_REPLY = 256 * 1024 * 1024
"""Bytes that a reply without samples may have; some 700,000 channels."""
LARGEST_SAMPLE = 64 * 1024 * 1024
"""Bytes that are kept while the end of a sample has not arrived; some three million numbers. If samples are not
separated as the service does it, because something on the way rewrites JSON, the whole body may not have more."""

_REPEATED_STATUSES = frozenset({429, 502, 503, 504})


def check_seconds(name: str, value: object) -> None:
    """Raises TypeError or ValueError unless ``value`` is a positive, finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} is a number of seconds, not {value!r}.")
    if not 0 < value < float("inf"):
        raise ValueError(f"{name} is a positive, finite number of seconds, not {value!r}.")


def check_count(name: str, value: object, *, least: int) -> None:
    """Raises TypeError or ValueError unless ``value`` is a whole number of at least ``least``."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} is a whole number, not {value!r}.")
    if value < least:
        raise ValueError(f"{name} is {least} or more, not {value!r}.")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """The longest waits of one request, each a finite number of seconds.

    Attributes:
        connect: For making a connection.
        read: Without a byte of the reply arriving, or of the request leaving.
        pool: For one of the client's connections to become free.
        write_reply: As ``read``, but for the reply to an import or to commands, which can take minutes.
    """

    connect: float = CONNECT_TIMEOUT
    read: float = READ_TIMEOUT
    pool: float = POOL_TIMEOUT
    write_reply: float = WRITE_REPLY_TIMEOUT

    def __post_init__(self) -> None:
        for field in fields(self):
            check_seconds(field.name, getattr(self, field.name))


def timeouts(value: float | Timeouts) -> Timeouts:
    """Reads a ``timeout`` argument: seconds for connecting, reading and the pool, or each of them by name."""
    if isinstance(value, Timeouts):
        return value
    check_seconds("timeout", value)
    return Timeouts(connect=value, read=value, pool=value)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When a failed request is repeated, and after how long a pause.

    Reads are repeated when no connection could be made, after time-outs, after replies that broke off, and after
    the statuses 429, 502, 503 and 504. A write is repeated only if no connection could be made, because then it
    was certainly not executed.

    Attributes:
        retries: How many times a request is repeated; 0 for never.
        first_delay: Seconds of the first pause. Each further one is twice as long.
        longest_delay: Seconds that no pause exceeds; also bounds what a server asks for with ``Retry-After``.
        patience: Seconds for which an operation goes on trying after its first failure, however many repetitions
            that takes, so that a nightly job sits out the restart of a database; reads are then repeated after
            status 500 as well, which is what a failing database looks like. None: ``retries`` decides.
    """

    retries: int = 3
    first_delay: float = 0.5
    longest_delay: float = 30.0
    patience: float | None = None

    def __post_init__(self) -> None:
        check_count("retries", self.retries, least=0)
        check_seconds("first_delay", self.first_delay)
        check_seconds("longest_delay", self.longest_delay)
        if self.patience is not None:
            check_seconds("patience", self.patience)

    def delay(
        self,
        taken: int,
        failure: ArchiverError,
        *,
        repeatable: bool,
        waited: float = 0.0,
        jitter: float = 1.0,
        has_succeeded: bool = False,
    ) -> float | None:
        """Decides whether to try again.

        Args:
            taken: How many repetitions there have been.
            failure: What ended the last attempt.
            repeatable: Whether the request changes nothing, so that sending it twice does no harm.
            waited: Seconds since the first failure.
            jitter: A random number from 0 to 1. It spreads the pauses of many clients between half and all of
                their length.
            has_succeeded: Whether the server has answered earlier requests of the operation. Then status 500 is
                worth repeating: it is what a failing database looks like.

        Returns:
            Seconds to pause before the next attempt, or None to give up.
        """
        if not self._worth_repeating(failure, repeatable, has_succeeded):
            return None
        seconds = min(self.first_delay * 2.0 ** min(taken, 60), self.longest_delay) * (0.5 + jitter / 2)
        if isinstance(failure, RefusedError) and failure.retry_after is not None:
            seconds = min(max(seconds, failure.retry_after), self.longest_delay)
        within = taken < self.retries if self.patience is None else waited + seconds <= self.patience
        return seconds if within else None

    def _worth_repeating(self, failure: ArchiverError, repeatable: bool, has_succeeded: bool) -> bool:
        if isinstance(failure, ConnectionFailedError):
            return True
        if not repeatable:
            return False
        if isinstance(failure, RefusedError):
            failing = failure.status == 500 and (has_succeeded or self.patience is not None)
            return failing or failure.status in _REPEATED_STATUSES
        if isinstance(failure, RequestTimeoutError):
            return not failure.deadline_passed
        return isinstance(failure, InterruptedReplyError)


def retry_policy(value: int | RetryPolicy) -> RetryPolicy:
    """Reads a ``retry`` argument: a number of repetitions, or a whole policy."""
    return value if isinstance(value, RetryPolicy) else RetryPolicy(retries=value)
