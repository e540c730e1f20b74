"""Samples as a DataFrame."""

from __future__ import annotations

import dataclasses
import json
import math
import sys
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from cassandra_pv_archiver import MissingExtraError
from cassandra_pv_archiver.series import SampleSeries
from tests.unit.sample_replies import QUERY, compact, decoded, lists_of_samples
from tests.unit.test_series import NUMERIC, SECOND, START, STATES, aggregate, marker, sample, series_of

LEAST_INT64 = -(2**63)


def asked_with_count(series: SampleSeries, count: int) -> SampleSeries:
    return SampleSeries(dataclasses.replace(series.query, count=count), series._columns)


def test_numbers() -> None:
    series = series_of(sample(0, "double", 1.5, level="MAJOR", status="HIHI"), marker(1), sample(2, "double", "NaN"))
    frame = series.to_pandas()
    assert list(frame.columns) == ["value", "valid", "severity", "status", "quality"]
    assert frame.index.name == "time"
    assert str(frame.index.dtype) == "datetime64[ns, UTC]"
    assert frame.index.asi8.tolist() == series.times.tolist()
    assert frame["value"].dtype == np.float64
    assert frame["value"].iloc[0] == 1.5
    assert frame["value"].isna().tolist() == [False, True, True]
    assert frame["valid"].tolist() == [True, False, True]
    assert frame["severity"].tolist() == ["MAJOR", "INVALID", "OK"]
    assert frame["status"].tolist() == ["HIHI", "Disconnected", "NO_ALARM"]
    assert frame["quality"].cat.categories.tolist() == ["Original", "Interpolated"]


def test_severities_compare_also_with_those_that_do_not_occur() -> None:
    frame = series_of(sample(0, "double", 1, level="MINOR"), sample(1, "double", 1, level="WORSE")).to_pandas()
    assert frame["severity"].cat.categories.tolist() == ["OK", "MINOR", "MAJOR", "INVALID", "WORSE"]
    assert (frame["severity"] >= "MAJOR").tolist() == [False, True]


@pytest.mark.parametrize("markers", [[], [marker(9)]])
def test_integers_stay_exact_with_and_without_markers(markers: list[dict[str, Any]]) -> None:
    column = series_of(sample(0, "long", 2**53 + 1), sample(1, "long", LEAST_INT64), *markers).to_pandas()["value"]
    assert str(column.dtype) == "Int64"
    assert column.tolist() == [2**53 + 1, LEAST_INT64] + [pd.NA] * len(markers)


def test_labels_of_states() -> None:
    other = {**sample(3, "enum", 0), "metaData": {**STATES, "states": ["closed", "open"]}}
    series = series_of(sample(0, "enum", 1), marker(1), sample(2, "enum", 7), other, sample(4, "enum", -1))
    frame = series.to_pandas()
    assert frame["value"].tolist() == [1, pd.NA, 7, 0, -1]
    assert frame["label"].astype(object).where(frame["valid"], None).tolist() == ["on", None, "7", "closed", "-1"]
    assert frame["label"].cat.categories.tolist()[:2] == ["off", "on"]
    assert frame["label"].isna().tolist() == [False, True, False, False, False]
    assert "label" not in series_of(sample(0, "enum", 1, 0)).to_pandas()
    assert "label" not in series_of(marker(0)).to_pandas()


def test_texts() -> None:
    frame = series_of(sample(0, "string", "a"), marker(1), sample(2, "string", "")).to_pandas()
    assert isinstance(frame["value"].dtype, pd.StringDtype)
    assert frame["value"].tolist() == ["a", pd.NA, ""]
    mixed = series_of(sample(0, "string", "a"), marker(1), sample(2, "long", 2**60)).to_pandas()
    assert mixed["value"].tolist() == ["a", None, 2**60]


@pytest.mark.parametrize("last", [[3.0, 4.0], [3.0], []])
def test_waveforms(last: list[float]) -> None:
    frame = series_of(sample(0, "double", 1.0, 2.0), marker(1), sample(2, "double", *last)).to_pandas()
    first, second, third = frame["value"]
    assert (first.tolist(), second, third.tolist()) == ([1.0, 2.0], None, last)
    assert first.dtype == third.dtype == np.float64


def test_extremes() -> None:
    frame = series_of(aggregate(0, 2.0, 1.0, 3.0), sample(1, "double", 5.0)).to_pandas()
    assert frame["minimum"].tolist()[0] == 1.0
    assert math.isnan(frame["maximum"].iloc[1])
    raw = series_of(sample(1, "double", 5.0))
    assert "minimum" not in raw.to_pandas()
    # Whether the server chose a level or raw samples does not change the columns.
    assert asked_with_count(raw, 3).to_pandas().columns.tolist() == frame.columns.tolist()


def test_attributes_are_json() -> None:
    attributes = series_of(sample(0, "double", 1.0), marker(1)).to_pandas().attrs
    assert json.loads(json.dumps(attributes, allow_nan=False)) == attributes
    assert attributes == {
        "channel_name": QUERY.channel_name,
        "archive_key": 1,
        "start": QUERY.start,
        "end": QUERY.end,
        "count": 0,
        "spacing_ns": None,
        "units": "mA",
        "meta_data": NUMERIC,
    }
    assert series_of(sample(0, "enum", 1)).to_pandas().attrs["meta_data"] == STATES
    assert series_of(marker(0)).to_pandas().attrs["units"] is None


def test_time_zones() -> None:
    series = series_of(sample(0, "long", 1), sample(1e-9, "long", 2))
    for tz in ("Europe/Berlin", ZoneInfo("Europe/Berlin")):
        index = series.to_pandas(tz=tz).index
        assert str(index[0]) == "2023-11-14 23:13:20+01:00"
        assert index[1].nanosecond == 1
    naive = series.to_pandas(tz=None).index
    assert naive.tz is None
    assert str(naive[0]) == "2023-11-14 22:13:20"
    with pytest.raises(ValueError, match="no time zone 'Mars'"):
        series.to_pandas(tz="Mars")


def test_a_frame_can_be_changed_and_the_series_stays() -> None:
    for one in (sample(0, "double", 1.0), sample(0, "long", 1)):
        series = series_of(one)
        frame = series.to_pandas()
        frame.loc[frame["valid"], "value"] = 7
        frame.iloc[0, 1] = False
        assert frame["value"].tolist() == [7]
        assert (series.values.tolist(), series.valid.tolist()) == ([1], [True])


@given(lists_of_samples())
def test_a_frame_has_what_the_series_has(samples: list[dict[str, Any]]) -> None:
    series = decoded(compact(samples))
    frame = series[series.times > LEAST_INT64].to_pandas()  # which pandas takes for no time at all
    series = series[series.times > LEAST_INT64]
    assert frame.index.asi8.tolist() == series.times.tolist()
    assert frame["severity"].tolist() == list(series.severities)
    assert frame["status"].tolist() == list(series.statuses)
    assert frame["quality"].tolist() == list(series.qualities)
    assert frame["valid"].tolist() == series.valid.tolist()
    for value, expected, valid in zip(frame["value"], series.values, series.valid, strict=True):
        assert repr_of(value) == repr_of(expected) or not valid
    if "label" in frame:
        assert frame["label"].astype(object).where(frame["label"].notna(), "").tolist() == series.labels.tolist()


def repr_of(value: Any) -> str:
    return repr(value.tolist() if hasattr(value, "tolist") else value)


def test_without_pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'cassandra-pv-archiver-client\[pandas\]'") as raised:
        series_of(sample(0, "long", START % SECOND)).to_pandas()
    assert (raised.value.library, raised.value.extra) == ("pandas", "pandas")
