"""How decimated samples come about (section 7.3)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np

from .clock import SECOND
from .sample_columns import Contexts, SampleColumns
from .sample_contexts import SEVERITIES, Aggregate, Context

MOST_DECIMATED_SAMPLES = 5_000_000
"""How many samples a decimated level may have. A gap of decades would otherwise be filled second by second."""
_PREFERENCE = ("minMaxDouble", "double", "long")
"""Which type wins if several cover the same time."""
_SCALE = -64
"""Makes weights so small (exactly, since it is a power of two) that values near the largest number have a mean."""

Row: TypeAlias = tuple[int, Any, Context]
_Weighted: TypeAlias = tuple[int, Any, Context]


class TooManySamplesError(Exception):
    """A decimated level would have more samples than the simulator makes."""


def source_of(period: int, levels: Iterable[int]) -> int:
    """The longest shorter level whose period divides this one, else the raw samples."""
    return max((level for level in levels if 0 < level < period and period % level == 0), default=0)


class Decimator:
    """Makes the samples of one level while those of its source arrive.

    The source may change, because levels are added and removed; samples that were made already stay.

    Args:
        period: The decimation period in seconds.
        contexts: The contexts of the channel.
        begin: Samples of the source that are older do not count.
    """

    def __init__(self, period: int, contexts: Contexts, begin: int = 0) -> None:
        self._width = period * SECOND
        self._begin = begin
        self._source: SampleColumns | None = None
        self._rewritten = 0
        self._next: int | None = None
        self.target: SampleColumns = SampleColumns(contexts)

    def update(self, source: SampleColumns) -> SampleColumns:
        """Brings the level up to date with its source and gives its samples."""
        if source is self._source and source.rewritten != self._rewritten:
            self._next = None
            self.target.clear()
        self._source, self._rewritten = source, source.rewritten
        oldest = source.place_from(self._begin)
        if oldest == len(source):
            return self.target
        first = -(-int(source.times[oldest]) // self._width) * self._width
        self._make(source, first if self._next is None else max(first, self._next))
        return self.target

    def _make(self, source: SampleColumns, first: int) -> None:
        intervals = max(int(source.times[-1]) - first, 0) // self._width
        self._check(len(self.target) + intervals)
        begins = first + self._width * np.arange(intervals, dtype=np.int64)
        firsts = np.searchsorted(source.times, begins, "right") - 1
        ends = np.searchsorted(source.times, begins + self._width, "left")
        made: list[tuple[Any, int]] = []
        alone = -1
        for begin, place, end in zip(begins.tolist(), firsts.tolist(), ends.tolist(), strict=True):
            if place == alone and end - place == 1:  # still the same sample and no other
                made.append(made[-1])
                continue
            value, context = _decimated(list(source.part(place, end).rows()), begin, self._width)
            made.append((value, source.contexts.number(context)))
            alone = place if end - place == 1 else -1
        column = np.empty(intervals, object)
        for place, (value, _) in enumerate(made):
            column[place] = value
        self.target.add(begins, column, [number for _, number in made])
        self._next = first + intervals * self._width

    def _check(self, length: int) -> None:
        if length > MOST_DECIMATED_SAMPLES:
            raise TooManySamplesError(
                f"A level of {self._width // SECOND} s would have {length} samples; "
                f"the simulator makes no more than {MOST_DECIMATED_SAMPLES}."
            )


def _decimated(rows: Sequence[Row], begin: int, width: int) -> tuple[Any, Context]:
    """Value and context from the sample that is valid at the beginning and all others in an interval."""
    kinds = [_aggregatable(value, context) for _, value, context in rows]
    if None not in kinds and len(set(kinds)) == 1:
        return _aggregate(rows, begin, width)
    others = {context.is_marker for (_, _, context), kind in zip(rows, kinds, strict=True) if kind is None}
    chosen = kinds[0]
    if others <= {True} and any(kinds):
        chosen = _most_covered(rows, kinds, begin, width)
    if chosen is None:
        return _copy(rows[0])
    return _aggregate(rows, begin, width, kinds=kinds, chosen=chosen)


def _aggregatable(value: Any, context: Context) -> str | None:
    """The type of a sample of which aggregates can be made."""
    if context.type not in _PREFERENCE or (isinstance(value, tuple) and not isinstance(value, Aggregate)):
        return None
    return context.type


def _copy(row: Row) -> tuple[Any, Context]:
    _, value, context = row
    return value, replace(context, quality="Interpolated")


def _durations(rows: Sequence[Row], begin: int, width: int) -> list[int]:
    starts = [begin, *(time for time, _, _ in rows[1:]), begin + width]
    return [end - start for start, end in pairwise(starts)]


def _most_covered(rows: Sequence[Row], kinds: Sequence[str | None], begin: int, width: int) -> str:
    covered: dict[str, int] = dict.fromkeys(_PREFERENCE, 0)
    for duration, kind in zip(_durations(rows, begin, width), kinds, strict=True):
        if kind is not None:
            covered[kind] += duration
    return max(_PREFERENCE, key=covered.__getitem__)  # the first of equals


def _aggregate(
    rows: Sequence[Row],
    begin: int,
    width: int,
    *,
    kinds: Sequence[str | None] | None = None,
    chosen: str | None = None,
) -> tuple[Aggregate, Context]:
    weighted = [
        (duration, value, context)
        for place, (duration, (_, value, context)) in enumerate(zip(_durations(rows, begin, width), rows, strict=True))
        if kinds is None or kinds[place] == chosen
    ]
    worst = max((context for _, _, context in weighted), key=_severity)
    context = replace(
        worst, type="minMaxDouble", quality="Interpolated", has_value=True, meta_data=weighted[0][2].meta_data
    )
    return _mean(weighted, width), context


def _severity(context: Context) -> int:
    return SEVERITIES.index(context.level) if context.level in SEVERITIES else len(SEVERITIES)


def _mean(weighted: Sequence[_Weighted], width: int) -> Aggregate:
    parts = [
        (duration, value if isinstance(value, Aggregate) else Aggregate(float(value), float(value), float(value)))
        for duration, value, _ in weighted
    ]
    weights = [math.ldexp(duration * part.covered, _SCALE) for duration, part in parts]
    total = sum(weight * part.mean for weight, (_, part) in zip(weights, parts, strict=True))
    covered = math.fsum(weights)
    return Aggregate(
        total / covered,
        _extreme(min, [part.minimum for _, part in parts]),
        _extreme(max, [part.maximum for _, part in parts]),
        math.ldexp(covered, -_SCALE) / width,
    )


def _extreme(choose: Callable[..., float], numbers: Sequence[float]) -> float:
    """The least or greatest number as Java has it: NaN if there is one, and -0.0 less than 0.0."""
    return math.nan if any(map(math.isnan, numbers)) else choose(numbers, key=_with_sign)


def _with_sign(number: float) -> tuple[float, float]:
    return number, math.copysign(1.0, number)
