"""The export of a range: pieces side by side, oldest first, until nothing is missing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, TypeVar

from .coverage import Coverage, Span
from .edge_export import EdgeExport
from .layout import MONTH, month_of, months
from .manifest import Entry, Failure, Manifest
from .piece_export import PieceExport, PieceOutcome, Surroundings
from .pieces import Piece, Sizes, month_gaps, pieces_of
from .rates import Rate, sampled_rates
from .results import ExportProgress, ExportResult
from .storage import Storage
from .wanted import remember_wanted
from .windows import Arrival, ChannelFailedError, WindowReader

__all__ = ["Export"]

T = TypeVar("T")
Perform: TypeAlias = Callable[[Piece, int], Coroutine[Any, Any, PieceOutcome]]

_PLACES = 3
"""Instants at which a channel is looked at before its first samples are read."""
_TELL_EVERY = 0.1


@dataclass(slots=True)
class Export:
    """One run.

    Attributes:
        storage: Where the dataset is.
        reader: Reads samples.
        executor: Does what takes time.
        server: Where samples are read, for the manifest.
        most: The number of requests at once that is never exceeded.
        wanted: The range of each channel.
        now: The time in nanoseconds since 1970-01-01 UTC.
        tell: Is told how far it has come.
        sizes: How many samples are handled together.
        perform: Exports a piece, given its number as well; None: here.
        at_once: How many pieces are exported at once at present; None: as many as there may be requests.
    """

    storage: Storage
    reader: WindowReader
    executor: Executor
    server: str
    most: int
    wanted: dict[str, Span]
    now: int
    tell: Callable[[ExportProgress], object]
    sizes: Sizes
    perform: Perform | None = None
    at_once: Callable[[], int] | None = None
    _manifest: Manifest = field(init=False)
    _edges: EdgeExport = field(init=False)
    _coverage: Coverage = field(default_factory=Coverage)
    _entries: list[Entry] = field(default_factory=list[Entry])
    _failures: dict[str, Failure] = field(default_factory=dict[str, Failure])
    _running: set[asyncio.Task[PieceOutcome]] = field(default_factory=set[asyncio.Task[PieceOutcome]])
    _month: str = ""
    _samples: int = 0
    _read: int = 0
    _to_read: int = 0
    _told: float = 0.0

    def __post_init__(self) -> None:
        self._manifest = Manifest(self.storage)
        self._edges = EdgeExport(self.storage, self._manifest, self.reader, self.server, self._aside)

    async def run(self) -> ExportResult:
        """Reads what is missing and records it.

        Raises:
            DatasetError: The dataset has other samples than those wanted.
            ArchiverError: The servers have not answered for too long.
            OSError: A file could not be written.
        """
        began = time.monotonic()
        await self._aside(self._prepare)
        try:
            await self._export_first_edges()
            await self._export_months()
            await self._export_last_edges()
        finally:
            await self._end_pieces()
        if self.perform is not None:
            await self._aside(self._clear)
        await self._aside(self._record_failures)
        self._report(finished=True)
        return self._result(time.monotonic() - began)

    def _prepare(self) -> None:
        self._manifest.begin(self.reader.query, self.now)
        remember_wanted(self.storage, {channel: [span] for channel, span in self.wanted.items()}, self.now)
        entries = self._clear()
        self._coverage = Coverage.of(entries)
        for entry in entries:
            if entry.kind == "samples" and entry.open and not self.wanted.keys().isdisjoint(entry.channels):
                self._want_again(entry)
        self._to_read = sum(
            end - begin
            for channel, span in self.wanted.items()
            for begin, end in self._coverage.gaps(channel, span[0], min(span[1], self.now))
        )

    def _clear(self) -> list[Entry]:
        """Removes what was not finished, and files that were moved into place but not recorded."""
        self.storage.clear_unfinished()
        entries = self._manifest.entries()
        known = {entry.file for entry in entries}
        for folder in self.storage.folders():
            if folder.startswith(f"{MONTH}="):
                for name in self.storage.files(folder):
                    if name not in known and name.endswith(".parquet"):
                        self.storage.delete(name)
        return entries

    def _want_again(self, entry: Entry) -> None:
        """Lets an open end be read again, for all channels that are in the same file."""
        for channel, part in entry.channels.items():
            begin, end = self.wanted.get(channel, (part.begin, part.end))
            self.wanted[channel] = (min(begin, part.begin), max(end, part.end))

    async def _export_months(self) -> None:
        if not self.wanted:
            return
        begin = min(span[0] for span in self.wanted.values())
        end = min(max(span[1] for span in self.wanted.values()), self.now)
        number = 0
        perform = self.perform or self._perform
        at_once = self.at_once or (lambda: self.reader.gate.limit)
        for month in months(begin, end):
            for piece in await self._plan(month):
                while len(self._running) >= at_once():
                    await self._some_end()
                self._running.add(asyncio.create_task(perform(piece, number)))
                number += 1
        while self._running:
            await self._some_end()

    async def _plan(self, month: Span) -> list[Piece]:
        gaps = month_gaps(self.wanted, self._coverage, month, self.now)
        if gaps:
            self._month = month_of(month[0])
        rates = {channel: self._coverage.rate(channel, month[1]) for channel in gaps}
        strange = [channel for channel, rate in rates.items() if rate is None]
        unknown = {channel: (gaps[channel][0][0], gaps[channel][-1][1]) for channel in strange}
        sampled, failed = await sampled_rates(self.reader, unknown, _PLACES, self.sizes.window // 4)
        for failure in failed:
            channel = failure.window.channel
            self._fail(_failure(failure, self.wanted.pop(channel)))
            del gaps[channel]
        known = {channel: rate for channel, rate in rates.items() if rate is not None}
        looked = {channel: self._expected(rate) for channel, rate in sampled.items()}
        return pieces_of(gaps, self.reader.query, {**known, **looked}, self.sizes)

    def _expected(self, rate: Rate) -> float:
        """The weight of a nanosecond; of decimated samples, whose replies cannot be cut short, what spacing brings."""
        spacing = self.reader.query.spacing_ns
        return rate.weight if spacing is None else max(rate.weight, rate.elements / spacing)

    async def _perform(self, piece: Piece, number: int) -> PieceOutcome:
        around = Surroundings(
            self.storage, self._manifest, self.reader, self.executor, self.server, self._ahead, self._arrived
        )
        return await PieceExport(piece, around, number).run()

    def _ahead(self) -> int:
        return max(2 * self.most // max(len(self._running), 1), 2)

    async def _some_end(self) -> None:
        done, self._running = await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            outcome = task.result()
            for entry in outcome.entries:
                self._coverage.add(entry)
                self._entries.append(entry)
                if self.perform is not None:
                    self._samples += entry.samples
                    self._read += sum(part.end - part.begin for part in entry.channels.values())
            for failure in outcome.failures:
                span = self.wanted.pop(failure.channel, (failure.begin, failure.end))
                self._fail(replace(failure, end=max(failure.end, span[1])))
        self._report()

    async def _end_pieces(self) -> None:
        if self._running:
            self.reader.stop.stopped = True
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    def _record_failures(self) -> None:
        """Records what this run could not read, and keeps what is known of other channels."""
        before = self._manifest.failures()
        asked = self.wanted.keys() | self._failures.keys()
        now = [failure for failure in before if failure.channel not in asked] + list(self._failures.values())
        if now != before:
            self._manifest.set_failures(now)

    def _fail(self, failure: Failure) -> None:
        earlier = self._failures.get(failure.channel)
        if earlier is not None:
            failure = replace(failure, begin=min(earlier.begin, failure.begin), end=max(earlier.end, failure.end))
        self._failures[failure.channel] = failure

    async def _export_first_edges(self) -> None:
        spans = {channel: (begin, min(end, self.now)) for channel, (begin, end) in self.wanted.items()}
        await self._edges.begin({channel: span for channel, span in spans.items() if span[0] < span[1]})
        for edge, failure in self._edges.failures:
            if edge.channel in self.wanted:
                self._fail(_failure(failure, self.wanted.pop(edge.channel)))

    async def _export_last_edges(self) -> None:
        await self._edges.finish(self._failures.keys())
        for edge, failure in self._edges.failures:
            if edge.channel not in self._failures:
                self._fail(_failure(failure, (edge.at, edge.at)))
        self._entries += self._edges.entries

    def _arrived(self, arrival: Arrival) -> None:
        self._samples += len(arrival.columns)
        self._read += arrival.reached - arrival.window.begin
        self._report()

    def _report(self, *, finished: bool = False) -> None:
        if not finished and time.monotonic() < self._told + _TELL_EVERY:
            return
        self._told = time.monotonic()
        share = 1.0 if finished or not self._to_read else min(self._read / self._to_read, 1.0)
        self.tell(
            ExportProgress(
                share=share,
                samples=self._samples,
                files=sum(entry.file is not None for entry in self._entries),
                bytes=sum(entry.bytes for entry in self._entries),
                month=self._month,
                concurrency=self.reader.gate.limit,
                failures=len(self._failures),
                finished=finished,
            )
        )

    def _result(self, seconds: float) -> ExportResult:
        files = [entry for entry in self._entries if entry.file is not None]
        return ExportResult(
            path=str(self.storage),
            samples=sum(entry.samples for entry in files),
            files=len(files),
            bytes=sum(entry.bytes for entry in files),
            seconds=seconds,
            empty=tuple(sorted(name for name in self.wanted if self._has_none(name))),
            expired=tuple(sorted(name for name in self.wanted if self._has_expired(name))),
            failures=tuple(self._failures.values()),
        )

    def _has_none(self, channel: str) -> bool:
        return all(not part.samples for part in self._coverage.parts.get(channel, ()))

    def _has_expired(self, channel: str) -> bool:
        return any(part.state == "expired" for part in self._coverage.parts.get(channel, ()))

    async def _aside(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.executor, work)


def _failure(failed: ChannelFailedError, span: Span) -> Failure:
    reason = "missing" if failed.is_missing else "failed"
    return Failure(failed.window.channel, reason, str(failed.failure), *span, time.time_ns())
