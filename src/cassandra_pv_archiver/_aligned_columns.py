"""One channel of an aligned table: the values of a series at given instants."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from ._severity import Severity
from ._values_in_force import Integers, Mask, Picks, ValuesInForce
from .models import EnumMetaData
from .series import SampleSeries
from .times import LATEST

__all__ = ["AlignedColumn", "AlignmentMethod", "ColumnKind", "aligned_column", "has_only_steps", "missing_column"]

AlignmentMethod: TypeAlias = Literal["previous", "nearest", "linear"]
"""How a value between samples comes about: the one in force, that of the nearest sample, or on a straight line."""


class ColumnKind(Enum):
    """What the values of a column are."""

    FLOAT = "float"
    INTEGER = "integer"
    TEXT = "text"
    LABEL = "label"
    ARRAY = "array"


@dataclass(frozen=True, slots=True)
class AlignedColumn:
    """The values of one channel, one for each instant.

    Attributes:
        kind: What the values are.
        values: The values; NaN, 0 or None where not valid.
        valid: Which instants have a value.
        ages: How long before the instant the sample was that gave the value, in nanoseconds.
        units: The units of the values, or None.
        categories: All labels that may occur if the values are labels, else empty.
    """

    kind: ColumnKind
    values: npt.NDArray[Any]
    valid: Mask
    ages: Integers
    units: str | None = None
    categories: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for column in (self.values, self.valid, self.ages):
            column.flags.writeable = False


_FILLERS = {ColumnKind.FLOAT: np.nan, ColumnKind.INTEGER: 0}


def missing_column(instants: Integers) -> AlignedColumn:
    """The column of a channel of which nothing is known."""
    number = len(instants)
    return AlignedColumn(
        ColumnKind.FLOAT, np.full(number, np.nan), np.zeros(number, np.bool_), np.full(number, LATEST, np.int64)
    )


def has_only_steps(series: SampleSeries) -> bool:
    """Whether there is nothing between two values: with texts, states of an enum, and arrays."""
    return not _types(series) <= {"double", "long", "minMaxDouble"} or _has_arrays(series)


def aligned_column(
    series: SampleSeries,
    instants: Integers,
    method: AlignmentMethod,
    *,
    labels: bool,
    tolerance: int | None,
    max_severity: Severity | None = None,
) -> AlignedColumn:
    """The values of a series at these instants.

    Args:
        series: The samples.
        instants: Nanoseconds since 1970-01-01 UTC, in any order.
        method: How values come about; ``'previous'`` if the series has only steps.
        labels: Whether values of an enum are given as labels.
        tolerance: How far the sample may be from the instant, in nanoseconds; None for any distance.
        max_severity: Samples of a higher severity have no value; None: all severities are alike.
    """
    force = ValuesInForce.of(series, max_severity)
    in_force = force.at(instants)
    picks = _nearest(force, instants, in_force) if method == "nearest" else in_force
    ages = instants - _picked(force.series.times, picks, LATEST)
    if tolerance is not None:
        picks = Picks(picks.places, picks.valid & (np.abs(ages) <= tolerance))
    kind, source = _source(force.series, labels)
    if method == "linear":
        kind, values = ColumnKind.FLOAT, _linear(force, source.astype(np.float64), instants, picks)
    else:
        values = _picked(source, picks, _FILLERS.get(kind))
    categories = _categories(series, values[picks.valid]) if kind is ColumnKind.LABEL else ()
    return AlignedColumn(kind, values, picks.valid, np.where(picks.valid, ages, LATEST), series.units, categories)


def _types(series: SampleSeries) -> set[str]:
    return {context.type for context in series.contexts if not context.is_marker}


def _has_arrays(series: SampleSeries) -> bool:
    if series.values.dtype != object:
        return series.values.ndim > 1
    return series.values.ndim > 1 or any(isinstance(value, np.ndarray) for value in series.values[:1])


def _source(series: SampleSeries, labels: bool) -> tuple[ColumnKind, npt.NDArray[Any]]:
    """The value of each sample in the form that a column has it."""
    if _has_arrays(series):
        rows = np.empty(len(series), object)
        for place, row in enumerate(series.values):
            rows[place] = row
        return ColumnKind.ARRAY, rows
    types = _types(series)
    if labels and types == {"enum"}:
        return ColumnKind.LABEL, series.labels
    if "string" in types or (labels and "enum" in types):
        return ColumnKind.TEXT, _texts(series, labels)
    return (ColumnKind.INTEGER if series.values.dtype == np.int64 else ColumnKind.FLOAT), series.values


def _texts(series: SampleSeries, labels: bool) -> npt.NDArray[np.object_]:
    texts = np.empty(len(series), object)
    texts[:] = [value if isinstance(value, str) else str(value) for value in series.values.tolist()]
    if labels:
        texts = np.where(series.types == "enum", series.labels, texts)
    return texts


def _picked(source: npt.NDArray[Any], picks: Picks, filler: Any) -> npt.NDArray[Any]:
    column = np.full(len(picks.places), filler, source.dtype)
    column[picks.valid] = source[picks.places[picks.valid]]
    return column


def _nearest(force: ValuesInForce, instants: Integers, in_force: Picks) -> Picks:
    series, positions = force.series, force.positions
    if not len(series):
        return in_force
    is_before_all = in_force.places < 0
    following = np.minimum(in_force.places + 1, len(series) - 1)
    inside = (instants >= series.start) & (instants <= series.end)
    is_choice = force.valid[following] & (in_force.valid | (is_before_all & inside))
    to_previous = np.abs(instants - positions[in_force.places])
    is_nearer = is_choice & (is_before_all | (positions[following] - instants < to_previous))
    return Picks(np.where(is_nearer, following, in_force.places), in_force.valid | is_nearer)


def _linear(
    force: ValuesInForce, source: npt.NDArray[np.float64], instants: Integers, picks: Picks
) -> npt.NDArray[Any]:
    """Values on the straight lines between samples; the value in force where one of the two ends is missing."""
    column = np.full(len(instants), np.nan)
    places, times, positions = picks.places[picks.valid], instants[picks.valid], force.positions
    values = source[places]
    left = places - (times < positions[places])
    # Before the first sample, left is -1, which is the last sample: nothing follows it.
    has_line = force.followed_at_once[left]
    left = left[has_line]
    share = (times[has_line] - positions[left]) / (positions[left + 1] - positions[left])
    values[has_line] = _on_line(source[left], source[left + 1], share)
    column[picks.valid] = values
    return column


def _on_line(
    begin: npt.NDArray[np.float64], end: npt.NDArray[np.float64], share: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    with np.errstate(over="ignore", invalid="ignore"):
        straight = begin + (end - begin) * share  # exact between equal values
        weighted = begin * (1 - share) + end * share  # where the difference is infinite
    return np.where(share == 0, begin, np.where(np.isfinite(straight), straight, weighted))


def _categories(series: SampleSeries, labels: npt.NDArray[np.object_]) -> tuple[str, ...]:
    metas = (context.meta_data for context in series.contexts)
    states = [state for meta in metas if isinstance(meta, EnumMetaData) for state in meta.states]
    found: list[str] = labels.tolist()
    return tuple(dict.fromkeys([*states, *found]))
