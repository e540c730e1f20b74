"""Figures weighted by time: against a slow and obvious look at every nanosecond, and edge cases by hand."""

from __future__ import annotations

import doctest
import itertools
import math
import pickle
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cassandra_pv_archiver import SampleSeries, Severity, series_statistics, statistics, time_in_state
from tests.unit.made_series import decimated, sample, series_of

NANOSECOND = 1e-9
SPAN = 60
LEVELS = [str(severity) for severity in Severity]
nan = math.nan

# -- slow and obvious --


def in_force(samples: list[dict[str, Any]], start: int, end: int, instant: int) -> dict[str, Any] | None:
    """The sample whose value the channel has at an instant."""
    if not start <= instant <= end:
        return None
    found = [each for each in samples if each["time"] <= instant]
    if not found or not found[-1]["severity"]["hasValue"]:
        return None
    newest = found[-1]
    is_over = newest["quality"] == "Interpolated" and instant >= newest["time"] + PERIOD
    return None if is_over else newest


PERIOD = 7


def slow_figures(samples: list[dict[str, Any]], start: int, end: int, low: int, high: int, closed: bool) -> list[float]:
    """Mean, deviation, minimum, maximum, integral, coverage, in alarm: nanosecond by nanosecond."""
    held = [in_force(samples, start, end, instant) for instant in range(low, high) if instant + 1 <= end]
    weighted = [each for each in held if each is not None]
    seen = [in_force(samples, start, end, instant) for instant in range(low, high + closed)]
    touched = [each for each in seen if each is not None]
    values = [Fraction(each["value"][0]) for each in weighted]
    lows = [each.get("minimum", each["value"][0]) for each in touched]
    highs = [each.get("maximum", each["value"][0]) for each in touched]
    mean = sum(values) / len(values) if values else nan
    variance = sum((value - mean) ** 2 for value in values) / len(values) if values else nan
    return [
        float(mean),
        math.sqrt(variance),
        min(lows, default=nan),
        max(highs, default=nan),
        float(sum(values)) * NANOSECOND,
        len(weighted) / (high - low) if high > low else nan,
        sum(each["severity"]["level"] != "OK" for each in weighted) * NANOSECOND,
    ]


def figures_of(found: Any) -> list[Any]:
    names = ("mean", "standard_deviation", "minimum", "maximum", "integral", "coverage", "time_in_alarm")
    return [getattr(found, name) for name in names]


@st.composite
def samples_of_numbers(draw: st.DrawFn) -> list[dict[str, Any]]:
    numbers = draw(st.sampled_from([st.integers(-(10**6), 10**6).map(float), st.integers(-(2**53), 2**53)]))
    times = sorted(draw(st.lists(st.integers(0, SPAN), max_size=8)))
    level = st.sampled_from(LEVELS)
    return [sample(time, draw(numbers | st.none()), level=draw(level)) for time in times]


@st.composite
def samples_of_a_level(draw: st.DrawFn) -> list[dict[str, Any]]:
    first, number = draw(st.integers(0, 3)), draw(st.integers(2, 6))
    samples: list[dict[str, Any]] = []
    for time in range(first * PERIOD, (first + number) * PERIOD, PERIOD):
        low, mean, high = sorted(draw(st.tuples(*[st.integers(-100, 100).map(float)] * 3)))
        marker = sample(time, None, quality="Interpolated")
        samples.append(draw(st.sampled_from([marker, *[decimated(time, mean, low, high, level="MINOR")] * 3])))
    return samples


any_samples = samples_of_numbers() | samples_of_a_level()
instants = st.integers(0, SPAN)


@given(any_samples, instants, instants)
def test_range_against_each_nanosecond(samples: list[dict[str, Any]], one: int, other: int) -> None:
    start, end = sorted((one, other))
    found = statistics(series_of(samples, start, end))
    expected = slow_figures(samples, start, end, start, end, closed=True)
    assert figures_of(found) == pytest.approx(expected, rel=1e-9, abs=1e-6, nan_ok=True)
    assert all(type(figure) is float for figure in figures_of(found))
    assert found.edges.tolist() == [start, end]


@given(any_samples, instants, instants, st.sets(st.integers(0, SPAN + 10), min_size=2, max_size=6).map(sorted))
def test_bins_against_each_nanosecond(samples: list[dict[str, Any]], one: int, other: int, edges: list[int]) -> None:
    start, end = sorted((one, other))
    found = statistics(series_of(samples, start, end), edges)
    columns = figures_of(found)
    for number, (low, high) in enumerate(itertools.pairwise(edges)):
        expected = slow_figures(samples, start, end, low, high, closed=high == edges[-1])
        figures = [column[number] for column in columns]
        assert figures == pytest.approx(expected, rel=1e-9, abs=1e-6, nan_ok=True)
    assert all(column.dtype == np.float64 and not column.flags.writeable for column in columns)


@given(any_samples, instants, st.integers(1, 30))
def test_bins_add_up_to_the_range(samples: list[dict[str, Any]], start: int, bins: int) -> None:
    series = series_of(samples, start, start + 30)
    whole, parts = statistics(series), statistics(series, bins)
    assert parts.edges.tolist() == [start + 30 * number // bins for number in range(bins + 1)]
    assert parts.integral.sum() == pytest.approx(whole.integral, rel=1e-9, abs=1e-9)
    lengths = np.diff(parts.edges)
    assert (parts.coverage * lengths).sum() == pytest.approx(whole.coverage * 30)
    for severity, seconds in whole.seconds_by_severity.items():
        assert parts.seconds_by_severity[severity].sum() == pytest.approx(seconds)
    assert sum(whole.seconds_by_severity.values()) == pytest.approx(whole.coverage * 30 * NANOSECOND)
    if not np.isnan(parts.minimum).all():
        assert np.nanmin(parts.minimum) == whole.minimum
        assert np.nanmax(parts.maximum) == whole.maximum


# -- by hand --

SECOND = 10**9


def in_seconds(*samples: tuple[int, Any], end: int = 10, level: str = "OK") -> SampleSeries:
    return series_of([sample(second * SECOND, value, level=level) for second, value in samples], 0, end * SECOND)


def test_figures_by_hand() -> None:
    found = statistics(in_seconds((0, 1.0), (2, 4.0), (6, None), (8, 2.0)))
    assert found.mean == pytest.approx((2 * 1 + 4 * 4 + 2 * 2) / 8)
    assert found.standard_deviation == pytest.approx(math.sqrt((2 * 1 + 4 * 16 + 2 * 4) / 8 - (22 / 8) ** 2))
    assert (found.minimum, found.maximum, found.integral, found.coverage) == (1.0, 4.0, 22.0, 0.8)
    assert found.units == "mA"
    assert found.channel_name == "a channel"


def test_the_sample_before_the_start_and_those_outside_of_the_range() -> None:
    series = series_of([sample(5, 1.0), sample(15, 2.0), sample(40, 99.0)], 10, 20)
    found = statistics(series)
    assert (found.mean, found.minimum, found.maximum, found.coverage) == (1.5, 1.0, 2.0, 1.0)


def test_a_sample_at_the_end_counts_for_minimum_and_maximum() -> None:
    series = series_of([sample(0, 1.0), sample(20, 5.0)], 0, 20)
    assert (statistics(series).mean, statistics(series).maximum) == (1.0, 5.0)
    assert statistics(series, [0, 10, 20]).maximum.tolist() == [1.0, 5.0]
    assert statistics(series, [0, 20, 30]).maximum.tolist() == [1.0, 5.0]
    assert statistics(series, [0, 20, 30]).coverage.tolist() == [1.0, 0.0]


@pytest.mark.parametrize("samples", [[], [sample(0, None)], [sample(90, 1.0)]])
def test_no_value_at_all(samples: list[dict[str, Any]]) -> None:
    series = series_of(samples, 10, 30)
    assert figures_of(statistics(series)) == pytest.approx([nan, nan, nan, nan, 0.0, 0.0, 0.0], nan_ok=True)
    assert statistics(series, 4).coverage.tolist() == [0.0] * 4
    assert time_in_state(series_of([], 10, 30)) == {}


def test_a_range_without_duration() -> None:
    found = statistics(series_of([sample(0, 1.0), sample(10, 2.0)], 10, 10))
    assert figures_of(found) == pytest.approx([nan, nan, 2.0, 2.0, 0.0, nan, 0.0], nan_ok=True)
    with pytest.raises(ValueError, match="A range of 0 ns has no 1 parts"):
        statistics(series_of([], 10, 10), 1)


def test_nan_and_infinity() -> None:
    found = statistics(in_seconds((0, nan), (5, 1.0)), 2)
    assert np.isnan([column[0] for column in figures_of(found)[:5]]).all()
    assert [column[1] for column in figures_of(found)] == [1.0, 0.0, 1.0, 1.0, 5.0, 1.0, 0.0]
    assert found.coverage.tolist() == [1.0, 1.0]
    infinite = statistics(in_seconds((0, math.inf), (5, 1.0)))
    assert (infinite.mean, infinite.maximum, infinite.integral) == (math.inf, math.inf, math.inf)
    assert math.isnan(infinite.standard_deviation)


def test_sums_are_exact_enough() -> None:
    year = 365 * 86400
    offset = in_seconds((0, 1e9 + 0.25), (year // 2, 1e9 + 0.75), end=year)
    assert statistics(offset).standard_deviation == 0.25
    constant = in_seconds(*((second, 0.1) for second in range(3000)), end=3000)
    assert statistics(constant).standard_deviation < 1e-17
    assert statistics(constant).mean == 0.1
    huge = statistics(in_seconds((0, 1.7e308), (3, 1.7e308), (7, 1.6e308)))
    assert 1.6e308 < huge.mean < 1.7e308


def test_seconds_by_severity() -> None:
    samples = [sample(number * SECOND, 1.0, level=level) for number, level in enumerate(["OK", "WORSE", "MAJOR"])]
    found = statistics(series_of([*samples, sample(6 * SECOND, None)], 0, 10 * SECOND))
    assert dict(found.seconds_by_severity) == {"OK": 1, "MINOR": 0, "MAJOR": 4, "INVALID": 0, "WORSE": 1}
    assert found.seconds_by_severity[Severity.MAJOR] == 4.0
    assert found.time_in_alarm == 5.0


def test_aggregates_count_with_their_own_extremes() -> None:
    series = series_of([decimated(0, 1.0, 0.5, 3.0), decimated(10, 2.0, -1.0, 2.5), sample(20, 9.0)], 5, 25)
    found = statistics(series, [5, 8, 10, 25])
    assert found.minimum.tolist() == [0.5, 0.5, -1.0]
    assert found.maximum.tolist() == [3.0, 3.0, 9.0]
    assert found.mean.tolist() == pytest.approx([1.0, 1.0, (2 * 10 + 9 * 5) / 15])


def test_time_in_state() -> None:
    samples = [sample(second * SECOND, value, kind="enum") for second, value in ((0, 1), (2, 0), (3, 9))]
    series = series_of([*samples, sample(6 * SECOND, None)], SECOND, 10 * SECOND)
    assert time_in_state(series) == {"off": 1.0, "on": 1.0, "fault": 0.0, "9": 3.0}
    halves = time_in_state(series, [0, 2 * SECOND, 10 * SECOND])
    assert {label: seconds.tolist() for label, seconds in halves.items()} == {
        "off": [0.0, 1.0],
        "on": [1.0, 0.0],
        "fault": [0.0, 0.0],
        "9": [0.0, 3.0],
    }


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (sample(0, "x"), "'a channel' has texts"),
        (sample(0, 1, kind="enum"), "time_in_state"),
        (sample(0, [1.0, 2.0]), "has arrays"),
    ],
)
def test_only_numbers(value: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        statistics(series_of([value], 0, 10))


@pytest.mark.parametrize("value", [sample(0, "x"), sample(0, 1.0), sample(0, [0, 1], kind="enum")])
def test_only_states(value: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="is not a channel of single enum states"):
        time_in_state(series_of([value], 0, 10))


@pytest.mark.parametrize("bins", [0, -1, 11, [5], [], [5, 5], [6, 5], ["-1h", "now"]])
def test_refused_bins(bins: Any) -> None:
    with pytest.raises(ValueError, match=r"bins|parts|Edges"):
        statistics(series_of([], 0, 10), bins)


@pytest.mark.parametrize("bins", [1.5, True, "1h", [1.5, 2.5]])
def test_bins_of_another_type(bins: Any) -> None:
    with pytest.raises(TypeError, match="bins"):
        statistics(series_of([], 0, 10), bins)


def test_no_series() -> None:
    with pytest.raises(TypeError, match="about a SampleSeries, not about list"):
        statistics([1.0])  # pyright: ignore[reportCallIssue, reportArgumentType] -- what is tested


def test_bins_in_other_forms() -> None:
    series = in_seconds((0, 1.0))
    assert statistics(series, np.int64(2)).edges.tolist() == [0, 5 * SECOND, 10 * SECOND]
    edges = np.array([0, 4, 8], "datetime64[s]")
    assert statistics(series, edges).integral.tolist() == [4.0, 4.0]


def test_pandas() -> None:
    frame = statistics(in_seconds((0, 1.0), (5, 3.0), level="MAJOR"), 2).to_pandas("Europe/Berlin")
    assert frame.index.name == "start"
    assert frame.index[1] == pd.Timestamp(5, unit="s", tz="UTC")
    assert frame["end"].iloc[1] == pd.Timestamp(10, unit="s", tz="UTC")
    assert str(frame["end"].dtype) == "datetime64[ns, Europe/Berlin]"
    assert frame["mean"].tolist() == [1.0, 3.0]
    assert frame["seconds_MAJOR"].tolist() == [5.0, 5.0]
    assert frame.attrs == {"channel_name": "a channel", "units": "mA"}
    whole = statistics(in_seconds((0, 1.0), (5, 3.0))).to_pandas(tz=None)
    assert whole["mean"].tolist() == [2.0]
    assert whole.index.tz is None


def test_representation() -> None:
    samples = [sample(0, 1.0), sample(10, 3.0, level="MAJOR"), sample(30, None)]
    series = series_of(samples, 0, 40)
    assert repr(statistics(series)) == (
        "<SeriesStatistics 'a channel', in mA: 1970-01-01T00:00:00.000000000Z to 1970-01-01T00:00:00.000000040Z\n"
        "  mean: 2.33333\n"
        "  standard deviation: 0.942809\n"
        "  minimum: 1\n"
        "  maximum: 3\n"
        "  coverage: 0.75\n"
        "  seconds in alarm: 2e-08>"
    )
    binned = repr(statistics(series, bins=20)).splitlines()
    assert binned[0].endswith("000040Z, 20 bins")
    assert binned[1:3] == [
        "  mean: [ 1.  1.  1. ... nan nan nan]",
        "  standard deviation: [ 0.  0.  0. ... nan nan nan]",
    ]


def test_pickling() -> None:
    found = pickle.loads(pickle.dumps(statistics(in_seconds((0, 1.0), level="MAJOR"), 2)))
    assert found.mean.tolist() == [1.0, 1.0]
    assert found.seconds_by_severity["MAJOR"].tolist() == [5.0, 5.0]


def test_examples_of_the_docstrings() -> None:
    minute = 60 * SECOND
    current = series_of([sample(0, 100.0), sample(10 * minute, 200.0)], 0, 20 * minute)
    mode = {"metaData": {"type": "enum", "states": ["Shutdown", "Injection", "User run"]}}
    states = series_of([sample(0, 1, kind="enum", **mode), sample(9 * minute, 2, kind="enum", **mode)], 0, 20 * minute)
    globs = {"statistics": statistics, "time_in_state": time_in_state, "current": current, "mode": states}
    for function in (statistics, time_in_state):
        (test,) = doctest.DocTestFinder().find(function, function.__name__, module=series_statistics, globs=globs)
        assert doctest.DocTestRunner().run(test) == doctest.TestResults(0, len(test.examples))
        assert test.examples
