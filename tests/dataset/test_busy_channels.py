"""Busy channels are cut into pieces, and rates that change neither lose samples nor fill the memory."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from cassandra_pv_archiver.dataset import export_dataset, open_dataset
from cassandra_pv_archiver.testing import ReceivedRequest, Simulator
from tests.dataset.archives import DAY, FEBRUARY, JANUARY, SECOND, client_of

ROW_GROUP = 400


@pytest.fixture
def simulator() -> Simulator:
    """A channel with 20,000 samples a month, and quiet ones."""
    simulator = Simulator()
    simulator.add_channel("BUSY")
    times = np.arange(JANUARY - DAY, FEBRUARY + DAY, 31 * DAY // 20_000)
    simulator.add_samples("BUSY", times=times, values=np.arange(len(times), dtype=np.float64))
    for number in range(30):
        simulator.add_channel(f"QUIET:{number:02}")
        times = np.arange(JANUARY - DAY, FEBRUARY + DAY, DAY) + number
        simulator.add_samples(f"QUIET:{number:02}", times=times, values=np.arange(len(times)))
    return simulator


CHANNELS = ["BUSY", *(f"QUIET:{number:02}" for number in range(30))]


def ranges(requests: tuple[ReceivedRequest, ...], channel: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for request in requests:
        if channel in request.channels and b"count" not in request.target:
            query = request.target.decode().partition("?")[2]
            start, end = (int(part.partition("=")[2]) for part in query.split("&")[:2])
            found.append((start, end))
    return found


def test_files_and_requests_are_cut_by_size(simulator: Simulator, tmp_path: Path) -> None:
    with client_of(simulator) as client:
        export_dataset(client, CHANNELS, JANUARY, FEBRUARY, tmp_path, row_group=ROW_GROUP)
        asked = simulator.requests
        for channel in CHANNELS:
            truth = client.get_samples(channel, JANUARY, FEBRUARY)
            assert open_dataset(tmp_path).series(channel, JANUARY, FEBRUARY) == truth
    entries = [entry for entry in open_dataset(tmp_path).entries if entry.kind == "samples"]
    busy = [entry for entry in entries if "BUSY" in entry.channels]
    assert 10 <= len(busy) <= 20
    assert all(list(entry.channels) == ["BUSY"] for entry in busy)
    assert len(entries) == len(busy) + 1, "the quiet channels are in one file"
    for entry in busy:
        assert entry.file is not None
        metadata = pq.ParquetFile(tmp_path / entry.file).metadata
        rows = [metadata.row_group(place).num_rows for place in range(metadata.num_row_groups)]
        assert all(ROW_GROUP / 2 <= number <= ROW_GROUP * 2 for number in rows[:-1])
    windows = [(start, end) for start, end in ranges(asked, "BUSY") if end > start]
    assert max(end - start for start, end in windows) < 31 * DAY / 20_000 * ROW_GROUP
    assert len(ranges(asked, "QUIET:00")) < 10


def test_the_oldest_samples_are_read_first(simulator: Simulator, tmp_path: Path) -> None:
    with client_of(simulator) as client:
        export_dataset(client, ["BUSY"], JANUARY, FEBRUARY, tmp_path, row_group=ROW_GROUP, max_concurrency=1)
    starts = [start for start, end in ranges(simulator.requests, "BUSY") if end > start]
    assert starts == sorted(starts)


def test_rows_are_in_order_and_channels_stand_together(simulator: Simulator, tmp_path: Path) -> None:
    with client_of(simulator) as client:
        export_dataset(client, CHANNELS, JANUARY, FEBRUARY, tmp_path, row_group=ROW_GROUP)
    for file in tmp_path.glob("month=*/*.parquet"):
        table = pq.read_table(file, columns=["channel", "time"], partitioning=None)
        keys = list(zip(table.column("channel").to_pylist(), table.column("time").to_pylist(), strict=True))
        assert keys == sorted(keys)


def test_a_channel_that_becomes_much_faster(tmp_path: Path) -> None:
    simulator = Simulator()
    simulator.add_channel("BURST")
    slow = np.arange(JANUARY - DAY, JANUARY + 20 * DAY, DAY)
    fast = JANUARY + 20 * DAY + np.arange(30_000) * SECOND
    after = np.arange(JANUARY + 21 * DAY, FEBRUARY + DAY, DAY)
    times = np.concatenate([slow, fast, after])
    simulator.add_samples("BURST", times=times, values=np.arange(len(times), dtype=np.float64))
    with client_of(simulator) as client:
        export_dataset(client, ["BURST"], JANUARY, FEBRUARY, tmp_path, row_group=ROW_GROUP)
        truth = client.get_samples("BURST", JANUARY, FEBRUARY)
    dataset = open_dataset(tmp_path)
    assert dataset.series("BURST", JANUARY, FEBRUARY) == truth
    samples = [entry.samples for entry in dataset.entries if entry.kind == "samples"]
    assert max(samples) <= 20 * ROW_GROUP
    parts = sorted((entry.channels["BURST"].begin, entry.channels["BURST"].end) for entry in dataset.entries[1:-1])
    assert all(one[1] == other[0] for one, other in itertools.pairwise(parts))


def test_arrays_count_by_their_elements(tmp_path: Path) -> None:
    simulator = Simulator()
    simulator.add_channel("ARRAYS")
    times = np.arange(JANUARY, FEBRUARY, DAY // 24)
    simulator.add_samples("ARRAYS", times=times, values=[[float(number)] * 50 for number in range(len(times))])
    with client_of(simulator) as client:
        export_dataset(client, ["ARRAYS"], JANUARY, FEBRUARY, tmp_path, row_group=ROW_GROUP)
        assert open_dataset(tmp_path).series("ARRAYS") == client.get_samples("ARRAYS", JANUARY, FEBRUARY)
    for file in tmp_path.glob("month=*/samples-*.parquet"):
        metadata = pq.ParquetFile(file).metadata
        assert all(metadata.row_group(place).num_rows <= 20 for place in range(metadata.num_row_groups))
