"""Figures about a series, weighted by time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import numpy as np
import numpy.typing as npt

from ._optional_libraries import optional_library
from ._time_arrays import TimesLike
from ._time_segments import Segments, bin_edges
from ._weighted_figures import extremes, means, seconds_by_severity, seconds_in_alarm
from .models import EnumMetaData, Severity
from .series import SampleSeries
from .times import format_time, parse_time_zone

if TYPE_CHECKING:
    import pandas  # pyright: ignore[reportMissingTypeStubs] -- its types are in its source

__all__ = ["SeriesStatistics", "statistics", "time_in_state"]

_SHOWN = {
    "mean": "mean",
    "standard deviation": "standard_deviation",
    "minimum": "minimum",
    "maximum": "maximum",
    "coverage": "coverage",
    "seconds in alarm": "time_in_alarm",
}
Figure = TypeVar("Figure", float, npt.NDArray[np.float64])


@dataclass(frozen=True, eq=False, repr=False)
class SeriesStatistics(Generic[Figure]):
    """Figures about a series, which `statistics` computes.

    Each figure is a ``float`` about the whole range, or an array (``float64``) with a figure for each bin. They are
    about the times at which there is a value: within the range that was asked for, and in no gap.

    Attributes:
        channel_name: The channel.
        units: The units of the values, or None if they are not known.
        edges: The edges of the bins, in nanoseconds since 1970-01-01 UTC (``int64``), one more than there are bins;
            start and end of the range if there are no bins.
        mean: The mean, weighted by time, in `units`.
        standard_deviation: The square root of the mean squared distance from `mean`, weighted by time, in `units`.
        minimum: The smallest value, in `units`.
        maximum: The largest value, in `units`.
        integral: The sum of value times duration, in `units` times seconds; 0 if there is no value.
        coverage: The share of the range, or of the bin, in which there is a value, from 0 to 1.
        seconds_by_severity: For how many seconds there was a value of each severity. All known severities are there,
            and the sum over them is the time with a value.
        time_in_alarm: For how many seconds there was a value of another severity than OK.

    NaN has two meanings: that there is no value (`coverage` is 0, then), so that there is neither a mean, a standard
    deviation, a minimum nor a maximum; or that there is a NaN among the values, which makes these four and the
    integral NaN, as in the service's own decimation. With infinite values the standard deviation is NaN. In a range
    without duration there are minimum and maximum, but neither mean, standard deviation nor coverage.
    """

    channel_name: str
    units: str | None
    edges: npt.NDArray[np.int64]
    mean: Figure
    standard_deviation: Figure
    minimum: Figure
    maximum: Figure
    integral: Figure
    coverage: Figure
    time_in_alarm: Figure
    seconds_by_severity: Mapping[Severity, Figure]

    def __post_init__(self) -> None:
        for figure in (self.edges, *self._columns().values()):
            if isinstance(figure, np.ndarray):
                figure.flags.writeable = False

    def __repr__(self) -> str:
        units = f", in {self.units}" if self.units else ""
        bins = f", {len(self.edges) - 1:,} bins" if isinstance(self.mean, np.ndarray) else ""
        begin, end = format_time(int(self.edges[0])), format_time(int(self.edges[-1]))
        lines = [f"<SeriesStatistics {self.channel_name!r}{units}: {begin} to {end}{bins}"]
        lines += [f"  {text}: {_shown(getattr(self, name))}" for text, name in _SHOWN.items()]
        return "\n".join(lines) + ">"

    def _columns(self) -> dict[str, Figure]:
        names = ("mean", "standard_deviation", "minimum", "maximum", "integral", "coverage", "time_in_alarm")
        by_severity = {f"seconds_{severity}": seconds for severity, seconds in self.seconds_by_severity.items()}
        return {**{name: getattr(self, name) for name in names}, **by_severity}

    def to_pandas(self, tz: str | tzinfo | None = "UTC") -> pandas.DataFrame:
        """A pandas ``DataFrame`` with a row for each bin, or a single one.

        The index ``start`` and the column ``end`` are the edges; the other columns have the names of the figures, and
        ``seconds_OK``, ``seconds_MINOR`` and so on. ``attrs`` tell ``channel_name`` and ``units``.

        Args:
            tz: The zone of the times: an IANA name or a ``tzinfo``. None: times without a zone, in UTC.

        Raises:
            MissingExtraError: pandas is not installed.
            ValueError: No zone has this name.
        """
        pandas = optional_library("pandas", "pandas")
        edges = pandas.DatetimeIndex(self.edges.view("datetime64[ns]"))
        if tz is not None:
            edges = edges.tz_localize("UTC").tz_convert(parse_time_zone(tz))
        columns: dict[str, Any] = {name: np.array(figure, ndmin=1) for name, figure in self._columns().items()}
        frame = pandas.DataFrame({"end": edges[1:], **columns}, index=edges[:-1].rename("start"))
        frame.attrs.update(channel_name=self.channel_name, units=self.units)
        return frame


def _shown(figure: float | npt.NDArray[np.float64]) -> str:
    if isinstance(figure, np.ndarray):
        return np.array2string(figure, precision=4, threshold=8, max_line_width=100)
    return f"{figure:.6g}"


@overload
def statistics(series: SampleSeries, bins: None = None) -> SeriesStatistics[float]: ...
@overload
def statistics(series: SampleSeries, bins: int | TimesLike) -> SeriesStatistics[npt.NDArray[np.float64]]: ...
def statistics(series: SampleSeries, bins: int | TimesLike | None = None) -> SeriesStatistics[Any]:
    """Computes mean, standard deviation, minimum, maximum, integral, time in alarm and coverage.

    All are weighted by time. A raw sample is in force until the next one, the last one until the end of the range
    that the series was asked for; the sample before the start of the range is in force from its start on. Gaps (from
    a marker to the next sample that has a value) are left out. Of several samples at one instant the last one counts.

    A decimated sample at T stands for [T, T + P), where P is the period of its level, which the distance to its
    neighbours tells. It counts with its mean, and with its own minimum and maximum, which are those of its whole
    period, also in a bin that has only a part of it. The standard deviation is that of the means, so it misses what
    happened within a period; the severity is the highest of the period.

    Integers are computed with as ``float64``.

    Args:
        series: Samples of numbers, of one element each.
        bins: None for figures about the whole range, from ``series.start`` to ``series.end``. A number of bins
            of equal length (to the nanosecond) in this range. Or the edges of bins, ascending, as in
            `align`'s ``times``; what of them lies outside of the range has no value. The first edge of a bin belongs
            to it; its last one only if it is the last of all.

    Raises:
        TypeError: The first argument is no series, or the bins are neither a number nor times.
        ValueError: The samples are texts, states of an enum (see `time_in_state`) or arrays; there are fewer than two
            edges, or they do not ascend; or the range is too short for that many bins.

    Examples:
        >>> figures = statistics(current)
        >>> print(f"{figures.mean} {figures.units}, {figures.minimum} to {figures.maximum}")
        150.0 mA, 100.0 to 200.0
        >>> statistics(current, bins=2).mean.tolist()
        [100.0, 200.0]
    """
    segments = _segments(series, bins)
    _refuse_what_is_no_number(series)
    mean, deviation = means(segments)
    minimum, maximum = extremes(segments)
    seconds = segments.seconds()
    with np.errstate(invalid="ignore", over="ignore"):
        integral = np.where(seconds > 0, mean * seconds, 0.0)
        coverage = segments.sums(segments.durations) / np.diff(segments.edges)

    def shaped(figure: npt.NDArray[np.float64]) -> Any:
        return float(figure[0]) if bins is None else figure

    return SeriesStatistics(
        series.channel_name,
        series.units,
        segments.edges,
        mean=shaped(mean),
        standard_deviation=shaped(deviation),
        minimum=shaped(minimum),
        maximum=shaped(maximum),
        integral=shaped(integral),
        coverage=shaped(coverage),
        time_in_alarm=shaped(seconds_in_alarm(segments)),
        seconds_by_severity={each: shaped(part) for each, part in seconds_by_severity(segments).items()},
    )


@overload
def time_in_state(series: SampleSeries, bins: None = None) -> dict[str, float]: ...
@overload
def time_in_state(series: SampleSeries, bins: int | TimesLike) -> dict[str, npt.NDArray[np.float64]]: ...
def time_in_state(series: SampleSeries, bins: int | TimesLike | None = None) -> dict[str, Any]:
    """Computes for how many seconds an enum channel was in each of its states.

    Args:
        series: Samples of enum states, of one element each.
        bins: As for `statistics`.

    Returns:
        Seconds by label, for all states that the metadata names, in their order, and others that occur. Gaps are
        left out. With bins an array (``float64``) for each label.

    Raises:
        TypeError: The first argument is no series, or the bins are neither a number nor times.
        ValueError: There are samples that are no states, or have several; or the bins are none.

    Examples:
        >>> time_in_state(mode)
        {'Shutdown': 0.0, 'Injection': 540.0, 'User run': 660.0}
    """
    segments = _segments(series, bins)
    types = _types(series)
    if not types <= {"enum"} or series.values.ndim > 1 or series.values.dtype == object:
        raise ValueError(f"{series.channel_name!r} is not a channel of single enum states, but has {_listed(types)}.")
    labels: list[str] = segments.series.labels.tolist()
    metas = (context.meta_data for context in series.contexts)
    states = [state for meta in metas if isinstance(meta, EnumMetaData) for state in meta.states]
    numbers = {label: number for number, label in enumerate(dict.fromkeys([*states, *labels]))}
    codes = np.fromiter(map(numbers.__getitem__, labels), np.int64, len(labels))
    used = {label: number for label, number in numbers.items() if label or label in states}
    pieces = segments.of_each(codes, -1)
    seconds = {label: segments.seconds(pieces == number) for label, number in used.items()}
    return {label: float(each[0]) if bins is None else each for label, each in seconds.items()}


def _refuse_what_is_no_number(series: SampleSeries) -> None:
    types = _types(series)
    name = repr(series.channel_name)
    if "enum" in types:
        raise ValueError(f"{name} has states of an enum, which have no mean; time_in_state tells how long each was.")
    if not types <= {"double", "long", "minMaxDouble"}:
        raise ValueError(f"{name} has texts; statistics are about numbers.")
    if series.values.ndim > 1 or series.values.dtype == object:
        raise ValueError(f"{name} has arrays; statistics are about samples of one number each.")


def _segments(series: Any, bins: int | TimesLike | None) -> Segments:
    if not isinstance(series, SampleSeries):
        raise TypeError(f"Statistics are about a SampleSeries, not about {type(series).__name__}.")
    return Segments.of(series, bin_edges(series, bins))


def _types(series: SampleSeries) -> set[str]:
    return {context.type for context in series.contexts if not context.is_marker}


def _listed(types: set[str]) -> str:
    return "samples of " + ", ".join(sorted(types)) if types else "no samples"
