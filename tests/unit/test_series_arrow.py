"""Samples as a table of Apache Arrow and back."""

from __future__ import annotations

import dataclasses
import json
import sys
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.feather
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cassandra_pv_archiver import MissingExtraError
from cassandra_pv_archiver._sample_columns import SampleColumns
from cassandra_pv_archiver._sample_query import ReadNotes
from cassandra_pv_archiver.series import SampleSeries
from tests.unit.sample_replies import QUERY, compact, decoded, lists_of_samples
from tests.unit.test_series import NUMERIC, SECOND, START, STATES, aggregate, equal, marker, sample, series_of


def through_ipc(table: pa.Table) -> pa.Table:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=2)  # in several chunks, each with a dictionary of its own
    return pa.ipc.open_stream(sink.getvalue()).read_all()


def through_parquet(table: pa.Table) -> pa.Table:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, row_group_size=3)
    return pq.read_table(pa.BufferReader(sink.getvalue()))


def through_feather(table: pa.Table) -> pa.Table:
    sink = pa.BufferOutputStream()
    pyarrow.feather.write_feather(table, sink, compression="uncompressed")
    return pyarrow.feather.read_table(pa.BufferReader(sink.getvalue()))


WAYS = {"directly": lambda table: table, "ipc": through_ipc, "parquet": through_parquet, "feather": through_feather}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@given(lists_of_samples(), st.sampled_from([1, 10**6]), st.data())
def test_there_and_back(way: Any, samples: list[dict[str, Any]], block: int, data: st.DataObject) -> None:
    series = decoded(compact(samples), block=block)
    part = series[data.draw(st.integers(0, 2)) :: data.draw(st.integers(1, 2))]
    for one in (series, part):
        table = one.to_arrow()
        table.validate(full=True)
        back = SampleSeries.from_arrow(way(table))
        assert back == one
        assert back.query == one.query
        assert back.to_dicts() == one.to_dicts()
        assert back.contexts == one.contexts
        assert equal(back.values, one.values)


SERIES = {
    "empty": [],
    "doubles": [sample(0, "double", 1.5), sample(1, "double", "NaN"), sample(2, "double", "-Infinity")],
    "doubles and markers": [sample(0, "double", "NaN"), marker(1), sample(2, "double", 2)],
    "exact integers": [sample(0, "long", 2**53 + 1), marker(1), sample(2, "long", -(2**63))],
    "aggregates among raw samples": [aggregate(0, "NaN", "NaN", 1.0), sample(1, "long", 2**53 + 1), marker(2)],
    "enum": [sample(0, "enum", 1), marker(1), sample(2, "enum", 9)],
    "enum arrays": [sample(0, "enum", 1, 0), marker(1), sample(2, "enum", 9, 1)],
    "equal waveforms": [sample(0, "double", 1.0, "NaN"), sample(1, "double", 3.0, 4.0)],
    "ragged waveforms": [sample(0, "double", 1.0, 2.0), marker(1), sample(2, "double"), sample(3, "long", 2**60)],
    "empty arrays": [sample(0, "double"), sample(1, "double")],
    "texts": [sample(0, "string", "a"), marker(1), sample(2, "string", "")],
    "numbers and texts": [sample(0, "string", "a"), sample(1, "double", 1.5), sample(2, "long", 2**60), marker(3)],
    "markers": [marker(0), marker(1, "Archive_Disabled")],
    "marker that has a number": [sample(0, "double", 1.5), sample(1, "double", 2.5, hasValue=False, level="INVALID")],
    "other metadata": [sample(0, "long", 1), {**sample(1, "long", 1), "metaData": {**NUMERIC, "units": "A"}}],
    "members of newer servers": [
        {
            **sample(0, "long", 1),
            "severity": {"level": "OK", "hasValue": True, "since": [1]},
            "metaData": {**NUMERIC, "more": {"x": None}},
        }
    ],
}


@pytest.mark.parametrize("samples", SERIES.values(), ids=SERIES)
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_kinds_of_series_there_and_back(way: Any, samples: list[dict[str, Any]]) -> None:
    series = series_of(*samples)
    back = SampleSeries.from_arrow(way(series.to_arrow()))
    assert back == series
    assert back.to_dicts() == series.to_dicts() == samples


@pytest.mark.parametrize(
    ("name", "type_", "values"),
    [
        ("empty", pa.float64(), []),
        ("doubles and markers", pa.float64(), [float("nan"), None, 2.0]),
        ("exact integers", pa.int64(), [2**53 + 1, None, -(2**63)]),
        ("enum", pa.int64(), [1, None, 9]),
        ("enum arrays", pa.large_list(pa.int64()), [[1, 0], None, [9, 1]]),
        ("ragged waveforms", pa.large_list(pa.float64()), [[1.0, 2.0], None, [], [float(2**60)]]),
        ("empty arrays", pa.large_list(pa.float64()), [[], []]),
        ("texts", pa.large_string(), ["a", None, ""]),
        ("numbers and texts", pa.large_string(), ["a", "1.5", str(2**60), None]),
        ("markers", pa.float64(), [None, None]),
    ],
)
def test_values(name: str, type_: pa.DataType, values: list[Any]) -> None:
    column = series_of(*SERIES[name]).to_arrow().column("value")
    assert column.type == type_
    assert repr(column.to_pylist()) == repr(values)


def test_other_columns() -> None:
    table = series_of(*SERIES["aggregates among raw samples"], sample(3, "enum", 1, level="MAJOR")).to_arrow()
    assert table.column("time").type == pa.timestamp("ns", "UTC")
    assert table.column("time").cast(pa.int64()).to_pylist() == [START + second * SECOND for second in range(4)]
    assert repr(table.column("minimum").to_pylist()) == repr([float("nan"), None, None, None])
    assert table.column("maximum").to_pylist() == [1.0, None, None, None]
    assert table.column("label").to_pylist() == [None, None, None, "on"]
    severity = table.column("severity").combine_chunks()
    assert severity.type.ordered
    assert severity.dictionary.to_pylist() == ["OK", "MINOR", "MAJOR", "INVALID"]
    assert severity.to_pylist() == ["OK", "OK", "INVALID", "MAJOR"]
    assert table.column("status").to_pylist() == ["NO_ALARM", "NO_ALARM", "Disconnected", "NO_ALARM"]
    assert table.column("quality").to_pylist() == ["Interpolated", "Original", "Original", "Original"]
    assert json.loads(table.column("context")[3].as_py())["meta_data"] == STATES
    assert table.column("exact_integer").to_pylist() == [None, [2**53 + 1], None, [1]]
    assert table.column("exact_text").to_pylist() == [None, None, ["Disconnected"], None]
    assert "exact_float" not in table.column_names


def test_schema_tells_what_was_asked() -> None:
    metadata = series_of(sample(0, "double", 1.0)).to_arrow().schema.metadata
    assert json.loads(metadata[b"cassandra_pv_archiver"]) == {
        "format": 1,
        **dataclasses.asdict(QUERY),
        "units": "mA",
        "meta_data": NUMERIC,
        "notes": dataclasses.asdict(ReadNotes()),
    }


def addresses(table: pa.Table, name: str) -> list[int]:
    (chunk,) = table.column(name).chunks
    return [buffer.address for buffer in chunk.buffers() if buffer is not None]


@pytest.mark.parametrize("value", [(1.5,), (7,), (1.0, 2.0), (1, 2, 3)])
def test_numbers_are_not_copied(value: tuple[Any, ...]) -> None:
    kind = "long" if isinstance(value[0], int) else "double"
    series = series_of(*(sample(second, kind, *value) for second in range(9)))
    table = series.to_arrow()
    assert addresses(table, "time") == [series.times.ctypes.data]
    assert series.values.ctypes.data in addresses(table, "value")
    back = SampleSeries.from_arrow(table)
    assert np.shares_memory(back.times, series.times)
    assert np.shares_memory(back.values, series.values)
    for column in (back.times, back.values, back.valid):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 0


def test_extremes_are_not_copied() -> None:
    series = series_of(*(aggregate(second, 1.0, 0.0, 2.0) for second in range(9)))
    assert addresses(series.to_arrow(), "minimum") == [series.minimums.ctypes.data]
    assert np.shares_memory(SampleSeries.from_arrow(series.to_arrow()).maximums, series.maximums)


def test_columns_do_not_depend_on_what_the_server_chose() -> None:
    query = dataclasses.replace(QUERY, count=5)
    raw, decimated = (
        SampleSeries(query, series_of(one)._columns).to_arrow()
        for one in (sample(0, "double", 1.0), aggregate(1, 2.0, 1.0, 3.0))
    )
    assert raw.schema.equals(decimated.schema)
    back = SampleSeries.from_arrow(pa.concat_tables([raw, decimated]))
    assert back.to_dicts() == [sample(0, "double", 1.0), aggregate(1, 2.0, 1.0, 3.0)]
    assert back.count == 5


def test_tables_can_be_filtered_sorted_and_joined() -> None:
    first = series_of(sample(0, "double", 1.0), marker(1), sample(2, "double", 2.0, level="MAJOR"))
    second = series_of(sample(3, "double", 3.0, level="MINOR"), sample(4, "double", 4.0))
    joined = pa.concat_tables([first.to_arrow(), second.to_arrow()], promote_options="default")
    assert SampleSeries.from_arrow(joined) == SampleSeries.concatenate([first, second])
    backwards = joined.take(list(range(4, -1, -1)))
    assert SampleSeries.from_arrow(backwards) == SampleSeries.concatenate([first, second])
    alarms = first.to_arrow().filter(pc.field("severity") == "MAJOR")
    assert SampleSeries.from_arrow(alarms) == first[first.severities == "MAJOR"]
    assert SampleSeries.from_arrow(alarms.drop_columns(["severity", "status", "quality"])) == first[2:]
    assert SampleSeries.from_arrow(first.to_arrow()[:0]) == first[:0]
    assert SampleSeries.from_arrow(first.to_arrow()[1:]) == first[1:]


def test_column_types_that_other_programs_make_of_ours() -> None:
    series = series_of(*SERIES["texts"])
    table = series.to_arrow()
    plain = table.set_column(
        table.column_names.index("context"), "context", table.column("context").cast(pa.string())
    ).set_column(1, "value", table.column("value").dictionary_encode())
    assert SampleSeries.from_arrow(plain) == series


@pytest.mark.parametrize("type_", [pa.list_(pa.float32()), pa.list_(pa.float64(), 2), pa.large_list(pa.float64())])
def test_other_lists(type_: pa.DataType) -> None:
    series = series_of(sample(0, "double", 1.0, 2.0), sample(1, "double", 3.5, 4.5), sample(2, "double", 5.0, 6.0))
    table = series.to_arrow()
    assert SampleSeries.from_arrow(table.set_column(1, "value", table.column("value").cast(type_))[1:]) == series[1:]


def changed(name: str, column: Any) -> pa.Table:
    table = series_of(sample(0, "double", 1.0), sample(1, "double", 2.0)).to_arrow()
    return table.set_column(table.column_names.index(name), name, pa.array(column))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pa.table({"time": [1]}), "no 'cassandra_pv_archiver', so it is not one that to_arrow made"),
        (series_of().to_arrow().drop_columns(["value"]), "no column 'value'"),
        (series_of(aggregate(0, 1.0, 1.0, 1.0)).to_arrow().drop_columns(["maximum"]), "no column 'maximum'"),
        (series_of(marker(0)).to_arrow().drop_columns(["exact_text"]), "Row 0 of this table has no value"),
        (changed("value", [1.0, None]), "Row 1 of this table has no value"),
        (changed("value", ["a", "b"]), "Row 0 of this table has no value"),
        (changed("context", ["{}", None]), "In the column 'context' 1 of 2 values are missing"),
        (changed("context", ["{}", "{}"]), "severity"),
        (
            series_of().to_arrow().replace_schema_metadata({"cassandra_pv_archiver": '{"format": 2}'}),
            "form 2, but only 1 is known",
        ),
        (
            series_of().to_arrow().replace_schema_metadata({"cassandra_pv_archiver": '{"format": 1}'}),
            "channel_name",
        ),
        (series_of().to_arrow().replace_schema_metadata({"cassandra_pv_archiver": "x"}), "Invalid JSON"),
        (series_of().to_arrow().replace_schema_metadata({"cassandra_pv_archiver": "{}"}), "has form None"),
    ],
)
def test_what_is_no_series(table: pa.Table, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SampleSeries.from_arrow(table)


def test_what_is_no_table() -> None:
    with pytest.raises(TypeError, match=r"A pyarrow.Table is wanted, not dict."):
        SampleSeries.from_arrow({})


def test_without_pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    series = series_of(sample(0, "long", 1))
    table = series.to_arrow()
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for call in (series.to_arrow, lambda: SampleSeries.from_arrow(table)):
        with pytest.raises(MissingExtraError, match=r"pip install 'cassandra-pv-archiver-client\[arrow\]'"):
            call()


def test_what_reading_has_shown_is_kept() -> None:
    read = SampleSeries(QUERY, SampleColumns.none(), ReadNotes(begins_late=True, earlier_decimated=True, tail_begins=7))
    back = SampleSeries.from_arrow(read.to_arrow())
    assert (back.begins_late, back.earlier_decimated, back.tail_begins) == (True, True, 7)
