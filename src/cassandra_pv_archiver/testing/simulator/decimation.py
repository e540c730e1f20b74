"""How decimated samples come about (section 7.3)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np

from .clock import SECOND
from .sample_columns import SampleColumns
from .sample_contexts import SEVERITIES, Aggregate, Context

MOST_DECIMATED_SAMPLES = 5_000_000
"""How many samples a decimated level may have. A gap of decades would otherwise be filled second by second."""
_PREFERENCE = ("minMaxDouble", "double", "long")
"""Which type wins if several cover the same time."""

Row: TypeAlias = tuple[int, Any, Context]
_Weighted: TypeAlias = tuple[int, Any, Context]


class TooManySamplesError(Exception):
    """A decimated level would have more samples than the simulator makes."""


def source_of(period: int, levels: Iterable[int]) -> int:
    """The longest shorter level whose period divides this one, else the raw samples."""
    return max((level for level in levels if 0 < level < period and period % level == 0), default=0)


class Decimator:
    """Makes the samples of one level while those of its source arrive.

    Args:
        period: The decimation period in seconds.
        source: Where samples come from.
    """

    def __init__(self, period: int, source: SampleColumns) -> None:
        self._width = period * SECOND
        self.source = source
        self._rewritten = source.rewritten
        self._next: int | None = None
        self.target: SampleColumns = SampleColumns(source.contexts)

    def update(self) -> SampleColumns:
        """Brings the level up to date and gives its samples."""
        source, width = self.source, self._width
        if source.rewritten != self._rewritten:
            self._rewritten, self._next = source.rewritten, None
            self.target = SampleColumns(source.contexts)
        if not len(source):
            return self.target
        first = self._next if self._next is not None else -(-int(source.times[0]) // width) * width
        complete = max(int(source.times[-1]) - first, 0) // width
        if len(self.target) + complete > MOST_DECIMATED_SAMPLES:
            raise TooManySamplesError(
                f"A level of {width // SECOND} s would have {len(self.target) + complete} samples; "
                f"the simulator makes no more than {MOST_DECIMATED_SAMPLES}."
            )
        self._make(first, complete)
        self._next = first + complete * width
        return self.target

    def _make(self, first: int, intervals: int) -> None:
        begins = first + self._width * np.arange(intervals, dtype=np.int64)
        firsts = np.searchsorted(self.source.times, begins, "right") - 1
        ends = np.searchsorted(self.source.times, begins + self._width, "left")
        made: list[tuple[Any, int]] = []
        alone: tuple[int, tuple[Any, int]] | None = None
        for begin, place, end in zip(begins.tolist(), firsts.tolist(), ends.tolist(), strict=True):
            if end - place == 1 and alone is not None and alone[0] == place:
                made.append(alone[1])  # nothing new arrived
                continue
            value, context = _decimated(list(self.source.part(place, end).rows()), begin, self._width)
            made.append((value, self.source.contexts.number(context)))
            alone = (place, made[-1]) if end - place == 1 else None
        column = np.empty(intervals, object)
        for place, (value, _) in enumerate(made):
            column[place] = value
        self.target.add(begins, column, [number for _, number in made])


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
    covered = math.fsum(duration * part.covered for duration, part in parts)
    if any(math.isnan(part.mean) for _, part in parts):
        return Aggregate(math.nan, math.nan, math.nan, covered / width)
    total = sum(duration * part.covered * part.mean for duration, part in parts)
    return Aggregate(
        total / covered,
        min(part.minimum for _, part in parts),
        max(part.maximum for _, part in parts),
        covered / width,
    )
