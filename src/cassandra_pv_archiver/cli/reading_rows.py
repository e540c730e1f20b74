"""Samples as rows, from any number of channels in the order of time, while they arrive."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import repeat
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias, cast

if TYPE_CHECKING:
    from cassandra_pv_archiver import Sample, SampleSeries

    from .reading_channels import ChannelReading

Row: TypeAlias = tuple[Any, ...]
"""Time in nanoseconds since 1970-01-01 UTC, channel, value, unit, severity, status; of reads with decimated samples
also minimum and maximum. The value is None for markers, a label for states of an enum, a list for arrays."""

COLUMNS = ("time", "channel", "value", "unit", "severity", "status")
EXTREMES = ("minimum", "maximum")
SEVERITIES = ("OK", "MINOR", "MAJOR", "INVALID")


@dataclass(frozen=True, slots=True)
class RowForm:
    """Which rows are made of samples, and how.

    Attributes:
        extremes: Whether rows have minimum and maximum.
        enum_numbers: Whether states of an enum are numbers and not labels.
        changes: Whether only rows are wanted that differ from the one before in more than their time.
        severity: The least severity that is wanted.
    """

    extremes: bool = False
    enum_numbers: bool = False
    changes: bool = False
    severity: str = "OK"

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return (*COLUMNS, *EXTREMES) if self.extremes else COLUMNS

    def rows(self, parts: Iterable[SampleSeries]) -> Iterator[Row]:
        """The rows of one channel that are wanted, whose samples come in parts."""
        return filter(self.choice(), (row for series in parts for row in self.of_series(series)))

    def choice(self) -> Callable[[Row], bool] | None:
        """Says of each row of one channel, in their order, whether it is wanted; None if all are."""
        too_low = frozenset(SEVERITIES[: SEVERITIES.index(self.severity)])
        if not self.changes:
            return (lambda row: row[4] not in too_low) if too_low else None
        changes = _Changes()
        return lambda row: changes.has(row) and row[4] not in too_low

    def of_series(self, series: SampleSeries) -> Iterator[Row]:
        """The rows of some samples."""
        if not self._is_plain(series):
            return (self.of_sample(series.channel_name, sample) for sample in series)
        columns: list[Iterable[Any]] = [
            series.times.tolist(),
            repeat(series.channel_name),
            self._values(series),
            repeat(next(iter(_units(series)), None)) if series.valid.all() else _where_valid(series),
            series.severities,
            series.statuses,
        ]
        if self.extremes:
            is_aggregate: list[bool] = (series.types == "minMaxDouble").tolist()
            columns += [_unless_missing(each.tolist(), is_aggregate) for each in (series.minimums, series.maximums)]
        return zip(*columns, strict=False)

    def of_sample(self, channel: str, sample: Sample) -> Row:
        """The row of one sample."""
        row = (sample.time, channel, self._value(sample), _unit(sample), str(sample.severity.level), sample.status)
        if not self.extremes:
            return row
        return (*row, getattr(sample, "minimum", None), getattr(sample, "maximum", None))

    def _is_plain(self, series: SampleSeries) -> bool:
        """Whether whole columns can be used: scalars of one type in one unit."""
        types = {context.type for context in series.contexts if not context.is_marker}
        values = series.values
        is_scalar = values.ndim == 1 and (values.dtype != object or all(isinstance(value, str) for value in values))
        is_of_one_type = len(types) <= 1 or types == {"double", "minMaxDouble"}
        return is_scalar and is_of_one_type and len(_units(series)) <= 1

    def _values(self, series: SampleSeries) -> list[Any]:
        is_enum = not self.enum_numbers and any(context.type == "enum" for context in series.contexts)
        values: list[Any] = (series.labels if is_enum else series.values).tolist()
        return values if series.valid.all() else _unless_missing(values, series.valid.tolist())

    def _value(self, sample: Sample) -> Any:
        if sample.is_marker:
            return None
        value: list[Any] = list(sample.value)
        if sample.type == "enum" and not self.enum_numbers:
            states = () if sample.meta_data is None else sample.meta_data.states
            value = [states[state] if 0 <= state < len(states) else str(state) for state in value]
        return value[0] if len(value) == 1 else value


def merged(channels: Iterable[ChannelReading], form: RowForm) -> Iterator[Row]:
    """The rows of several channels in the order of time; at one time, in the order of the channels."""
    return heapq.merge(*[form.rows(channel.parts()) for channel in channels], key=itemgetter(0))


class _Changes:
    """Finds rows that differ from the one before in more than their time."""

    def __init__(self) -> None:
        self._before: Row = ()

    def has(self, row: Row) -> bool:
        """Whether this row does."""
        before, self._before = self._before, row[2:6]
        return self._before != before and repr(self._before) != repr(before)  # NaN is not another value than NaN


def _units(series: SampleSeries) -> dict[str | None, None]:
    """The different units of the samples that have a value."""
    return dict.fromkeys(_unit(context) for context in series.contexts if not context.is_marker)


def _unit(sample_or_context: Any) -> str | None:
    return cast("str | None", getattr(getattr(sample_or_context, "meta_data", None), "units", None)) or None


def _where_valid(series: SampleSeries) -> list[str | None]:
    unit = next(iter(_units(series)), None)
    return [unit if is_valid else None for is_valid in series.valid.tolist()]


def _unless_missing(values: list[Any], present: list[bool]) -> list[Any]:
    return [value if is_present else None for value, is_present in zip(values, present, strict=True)]
