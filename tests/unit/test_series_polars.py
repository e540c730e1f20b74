"""Samples as a DataFrame of Polars."""

from __future__ import annotations

import dataclasses
import math
import sys
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from polars.testing import assert_frame_equal

from cassandra_pv_archiver import MissingExtraError
from cassandra_pv_archiver.series import SampleSeries
from tests.unit.sample_replies import compact, decoded, lists_of_samples
from tests.unit.test_series import SECOND, START, aggregate, marker, sample, series_of

RAGGED = [sample(0, "double", 1.0, 2.0), marker(1), sample(2, "double"), sample(3, "long", 2**60)]


@pytest.mark.parametrize(
    ("samples", "dtype", "values"),
    [
        ([sample(0, "double", 1.5), marker(1), sample(2, "double", "NaN")], pl.Float64, [1.5, None, math.nan]),
        ([sample(0, "long", 2**53 + 1), marker(1), sample(2, "long", -(2**63))], pl.Int64, [2**53 + 1, None, -(2**63)]),
        ([sample(0, "enum", 1), sample(1, "enum", 0)], pl.Int64, [1, 0]),
        ([sample(0, "string", "a"), marker(1), sample(2, "string", "")], pl.String, ["a", None, ""]),
        ([sample(0, "string", "a"), marker(1), sample(2, "double", 1.5)], pl.String, ["a", None, "1.5"]),
        ([marker(0)], pl.Float64, [None]),
        ([], pl.Float64, []),
        ([sample(0, "long", 1, 2), marker(1), sample(2, "long", 3, 4)], pl.List(pl.Int64), [[1, 2], None, [3, 4]]),
        (RAGGED, pl.List(pl.Float64), [[1.0, 2.0], None, [], [float(2**60)]]),
        ([sample(0, "double"), marker(1)], pl.List(pl.Float64), [[], None]),
        ([sample(0, "string", "a", ""), sample(1, "double", 0.5)], pl.List(pl.String), [["a", ""], ["0.5"]]),
    ],
)
def test_values(samples: list[dict[str, Any]], dtype: Any, values: list[Any]) -> None:
    column = series_of(*samples).to_polars()["value"]
    assert column.dtype == dtype
    assert repr(column.to_list()) == repr(values)


def test_other_columns() -> None:
    series = series_of(aggregate(0, 2.0, 1.0, "NaN"), marker(1), sample(2e-9, "enum", 1, level="MAJOR"))
    frame = series.to_polars()
    assert frame.columns == ["time", "value", "label", "minimum", "maximum", "severity", "status", "quality"]
    assert frame["time"].dtype == pl.Datetime("ns", "UTC")
    assert frame["time"].to_physical().to_list() == series.times.tolist() == [START, START + 2, START + SECOND]
    assert frame["label"].to_list() == [None, "on", None]
    assert repr(frame["minimum"].to_list()) == "[1.0, None, None]"
    assert repr(frame["maximum"].to_list()) == "[nan, None, None]"
    assert frame["severity"].dtype == pl.Enum(["OK", "MINOR", "MAJOR", "INVALID"])
    assert frame.filter(pl.col("severity") >= "MINOR")["status"].to_list() == ["NO_ALARM", "Disconnected"]
    assert frame["quality"].to_list() == ["Interpolated", "Original", "Original"]


def test_frames_of_one_query_can_be_joined() -> None:
    query = dataclasses.replace(series_of().query, count=5)
    parts = [
        SampleSeries(query, series_of(one)._columns).to_polars()
        for one in (sample(0, "double", 1.0, level="MINOR", status="HIGH"), aggregate(1, 2.0, 1.0, 3.0))
    ]
    assert pl.concat(parts)["status"].to_list() == ["HIGH", "NO_ALARM"]


def test_numbers_are_not_copied() -> None:
    for value in (1.5, 7):
        kind = "long" if isinstance(value, int) else "double"
        series = series_of(*(sample(second, kind, value) for second in range(9)))
        frame = series.to_polars()
        assert np.shares_memory(frame["value"].to_numpy(), series.values)
        assert np.shares_memory(frame["time"].to_physical().to_numpy(), series.times)
        frame[0, "value"] = value + 1
        assert frame["value"][0] == value + 1
        assert series.values[0] == value


@given(lists_of_samples())
def test_a_frame_has_what_arrow_has(samples: list[dict[str, Any]]) -> None:
    series = decoded(compact(samples))
    frame = series.to_polars()
    from_arrow = pl.from_arrow(series.to_arrow())
    assert isinstance(from_arrow, pl.DataFrame)
    texts = [name for name in ("label", "severity", "quality", "status") if name in frame.columns]
    assert_frame_equal(
        frame.with_columns(pl.col(texts).cast(pl.String)),
        from_arrow.select(frame.columns).with_columns(pl.col(texts).cast(pl.String)),
    )


def test_without_polars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'cassandra-pv-archiver-client\[polars\]'"):
        series_of(sample(0, "long", 1)).to_polars()


def test_without_pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert series_of(*RAGGED).to_polars()["value"].null_count() == 1
