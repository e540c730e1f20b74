"""Samples as rows of a dataset and back."""

from __future__ import annotations

import dataclasses
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

from cassandra_pv_archiver.dataset.from_table import from_table
from cassandra_pv_archiver.dataset.layout import READ_BACK, schema
from cassandra_pv_archiver.dataset.to_table import columns_of, to_table
from cassandra_pv_archiver.series import SampleSeries
from tests.unit.made_series import decimated, sample, series_of
from tests.unit.sample_replies import compact, decoded, lists_of_samples


def through_parquet(table: pa.Table) -> pa.Table:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, row_group_size=3, store_schema=False)
    return pq.read_table(pa.BufferReader(sink.getvalue()), columns=list(READ_BACK))


def rows_of(series: SampleSeries) -> list[dict[str, Any]]:
    return through_rows(to_table("a channel", columns_of(series)))


def through_rows(table: pa.Table) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if value is not None} for row in table.to_pylist()]


@given(lists_of_samples(), st.sampled_from([1, 10**6]), st.data())
def test_there_and_back(samples: list[dict[str, Any]], block: int, data: st.DataObject) -> None:
    series = decoded(compact(samples), block=block)
    series = series[data.draw(st.integers(0, 2)) :: data.draw(st.integers(1, 2))]
    table = to_table("a channel", columns_of(series))
    table.validate(full=True)
    assert table.schema == schema()
    for form in (table, through_parquet(table)):
        back = dataclasses.replace(series, _columns=from_table(form))
        assert back == series
        assert back.to_dicts() == series.to_dicts()


def test_numbers_of_every_type_are_in_one_column() -> None:
    series = series_of([sample(1, 1.5), sample(2, 7), sample(3, 1, kind="enum"), decimated(4, 2.0, 1.0, 3.0)], 0, 9)
    rows = rows_of(series)
    assert [row["value"] for row in rows] == [1.5, 7.0, 1.0, 2.0]
    assert [row.get("integer") for row in rows] == [None, 7, 1, None]
    assert [row.get("text") for row in rows] == [None, None, "on", None]
    assert [row.get("minimum") for row in rows] == [None, None, None, 1.0]
    assert [row.get("maximum") for row in rows] == [None, None, None, 3.0]
    assert [row["type"] for row in rows] == ["double", "long", "enum", "minMaxDouble"]
    assert [row.get("units") for row in rows] == ["mA", "mA", None, "mA"]


def test_arrays_are_lists_and_texts_have_a_column() -> None:
    enums = sample(3, [0, 2, 9], kind="enum")
    series = series_of([sample(1, [1.5, 2.5]), sample(2, [7, 8]), enums, sample(4, "abc"), sample(5, ["a", "b"])], 0, 9)
    rows = rows_of(series)
    assert [row.get("values") for row in rows] == [[1.5, 2.5], None, None, None, None]
    assert [row.get("integers") for row in rows] == [None, [7, 8], [0, 2, 9], None, None]
    assert [row.get("texts") for row in rows] == [None, None, ["off", "fault", "9"], None, ["a", "b"]]
    assert [row.get("text") for row in rows] == [None, None, None, "abc", None]
    assert not any("value" in row for row in rows)


def test_markers_have_no_value_but_say_so() -> None:
    rows = rows_of(series_of([sample(1, 1.5), sample(2, None), sample(3, "abc")], 0, 9))
    assert [row.get("marker") for row in rows] == [None, "Disconnected", None]
    assert [row.get("text") for row in rows] == [None, None, "abc"]
    assert "value" not in rows[1]
    assert rows[1]["status"] == "Disconnected"


def test_integers_are_exact() -> None:
    large = 2**62 + 1
    assert rows_of(series_of([sample(1, large)], 0, 9))[0]["integer"] == large
