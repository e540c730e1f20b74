"""Reads of samples as flows: one range as a series or in batches, single samples, several channels, new samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, NoReturn

import numpy as np

from ._attempts import attempts_for
from ._decimated_reads import DecimatedRead, read_decimated
from ._raw_reads import RawRead, UnorderedReplyError, has_decimated_samples, read_raw
from ._read_windows import multiple_of_spacing
from ._reading import CutReplyError, Destination, SampleRead, collected
from ._sample_columns import SampleColumns
from ._sample_decoding import SampleFormat
from ._sample_query import ReadNotes
from ._sample_values import Kind, Mask
from ._steps import Call, CancelledError, Flow, Hand, SideBySide
from ._unordered_reads import read_unordered
from .errors import ArchiverError
from .read_results import CancelledReadError, ChannelSeries, IncompleteReplyError, SeveralReadsFailedError
from .series import SampleQuery, SampleSeries

__all__ = ["Request", "read_batches", "read_series", "read_several"]


@dataclass(frozen=True, slots=True)
class Request:
    """A read of the samples of one channel.

    Attributes:
        operation: The client method.
        path: The path of the channel's samples, without parameters.
        query: What is asked for.
        check: Whether replies are checked for samples that they lack.
        fill_tail: Whether raw samples follow the last decimated one.
    """

    operation: str
    path: str
    query: SampleQuery
    check: bool = True
    fill_tail: bool = False

    def call(self, start: int, end: int, count: int) -> Call[list[SampleColumns]]:
        """The request for the samples from one time to another."""
        target = f"{self.path}?start={start}&end={end}" + (f"&count={count}" if count else "")
        return Call(self.operation, "GET", target, SampleFormat(), self.query.channel_name)

    def begin(self, destination: Destination | None = None, query: SampleQuery | None = None) -> Flow[SampleRead]:
        """Begins the read, or that of another range."""
        query = query or self.query
        attempts = yield from attempts_for(self.call(query.start, query.end, query.count))
        return SampleRead(query, self.call, self.check, attempts, destination or Destination())


def read_series(request: Request) -> Flow[SampleSeries]:
    """Reads the samples of a range.

    Raises:
        IncompleteReplyError: Samples have arrived, but not all.
        CancelledReadError: The read was cancelled.
        ArchiverError: Nothing has arrived.
    """
    read = yield from request.begin()
    if request.query.count:
        columns, notes = yield from _decimated(request, read)
    else:
        columns, notes = yield from _raw_series(request, read)
    yield from read.tell(request.query.end, finished=True)
    return SampleSeries(request.query, columns, notes)


def _raw_series(request: Request, read: SampleRead) -> Flow[tuple[SampleColumns, ReadNotes]]:
    raw = RawRead(read)
    try:
        columns = yield from _all_raw(raw)
    except ArchiverError as failure:
        kept = _from_one_before(request.query.start, collected(read.destination.kept))
        _raise_carrying(failure, request, kept, raw.last)
    begins_late = raw.first is None or raw.first > request.query.start
    decimated = (yield from has_decimated_samples(raw)) if begins_late and request.check else None
    return columns, ReadNotes(begins_late=begins_late, earlier_decimated=decimated)


def _all_raw(raw: RawRead) -> Flow[SampleColumns]:
    """All raw samples of a read whose destination keeps them, in whatever order the server sends them."""
    read = raw.read
    try:
        yield from read_raw(raw)
    except UnorderedReplyError:
        read.destination.kept, raw.first, raw.last = [], None, None
        columns = yield from read_unordered(read)
        raw.first = int(columns.times[0]) if len(columns) else None
    else:
        columns = collected(read.destination.kept)
    return _from_one_before(read.query.start, columns)


def _from_one_before(start: int, columns: SampleColumns) -> SampleColumns:
    """The samples from the newest one at or before the start on.

    There are several before it if a read was resumed there, and a newer one had arrived meanwhile.
    """
    before = int((columns.times <= start).sum())
    return columns.select(slice(before - 1, None)) if before > 1 else columns


def _decimated(request: Request, read: SampleRead) -> Flow[tuple[SampleColumns, ReadNotes]]:
    query = request.query
    end, count = query.end, query.count
    if query.spacing_ns is not None:
        length, count = multiple_of_spacing(query.end - query.start, query.spacing_ns)
        end = query.start + length
    decimated = DecimatedRead(read, end, count)
    try:
        columns = yield from read_decimated(decimated)
    except ArchiverError as failure:
        received = collected(decimated.received)
        reached = int(received.times.max()) if len(received) else None
        _raise_carrying(failure, request, received, reached)
    return (yield from _with_tail(request, read, columns)) if request.fill_tail else (columns, ReadNotes())


def _with_tail(request: Request, read: SampleRead, columns: SampleColumns) -> Flow[tuple[SampleColumns, ReadNotes]]:
    query, last = request.query, int(columns.times[-1]) if len(columns) else None
    if last is not None and (last >= query.end or columns.contexts[int(columns.numbers[-1])].quality == "Original"):
        return columns, ReadNotes()
    start = query.start if last is None else max(last, query.start)
    raw = RawRead((yield from request.begin(query=replace(query, start=start, count=0, spacing_ns=None))))
    raw.read.samples, raw.read.bytes = read.samples, read.bytes
    try:
        rest = yield from _all_raw(raw)
    except ArchiverError as failure:
        received = _followed_by(columns, collected(raw.read.destination.kept))
        reached = int(received.times[-1]) if len(received) else None
        _raise_carrying(failure, request, _from_one_before(query.start, received), reached)
    read.samples, read.bytes = raw.read.samples, raw.read.bytes
    together = _followed_by(columns, rest)
    begins = int(together.times[len(columns)]) if len(together) > len(columns) else None
    return _from_one_before(query.start, together), ReadNotes(tail_begins=begins)


def _followed_by(columns: SampleColumns, rest: SampleColumns) -> SampleColumns:
    """Samples and those of others that are newer."""
    return collected([columns, rest.select(rest.times > columns.times[-1])]) if len(columns) else rest


def _raise_carrying(failure: ArchiverError, request: Request, received: SampleColumns, reached: int | None) -> NoReturn:
    """Raises the error that carries what has arrived, or the failure itself if nothing has."""
    series = SampleSeries(request.query, received)
    if isinstance(failure, CancelledError):
        raise CancelledReadError(str(failure), series) from failure
    if reached is None and not isinstance(failure, CutReplyError):
        raise failure
    had = f"{len(received):,} samples have arrived" + (f", up to {reached} ns" if reached is not None else "")
    raise IncompleteReplyError(f"The read could not be completed; {had}. {failure}", series, reached) from failure


class _Batches(Destination):
    """Hands samples to the caller, so many at a time, or as many as a part of a reply has."""

    def __init__(self, request: Request, size: int | None) -> None:
        super().__init__()
        self._request = request
        self._size = size
        self._waiting = 0
        self._notes = ReadNotes()
        self._begins_late: bool | None = None
        self.tail_begins: int | None = None

    def take(self, columns: SampleColumns) -> Flow[None]:
        if self._size is None:
            yield from self._hand(columns)
            return
        self.kept.append(columns)
        self._waiting += len(columns)
        while self._waiting >= self._size:
            together = collected(self.kept)
            self._keep(together.select(slice(self._size, None)))
            yield from self._hand(together.select(slice(0, self._size)))

    def end(self) -> Flow[None]:
        if self._waiting:
            together = collected(self.kept)
            self._keep(SampleColumns.none())
            yield from self._hand(together)

    def _keep(self, columns: SampleColumns) -> None:
        self.kept[:] = [columns] if len(columns) else []
        self._waiting = len(columns)

    def _hand(self, columns: SampleColumns) -> Flow[None]:
        before = self._notes.stream_kind
        if before is not None and self._size is not None:  # single samples have types of their own
            odd = np.flatnonzero(_is_odd(columns, before))
            if len(odd):
                place = int(odd[0])
                if place > 0:
                    yield from self._hand(columns.select(slice(0, place)))
                raise _changed_type(columns, place, before)
        if self._begins_late is None:
            self._begins_late = not self._request.query.count and int(columns.times[0]) > self._request.query.start
        kind = _common_kind(columns) if before is None else before
        self._notes = ReadNotes(begins_late=self._begins_late, tail_begins=self.tail_begins, stream_kind=kind)
        yield Hand(SampleSeries(self._request.query, columns.compact(), self._notes))


def _common_kind(columns: SampleColumns) -> Kind | None:
    """What the values of a stream are that has values from these samples on; None if there are only markers."""
    present = columns.values.kinds_present(columns.kinds, columns.valid)
    return (Kind.TEXT if Kind.TEXT in present else min(present)) if present else None


def _is_odd(columns: SampleColumns, before: Kind) -> Mask:
    """Which samples have a value that the type of those before cannot hold."""
    fits = (columns.kinds == before) | ((columns.kinds == Kind.INTEGER) & (before is Kind.FLOAT))
    return columns.valid & ~fits


def _changed_type(columns: SampleColumns, place: int, before: Kind) -> ValueError:
    after = Kind(int(columns.kinds[place]))
    return ValueError(
        f"The values of this stream were {_KIND_NAMES[before]}, but from {int(columns.times[place])} ns on there are "
        f"{_KIND_NAMES[after]}. Read the two parts on their own, or the whole with get_samples."
    )


_KIND_NAMES = {Kind.FLOAT: "floating-point numbers", Kind.INTEGER: "integers", Kind.TEXT: "texts"}


def read_batches(request: Request, size: int | None) -> Flow[None]:
    """Hands the samples of a range to the caller, in series of so many samples, or as many as come at once.

    Raises:
        ArchiverError: As `read_series`.
        ValueError: The samples change from numbers to texts, or from integers to floating-point numbers; those before
            have been handed out.
    """
    batches = _Batches(request, size)
    read = yield from request.begin(batches)
    if request.query.count:
        columns, notes = yield from _decimated(request, read)
        batches.tail_begins = notes.tail_begins
        yield from batches.take(columns)
    else:
        raw = RawRead(read)
        try:
            yield from read_raw(raw)
        except ArchiverError as failure:
            _raise_carrying(failure, request, collected(batches.kept), raw.last)
    yield from batches.end()
    yield from read.tell(request.query.end, finished=True)


def read_several(
    requests: Mapping[str, Request], at_most: int, errors: Literal["raise", "collect"]
) -> Flow[ChannelSeries]:
    """Reads several channels side by side.

    Raises:
        SeveralReadsFailedError: A channel could not be read, and errors are to be raised.
    """
    flows = [read_series(request) for request in requests.values()]
    outcomes: list[SampleSeries | ArchiverError] = yield SideBySide(flows, at_most)
    series = {
        name: outcome for name, outcome in zip(requests, outcomes, strict=True) if isinstance(outcome, SampleSeries)
    }
    failures = {
        name: outcome for name, outcome in zip(requests, outcomes, strict=True) if isinstance(outcome, ArchiverError)
    }
    cancelled = any(isinstance(failure, CancelledReadError) for failure in failures.values())
    if failures and (errors == "raise" or cancelled):
        name, first = next(iter(failures.items()))
        message = f"{len(failures)} of {len(requests)} channels could not be read. The first is {name!r}: {first}"
        raise SeveralReadsFailedError(message, series, failures)
    return ChannelSeries(series, failures)
