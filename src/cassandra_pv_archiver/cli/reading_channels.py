"""The samples of channels in parts, so that memory is needed for little more than one part of each."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cassandra_pv_archiver import ArchiveClient, ArchiverError, ReadProgress, SampleSeries, Stream

    from .progress import Bars

_PART = 500
"""Samples of a part: so few that arrays need little memory."""
_OPEN_AT_ONCE = 8
"""Channels of which replies are open while others are read. Of more channels, parts are asked for one by one."""
_LARGEST_PART = 20_000
_HELD = 400_000
"""Samples that many channels may hold together."""
_SIDE_BY_SIDE = 4


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is read of each channel.

    Attributes:
        start: The beginning, in nanoseconds since 1970-01-01 UTC.
        end: The end, likewise.
        count: As of `ArchiveClient.get_samples`.
        spacing: Likewise.
        fill_tail: Likewise.
        edges: Whether samples just outside of the range are kept.
    """

    start: int
    end: int
    count: int = 0
    spacing: str | None = None
    fill_tail: bool = False
    edges: bool = False

    @property
    def is_raw(self) -> bool:
        """Whether raw samples are read."""
        return self.count == 0 and self.spacing is None


class ChannelReading:
    """The read of one channel.

    Attributes:
        name: The channel.
        start: The beginning of the range, in nanoseconds since 1970-01-01 UTC.
        failure: What kept the read from being completed, once it has ended so.
        ended_all: Whether that is true of all channels, because the service cannot be reached.
        reached: The time of the newest sample so far, in nanoseconds since 1970-01-01 UTC; None if there is none.
        begins_late: Whether no raw sample lies at or before the beginning.
    """

    def __init__(self, archive: ArchiveClient, name: str, wanted: Wanted, part: int, tally: Tally) -> None:
        self.name: str = name
        self.failure: ArchiverError | ValueError | None = None
        self.ended_all: bool = False
        self.reached: int | None = None
        self.start: int = wanted.start
        self.begins_late: bool = wanted.is_raw
        self._archive = archive
        self._wanted = wanted
        self._part = part
        self._tally = tally
        self._parts = self._kept()
        self._first: list[SampleSeries] = []
        self._told = [0.0, 0.0, 0.0]
        self._asked = (wanted.start, 0, 0)

    def begin(self) -> None:
        """Reads the first part."""
        self._first = [series for series in [next(self._parts, None)] if series is not None]

    def parts(self) -> Iterator[SampleSeries]:
        """The samples that are wanted, part by part. A failure ends them."""
        while self._first:
            yield self._first.pop()
        yield from self._parts

    def close(self) -> None:
        """Ends the read."""
        self._parts.close()

    def _kept(self) -> Generator[SampleSeries]:
        from cassandra_pv_archiver import ArchiverError, ConnectionFailedError, UnavailableError

        try:
            for series in self._all():
                kept = self._trimmed(series)
                if len(kept):
                    yield kept
        except (ArchiverError, ValueError) as error:
            self.failure = error
            if isinstance(error.__cause__ or error, ConnectionFailedError | UnavailableError):
                self.ended_all = True
                self._tally.ended.set()
            received: SampleSeries | None = getattr(error, "received", None)
            yield from map(self._trimmed, [] if received is None else self._new(received))

    def _all(self) -> Generator[SampleSeries]:
        """All samples, in parts of which none begins another type of values."""
        if self._part > _PART and self._wanted.is_raw:
            yield from self._one_by_one()
            return
        while True:
            begun = False
            with self._batches() as batches:
                try:
                    for series in batches:
                        begun = True
                        yield from self._new(series)
                    return
                except ValueError:  # other values follow, which a stream of their own can have
                    if not begun:
                        raise

    def _one_by_one(self) -> Generator[SampleSeries]:
        """All samples, of which each part is asked for alone, so that no connection waits meanwhile."""
        series: SampleSeries | None = None
        while series is None or len(series) == self._part:
            with self._batches() as batches:
                series = next(batches, None)
            if series is None:
                return
            yield from self._new(series)

    def _batches(self) -> Stream[SampleSeries]:
        wanted, begin = self._wanted, self._wanted.start if self.reached is None else self.reached
        self._asked = (begin, int(self._told[1]), int(self._told[2]))
        return self._archive.iter_batches(
            self.name,
            begin,
            wanted.end,
            wanted.count,
            batch_size=self._part,
            spacing=wanted.spacing,
            fill_tail=wanted.fill_tail,
            cancel=self._tally.ended,
            progress=self._tell,
        )

    def _new(self, series: SampleSeries) -> list[SampleSeries]:
        """The samples of a part that have not been handed out, unless there are none."""
        if self.reached is None:
            self.begins_late = series.begins_late
        new = series if self.reached is None else series[series.times > self.reached]
        if not len(new):
            return []
        self.reached = int(new.times[-1])
        return [new]

    def _tell(self, progress: ReadProgress) -> None:
        begin, samples, size = self._asked
        length = max(self._wanted.end - self._wanted.start, 1)
        done = (begin - self._wanted.start) / length
        share = done + progress.share * (1 - done)
        whole = replace(progress, share=share, samples=samples + progress.samples, bytes=size + progress.bytes)
        self._tally.read(whole, self._told)

    def _trimmed(self, series: SampleSeries) -> SampleSeries:
        if not self._wanted.edges:
            return series.between(self._wanted.start, self._wanted.end)
        return series[max(int((series.times <= self._wanted.start).sum()) - 1, 0) :]


class Tally:
    """Adds up how far the reads of several channels have come.

    Attributes:
        ended: Is set when nothing more is wanted.
    """

    def __init__(self, bars: Bars, channels: int) -> None:
        self.ended: threading.Event = threading.Event()
        self._bars = bars
        self._channels = channels
        self._lock = threading.Lock()
        self._sums = [0.0, 0.0, 0.0]

    def read(self, progress: ReadProgress, before: list[float]) -> None:
        """Takes how far the read of one channel has come; ``before`` is what it had told before, and is replaced."""
        if self._channels == 1:
            self._bars.read(progress)
            before[:] = [progress.share, progress.samples, progress.bytes]
            return
        told = [progress.share, progress.samples, progress.bytes]
        with self._lock:
            self._sums = [total + new - old for total, new, old in zip(self._sums, told, before, strict=True)]
            before[:] = told
            share, samples, size = self._sums
            name = f"{self._channels} channels"
            together = replace(progress, channel_name=name, samples=int(samples), bytes=int(size), finished=False)
            self._bars.read(replace(together, share=share / self._channels))


@contextmanager
def readings(
    archive: ArchiveClient, names: Sequence[str], wanted: Wanted, bars: Bars
) -> Generator[list[ChannelReading]]:
    """Begins to read channels, several at once, and ends whatever is left in the end."""
    many = len(names) > _OPEN_AT_ONCE
    part = max(min(_HELD // len(names), _LARGEST_PART), _PART + 1) if many else _PART
    tally = Tally(bars, len(names))
    channels = [ChannelReading(archive, name, wanted, part, tally) for name in names]
    try:
        if len(channels) == 1:
            channels[0].begin()
        else:
            with ThreadPoolExecutor(_SIDE_BY_SIDE, "cpva") as pool:
                try:
                    list(pool.map(ChannelReading.begin, channels))
                except BaseException:
                    tally.ended.set()
                    pool.shutdown(cancel_futures=True)
                    raise
        yield channels
    finally:
        tally.ended.set()
        for channel in channels:
            channel.close()
