"""Raw samples of a range: all of them, or an error.

Nothing in a reply tells a cut one from a complete one (section 5.5). But a raw reply has the oldest sample after its
end, if there is one, and otherwise ends with the newest sample of the channel, which a small second request shows.
A reply that ends earlier was cut. Because a reply also begins with the newest sample at or before its start, the next
request begins at the last sample that has arrived, and its repetition proves the joint. The same serves replies that
break off, and ranges that have to be asked for in shorter windows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ._attempts import Arrived
from ._exchange import attempt, next_chunk, now_ns
from ._read_windows import Windows, WindowSize
from ._reading import SampleRead, collected, samples_of
from ._sample_columns import SampleColumns
from ._sample_values import Mask
from ._steps import Decoder, Flow, RememberedWindow, Reply
from .errors import ArchiverError, InterruptedReplyError, InvalidReplyError, RefusedError, RequestTimeoutError

__all__ = ["RawRead", "UnorderedReplyError", "has_decimated_samples", "is_too_large", "read_raw"]

_TOO_LARGE = frozenset({500, 502, 504})
"""Statuses with which a server, or a proxy in front of it, refuses a range that is too long."""


class UnorderedReplyError(InvalidReplyError):
    """Raw samples do not come in the order of time."""


@dataclass(slots=True)
class RawRead:
    """How far a read of raw samples has come.

    Attributes:
        read: The read.
        first: The time of the oldest sample that has arrived.
        last: The time of the newest one.
        goal: The time of the newest sample at or before the end of the range when that was first looked up. Later
            ones belong to the next read, so that a growing channel does not keep a read alive.
        neighbour: The oldest sample after the range, as far as a probe has shown it.
    """

    read: SampleRead
    first: int | None = None
    last: int | None = None
    goal: int | None = None
    neighbour: SampleColumns | None = None

    def take(self, columns: SampleColumns) -> Flow[None]:
        """Takes samples that follow those taken before."""
        if not len(columns):
            return
        if self.first is None:
            self.first = int(columns.times[0])
        self.last = int(columns.times[-1])
        self.read.samples += len(columns)
        self.read.attempts.progress()
        yield from self.read.destination.take(columns)
        yield from self.read.tell(self.last)


def read_raw(raw: RawRead) -> Flow[None]:
    """Hands all raw samples of the range to the destination.

    Raises:
        ArchiverError: What kept the read from being completed.
    """
    remembered: WindowSize = yield RememberedWindow()
    windows = Windows(remembered)
    read, end = raw.read, raw.read.query.end
    may_grow = read.check and end > (yield from now_ns())
    while raw.last is None or raw.last < end:  # however the reply ended, nothing more is wanted then
        if may_grow and raw.last is not None and (yield from _is_complete(raw)):
            return
        begin = read.query.start if raw.last is None else raw.last
        window_end = windows.end_of(begin, end)
        before = read.samples
        try:
            yield from _read_window(raw, begin, window_end)
        except ArchiverError as failure:
            if read.samples == before and is_too_large(failure) and windows.refused(window_end - begin):
                yield from read.attempts.report("split", failure)
                if isinstance(failure, RefusedError):
                    continue
            yield from read.attempts.after(failure, advanced=read.samples > before)
            continue
        read.attempts.has_succeeded = True
        if raw.last is not None and raw.last >= window_end:
            windows.answered(window_end - begin, read.samples - before)
        elif not read.check or (yield from _is_complete(raw)):
            return
        else:
            failure = yield from read.cut(_missing(raw))
            yield from read.attempts.after(failure, advanced=read.samples > before)


def _missing(raw: RawRead) -> str:
    if raw.last is None:
        return "the reply was empty, though there are samples."
    return f"the reply ended at {raw.last} ns, though there are samples up to {raw.goal} ns."


def is_too_large(failure: ArchiverError) -> bool:
    """Whether a shorter range may be answered."""
    if isinstance(failure, RefusedError):
        return failure.status in _TOO_LARGE
    return isinstance(failure, RequestTimeoutError) and not failure.deadline_passed


def _read_window(raw: RawRead, begin: int, end: int) -> Flow[None]:
    continuation = _Continuation(raw.last)

    def take(columns: SampleColumns) -> Flow[None]:
        yield from raw.take(continuation.of(columns))

    def receive(decoder: Decoder[list[SampleColumns]], reply: Reply, arrived: Arrived) -> Flow[list[SampleColumns]]:
        return (yield from raw.read.receive(decoder, reply, arrived, take))

    yield from attempt(raw.read.call(begin, end, 0), raw.read.attempts, receive)


class _Continuation:
    """Sees to it that a reply goes on where what has arrived before ends."""

    def __init__(self, last: int | None) -> None:
        self._joint = last
        self._proven = last is None
        self._reached: int | None = None

    def of(self, columns: SampleColumns) -> SampleColumns:
        """The samples that are new.

        Raises:
            UnorderedReplyError: The samples are not in the order of time.
            InterruptedReplyError: The sample that shows that nothing is missing in between is not there.
        """
        times = columns.times
        if not len(times):
            return columns
        steps = np.diff(times, prepend=times[0] if self._reached is None else self._reached)
        if (steps < 0).any():
            raise UnorderedReplyError(
                "Raw samples do not come in the order of time, so that nothing shows whether all are there.", "/time"
            )
        is_new = steps > 0  # a sample that comes twice is one
        is_new[0] |= self._reached is None
        self._reached = int(times[-1])
        if self._joint is not None:
            self._proven = self._proven or bool((times == self._joint).any())
            is_new &= times > self._joint
        if is_new.any() and not self._proven:
            raise InterruptedReplyError(
                f"A reply was to go on with the sample at {self._joint} ns, which is not there any more."
            )
        return columns if is_new.all() else columns.select(is_new)


def _is_complete(raw: RawRead) -> Flow[bool]:
    """Whether a reply that ended before its end was whole, because there are no more samples."""
    read = raw.read
    while True:
        try:
            if raw.last is None:
                return not (yield from _has_raw_samples(raw))
            if raw.goal is None:
                yield from _set_goal(raw)
        except ArchiverError as failure:
            yield from read.attempts.after(failure)
            continue
        if raw.goal is not None:
            break
    if raw.last < raw.goal:
        return False
    if raw.neighbour is not None and int(raw.neighbour.times[0]) > raw.last:
        yield from raw.take(raw.neighbour)
    return True


def _set_goal(raw: RawRead) -> Flow[None]:
    """Looks up the newest sample at or before the end of the range, and the one after it."""
    end = raw.read.query.end
    shown = collected((yield from attempt(raw.read.call(end, end, 0), raw.read.attempts)))
    inside = shown.times <= end
    if not inside.any():
        failure = yield from raw.read.cut("there seem to be no samples any more. The database may be down.")
        raise failure
    raw.goal = int(shown.times[inside].max())
    after = np.flatnonzero(~inside)
    raw.neighbour = shown.select(after[:1]) if len(after) else None


def _has_raw_samples(raw: RawRead) -> Flow[bool]:
    """Whether the channel has any raw sample, asked twice, and in the way that fails while the database is down.

    Only requests with ``count`` do. A range without extent selects raw samples, and others where there are none.
    """
    for at in (raw.read.query.end, raw.read.query.start):
        shown = yield from _beginning(raw, at, lambda columns: len(columns) > 0)
        if len(shown) and not _decimated(shown)[0]:
            return True
    return False


def has_decimated_samples(raw: RawRead) -> Flow[bool | None]:
    """Whether decimated samples reach further back than raw ones; None if that could not be found out."""

    def earlier(columns: SampleColumns) -> Mask:
        return _decimated(columns) & ((columns.times < raw.first) if raw.first is not None else np.True_)

    def is_enough(columns: SampleColumns) -> bool:
        # For one instant there are at most two raw samples, and decimated ones follow them.
        return len(columns) > 2 or bool(earlier(columns).any())

    try:
        shown = yield from _beginning(raw, raw.read.query.start, is_enough)
    except ArchiverError:
        return None
    return bool(earlier(shown).any())


def _decimated(columns: SampleColumns) -> Mask:
    return columns.by_context([context.quality != "Original" for context in columns.contexts], np.bool_)


def _beginning(raw: RawRead, at: int, is_enough: Callable[[SampleColumns], bool]) -> Flow[SampleColumns]:
    """The beginning of the reply with a ``count`` for one instant, which has decimated samples after raw ones."""

    def receive(decoder: Decoder[list[SampleColumns]], reply: Reply, arrived: Arrived) -> Flow[list[SampleColumns]]:
        while (chunk := (yield from next_chunk(reply, arrived))) is not None:
            decoder.feed(chunk)
            shown = samples_of(decoder).received()
            if is_enough(collected(shown)):
                return shown
        return decoder.finish()

    return collected((yield from attempt(raw.read.call(at, at, 1), raw.read.attempts, receive)))
