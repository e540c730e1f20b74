"""New samples of channels, asked for again and again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from ._attempts import Arrived, Attempts, attempts_for
from ._exchange import attempt, now_ns
from ._raw_reads import is_too_large
from ._read_windows import Windows
from ._reading import SampleRead, collected
from ._sample_columns import SampleColumns
from ._sample_reads import Request
from ._steps import CancelledError, Decoder, Flow, Hand, Pause, Reply, SideBySide
from .errors import ArchiverError, RefusedError
from .read_results import CancelledReadError
from .series import SampleSeries
from .times import LATEST

__all__ = ["OVERLAP", "Followed", "follow_channels"]

OVERLAP = 30 * 10**9
"""Nanoseconds before the newest sample in which samples are looked for that became visible late."""
_FOR_EVER = 1e9


@dataclass(slots=True)
class Followed:
    """A channel that is followed.

    Attributes:
        request: What is asked for, from the start on.
        windows: How long a range is asked for, if a server refuses to answer all of it at once.
        seen: The times of the samples that have been handed out and may be met again.
    """

    request: Request
    windows: Windows
    seen: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    def begin(self) -> int:
        """Where the next request begins."""
        start = self.request.query.start
        return max(start, int(self.seen[-1]) - OVERLAP) if len(self.seen) else start

    def new(self, columns: SampleColumns) -> SampleColumns:
        """Those of the samples that have not been handed out."""
        # A reply begins with the newest sample before the request, which has been handed out long ago.
        is_new = (columns.times >= self.begin()) & ~np.isin(columns.times, self.seen)
        found = columns.select(is_new)
        found = found.select(np.unique(found.times, return_index=True)[1])
        seen = np.union1d(self.seen, found.times)
        self.seen = seen[seen >= seen[-1:] - OVERLAP]
        return found


def follow_channels(channels: Sequence[Followed], interval: float, at_most: int) -> Flow[None]:
    """Hands names and series of new samples to the caller, and goes on after failures that may pass.

    Raises:
        CancelledReadError: It was cancelled.
        ArchiverError: A failure that will not pass, such as a channel that does not exist.
    """
    if not channels:
        return
    begun = yield from attempts_for(channels[0].request.call(0, 0, 0))
    patient = replace(begun.limits, retry=replace(begun.limits.retry, patience=_FOR_EVER))
    attempts = replace(begun, limits=patient)
    try:
        while True:
            outcomes = yield from _poll_all(channels, attempts, at_most)
            failures = [outcome.failure for outcome in outcomes if outcome.failure is not None]
            if failures:
                yield from attempts.after(_worst(failures, attempts))
                continue
            attempts.progress()
            if not any(outcome.is_behind for outcome in outcomes):
                yield Pause(interval)
    except CancelledError as cancelled:
        nothing_more = SampleSeries(channels[0].request.query, SampleColumns.none())
        raise CancelledReadError(str(cancelled), nothing_more) from None


def _worst(failures: Sequence[ArchiverError], attempts: Attempts) -> ArchiverError:
    """One that will not pass, if there is one."""
    retry, succeeded = attempts.limits.retry, attempts.has_succeeded
    lasting = (each for each in failures if retry.delay(0, each, repeatable=True, has_succeeded=succeeded) is None)
    return next(lasting, failures[0])


@dataclass(frozen=True, slots=True)
class _Polled:
    """What a poll has given.

    Attributes:
        series: Samples that have become visible.
        failure: What kept the reply from being read to its end; None if nothing did.
        is_behind: Whether a shorter range was asked for than there may be samples in, or is to be asked for next.
    """

    series: SampleSeries
    failure: ArchiverError | None = None
    is_behind: bool = False


def _poll_all(channels: Sequence[Followed], attempts: Attempts, at_most: int) -> Flow[list[_Polled]]:
    """Hands out what has become visible."""
    outcomes: list[_Polled] = yield SideBySide([_poll(channel, attempts) for channel in channels], at_most)
    for outcome in outcomes:
        if len(outcome.series):
            yield Hand((outcome.series.channel_name, outcome.series))
    return outcomes


def _poll(channel: Followed, attempts: Attempts) -> Flow[_Polled]:
    arrived: list[SampleColumns] = []
    request = channel.request
    read = SampleRead(request.query, request.call, check=False, attempts=attempts)
    begin = channel.begin()
    reached = int(channel.seen[-1]) if len(channel.seen) else begin
    end = channel.windows.end_of(reached, LATEST)

    def take(columns: SampleColumns) -> Flow[None]:
        arrived.append(columns)
        return
        yield  # a flow without steps

    def receive(decoder: Decoder[list[SampleColumns]], reply: Reply, seen: Arrived) -> Flow[list[SampleColumns]]:
        return (yield from read.receive(decoder, reply, seen, take))

    def found() -> SampleSeries:
        return SampleSeries(request.query, channel.new(collected(arrived)))

    try:
        yield from attempt(request.call(begin, end, 0), attempts, receive)
    except ArchiverError as failure:
        length = min(end, (yield from now_ns())) - reached
        if not read.bytes and is_too_large(failure) and channel.windows.refused(length):
            yield from attempts.report("split", failure)
            if isinstance(failure, RefusedError):
                return _Polled(found(), is_behind=True)
        return _Polled(found(), failure)
    is_behind = any(len(columns) > 0 and columns.times[-1] >= end for columns in arrived)
    series = found()
    if is_behind:
        channel.windows.answered(end - reached, len(series))
    return _Polled(series, is_behind=is_behind)
