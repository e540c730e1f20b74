"""New samples of channels, asked for again and again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from ._attempts import Arrived, Attempts, attempts_for
from ._exchange import attempt
from ._reading import SampleRead, collected
from ._sample_columns import SampleColumns
from ._sample_reads import Request
from ._steps import CancelledError, Decoder, Flow, Hand, Pause, Reply, SideBySide
from .errors import ArchiverError
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
        seen: The times of the samples that have been handed out and may be met again.
    """

    request: Request
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
            failures = yield from _poll_all(channels, attempts, at_most)
            if failures:
                yield from attempts.after(failures[0])
            else:
                attempts.progress()
                yield Pause(interval)
    except CancelledError as cancelled:
        nothing_more = SampleSeries(channels[0].request.query, SampleColumns.none())
        raise CancelledReadError(str(cancelled), nothing_more) from None


def _poll_all(channels: Sequence[Followed], attempts: Attempts, at_most: int) -> Flow[list[ArchiverError]]:
    """Hands out what has become visible, and gives what went wrong."""
    polls = [_poll(channel, attempts) for channel in channels]
    outcomes: list[tuple[SampleSeries, ArchiverError | None]] = yield SideBySide(polls, at_most)
    for series, _ in outcomes:
        if len(series):
            yield Hand((series.channel_name, series))
    return [failure for _, failure in outcomes if failure is not None]


def _poll(channel: Followed, attempts: Attempts) -> Flow[tuple[SampleSeries, ArchiverError | None]]:
    """Samples that have become visible, and what kept the reply from being read to its end."""
    arrived: list[SampleColumns] = []
    request = channel.request
    read = SampleRead(request.query, request.call, check=False, attempts=attempts)

    def take(columns: SampleColumns) -> Flow[None]:
        arrived.append(columns)
        return
        yield  # a flow without steps

    def receive(decoder: Decoder[list[SampleColumns]], reply: Reply, seen: Arrived) -> Flow[list[SampleColumns]]:
        return (yield from read.receive(decoder, reply, seen, take))

    failure: ArchiverError | None = None
    try:
        yield from attempt(request.call(channel.begin(), LATEST, 0), attempts, receive)
    except ArchiverError as error:
        failure = error
    return SampleSeries(request.query, channel.new(collected(arrived))), failure
