"""Datasets are read by libraries that know nothing of this package."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as pads
import pyarrow.parquet as pq
import pytest

from cassandra_pv_archiver import ArchiveClient, open_dataset
from cassandra_pv_archiver.dataset import export_dataset, verify_dataset
from cassandra_pv_archiver.testing import Simulator
from tests.dataset.archives import APRIL, CHANNELS, DAY, FEBRUARY, JANUARY, MARCH, client_of, filled


@pytest.fixture(scope="module")
def client() -> Iterator[ArchiveClient]:
    with client_of(filled(Simulator())) as client:
        yield client


@pytest.fixture(scope="module")
def path(client: ArchiveClient, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dataset")
    export_dataset(client, CHANNELS, JANUARY, APRIL, path)
    return path


def test_duckdb(path: Path, client: ArchiveClient) -> None:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"CREATE VIEW samples AS FROM read_parquet('{path}/**/*.parquet', hive_partitioning = true)")
        rows = connection.execute(
            "SELECT epoch_ns(time), value, month FROM samples WHERE channel = 'A:DOUBLE' ORDER BY time"
        ).fetchall()
        truth = client.get_samples("A:DOUBLE", JANUARY, APRIL)
        assert [row[0] for row in rows] == truth.times.tolist()
        assert [row[1] for row in rows] == truth.values.tolist()
        assert {row[2] for row in rows} == {"2024-01", "2024-02", "2024-03", "2024-04"}
        # The value in force at the begin, where the channel has no sample.
        in_force = (
            "SELECT value FROM samples WHERE channel = 'F:RARE' AND time <= '2024-01-01' ORDER BY time DESC LIMIT 1"
        )
        assert connection.execute(in_force).fetchone() == (1.0,)
        labels = "SELECT DISTINCT text FROM samples WHERE channel = 'C:ENUM' ORDER BY text"
        assert connection.execute(labels).fetchall() == [("2",), ("off",), ("on",)]
        longest = "SELECT max(len(values)) FROM samples WHERE channel = 'E:ARRAY'"
        assert connection.execute(longest).fetchone() == (5,)


def test_polars(path: Path, client: ArchiveClient) -> None:
    frame = pl.scan_parquet(path / "**/*.parquet", hive_partitioning=True)
    found = frame.filter(pl.col("channel") == "B:LONG", pl.col("month") == "2024-02").sort("time").collect()
    truth = client.get_samples("B:LONG", FEBRUARY, MARCH - 1).inside
    assert found["integer"].to_list() == truth.values.tolist()
    assert found["time"].to_physical().to_list() == truth.times.tolist()
    assert found.schema["time"] == pl.Datetime("ns", "UTC")
    arrays = frame.filter(pl.col("channel") == "E:ARRAY").sort("time").collect()["values"].to_list()
    assert arrays == [list(each.value) for each in client.get_samples("E:ARRAY", JANUARY, APRIL)]


def test_pandas(path: Path, client: ArchiveClient) -> None:
    frame = pd.read_parquet(path, filters=[("channel", "==", "D:TEXT"), ("month", "==", "2024-01")])
    truth = client.get_samples("D:TEXT", JANUARY, FEBRUARY - 1).inside
    assert frame["text"].tolist() == truth.values.tolist()
    assert frame["time"].astype("int64").tolist() == truth.times.tolist()


def test_types_that_change_are_in_their_columns(path: Path) -> None:
    frame = pl.read_parquet(path / "**/*.parquet").filter(pl.col("channel") == "G:CHANGING").sort("time")
    assert frame["type"].to_list() == ["long", "long", "string", "string", "double", "double", "double"]
    assert frame["value"].to_list() == [1.0, 2.0, None, None, 1.5, 2.5, 3.5]
    assert frame["text"].to_list() == [None, None, "one", "two", None, None, None]


def test_columns_are_plain_types(path: Path) -> None:
    """Spark and others that know no dictionaries see texts."""
    for file in path.glob("month=*/*.parquet"):
        found = pq.read_schema(file)
        assert found.metadata is None or b"ARROW:schema" not in found.metadata
        assert found.field("channel").type == pa.string()
        assert found.field("time").type == pa.timestamp("ns", "UTC")
        assert found.field("values").type == pa.list_(pa.field("element", pa.float64()))
        types = {column.name: column.physical_type for column in pq.ParquetFile(file).schema}
        assert (types["time"], types["value"], types["integer"]) == ("INT64", "DOUBLE", "INT64")


def test_row_groups_are_skipped(path: Path) -> None:
    dataset = pads.dataset(path, partitioning="hive")
    wanted = (pads.field("channel") == "A:DOUBLE") & (pads.field("time") >= pd.Timestamp(MARCH, tz="UTC"))
    assert len(list(dataset.get_fragments(wanted))) <= 6
    groups = [len(each.split_by_row_group(wanted)) for each in dataset.get_fragments()]
    assert sum(groups) <= 2


@pytest.mark.parametrize("kind", ["filesystem", "uri", "memory"])
def test_other_file_systems(path: Path, client: ArchiveClient, tmp_path: Path, kind: str) -> None:
    import fsspec
    from pyarrow import fs

    memory = fsspec.filesystem("memory", skip_instance_cache=True)
    memory.store = {}
    places = {
        "filesystem": fs.SubTreeFileSystem(str(tmp_path), fs.LocalFileSystem()),
        "uri": f"file://{tmp_path}",
        "memory": fs.SubTreeFileSystem("/bucket/dataset", fs.PyFileSystem(fs.FSSpecHandler(memory))),
    }
    place = places[kind]
    for end in (FEBRUARY, MARCH):
        export_dataset(client, CHANNELS, JANUARY, end, place)
    dataset = open_dataset(place)
    for channel in CHANNELS:
        assert dataset.series(channel, JANUARY, MARCH) == client.get_samples(channel, JANUARY, MARCH)
    assert verify_dataset(place, client).is_right
    assert dataset.to_arrow().count_rows() == sum(entry.samples for entry in dataset.entries)
    assert np.isfinite(dataset.align(["A:DOUBLE"], JANUARY, MARCH, step="1d")["A:DOUBLE"]).all()
    assert export_dataset(client, CHANNELS, JANUARY, MARCH - DAY, place).files == 0
