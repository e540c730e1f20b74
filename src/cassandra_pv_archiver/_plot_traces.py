"""What pictures show of a channel: from when to when each value was in force, within the range that was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from ._categories import CategoricalColumn, SeverityColumn
from ._html import SEVERITY_COLOURS
from ._last_instants import is_decimated, last_instants
from ._sample_columns import MetaData
from ._sample_gaps import Gap
from .models import EnumMetaData, NumericMetaData

__all__ = ["ALARMS", "Plottable", "Shape", "Trace", "trace_of"]

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]

ALARMS = tuple(SEVERITY_COLOURS)
"""Severities above OK, from the least on; their places, from 1 on, are the ranks of a trace."""
_LARGEST = 1e300
"""Numbers beyond this are drawn here: axes around the largest numbers would have infinite lengths."""


class Plottable(Protocol):
    """What a series says of itself, as `SampleSeries` documents it.

    What it keeps once it was computed is Any here: pyright takes a ``cached_property`` for itself, not for its value.
    """

    @property
    def channel_name(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def times(self) -> Integers: ...
    @property
    def values(self) -> Any: ...
    @property
    def valid(self) -> npt.NDArray[np.bool_]: ...
    @property
    def minimums(self) -> Floats: ...
    @property
    def maximums(self) -> Floats: ...
    @property
    def severities(self) -> Any: ...
    @property
    def qualities(self) -> Any: ...
    @property
    def types(self) -> Any: ...
    @property
    def labels(self) -> Any: ...
    @property
    def units(self) -> str | None: ...
    @property
    def meta_data(self) -> MetaData | None: ...
    @property
    def gaps(self) -> Any: ...


class Shape(Enum):
    """How values are drawn."""

    NUMBERS = auto()
    STATES = auto()
    TEXTS = auto()
    ARRAYS = auto()


@dataclass(frozen=True)
class Trace:
    """What is drawn of a channel; all columns have an element for each sample that is in force within the range.

    Attributes:
        name: The channel.
        units: The units; empty if there are none.
        shape: How it is drawn.
        start: The beginning of the range, in nanoseconds since 1970-01-01 UTC.
        end: The end of the range.
        begins: From when on each value is in force, not before ``start``.
        ends: Up to when, exclusive, not after ``end``.
        has_value: Which samples have a value that can be drawn; False for markers and for NaN.
        values: Numbers, numbers of labels, or for arrays the values of the samples one below the other, padded with
            NaN; NaN where there is no value.
        lows: The minimums of aggregates, elsewhere the values.
        highs: Likewise the maximums.
        ranks: The place of each severity among `ALARMS`, from 1 on; 0 for OK, and where there is no value.
        labels: Texts by number, for states and texts.
        gaps: The times without values that markers tell.
        spacing: The time that each decimated sample stands for, in nanoseconds: the longest if there are several;
            None if there are only raw samples.
        limits: Values beyond which there is an alarm, with its severity, as the last sample has them.
    """

    name: str
    units: str
    shape: Shape
    start: int
    end: int
    begins: Integers
    ends: Integers
    has_value: npt.NDArray[np.bool_]
    values: Floats
    lows: Floats
    highs: Floats
    ranks: npt.NDArray[np.int64]
    labels: Sequence[str]
    gaps: Sequence[Gap]
    spacing: int | None
    limits: Sequence[tuple[float, str]]

    def select(self, chosen: npt.NDArray[Any]) -> Trace:
        """The same with some of the samples."""
        columns = ("begins", "ends", "has_value", "values", "lows", "highs", "ranks")
        return replace(self, **{column: getattr(self, column)[chosen] for column in columns})

    @property
    def joined(self) -> npt.NDArray[np.bool_]:
        """Which samples have a value, and so does the next one, which follows at once."""
        joined = self.has_value[:-1] & self.has_value[1:] & (self.ends[:-1] == self.begins[1:])
        return np.append(joined, np.zeros(min(len(self.begins), 1), np.bool_))


def trace_of(series: Plottable) -> Trace:
    """What is drawn of a series.

    Raises:
        ValueError: The samples are arrays of texts, which have no picture.
    """
    shape = _shape(series)
    valid = series.valid
    values, labels = _values(series, shape)
    has_value = valid if shape is Shape.ARRAYS else valid & np.isfinite(values)
    scalar = np.where(has_value, 0.0 if shape is Shape.ARRAYS else values, np.nan)
    lows, highs = (
        np.where(has_value & np.isfinite(edges), edges, scalar) for edges in (series.minimums, series.maximums)
    )
    severities: SeverityColumn = series.severities
    gaps: tuple[Gap, ...] = series.gaps
    last = last_instants(series.times, series.qualities)
    inside = (series.times <= series.end) & (last >= series.start)
    ranks = [ALARMS.index(text) + 1 if text in ALARMS else len(ALARMS) for text in severities.categories]
    ranks = [0 if text == "OK" else rank for text, rank in zip(severities.categories, ranks, strict=True)]
    return Trace(
        series.channel_name,
        series.units or "",
        shape,
        series.start,
        series.end,
        np.maximum(series.times, series.start),
        np.minimum(last, series.end - 1) + 1,
        has_value,
        np.clip(values if shape is Shape.ARRAYS else scalar, -_LARGEST, _LARGEST),
        np.clip(lows, -_LARGEST, _LARGEST),
        np.clip(highs, -_LARGEST, _LARGEST),
        np.where(valid, np.array(ranks, np.int64)[severities.codes], 0),
        labels,
        [gap for gap in gaps if gap.start <= series.end and (gap.end is None or gap.end > series.start)],
        _spacing(series, inside),
        list(_limits(series.meta_data)) if shape is Shape.NUMBERS else (),
    ).select(inside)


def _limits(meta_data: MetaData | None) -> Iterator[tuple[float, str]]:
    """The limits of alarms that are set; control systems send equal numbers, or NaN, for those that are not."""
    if not isinstance(meta_data, NumericMetaData):
        return
    pairs = (
        (meta_data.warn_low, meta_data.warn_high, "MINOR"),
        (meta_data.alarm_low, meta_data.alarm_high, "MAJOR"),
    )
    for low, high, severity in pairs:
        if low != high:
            yield from ((limit, severity) for limit in (low, high) if np.isfinite(limit))


def _shape(series: Plottable) -> Shape:
    column: CategoricalColumn = series.types[series.valid]
    types = {column.categories[int(code)] for code in np.unique(column.codes)}
    values: npt.NDArray[Any] = series.values
    some = values[series.valid]
    if values.ndim == 2 or (len(some) and isinstance(some[0], np.ndarray)):
        if "string" in types:
            raise ValueError(f"The samples of {series.channel_name!r} are arrays of texts, which have no picture.")
        return Shape.ARRAYS
    if "string" in types:
        return Shape.TEXTS
    return Shape.STATES if types == {"enum"} else Shape.NUMBERS


def _values(series: Plottable, shape: Shape) -> tuple[Floats, Sequence[str]]:
    match shape:
        case Shape.NUMBERS:
            return np.where(series.valid, series.values.astype(np.float64), np.nan), ()
        case Shape.STATES:
            meta_data = series.meta_data
            states = meta_data.states if isinstance(meta_data, EnumMetaData) else ()
            texts: list[str] = series.labels.tolist()
            order = [state for state in states if state in set(texts)]
            return _numbered(texts, series.valid, order)
        case Shape.TEXTS:
            return _numbered([str(value) for value in series.values.tolist()], series.valid, ())
        case Shape.ARRAYS:
            return _rows(series.values, series.valid), ()


def _numbered(texts: list[str], valid: npt.NDArray[np.bool_], first: Sequence[str]) -> tuple[Floats, list[str]]:
    numbers = {text: number for number, text in enumerate(dict.fromkeys(first))}
    places = [numbers.setdefault(text, len(numbers)) if there else -1 for text, there in zip(texts, valid, strict=True)]
    return np.where(valid, np.array(places, np.float64), np.nan), list(numbers)


def _rows(values: npt.NDArray[Any], valid: npt.NDArray[np.bool_]) -> Floats:
    width = values.shape[1] if values.ndim == 2 else max((len(row) for row in values[valid]), default=0)
    rows = np.full((len(values), width), np.nan)
    for place in np.flatnonzero(valid):
        rows[place, : len(values[place])] = values[place]
    return rows


def _spacing(series: Plottable, inside: npt.NDArray[np.bool_]) -> int | None:
    decimated = is_decimated(series.qualities) & inside
    distances = np.diff(series.times)[decimated[:-1] & decimated[1:]]
    return int(distances.max()) if len(distances) else None
