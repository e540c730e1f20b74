"""Requests for the samples of a channel, each for as much time as has a handy number of samples."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from cassandra_pv_archiver._sample_columns import SampleColumns
from cassandra_pv_archiver.errors import (
    ArchiverError,
    ConnectionFailedError,
    InterruptedReplyError,
    InvalidReplyError,
    NotFoundError,
    RefusedError,
    RequestTimeoutError,
    ServerFailedError,
    UnavailableError,
)
from cassandra_pv_archiver.events import Cancel, ProgressHandler, ReadProgress
from cassandra_pv_archiver.read_results import CancelledReadError, IncompleteReplyError
from cassandra_pv_archiver.series import SampleSeries

from .concurrency import Gate, Order
from .manifest import Query
from .to_table import columns_of, weight_of

__all__ = ["Arrival", "ChannelFailedError", "ReadSamples", "Stop", "Window", "WindowReader"]

_BYTES_OF_SAMPLE = 400
"""Bytes of JSON that a sample may have on average, before its reply is cut short: arrays have more."""
_ATTEMPTS = 4
"""Failures of one request, while others succeed, after which its channel is given up."""
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 60.0

T = TypeVar("T")

ReadSamples: TypeAlias = Callable[[str, int, int, Query, Cancel, ProgressHandler], Awaitable[SampleSeries]]
"""Reads the samples of a channel from one time to another."""


@dataclass(frozen=True, slots=True)
class Window:
    """What one request asks for.

    Attributes:
        channel: The channel.
        begin: The first instant, in nanoseconds since 1970-01-01 UTC.
        end: The end, which does not belong to it.
    """

    channel: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """What has arrived of a window.

    Attributes:
        window: The window.
        columns: The samples of it.
        reached: The end of the part that has arrived as a whole: that of the window, or earlier.
        weight: The number of the samples; an array counts as often as it has elements.
        expired: Whether the retention period has removed samples at its begin.
        settled: Whether there is a later sample, so that no further ones can come up.
    """

    window: Window
    columns: SampleColumns
    reached: int
    weight: int
    expired: bool
    settled: bool


class ChannelFailedError(Exception):
    """A channel that cannot be read, whatever the others do."""

    def __init__(self, window: Window, failure: ArchiverError) -> None:
        super().__init__(window, failure)
        self.window = window
        self.failure = failure

    @property
    def is_missing(self) -> bool:
        """Whether there is no such channel."""
        return isinstance(self.failure, NotFoundError)


@dataclass(slots=True)
class Stop:
    """Ends all reads of an export. Threads look at it."""

    stopped: bool = False

    def is_set(self) -> bool:
        """Whether they are to end."""
        return self.stopped


@dataclass(slots=True)
class _Watch:
    """Ends a read that becomes too large, and when all are to end."""

    stop: Stop
    most: int | None
    too_much: bool = False

    def is_set(self) -> bool:
        return self.too_much or self.stop.is_set()

    def __call__(self, progress: ReadProgress) -> None:
        if self.most is not None and not progress.finished:
            self.too_much = progress.samples > self.most or progress.bytes > self.most * _BYTES_OF_SAMPLE


@dataclass(slots=True)
class WindowReader:
    """Reads windows, sits outages out, and sees to it that the servers are not overloaded.

    Attributes:
        read_samples: Reads samples; it need not repeat anything.
        gate: Lets requests begin.
        query: What all samples have in common.
        patience: Seconds without any success after which the whole export fails.
        most: Samples at which a reply is cut short.
        stop: Ends all reads.
    """

    read_samples: ReadSamples
    gate: Gate
    query: Query
    patience: float
    most: int
    stop: Stop = field(default_factory=Stop)
    _successes: int = 0
    _known: Window | None = None
    """Something that could be read, to tell an outage from a channel that cannot be read."""
    _succeeded: float = field(default_factory=time.monotonic)

    async def read(self, window: Window, order: Order) -> Arrival:
        """Reads a window, or its first part if it has far more samples than expected.

        Args:
            window: The window.
            order: Of the requests that wait, the least begins first.

        Raises:
            ChannelFailedError: The channel cannot be read.
            ArchiverError: Nothing can be read any more.
        """
        return await self._patiently(window, lambda: self._window(window, order))

    async def around(self, channel: str, at: int, order: Order) -> SampleSeries:
        """Reads the samples next to an instant, or at it.

        Args:
            channel: The channel.
            at: The instant, in nanoseconds since 1970-01-01 UTC.
            order: As in `read`.

        Raises:
            ChannelFailedError: The channel cannot be read.
            ArchiverError: Nothing can be read any more.
        """
        window = Window(channel, at, at)
        return await self._patiently(window, lambda: self._request(window, order, self.stop, _unwatched))

    async def _patiently(self, window: Window, attempt: Callable[[], Awaitable[T]]) -> T:
        failures, in_vain, successes = 0, 0, self._successes
        while True:
            try:
                return await attempt()
            except ArchiverError as failure:
                if not _may_pass(failure):
                    raise ChannelFailedError(window, failure) from failure
                if _is_overload(failure):
                    self.gate.overloaded()
                failures += 1
                # An outage is sat out, but what fails while others succeed is not for the servers to mend.
                nothing_known = self._known is None and not _is_overload(failure)
                in_vain += self._successes > successes or failures == 1 or nothing_known
                successes = self._successes
                if in_vain >= _ATTEMPTS:
                    raise ChannelFailedError(window, failure) from failure
                if time.monotonic() - self._succeeded > self.patience:
                    raise
                pause = min(_FIRST_PAUSE * 2.0 ** (failures - 1), _LONGEST_PAUSE)
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 -- spreads pauses, guards nothing
            if self._successes == successes and self._known is not None:
                with suppress(ArchiverError):
                    await self._request(self._known, (0,), self.stop, _unwatched)

    async def _window(self, window: Window, order: Order) -> Arrival:
        # Of decimated samples the latest come first, so what has arrived could not be used.
        watch = _Watch(self.stop, self.most if self.query.spacing_ns is None else None)
        try:
            series = await self._request(window, order, watch, watch)
        except (CancelledReadError, IncompleteReplyError) as failure:
            if self.query.spacing_ns is not None or self.stop.is_set() or not _has_new(failure.received, window):
                raise
            if not watch.too_much:
                self.gate.overloaded()
            return _arrival(window, failure.received, whole=False)
        return _arrival(window, series, whole=True)

    async def _request(self, window: Window, order: Order, cancel: Cancel, progress: ProgressHandler) -> SampleSeries:
        async with self.gate.request(order):
            received: SampleSeries | None = None
            try:
                series = await self.read_samples(window.channel, window.begin, window.end, self.query, cancel, progress)
                received = series
            except (CancelledReadError, IncompleteReplyError) as failure:
                received = failure.received if _has_new(failure.received, window) else None
                raise
            finally:
                if received is not None:
                    self._successes += 1
                    self._succeeded = time.monotonic()
                    if window.end > window.begin:  # requests for single samples say nothing about the others
                        self.gate.succeeded(len(received))
                    if len(received):
                        at = int(received.times[-1])
                        self._known = Window(window.channel, at, at)
        return series


def _unwatched(progress: ReadProgress) -> None:
    """Takes note of nothing."""


def _may_pass(failure: ArchiverError) -> bool:
    """Whether the next attempt may succeed."""
    passing = (
        ConnectionFailedError,
        RequestTimeoutError,
        InterruptedReplyError,
        InvalidReplyError,  # as a page that a proxy shows in place of the servers
        UnavailableError,
        ServerFailedError,
    )
    return isinstance(failure, passing) or (isinstance(failure, RefusedError) and failure.status == 429)


def _is_overload(failure: ArchiverError) -> bool:
    """Whether a failure may mean that there are too many requests."""
    return isinstance(failure, ConnectionFailedError | RequestTimeoutError | InterruptedReplyError) or (
        isinstance(failure, RefusedError) and failure.status in {429, 502, 503, 504}
    )


def _has_new(series: SampleSeries, window: Window) -> bool:
    return len(series) > 0 and int(series.times[-1]) >= window.begin


def _arrival(window: Window, series: SampleSeries, whole: bool) -> Arrival:
    times = series.times
    own = columns_of(series.between(window.begin, window.end - 1))
    reached = window.end if whole else min(int(times[-1]) + 1, window.end)
    expired = bool(series.begins_late and series.earlier_decimated)
    settled = len(times) > 0 and int(times[-1]) >= window.end
    return Arrival(window, own.compact(), reached, weight_of(own), expired, settled)
