"""Figures of numbers that are weighted by how long each of them was in force."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ._time_segments import Segments
from .models import Severity

__all__ = ["extremes", "means", "seconds_by_severity", "seconds_in_alarm"]

Floats = npt.NDArray[np.float64]


def means(segments: Segments) -> tuple[Floats, Floats]:
    """Mean and standard deviation of each bin; NaN where there is no time with a value."""
    values = segments.of_each(segments.series.values.astype(np.float64), np.nan)
    totals = segments.sums(segments.durations)
    has_time = segments.durations > 0
    # Shares instead of durations, so that no sum is larger than the largest value.
    shares = segments.durations / np.maximum(segments.to_pieces(totals), 1)

    def mean_of(pieces: Floats) -> Floats:
        return segments.sums(np.where(has_time, shares * pieces, 0.0))

    with np.errstate(invalid="ignore", over="ignore"):
        rough = mean_of(values)
        # A second pass takes away what rounding has left of the first.
        mean = rough + np.where(np.isfinite(rough), mean_of(values - segments.to_pieces(rough)), 0.0)
        deviation = np.sqrt(mean_of((values - segments.to_pieces(mean)) ** 2))
    nothing = totals == 0
    return np.where(nothing, np.nan, mean), np.where(nothing, np.nan, deviation)


def extremes(segments: Segments) -> tuple[Floats, Floats]:
    """Minimum and maximum of each bin; aggregates come with their own."""
    series = segments.series
    values = series.values.astype(np.float64)
    is_aggregate = series.types == "minMaxDouble"
    lows = segments.of_each(np.where(is_aggregate, series.minimums, values), np.inf)
    highs = segments.of_each(np.where(is_aggregate, series.maximums, values), -np.inf)
    nothing = ~np.logical_or.reduceat(segments.has_value, segments.firsts)
    return (
        np.where(nothing, np.nan, np.minimum.reduceat(lows, segments.firsts)),
        np.where(nothing, np.nan, np.maximum.reduceat(highs, segments.firsts)),
    )


def seconds_by_severity(segments: Segments) -> dict[Severity, Floats]:
    """For how many seconds each bin has a value of each severity, from the least to the most severe."""
    column = segments.series.severities
    codes = segments.of_each(column.codes.astype(np.int64), -1)
    numbers: dict[str, Any] = {text: number for number, text in enumerate(column.categories)}
    severities = sorted({*Severity, *map(Severity, column.categories)})
    return {severity: segments.seconds(codes == numbers.get(severity, -2)) for severity in severities}


def seconds_in_alarm(segments: Segments) -> Floats:
    """For how many seconds each bin has a value of another severity than OK."""
    return segments.seconds(segments.of_each(segments.series.severities != str(Severity.OK), False))
