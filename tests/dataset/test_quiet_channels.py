"""Many channels with few samples each are in few files, and take little memory while they are exported."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from cassandra_pv_archiver import ArchiveClient
from cassandra_pv_archiver.dataset import export_dataset, open_dataset
from cassandra_pv_archiver.dataset.to_table import columns_of, join_tables, to_table
from cassandra_pv_archiver.testing import Simulator
from tests.dataset.archives import DAY, FEBRUARY, JANUARY, client_of


def archive(number: int) -> tuple[Simulator, list[str]]:
    simulator = Simulator()
    names = [f"QUIET:{place:03}" for place in range(number)]
    for place, name in enumerate(names):
        simulator.add_channel(name)
        kind = ("double", "long", "enum", "string")[place % 4]
        values = [f"text {place}"] * 2 if kind == "string" else [place % 3, place % 2]
        meta_data = {"states": [f"state {place}", "on", "off"]} if kind == "enum" else {"units": f"unit {place}"}
        times = [JANUARY - DAY + place, JANUARY + place]
        if kind == "string":
            simulator.add_samples(name, times=times, values=values)
        else:
            simulator.add_samples(name, times=times, values=values, type=kind, meta_data=meta_data)
    return simulator, names


def check(path: Path, client: ArchiveClient, names: list[str]) -> None:
    found = open_dataset(path).several(names, JANUARY, FEBRUARY)
    for name in names:
        assert found[name] == client.get_samples(name, JANUARY, FEBRUARY)


def test_they_share_a_file(tmp_path: Path) -> None:
    simulator, names = archive(200)
    with client_of(simulator) as client:
        export_dataset(client, names, JANUARY, FEBRUARY, tmp_path)
        check(tmp_path, client, names)
    (file,) = tmp_path.glob("month=2024-01/samples-*.parquet")
    metadata = pq.ParquetFile(file).metadata
    assert (metadata.num_rows, metadata.num_row_groups) == (200, 1)
    channels = metadata.row_group(0).column(0)
    assert "RLE_DICTIONARY" in channels.encodings
    assert (channels.statistics.min, channels.statistics.max) == (names[0], names[-1])
    assert channels.dictionary_page_offset is not None


def test_what_waits_to_be_written_has_memory_of_its_own_and_no_more() -> None:
    simulator, (*_, name) = archive(2)
    with client_of(simulator) as client:
        columns = columns_of(client.get_samples(name, JANUARY, FEBRUARY))
    tables = [to_table(f"CHANNEL:{place}", columns) for place in range(64)]
    before = pa.total_allocated_bytes()
    tracemalloc.start()
    joined = join_tables(tables)
    assert joined.column("channel").num_chunks == 1
    assert pa.total_allocated_bytes() - before < 64 * 4096
    assert joined.num_rows == 64 * len(columns)
    assert tracemalloc.get_traced_memory()[0] < 64 * 1024
    tracemalloc.stop()
