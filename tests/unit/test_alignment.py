"""Several channels in one table: against a slow and obvious reading of each instant, and edge cases by hand."""

from __future__ import annotations

import datetime as dt
import doctest
import math
import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cassandra_pv_archiver import NotFoundError, SampleSeries, Severity, align, alignment
from cassandra_pv_archiver.times import LATEST
from tests.unit.made_series import STATES, decimated, sample, series_of

# -- slow and obvious --


@dataclass(frozen=True)
class Known:
    """A sample as the test made it: None is a marker, and a period is that of a decimation level."""

    time: int
    value: Any
    period: int | None = None


@dataclass(frozen=True)
class Channel:
    samples: Sequence[Known]
    start: int
    end: int

    def series(self) -> SampleSeries:
        return series_of([wire(known) for known in self.samples], self.start, self.end)


def wire(known: Known) -> dict[str, Any]:
    if known.period is None:
        return sample(known.time, known.value)
    if known.value is None:
        return sample(known.time, None, quality="Interpolated")
    return decimated(known.time, known.value)


def holds(samples: Sequence[Known], place: int, instant: int) -> bool:
    """Whether the sample is the newest at this instant, and still stands for it."""
    known = samples[place]
    is_newest = known.time <= instant and all(later.time > instant for later in samples[place + 1 :])
    return is_newest and (known.period is None or instant < known.time + known.period)


def in_force(channel: Channel, instant: int) -> int | None:
    if not channel.start <= instant <= channel.end:
        return None
    for place, known in enumerate(channel.samples):
        if holds(channel.samples, place, instant):
            return None if known.value is None else place
    return None


def previous(channel: Channel, instant: int) -> tuple[Any, int] | None:
    place = in_force(channel, instant)
    return None if place is None else (channel.samples[place].value, instant - channel.samples[place].time)


def middle(channel: Channel, place: int) -> float:
    known = channel.samples[place]
    if known.period is None:
        return known.time
    end = known.time + known.period
    if place + 1 < len(channel.samples):
        end = min(end, channel.samples[place + 1].time)
    return known.time + (end - 1 - known.time) // 2


def nearest(channel: Channel, instant: int) -> tuple[Any, int] | None:
    samples = channel.samples
    place = in_force(channel, instant)
    if place is None:
        is_before_all = channel.start <= instant <= channel.end and all(known.time > instant for known in samples)
        if not (is_before_all and samples and samples[0].value is not None):
            return None
        place = 0
    elif place + 1 < len(samples) and samples[place + 1].value is not None:
        place = min((place, place + 1), key=lambda each: abs(middle(channel, each) - instant))
    return samples[place].value, instant - samples[place].time


def linear(channel: Channel, instant: int) -> tuple[Any, int] | None:
    place = in_force(channel, instant)
    if place is None:
        return None
    samples = channel.samples
    age = instant - samples[place].time
    left = place if instant >= middle(channel, place) else place - 1
    if not 0 <= left < len(samples) - 1:
        return float(samples[place].value), age
    one, two = samples[left], samples[left + 1]
    has_hole = one.period is not None and one.time + one.period < two.time
    if one.value is None or two.value is None or has_hole:
        return float(samples[place].value), age
    begin, end = middle(channel, left), middle(channel, left + 1)
    share = (instant - begin) / (end - begin)
    return one.value * (1 - share) + two.value * share, age


# -- generated channels --

SPAN = 120
instants = st.integers(0, SPAN)
numbers = st.integers(-1000, 1000).map(float)


@st.composite
def raw_samples(draw: st.DrawFn, values: st.SearchStrategy[Any], first: int = 0) -> list[Known]:
    times = sorted(draw(st.sets(st.integers(first, first + SPAN), max_size=8)))
    return [Known(time, draw(values | st.none())) for time in times]


@st.composite
def decimated_samples(draw: st.DrawFn) -> list[Known]:
    """As the service gives them: blocks of longer levels first, then shorter ones, and raw samples at the end."""
    samples: list[Known] = []
    start = draw(st.integers(0, 20))
    for period in draw(st.sampled_from([(10,), (12, 4), (15, 6), (20, 10, 5), (9, 4, 2)])):
        first = -(-start // period) * period
        count = draw(st.integers(3, 4))  # enough to tell the period by
        samples += [Known(first + number * period, draw(numbers | st.none()), period) for number in range(count)]
        start = samples[-1].time + 1 + draw(st.integers(0, 2 * period))
    if draw(st.booleans()):
        samples += draw(raw_samples(numbers, start))
    return samples


@st.composite
def channels(draw: st.DrawFn, samples: st.SearchStrategy[list[Known]]) -> Channel:
    start, end = sorted((draw(instants), draw(instants)))
    return Channel(draw(samples), start, end)


number_channels = channels(raw_samples(numbers) | decimated_samples())
integers = st.integers(-(2**63), 2**63 - 1)


def assert_column(
    column: npt.NDArray[Any], valid: npt.NDArray[np.bool_], ages: npt.NDArray[np.int64], expected: list[Any]
) -> None:
    assert valid.tolist() == [each is not None for each in expected]
    for value, age, each in zip(column.tolist(), ages.tolist(), expected, strict=True):
        if each is None:
            assert value is None or value == 0 or math.isnan(value)
            assert age == LATEST
        else:
            assert value == (pytest.approx(each[0], rel=1e-12, abs=1e-9) if isinstance(each[0], float) else each[0])
            assert age == each[1]


@pytest.mark.parametrize("slow", [previous, nearest, linear])
@given(data=st.data())
def test_numbers_against_each_instant(slow: Any, data: st.DataObject) -> None:
    channel = data.draw(number_channels)
    grid = data.draw(st.lists(instants, max_size=8))
    table = align({"x": channel.series()}, grid, method=slow.__name__)
    assert table.times.tolist() == grid
    assert_column(table["x"], table.valid["x"], table.ages["x"], [slow(channel, instant) for instant in grid])


@pytest.mark.parametrize("slow", [previous, nearest, linear])
@given(samples=decimated_samples())
def test_decimated_samples_against_each_instant(slow: Any, samples: list[Known]) -> None:
    channel = Channel(samples, 0, SPAN)
    table = align({"x": channel.series()}, range(SPAN), method=slow.__name__)
    assert_column(table["x"], table.valid["x"], table.ages["x"], [slow(channel, instant) for instant in range(SPAN)])


@given(channels(raw_samples(integers)), st.sampled_from(["previous", "nearest"]))
def test_integers_are_exact(channel: Channel, method: Any) -> None:
    table = align({"x": channel.series()}, range(SPAN), method=method)
    slow = {"previous": previous, "nearest": nearest}[method]
    assert table["x"].dtype == (np.int64 if any(known.value is not None for known in channel.samples) else np.float64)
    assert_column(table["x"], table.valid["x"], table.ages["x"], [slow(channel, instant) for instant in range(SPAN)])


@given(st.lists(number_channels, min_size=1, max_size=4), st.integers(0, 60))
def test_union_of_times_and_tolerance(given_channels: list[Channel], tolerance: int) -> None:
    table = align(
        {f"x{number}": channel.series() for number, channel in enumerate(given_channels)}, tolerance=f"{tolerance}ns"
    )
    times = {
        known.time
        for channel in given_channels
        for known in channel.samples
        if channel.start <= known.time <= channel.end
    }
    assert table.times.tolist() == sorted(times)
    assert (table.start, table.end) == (min(c.start for c in given_channels), max(c.end for c in given_channels))
    for name, channel in zip(table, given_channels, strict=True):
        found = [previous(channel, time) for time in table.times.tolist()]
        expected = [None if each is None or each[1] > tolerance else each for each in found]
        assert_column(table[name], table.valid[name], table.ages[name], expected)


@given(channels(raw_samples(st.floats(width=32))), st.data())
def test_linear_between_any_numbers_stays_between_them(channel: Channel, data: st.DataObject) -> None:
    table = align({"x": channel.series()}, range(SPAN), method="linear")["x"].tolist()
    steps = [previous(channel, instant) for instant in range(SPAN)]
    exact = {known.time: known.value for known in channel.samples}
    for instant, (value, step) in enumerate(zip(table, steps, strict=True)):
        if step is not None and instant in exact:
            assert value == pytest.approx(step[0], nan_ok=True, rel=0)


# -- by hand --


def rows(series: SampleSeries, times: Any = None, **options: Any) -> list[Any]:
    table = align({"x": series}, times, **options)
    pairs = zip(table["x"].tolist(), table.valid["x"].tolist(), strict=True)
    return [value if valid else None for value, valid in pairs]


def test_value_before_the_start_is_in_force_there() -> None:
    series = series_of([sample(5, 1.0), sample(20, 2.0), sample(40, 3.0)], 10, 30)
    assert rows(series, [9, 10, 19, 20, 30, 31]) == [None, 1.0, 1.0, 2.0, 2.0, None]
    assert align({"x": series}).times.tolist() == [20]
    assert align({"x": series}, step="10ns").times.tolist() == [10, 20, 30]
    assert align({"x": series}, step="7ns").times.tolist() == [10, 17, 24]


def test_the_last_of_several_samples_at_one_instant_counts() -> None:
    series = series_of([sample(10, 1.0), sample(10, 2.0), sample(20, 3.0), sample(20, 4.0)], 0, 30)
    table = align({"x": series})
    assert table.times.tolist() == [10, 20]
    assert rows(series) == [2.0, 4.0]
    assert rows(series, [10, 15, 16, 20], method="linear") == [2.0, 3.0, pytest.approx(3.2), 4.0]
    assert rows(series, [10, 15, 16, 20], method="nearest") == [2.0, 2.0, 4.0, 4.0]


@pytest.mark.parametrize("samples", [[], [sample(5, None)], [sample(5, None), sample(15, None)]])
@pytest.mark.parametrize("method", ["previous", "nearest", "linear"])
def test_series_without_any_value(samples: list[Any], method: Any) -> None:
    series = series_of(samples, 10, 30)
    assert rows(series, step="10ns", method=method) == [None, None, None]
    assert len(rows(series, method=method)) == max(len(samples) - 1, 0)
    assert align({"x": series})["x"].dtype == np.float64


def test_labels_are_those_in_force_at_each_sample() -> None:
    renamed = {"metaData": {"type": "enum", "states": ["closed", "open"]}}
    series = series_of([sample(0, 1, kind="enum"), sample(10, 1, kind="enum", **renamed), sample(20, None)], 0, 30)
    assert rows(series, [5, 10, 25], method="linear") == ["on", "open", None]
    assert rows(series, [5, 10, 25], labels=False) == [1, 1, None]
    frame = align({"x": series}, [5, 10, 25]).to_pandas()
    assert frame["x"].cat.categories.tolist() == [*STATES, "closed", "open"]
    unknown = series_of([sample(0, 7, kind="enum")], 0, 30)
    assert rows(unknown, [5]) == ["7"]


def test_a_channel_that_changes_its_type_has_texts() -> None:
    series = series_of([sample(0, 1, kind="enum"), sample(10, 2.5), sample(20, "x")], 0, 30)
    assert rows(series, [0, 10, 20]) == ["on", "2.5", "x"]
    assert rows(series, [0, 10, 20], labels=False) == ["1", "2.5", "x"]
    numbers_only = series_of([sample(0, 1, kind="enum"), sample(10, 2.5)], 0, 30)
    assert rows(numbers_only, [0, 10], labels=False, method="linear") == [1.0, 2.5]
    assert rows(numbers_only, [5], labels=False, method="linear") == [1.0]


def test_arrays() -> None:
    same = series_of([sample(0, [1.0, 2.0]), sample(10, [3.0, 4.0]), sample(20, None)], 0, 30)
    ragged = series_of([sample(0, [1, 2]), sample(10, [3])], 0, 30)
    states = series_of([sample(0, [0, 1], kind="enum")], 0, 30)
    table = align({"same": same, "ragged": ragged, "states": states}, [5, 10, 25], method="nearest")
    assert [None if row is None else row.tolist() for row in table["same"]] == [[1.0, 2.0], [3.0, 4.0], None]
    assert [row.tolist() for row in table["ragged"]] == [[1, 2], [3], [3]]
    assert [row.tolist() for row in table["states"]] == [[0, 1]] * 3
    assert table.to_arrow()["same"].to_pylist() == [[1.0, 2.0], [3.0, 4.0], None]
    assert table.to_polars()["ragged"].to_list() == [[1, 2], [3], [3]]
    texts = series_of([sample(0, ["a", "b"])], 0, 30)
    assert align({"x": texts}, [5]).to_polars()["x"].to_list() == [["a", "b"]]


def test_infinite_values_on_lines() -> None:
    series = series_of([sample(0, math.inf), sample(10, math.inf), sample(20, 1.0), sample(30, -math.inf)], 0, 40)
    assert rows(series, [0, 5, 10, 15, 20, 25, 30, 35], method="linear") == [
        *[math.inf] * 4,
        1.0,
        *[-math.inf] * 3,
    ]
    huge = series_of([sample(0, -1.7e308), sample(10, 1.7e308)], 0, 40)
    assert rows(huge, [5], method="linear") == [0.0]


def test_decimated_samples_stand_for_their_period() -> None:
    series = series_of([decimated(time, float(time)) for time in (0, 10, 20)], 0, 100)
    assert rows(series, [9, 10, 29, 30]) == [0.0, 10.0, 20.0, None]
    # Two levels, the longer one with a single sample; the shorter one's periods end before a raw sample.
    levels = series_of([*(decimated(time, float(time)) for time in (0, 30, 35, 40)), sample(60, 60.0)], 0, 100)
    assert rows(levels, [0, 29, 30, 44, 45, 59, 60, 99]) == [0.0, 0.0, 30.0, 40.0, None, None, 60.0, 60.0]
    # The lines go from middle to middle, and not across the time that nothing stands for.
    series = series_of([decimated(0, 0.0), decimated(11, 11.0), decimated(22, 22.0), sample(50, 50.0)], 0, 100)
    assert rows(series, [3, 5, 7, 16, 26, 27, 32, 33], method="linear") == [0.0, 0.0, 2.0, 11.0, 21.0, 22.0, 22.0, None]
    assert rows(series, [21, 22, 32, 33], method="nearest") == [11.0, 22.0, 22.0, None]
    alone = series_of([decimated(0, 7.0)], 0, 100)
    assert rows(alone, [0, 99]) == [7.0, 7.0], "nothing tells its period"
    behind = series_of([sample(0, 0.0), decimated(10, 10.0)], 0, 100)
    assert rows(behind, [5, 50], method="linear") == [5.0, 10.0]


def test_methods_by_channel() -> None:
    series = series_of([sample(0, 0.0), sample(10, 10.0)], 0, 10)
    table = align({"a": series, "b": series, "c": series}, [6], method={"a": "linear", "b": "nearest"})
    assert [table[name].tolist() for name in table] == [[6.0], [10.0], [0.0]]


@pytest.mark.parametrize(
    "value", [sample(0, 1, kind="enum"), sample(0, "text"), sample(0, [1.0, 2.0])], ids=["enum", "text", "array"]
)
def test_nothing_lies_between_states_texts_and_arrays(value: dict[str, Any]) -> None:
    series = series_of([value], 0, 10)
    for method in ("linear", "nearest"):
        with pytest.raises(ValueError, match="'RING:MODE' has texts, states or arrays"):
            align({"RING:MODE": series}, method={"RING:MODE": method})
        assert align({"RING:MODE": series}, [5], method=method).valid["RING:MODE"].all()


def test_tolerance() -> None:
    series = series_of([sample(10, 1.0), sample(30, 2.0)], 0, 100)
    grid = [6, 7, 13, 14, 26, 27, 33, 34]
    found = {method: rows(series, grid, method=method, tolerance="3ns") for method in ("previous", "nearest", "linear")}
    assert found == {
        "previous": [None, None, 1.0, None, None, None, 2.0, None],
        "nearest": [None, 1.0, 1.0, None, None, 2.0, 2.0, None],
        "linear": [None, None, 1.15, None, None, None, 2.0, None],
    }
    assert align({"x": series}, [27], method="nearest").ages["x"].tolist() == [-3]


@given(data=st.data())
def test_samples_of_a_higher_severity_are_as_markers(data: st.DataObject) -> None:
    most = data.draw(st.sampled_from(list(Severity)))
    method: Any = data.draw(st.sampled_from(["previous", "nearest", "linear"]))
    times = sorted(data.draw(st.sets(st.integers(0, 60))))
    levels = data.draw(st.lists(st.sampled_from(list(Severity)), min_size=len(times), max_size=len(times)))
    made = [sample(time, float(time), level=level) for time, level in zip(times, levels, strict=True)]
    marked = [sample(each["time"], None) if level > most else each for each, level in zip(made, levels, strict=True)]
    grid = list(range(63))
    found, wanted = (
        align({"x": series_of(samples, 5, 55)}, grid, method=method, max_severity=most_severe)
        for samples, most_severe in ((made, most), (marked, None))
    )
    assert np.array_equal(found["x"], wanted["x"], equal_nan=True)
    assert found.valid["x"].tolist() == wanted.valid["x"].tolist()
    assert found.ages["x"].tolist() == wanted.ages["x"].tolist()


def test_the_highest_severity_as_text() -> None:
    series = series_of([sample(0, 1.0), sample(10, 0.0, level="INVALID"), sample(20, 3.0, level="MAJOR")], 0, 30)
    assert rows(series, [5, 15, 25], max_severity="MAJOR") == [1.0, None, 3.0]
    assert rows(series, [5, 15, 25]) == [1.0, 0.0, 3.0]


GONE = NotFoundError(404, "There is no channel 'gone'.")
ONE = series_of([sample(0, 1.0), sample(10, 2.0)], 0, 20)


class WithFailures(dict[str, SampleSeries]):
    failures = {"gone": GONE}  # noqa: RUF012 -- as a result of reading several channels has it


@pytest.mark.parametrize("read", [{"one": ONE, "gone": GONE}, WithFailures(one=ONE)])
def test_channels_that_failed(read: Any) -> None:
    with pytest.raises(
        ValueError, match=r"no samples of 'gone': There is no channel 'gone'[.] With allow_missing"
    ) as info:
        align(read)
    assert info.value.__cause__ is GONE
    table = align(read, allow_missing=True)
    assert table.channel_names == ("one", "gone")
    assert table["one"].tolist() == [1.0, 2.0]
    assert np.isnan(table["gone"]).all()
    assert not table.valid["gone"].any()
    assert table.ages["gone"].tolist() == [LATEST] * 2
    assert table.units == {"one": "mA", "gone": None}


def test_only_failures() -> None:
    table = align({"gone": GONE}, [5, 2], allow_missing=True)
    assert (table.start, table.end, table["gone"].shape) == (2, 5, (2,))
    assert len(align({"gone": GONE}, allow_missing=True).times) == 0
    with pytest.raises(ValueError, match="No series tells the range"):
        align({"gone": GONE}, step="1s", allow_missing=True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"times": [1], "step": "1s"}, "either times or a step"),
        ({"step": "0s"}, "longer than nothing"),
        ({"method": "cubic"}, "'previous', 'nearest' or 'linear', not 'cubic'"),
        ({"method": {"one": None}}, "not None"),
        ({"method": {"two": "linear"}}, "method names 'two'"),
        ({"tolerance": "-1s"}, "tolerance"),
        ({"max_severity": "HIGH"}, "max_severity is 'OK', 'MINOR', 'MAJOR', 'INVALID' or None, not 'HIGH'"),
        ({"times": ["-5min"]}, "must not count from now"),
        ({"times": ["2026-01-01T00:00"]}, "has no offset"),
        ({"times": [-1]}, "between 1970"),
        ({"times": np.array([-1, 5])}, "between 1970"),
        ({"times": np.array([1, 2**63], np.uint64)}, "between 1970"),
        ({"times": np.array(["2300-01-01"], "datetime64[D]")}, "between 1970"),
        ({"times": np.array(["NaT", "2020-01-01"], "datetime64[s]")}, "NaT"),
        ({"times": np.zeros((1, 1), np.int64)}, "one dimension"),
    ],
)
def test_refused_values(options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        align({"one": ONE}, **options)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ([ONE], {}, "mapping from names to series"),
        ({"one": 1}, {}, "'one' must be a SampleSeries or an exception, not int"),
        ({"one": ONE}, {"step": 5}, "with its unit"),
        ({"one": ONE}, {"times": [1.5]}, "A float cannot hold nanoseconds"),
        ({"one": ONE}, {"times": np.array([1.5])}, "A float cannot hold nanoseconds"),
        ({"one": ONE}, {"times": "now"}, "not the text"),
    ],
)
def test_refused_types(arguments: Any, options: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        align(arguments, **options)


def test_no_channel() -> None:
    with pytest.raises(ValueError, match="no channel"):
        align({})


@pytest.mark.parametrize(
    "times",
    [
        [10**18, 2 * 10**18],
        np.array([10**18, 2 * 10**18]),
        np.array([10**18, 2 * 10**18], np.uint64),
        np.array([10**18, 2 * 10**18], object),
        np.array([10**9, 2 * 10**9], "datetime64[s]"),
        pd.to_datetime([10**18, 2 * 10**18], utc=True).tz_convert("Europe/Berlin"),
        [dt.datetime.fromtimestamp(10**9, dt.UTC), "2033-05-18T03:33:20Z"],
    ],
    ids=["ints", "int64", "uint64", "object", "seconds", "index", "mixed"],
)
def test_kinds_of_times(times: Any) -> None:
    assert align({"one": ONE}, times).times.tolist() == [10**18, 2 * 10**18]
    assert align({"one": ONE}, times[:0]).times.tolist() == []


# -- other forms --


def mixed_table() -> Any:
    number = series_of([sample(1, 1.5), sample(2, math.nan), sample(3, None)], 0, 9)
    integer = series_of([sample(2, 2**62 + 1), sample(3, 7)], 0, 9)
    state = series_of([sample(1, 1, kind="enum"), sample(3, None)], 0, 9)
    text = series_of([sample(1, "a"), sample(3, None)], 0, 9)
    return align({"number": number, "integer": integer, "state": state, "text": text}, [1, 2, 3])


def test_columns_cannot_be_written_to() -> None:
    table = mixed_table()
    arrays = [table.times, *table.values(), *table.valid.values(), *table.ages.values()]
    assert not any(array.flags.writeable for array in arrays)
    assert table.datetimes[0] == np.datetime64(1, "ns")
    assert len(table) == 4
    assert table == table
    assert table != mixed_table()
    assert repr(table).splitlines()[2] == "  'integer': integer, in mA, valid in 2"


def test_pickling() -> None:
    table = pickle.loads(pickle.dumps(mixed_table()))
    assert table["integer"].tolist() == [0, 2**62 + 1, 7]
    assert table.channel_names == ("number", "integer", "state", "text")


def test_numpy() -> None:
    records = mixed_table().to_numpy()
    assert records.dtype.names == ("time", "number", "integer", "state", "text")
    assert records[["time", "integer", "state", "text"]].tolist() == [
        (1, 0, "on", "a"),
        (2, 2**62 + 1, "on", "a"),
        (3, 7, None, None),
    ]


def test_pandas() -> None:
    frame = mixed_table().to_pandas("Europe/Berlin")
    assert frame.index.equals(
        pd.DatetimeIndex([1, 2, 3], tz="UTC", name="time").as_unit("ns").tz_convert("Europe/Berlin")
    )
    assert str(frame.index.dtype) == "datetime64[ns, Europe/Berlin]"
    assert frame["integer"].tolist() == [pd.NA, 2**62 + 1, 7]
    assert frame.dtypes.astype(str).tolist() == ["float64", "Int64", "category", "string"]
    assert frame["state"].isna().tolist() == frame["text"].isna().tolist() == [False, False, True]
    assert frame.attrs == {"units": {"number": "mA", "integer": "mA", "state": None, "text": None}}
    assert mixed_table().to_pandas(tz=None).index.tz is None
    frame.loc[:, "number"] = 0.0


def test_polars() -> None:
    frame = mixed_table().to_polars()
    assert frame.schema == {
        "time": pl.Datetime("ns", "UTC"),
        "number": pl.Float64,
        "integer": pl.Int64,
        "state": pl.Enum(STATES),
        "text": pl.String,
    }
    assert frame["integer"].to_list() == [None, 2**62 + 1, 7]
    assert frame["state"].to_list() == ["on", "on", None]
    number = frame["number"].to_list()
    assert number[0] == 1.5
    assert math.isnan(number[1])
    assert number[2] is None


def test_arrow() -> None:
    table = mixed_table().to_arrow()
    assert table.schema.field("time").type == pa.timestamp("ns", "UTC")
    assert table.schema.field("number").metadata == {b"units": b"mA"}
    assert table["integer"].to_pylist() == [None, 2**62 + 1, 7]
    assert table["state"].to_pylist() == ["on", "on", None]
    assert table["state"].type == pa.dictionary(pa.int32(), pa.string())
    assert [table[name].null_count for name in ("number", "text")] == [1, 1]


def test_a_channel_called_time() -> None:
    table = align({"time": ONE})
    assert table.to_pandas()["time"].tolist() == [1.0, 2.0]
    for form in (table.to_numpy, table.to_polars, table.to_arrow):
        with pytest.raises(ValueError, match="give its series another key"):
            form()


def test_example_of_the_docstring() -> None:
    minute = 60 * 10**9
    current = series_of([sample(0, 100.0), sample(10 * minute, 200.0)], 0, 20 * minute)
    mode = {"metaData": {"type": "enum", "states": ["Shutdown", "Injection", "User run"]}}
    states = series_of([sample(0, 1, kind="enum", **mode), sample(9 * minute, 2, kind="enum", **mode)], 0, 20 * minute)
    globs = {"align": align, "current": current, "mode": states}
    for test in doctest.DocTestFinder().find(align, "align", module=alignment, globs=globs):
        assert doctest.DocTestRunner().run(test) == doctest.TestResults(0, len(test.examples))
        assert test.examples
