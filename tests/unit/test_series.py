"""Series of samples: their columns, parts, sums and other forms."""

from __future__ import annotations

import dataclasses
import itertools
import json
import math
import pickle
import tracemalloc
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from cassandra_pv_archiver.models import Sample, Severity
from cassandra_pv_archiver.series import Gap, SampleQuery, SampleSeries
from tests.unit.sample_replies import QUERY, compact, decoded, lists_of_samples

START = QUERY.start
SECOND = 10**9
NUMERIC = {
    "type": "numeric",
    "precision": 3,
    "units": "mA",
    **dict.fromkeys(("displayLow", "warnLow", "alarmLow"), "NaN"),
    **dict.fromkeys(("displayHigh", "warnHigh", "alarmHigh"), 220.0),
}
STATES = {"type": "enum", "states": ["off", "on"]}
sample_of_any_type: TypeAdapter[Sample] = TypeAdapter(Sample)


def sample(second: float, kind: str, *value: Any, **members: Any) -> dict[str, Any]:
    level = members.pop("level", "OK")
    quality = members.pop("quality", "Original")
    meta_data = {"double": NUMERIC, "minMaxDouble": NUMERIC, "long": NUMERIC, "enum": STATES}.get(kind)
    return {
        "time": START + round(second * SECOND),
        "severity": {"level": level, "hasValue": members.pop("hasValue", True)},
        "status": members.pop("status", "NO_ALARM"),
        "quality": quality,
        **({} if meta_data is None else {"metaData": meta_data}),
        "type": kind,
        "value": list(value),
        **members,
    }


def aggregate(second: float, mean: Any, minimum: Any, maximum: Any) -> dict[str, Any]:
    return sample(second, "minMaxDouble", mean, quality="Interpolated", minimum=minimum, maximum=maximum)


def marker(second: float, text: str = "Disconnected") -> dict[str, Any]:
    return sample(second, "string", text, level="INVALID", hasValue=False, status=text)


def series_of(*samples: dict[str, Any]) -> SampleSeries:
    return decoded(compact(list(samples)))


def assert_same(column: np.ndarray[Any, Any], expected: list[Any], dtype: Any) -> None:
    assert column.dtype == dtype
    assert not column.flags.writeable
    np.testing.assert_array_equal(column, np.array(expected, dtype))


# -- columns --


@pytest.mark.parametrize(
    ("samples", "expected", "dtype"),
    [
        ([sample(0, "double", 1.5), sample(1, "double", "NaN"), marker(2)], [1.5, math.nan, math.nan], np.float64),
        ([sample(0, "double", "-Infinity"), sample(1, "double", 7)], [-math.inf, 7.0], np.float64),
        ([sample(0, "long", 2**53 + 1), marker(1), sample(2, "long", -(2**63))], [2**53 + 1, 0, -(2**63)], np.int64),
        ([sample(0, "enum", 1), marker(1), sample(2, "long", 5)], [1, 0, 5], np.int64),
        ([sample(0, "long", 2), aggregate(1, 2.5, 2.0, 3.0), marker(2)], [2.0, 2.5, math.nan], np.float64),
        ([sample(0, "string", "a"), marker(1), sample(2, "string", "")], ["a", "", ""], object),
        ([sample(0, "string", "a"), marker(1), sample(2, "double", 1.5)], ["a", None, 1.5], object),
        ([sample(0, "string", "a"), sample(2, "long", 2**60)], ["a", 2**60], object),
        ([marker(0), marker(1, "Archive_Disabled")], [math.nan, math.nan], np.float64),
        ([], [], np.float64),
        ([sample(0, "double", 1.0, 2.0), sample(1, "double", 3.0, "NaN")], [[1.0, 2.0], [3.0, math.nan]], np.float64),
        ([sample(0, "long", 1, 2), marker(1), sample(2, "enum", 0, 1)], [[1, 2], [0, 0], [0, 1]], np.int64),
        ([sample(0, "string", "a", "b"), marker(1)], [["a", "b"], ["", ""]], object),
        ([sample(0, "double"), sample(1, "double")], [[], []], np.float64),
        ([sample(0, "long", 1, 2), sample(1, "double", 1.5, 2.5)], [[1.0, 2.0], [1.5, 2.5]], np.float64),
    ],
)
def test_values(samples: list[dict[str, Any]], expected: list[Any], dtype: Any) -> None:
    assert_same(series_of(*samples).values, expected, dtype)


def test_values_of_arrays_of_different_length() -> None:
    series = series_of(sample(0, "double", 1.0, 2.0), marker(1), sample(2, "long", 7), sample(3, "double"))
    assert series.values.dtype == object
    assert [(row.dtype, row.tolist()) for row in series.values] == [
        (np.float64, [1.0, 2.0]),
        (np.float64, []),
        (np.float64, [7.0]),
        (np.float64, []),
    ]
    assert not any(row.flags.writeable for row in series.values)


def test_columns_of_numbers_are_not_copied() -> None:
    scalars = series_of(*(sample(second, "double", float(second)) for second in range(9)))
    arrays = series_of(*(sample(second, "long", second, 1, 2) for second in range(9)))
    for series in (scalars, arrays):
        assert np.shares_memory(series.values, series[2:5].values)
        assert np.shares_memory(series.times, series[2:5].times)


def test_other_columns() -> None:
    series = series_of(
        sample(0, "double", 1.5, level="MAJOR", status="HIHI"), marker(1), aggregate(2, 2.0, 1.0, "Infinity")
    )
    assert_same(series.times, [START, START + SECOND, START + 2 * SECOND], np.int64)
    assert series.datetimes[1] == np.datetime64("2023-11-14T22:13:21", "ns")
    assert_same(series.valid, [True, False, True], np.bool_)
    assert_same(series.minimums, [math.nan, math.nan, 1.0], np.float64)
    assert_same(series.maximums, [math.nan, math.nan, math.inf], np.float64)
    assert list(series.severities) == ["MAJOR", "INVALID", "OK"]
    assert list(series.statuses) == ["HIHI", "Disconnected", "NO_ALARM"]
    assert list(series.qualities) == ["Original", "Original", "Interpolated"]
    assert list(series.types) == ["double", "string", "minMaxDouble"]
    assert np.isnan(series_of(sample(0, "double", 1.0)).minimums).all()


def test_categorical_columns() -> None:
    series = series_of(*(sample(second, "long", 1, level=level) for second, level in enumerate(["MAJOR", "OK", "OK"])))
    column = series.severities
    assert column.categories == ("OK", "MAJOR")
    assert column.codes.tolist() == [1, 0, 0]
    assert column.codes.itemsize == 1
    assert np.asarray(column).tolist() == ["MAJOR", "OK", "OK"]
    assert np.asarray(column, dtype=object).tolist() == ["MAJOR", "OK", "OK"]
    assert (column == "OK").tolist() == (column != "MAJOR").tolist() == [False, True, True]
    assert (column == ["MAJOR", "MAJOR", "OK"]).tolist() == [True, False, True]
    assert (column == series.severities).all()
    assert column.isin({"MAJOR", "MINOR"}).tolist() == [True, False, False]
    assert column[0] == column[-3] == "MAJOR"
    assert list(column[1:]) == list(column[np.array([1, 2])]) == ["OK", "OK"]
    assert len(column) == 3
    assert repr(column) == "<SeverityColumn: 2 'OK', 1 'MAJOR'>"
    assert repr(series[:0].statuses) == "<CategoricalColumn: empty>"
    with pytest.raises(IndexError):
        column[3]
    with pytest.raises(ValueError, match="always a new array"):
        np.array(column, copy=False)
    with pytest.raises(TypeError):
        hash(column)
    with pytest.raises(ValueError, match="read-only"):
        column.codes[0] = 0


def test_severities_compare_in_their_order() -> None:
    levels = ["INVALID", "OK", "MAJOR", "WORSE", "MINOR"]
    severities = series_of(*(sample(second, "long", 1, level=level) for second, level in enumerate(levels))).severities
    assert severities.categories == ("OK", "MINOR", "MAJOR", "INVALID", "WORSE")
    for limit in (*Severity, "MAJOR"):
        for compared, expected in (
            (severities >= limit, [Severity(level) >= Severity(limit) for level in levels]),
            (severities > limit, [Severity(level) > Severity(limit) for level in levels]),
            (severities <= limit, [Severity(level) <= Severity(limit) for level in levels]),
            (severities < limit, [Severity(level) < Severity(limit) for level in levels]),
            (severities == limit, [Severity(level) == Severity(limit) for level in levels]),
        ):
            assert compared.tolist() == expected
    assert (severities >= Severity.MAJOR).tolist() == [True, False, True, True, False]


# -- single samples --


@given(lists_of_samples())
def test_samples_are_those_of_the_reply(samples: list[dict[str, Any]]) -> None:
    series = decoded(compact(samples))
    expected = [sample_of_any_type.validate_json(json.dumps(one)) for one in sorted(samples, key=time_of)]
    assert list(series) == [series[place] for place in range(len(series))] == expected
    assert list(reversed(series)) == expected[::-1]
    for ours, validated in zip(series, expected, strict=True):
        assert ours.model_fields_set == validated.model_fields_set
        assert list(ours.keys()) == list(validated.keys())
        assert hash(ours) == hash(validated)
        assert str(ours) == str(validated)
        assert repr(ours) == repr(validated)


def time_of(one: dict[str, Any]) -> int:
    return one["time"]


def test_samples_of_a_long_series() -> None:
    series = decoded(compact([sample(second, "long", second) for second in range(10_000)]))
    assert [one.value for one in series] == [(second,) for second in range(10_000)]
    assert [one.value for one in reversed(series)] == [(second,) for second in reversed(range(10_000))]


def test_samples_as_scripts_of_the_predecessor_use_them() -> None:
    for one in series_of(sample(0, "double", "NaN"), marker(1)):
        assert one["severity"]["level"] in ("OK", "INVALID")
        assert ("metaData" in one) == (one["type"] == "double")
    series = series_of(sample(0, "double", "NaN"), aggregate(1, 2.0, 1.0, 3.0))
    assert series[0]["value"][0] == "NaN"
    assert series[1]["minimum"] == 1.0
    assert [one["time"] for one in series] == [START, START + SECOND]
    assert dict(series[0]) == sample(0, "double", "NaN")


def test_sequence() -> None:
    series = series_of(*(sample(second, "long", second) for second in range(3)))
    assert len(series) == 3
    assert bool(series)
    assert not series[:0]
    assert series[-1] in series
    assert series.index(series[2]) == 2
    assert series[np.int64(1)] == series[1]
    for place in (3, -4):
        with pytest.raises(IndexError):
            series[place]
    with pytest.raises(TypeError):
        series["a"]  # pyright: ignore[reportCallIssue, reportArgumentType]


# -- parts --


@given(lists_of_samples(), st.data())
def test_parts(samples: list[dict[str, Any]], data: st.DataObject) -> None:
    series = decoded(compact(samples), block=data.draw(st.sampled_from([1, 10**6])))
    dicts = series.to_dicts()
    begin, end = (data.draw(st.none() | st.integers(-15, 15)) for _ in range(2))
    step = data.draw(st.none() | st.integers(1, 3))
    mask = data.draw(st.lists(st.booleans(), min_size=len(dicts), max_size=len(dicts)))
    places = sorted(data.draw(st.lists(st.integers(0, len(dicts) - 1)))) if dicts else []
    selections: list[tuple[Any, list[dict[str, Any]]]] = [
        (slice(begin, end, step), dicts[begin:end:step]),
        (np.array(mask, np.bool_), list(itertools.compress(dicts, mask))),
        (mask, list(itertools.compress(dicts, mask))),
        (places, [dicts[place] for place in places]),
        (np.array(places, np.uint8), [dicts[place] for place in places]),
    ]
    for selector, expected in selections:
        part = series[selector]
        assert part.to_dicts() == [dict(one) for one in part] == expected
        assert part.query == series.query
        assert part == decoded(compact(expected))
        assert pickle.loads(pickle.dumps(part)) == part
        assert equal(part.values, decoded(compact(expected)).values)


def equal(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> bool:
    return one.dtype == other.dtype and one.shape == other.shape and repr(one.tolist()) == repr(other.tolist())


def test_parts_stay_in_the_order_of_time() -> None:
    series = series_of(*(sample(second, "long", second) for second in range(3)))
    for selector in (slice(None, None, -1), [2, 0], np.array([1, 0])):
        with pytest.raises(ValueError, match=r"use reversed\(series\)"):
            series[selector]
    for mask in ([True], np.ones(4, np.bool_)):
        with pytest.raises(IndexError):
            series[mask]


def test_between() -> None:
    series = series_of(*(sample(second, "long", second) for second in (-1, 0, 0, 30, 60, 61)))
    assert series.between(START, START + 30 * SECOND).values.tolist() == [0, 0, 30]
    assert series.between(START + 1, START + 2).values.tolist() == []
    assert series.between(0, 2**63 - 1) == series
    assert series.between(datetime(2023, 11, 14, 22, 13, 50, tzinfo=UTC), "2023-11-14T22:14:20Z").values.tolist() == [
        30,
        60,
    ]
    assert series.between(series.times[3], series.datetimes[4]).values.tolist() == [30, 60]
    assert series.inside.values.tolist() == [0, 0, 30, 60]
    assert series.inside.query == QUERY
    for time in ("now", "-1h"):
        with pytest.raises(ValueError, match="must not count from now"):
            series.between(time, START)


@given(lists_of_samples(), st.lists(st.integers(0, 20), max_size=4))
def test_concatenating(samples: list[dict[str, Any]], cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), None]
    parts = [samples[begin:end] for begin, end in itertools.pairwise(edges)]
    joined = SampleSeries.concatenate([decoded(compact(part)) for part in parts])
    whole = decoded(compact(samples))
    assert joined == whole
    assert joined.to_dicts() == whole.to_dicts()
    assert joined.contexts == whole.contexts
    assert equal(joined.values, whole.values)
    assert SampleSeries.concatenate([whole[: len(whole) // 2], whole[len(whole) // 2 :]]) == whole


def test_what_a_concatenated_series_was_asked_for() -> None:
    def asked(**changes: Any) -> SampleSeries:
        whole = series_of(sample(0, "long", 1))
        return SampleSeries(dataclasses.replace(QUERY, **changes), whole._columns)

    joined = SampleSeries.concatenate([asked(start=5, end=8, count=3), asked(start=2, end=6, count=3)])
    assert joined.query == SampleQuery("a channel", 1, 2, 8, 3)
    assert SampleSeries.concatenate([asked(count=3), asked(count=4)]).count == 0
    for parts in ([], [asked(), asked(channel_name="other")], [asked(), asked(archive_key=2)]):
        with pytest.raises(ValueError, match="one channel of one archive"):
            SampleSeries.concatenate(parts)


# -- the whole --


def test_a_series_knows_what_was_asked_and_stays_as_it_is() -> None:
    series = series_of(sample(0, "long", 1), sample(1, "long", 2))
    assert (series.channel_name, series.archive_key, series.count) == ("a channel", 1, 0)
    assert (series.start, series.end) == (QUERY.start, QUERY.end)
    with pytest.raises(dataclasses.FrozenInstanceError):
        series.query = QUERY  # pyright: ignore[reportAttributeAccessIssue]
    copy = pickle.loads(pickle.dumps(series))
    for one in (series, copy, series[:1], SampleSeries.concatenate([series, series])):
        for column in (one.times, one.values, one.valid, one.minimums, one.maximums, one.severities.codes):
            with pytest.raises(ValueError, match="read-only"):
                column[0] = 0
    with pytest.raises(TypeError):
        hash(series)


def test_equality() -> None:
    series = series_of(sample(0, "double", "NaN"), aggregate(1, "NaN", "NaN", 1.0), marker(2))
    assert series == pickle.loads(pickle.dumps(series))
    assert series != series[:2]
    assert series != series.to_dicts()
    assert series != SampleSeries(dataclasses.replace(QUERY, count=1), series._columns)
    for other in (
        [sample(0, "double", 1.0), aggregate(1, "NaN", "NaN", 1.0), marker(2)],
        [sample(0, "double", "NaN"), aggregate(1, "NaN", "NaN", 2.0), marker(2)],
        [sample(0, "double", "NaN"), aggregate(1, "NaN", 0.0, 1.0), marker(2)],
        [sample(0, "double", "NaN"), aggregate(1, "NaN", "NaN", 1.0), marker(2, "Archive_Disabled")],
        [sample(0, "double", "NaN"), aggregate(1, "NaN", "NaN", 1.0), marker(3)],
        [sample(0, "double", "NaN", level="MINOR"), aggregate(1, "NaN", "NaN", 1.0), marker(2)],
        [sample(0, "double", "NaN"), aggregate(1, "NaN", "NaN", 1.0), sample(2, "string", "Disconnected")],
        [sample(0, "double", "NaN", 0.0), aggregate(1, "NaN", "NaN", 1.0), marker(2)],
    ):
        assert series != series_of(*other)


def test_a_pickled_part_holds_only_its_samples() -> None:
    waves = series_of(*(sample(second, "double", *map(float, range(1000))) for second in range(50)))
    scalars = series_of(*(sample(second, "long", second) for second in range(10_000)))
    assert len(pickle.dumps(waves[:1])) < 15_000
    assert len(pickle.dumps(scalars[:1])) < 5_000


@pytest.mark.parametrize("with_markers", [False, True])
def test_memory_of_a_long_series(with_markers: bool) -> None:
    body = compact([marker(n) if with_markers and n % 50 == 0 else sample(n, "double", n / 7) for n in range(20_000)])
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        series = decoded(body, cuts=range(0, len(body), 65_536))
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(series) == 20_000
    assert (after - before) / len(series) <= 40 * 1024**2 / 10**6


@pytest.mark.parametrize(
    ("samples", "lines"),
    [
        ([], ["<SampleSeries 'a channel': 0 samples", "  asked for "]),
        (
            [marker(0)],
            ["1 sample, markers: 1", "  from 2023-11-14T22:13:20.000000000Z to ", "  asked for "],
        ),
        (
            [sample(0, "long", 1), marker(1), aggregate(2, 1.0, 1.0, 1.0)],
            [
                "3 samples of long, minMaxDouble, in mA, markers: 1",
                "  from ",
                "  asked for 2023-11-14T22:13:20",
            ],
        ),
    ],
)
def test_repr(samples: list[dict[str, Any]], lines: list[str]) -> None:
    shown = repr(series_of(*samples)).splitlines()
    assert len(shown) == len(lines) <= 3
    assert all(expected in line for expected, line in zip(lines, shown, strict=True))


# -- what the samples tell --


def test_contexts_and_meta_data() -> None:
    other = {**sample(3, "double", 1.0), "metaData": {**NUMERIC, "units": "A"}}
    series = series_of(sample(0, "double", 1.0), marker(1), sample(2, "double", 2.0), other, marker(4))
    assert [(context.type, context.status) for context in series.contexts] == [
        ("double", "NO_ALARM"),
        ("string", "Disconnected"),
        ("double", "NO_ALARM"),
    ]
    assert [context.is_marker for context in series.contexts] == [False, True, False]
    assert series.meta_data == other["metaData"]
    assert (series.units, series[:3].units) == ("A", "mA")
    assert series[1:2].contexts == series.contexts[1:2]
    assert series[0:1].contexts == series[2:3].contexts
    assert len(set(series.contexts)) == 3
    assert series.contexts[0] != "double"
    without = series_of(marker(0))
    assert without.meta_data is None
    assert without.units is None
    assert series_of(sample(0, "enum", 1)).units is None


def test_decimated() -> None:
    series = series_of(sample(0, "double", 1.0), aggregate(1, 1.0, 1.0, 1.0))
    assert series.is_decimated
    assert not series[:1].is_decimated
    assert not series[:0].is_decimated


def test_labels() -> None:
    renamed = {**sample(3, "enum", 1), "metaData": {"type": "enum", "states": ["no", "yes"]}}
    series = series_of(
        sample(0, "enum", 1), marker(1), sample(2, "enum", 9), renamed, sample(4, "enum", -1), sample(5, "double", 1.0)
    )
    assert_same(series.labels, ["on", "", "9", "yes", "-1", ""], object)
    bare = sample(0, "enum", 1)
    del bare["metaData"]
    assert series_of(bare).labels.tolist() == ["1"]
    assert series[:0].labels.tolist() == []
    for samples in ([sample(0, "enum", 1, 2)], [sample(0, "enum", 1), sample(1, "enum")]):
        with pytest.raises(ValueError, match="more than one label"):
            _ = series_of(*samples).labels


def test_gaps() -> None:
    series = series_of(
        marker(0),
        marker(1),
        sample(2, "long", 1),
        sample(3, "long", 1),
        marker(4),
        marker(5, "Archive_Disabled"),
        sample(6, "long", 1),
        marker(7),
    )
    seconds = [(gap.start - START, None if gap.end is None else gap.end - START, gap.reason) for gap in series.gaps]
    assert seconds == [
        (0, 2 * SECOND, "Disconnected"),
        (4 * SECOND, 5 * SECOND, "Disconnected"),
        (5 * SECOND, 6 * SECOND, "Archive_Disabled"),
        (7 * SECOND, None, "Disconnected"),
    ]
    assert series[7:].gaps == (Gap(START + 7 * SECOND, None, "Disconnected"),)
    begin = datetime.fromtimestamp(START // SECOND, UTC)
    assert (series.gaps[0].start_datetime, series.gaps[0].end_datetime) == (begin, begin + timedelta(seconds=2))
    assert series.gaps[-1].end_datetime is None
    assert series[2:4].gaps == series[:0].gaps == ()


# -- other forms --


def test_to_numpy() -> None:
    table = series_of(
        sample(0, "double", 1.5, level="MAJOR", status="HIGH"), marker(1), aggregate(2, 2.0, 1.0, 3.0)
    ).to_numpy()
    assert table.dtype.names == ("time", "value", "valid", "minimum", "maximum", "severity", "status", "quality")
    assert table[0].tolist()[:3] == (START, 1.5, True)
    assert table[0].tolist()[5:] == ("MAJOR", "HIGH", "Original")
    assert table["valid"].tolist() == [True, False, True]
    assert table["maximum"].tolist()[2] == 3.0
    waves = series_of(sample(0, "long", 1, 2, 3), sample(1, "long", 4, 5, 6)).to_numpy()
    assert waves["value"].tolist() == [[1, 2, 3], [4, 5, 6]]
    assert series_of(sample(0, "string", "a"), sample(1, "long", 1)).to_numpy()["value"].tolist() == ["a", 1]
    assert len(series_of().to_numpy()) == 0


def test_dictionaries_are_the_callers_own() -> None:
    series = series_of(sample(0, "enum", 1), sample(1, "enum", 1))
    expected = series.to_dicts()
    changed = series.to_dicts()
    changed[0]["severity"]["level"] = changed[0]["metaData"]["type"] = "changed"
    changed[0]["metaData"]["states"].append("changed")
    changed[0]["value"].append("changed")
    assert changed[1] == expected[1]
    assert series.to_dicts() == expected


def test_where_the_metadata_changes() -> None:
    other = {**sample(3, "double", 1.0), "metaData": {**NUMERIC, "units": "A"}}
    series = series_of(
        marker(0),
        sample(1, "double", 1.0),
        sample(2, "long", 2),
        other,
        marker(4),
        {**other, "time": START + 5 * SECOND},
    )
    assert [(change.index, change.time, change.meta_data) for change in series.meta_data_changes] == [
        (1, START + SECOND, NUMERIC),
        (3, START + 3 * SECOND, other["metaData"]),
    ]
    assert [change.index for change in series[3:].meta_data_changes] == [0]
    assert series[:1].meta_data_changes == series[:0].meta_data_changes == ()


@given(lists_of_samples())
def test_metadata_in_force_at_each_sample(samples: list[dict[str, Any]]) -> None:
    series = decoded(compact(samples))
    latest = None
    for index, one in enumerate(series):
        own = getattr(one, "meta_data", None)
        changes = [change for change in series.meta_data_changes if change.index == index]
        if own is None or own == latest:
            assert changes == []
        else:
            assert [change.meta_data for change in changes] == [own]
            assert changes[0].time == one.time
        latest = own if own is not None else latest
    assert series.meta_data == latest


def test_spacing() -> None:
    series = series_of(sample(0, "long", 1))
    assert series.spacing is None
    decimated = SampleSeries(dataclasses.replace(QUERY, count=40), series._columns)
    assert decimated.spacing == 1.5
