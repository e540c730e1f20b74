"""The export of one piece: windows side by side, rows in order, files that are whole or not there."""

from __future__ import annotations

import asyncio
import itertools
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

from .edge_files import make_room
from .layout import month_of, table_file
from .manifest import ChannelPart, Entry, Failure, Manifest, Query, versions
from .pieces import OPEN_FOR, Piece
from .storage import Storage
from .to_table import join_tables, to_table
from .windows import Arrival, ChannelFailedError, Window, WindowReader
from .writing import TableFile

__all__ = ["OvertakenError", "PieceExport", "PieceOutcome", "Surroundings"]

T = TypeVar("T")

_JOINED = 64
"""Tables that become one: each takes some 30 KB, which is more than the samples of a quiet channel."""
_MOST_WINDOWS = 1000
"""Windows that are planned at once: after a burst they would be too many to count, and are cut anew soon."""


class OvertakenError(Exception):
    """Another process has recorded a part of the same piece."""


def _always() -> None:
    """Finds nothing wrong."""


@dataclass(slots=True)
class Surroundings:
    """What the exports of all pieces share.

    Attributes:
        storage: Where the files lie.
        manifest: Where what was done is recorded.
        reader: Reads windows.
        executor: Does what takes time, such as compressing and writing.
        server: Where samples are read, for the manifest.
        ahead: How many windows of a piece may be under way, and of how many the samples may be waiting to be written.
        on_arrival: Is told what arrives.
        attempt: Distinguishes the files from those of other processes that may export the same piece; empty if there
            can be none.
        check: Raises if what is done does not count any more.
    """

    storage: Storage
    manifest: Manifest
    reader: WindowReader
    executor: Executor
    server: str
    ahead: Callable[[], int]
    on_arrival: Callable[[Arrival], object]
    attempt: str = ""
    check: Callable[[], None] = _always


@dataclass(frozen=True, slots=True)
class PieceOutcome:
    """What the export of a piece has brought. It can be pickled.

    Attributes:
        entries: What was recorded in the manifest.
        failures: What could not be read.
    """

    entries: tuple[Entry, ...]
    failures: tuple[Failure, ...]


@dataclass(slots=True)
class _Queued:
    window: Window
    rate: float
    task: asyncio.Task[Arrival] | None = None

    @property
    def weight(self) -> float:
        """That of the samples which have arrived, or else of those which are expected."""
        if self.task is None or not self.task.done():
            return self.rate * (self.window.end - self.window.begin)
        return 0.0 if self.task.cancelled() or self.task.exception() else self.task.result().weight


@dataclass(slots=True)
class _Part:
    """What the file at hand has of a channel."""

    begin: int
    reached: int
    samples: int = 0
    weight: int = 0
    first: int | None = None
    last: int | None = None
    expired: bool = False
    is_settled: bool = True

    def take(self, arrival: Arrival) -> None:
        times = arrival.columns.times
        assert arrival.window.begin == self.reached, "a window was left out"
        self.expired = self.expired or arrival.expired
        self.reached = arrival.reached
        self.is_settled = arrival.settled
        self.samples += len(times)
        self.weight += arrival.weight
        if len(times):
            self.first = int(times[0]) if self.first is None else self.first
            self.last = int(times[-1])

    def part(self, query: Query) -> ChannelPart:
        settled = None
        if query.spacing_ns is not None and not self.is_settled:
            settled = self.begin if self.last is None else self.last + 1
        state = "expired" if self.expired else "complete" if self.samples else "empty"
        return ChannelPart(self.begin, self.reached, self.samples, self.weight, self.first, self.last, state, settled)


@dataclass(slots=True)
class PieceExport:
    """The export of a piece.

    Attributes:
        piece: The piece.
        around: What all exports share.
        number: Its place among the pieces; requests of those before come first.
    """

    piece: Piece
    around: Surroundings
    number: int
    entries: list[Entry] = field(default_factory=list[Entry])
    failures: list[Failure] = field(default_factory=list[Failure])
    _file: TableFile | None = None
    _buffer: list[Any] = field(default_factory=list[Any])
    _joined: int = 0
    _buffered: int = 0
    _in_file: int = 0
    _parts: dict[str, _Part] = field(default_factory=dict[str, _Part])
    _open: bool = False

    async def run(self) -> PieceOutcome:
        """Reads the piece and writes its files. What is there of an earlier attempt is kept.

        Raises:
            OSError: A file could not be written.
            ArchiverError: The servers have not answered for too long.
            OvertakenError: Another process does the same; what it has recorded is found by the next attempt.
        """
        began = time.time_ns()
        self._open = self.piece.end > began - OPEN_FOR
        await self._aside(self._find_done)
        queue = deque(self._windows())
        try:
            while queue:
                await self._next(queue)
            await self._finish_file()
            return PieceOutcome(tuple(self.entries), tuple(self.failures))
        finally:
            begun = [queued.task for queued in queue if queued.task is not None]
            queue.clear()
            await _end(begun)
            if self._file is not None:
                await self._aside(self._file.abandon)

    def _find_done(self) -> None:
        """Finds what an earlier attempt at this piece has recorded for good."""
        while not self._open and (entry := self.around.manifest.entry(self._name)) is not None:
            if any(part.settled is not None for part in entry.channels.values()):
                return
            self.entries.append(entry)

    def _windows(self) -> list[_Queued]:
        queue: list[_Queued] = []
        for channel, rate in zip(self.piece.channels, self.piece.rates, strict=True):
            done = [entry.channels[channel].end for entry in self.entries if channel in entry.channels]
            begin = max(done, default=self.piece.begin)
            self._parts[channel] = _Part(begin, begin)
            if begin < self.piece.end:
                queue += self._cut(Window(channel, begin, self.piece.end), rate)
        return queue

    async def _next(self, queue: deque[_Queued]) -> None:
        self._begin_some(queue)
        first = queue[0]
        assert first.task is not None
        try:
            arrival = await first.task
        except ChannelFailedError as failure:
            await self._give_up(failure, queue)
            return
        queue.popleft()
        if arrival.reached < first.window.end:
            passed = max(arrival.reached - first.window.begin, 1)
            rest = replace(first.window, begin=arrival.reached)
            queue.extendleft(reversed(self._cut(rest, arrival.weight / passed)))
        else:
            self._adapt(queue, arrival)
        await self._take(arrival)

    def _begin_some(self, queue: deque[_Queued]) -> None:
        """Begins as many requests as may be under way, unless enough samples are waiting to be written."""
        most = max(self.around.ahead(), 1)
        under_way, weight = 0, 0.0
        for queued in queue:
            if under_way >= most or weight >= most * self.piece.sizes.window:
                return
            if queued.task is None:
                order = (self.number, self.piece.channels.index(queued.window.channel), queued.window.begin)
                queued.task = asyncio.create_task(self.around.reader.read(queued.window, order))
                queued.task.add_done_callback(lambda _: self._begin_some(queue))
            under_way += not queued.task.done()
            weight += queued.weight

    async def _give_up(self, failed: ChannelFailedError, queue: deque[_Queued]) -> None:
        """Leaves out what is still missing of a channel."""
        channel = failed.window.channel
        own = [queued for queued in queue if queued.window.channel == channel]
        for queued in own:
            queue.remove(queued)
        await _end([queued.task for queued in own if queued.task is not None])
        reason = "missing" if failed.is_missing else "failed"
        begin = self._parts[channel].reached
        message = str(failed.failure)
        self.failures.append(Failure(channel, reason, message, begin, self.piece.end, time.time_ns()))

    def _cut(self, window: Window, rate: float) -> list[_Queued]:
        """Windows that have a handy number of samples each at a rate."""
        length = window.end - window.begin
        number = max(min(math.ceil(rate * length / self.piece.sizes.window), length, _MOST_WINDOWS), 1)
        edges = [window.begin + length * place // number for place in range(number + 1)]
        return [_Queued(replace(window, begin=begin, end=end), rate) for begin, end in itertools.pairwise(edges)]

    def _adapt(self, queue: deque[_Queued], arrival: Arrival) -> None:
        """Cuts the windows of a channel that were not begun anew, if its rate is another than expected."""
        window = arrival.window
        rate = arrival.weight / (window.end - window.begin)

        def is_own(queued: _Queued) -> bool:
            return queued.task is None and queued.window.channel == window.channel

        rest = list(itertools.takewhile(is_own, itertools.dropwhile(lambda queued: queued.task is not None, queue)))
        if not rest or rest[0].rate / 2 <= rate <= rest[0].rate * 2:
            return
        place = queue.index(rest[0])
        for queued in rest:
            queue.remove(queued)
        whole = Window(window.channel, rest[0].window.begin, rest[-1].window.end)
        for offset, queued in enumerate(self._cut(whole, max(rate, rest[0].rate / 8))):
            queue.insert(place + offset, queued)

    async def _take(self, arrival: Arrival) -> None:
        channel = arrival.window.channel
        if self.around.attempt:
            await self._aside(self.around.check)
        self._parts[channel].take(arrival)
        self.around.on_arrival(arrival)
        if not len(arrival.columns):
            return
        self._buffer.append(await self._aside(partial(to_table, channel, arrival.columns)))
        self._buffered += arrival.weight
        if len(self._buffer) >= self._joined + _JOINED:
            self._buffer[self._joined :] = [await self._aside(partial(join_tables, self._buffer[self._joined :]))]
            self._joined += 1
        if self._buffered >= self.piece.sizes.row_group:
            await self._write_row_group()
        if self._in_file >= self.piece.sizes.largest_file:
            await self._finish_file()

    async def _write_row_group(self) -> None:
        if self._file is None:
            name = f"{self._name}-{self.around.attempt}" if self.around.attempt else self._name
            name = table_file(month_of(self.piece.begin), name)
            self._file = await self._aside(partial(TableFile, self.around.storage, name))
        buffer, self._buffer, self._in_file, self._buffered = self._buffer, [], self._in_file + self._buffered, 0
        self._joined = 0
        await self._aside(partial(self._file.write, buffer))

    @property
    def _name(self) -> str:
        return f"{'open' if self._open else 'samples'}-{self.piece.name}-{len(self.entries)}"

    async def _finish_file(self) -> None:
        """Records what has been read since the last file."""
        if self._buffer:
            await self._write_row_group()
        parts = {name: part.part(self.piece.query) for name, part in self._parts.items() if part.reached > part.begin}
        if not parts:
            return
        entry = Entry(
            name=self._name,
            kind="samples",
            file=None,
            begin=self.piece.begin,
            end=self.piece.end,
            channels=parts,
            first=min((part.first for part in parts.values() if part.first is not None), default=None),
            last=max((part.last for part in parts.values() if part.last is not None), default=None),
            open=self._open,
            query=self.piece.query,
            server=self.around.server,
            written=time.time_ns(),
            versions=versions(),
        )
        await self._aside(self.around.check)
        await self._aside(partial(make_room, self.around.storage, self.around.manifest, parts, self._name))
        if self._file is not None:
            file = await self._aside(self._file.finish)
            entry = replace(entry, file=file.name, samples=file.rows, bytes=file.bytes, sha256=file.sha256)
            self._file = None
        await self._aside(partial(self._record, entry))
        self.entries.append(entry)
        self._in_file = 0
        self._parts = {name: _Part(part.reached, part.reached) for name, part in self._parts.items()}

    def _record(self, entry: Entry) -> None:
        # What is not for good may be replaced.
        is_new = bool(self.around.attempt) and not entry.open and entry.query.spacing_ns is None
        try:
            self.around.check()
            self.around.manifest.add(entry, is_new=is_new)
        except BaseException as error:
            if self.around.attempt and entry.file is not None:
                self.around.storage.delete(entry.file)
            if isinstance(error, FileExistsError):
                raise OvertakenError(entry.name) from error
            raise

    def _aside(self, work: Callable[[], T]) -> Awaitable[T]:
        """Lets work that takes time not hold up the reads."""
        return asyncio.get_running_loop().run_in_executor(self.around.executor, work)


async def _end(tasks: list[asyncio.Task[Arrival]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
