"""Datasets that grow with the archive: open ends, late samples, decimated samples."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow.dataset as pads
import pytest

from cassandra_pv_archiver import ArchiveClient, DatasetError
from cassandra_pv_archiver.dataset import export_dataset, open_dataset, verify_dataset
from cassandra_pv_archiver.testing import Simulator
from tests.dataset.archives import DAY, SECOND, client_of

MINUTE = 60 * SECOND


@pytest.fixture
def now() -> int:
    return time.time_ns()


@pytest.fixture
def simulator(now: int) -> Simulator:
    """Channels with samples until just now, and one that is silent."""
    simulator = Simulator()
    for name, step in (("FAST", MINUTE), ("SLOW", 7 * 60 * MINUTE)):
        simulator.add_channel(name)
        times = np.arange(now - 3 * DAY, now - SECOND, step)
        simulator.add_samples(name, times=times, values=np.arange(len(times), dtype=np.float64))
    simulator.add_channel("SILENT")
    simulator.add_samples("SILENT", times=[now - 2 * DAY], values=["last words"])
    return simulator


CHANNELS = ["FAST", "SILENT", "SLOW"]


@pytest.fixture
def client(simulator: Simulator) -> Iterator[ArchiveClient]:
    with client_of(simulator) as client:
        yield client


def check_whole(path: Path, client: ArchiveClient, start: int) -> None:
    """Everything until the end is there, once."""
    dataset = open_dataset(path)
    for channel in CHANNELS:
        end = dataset.range(channel)[1]
        assert dataset.series(channel, start, end) == client.get_samples(channel, start, end)
    rows = pads.dataset(path, partitioning="hive").to_table(columns=["channel", "time"]).to_pylist()
    keys = [(row["channel"], row["time"]) for row in rows]
    assert len(keys) == len(set(keys))
    assert not verify_dataset(path).problems


def test_the_open_end_is_read_again_with_what_came_late(
    simulator: Simulator, client: ArchiveClient, tmp_path: Path, now: int
) -> None:
    start = now - 2 * DAY - 5
    export_dataset(client, CHANNELS, start, "now", tmp_path)
    check_whole(tmp_path, client, start)
    opened = [entry for entry in open_dataset(tmp_path).entries if entry.open]
    assert len(opened) == 1
    assert 0 < opened[0].end - opened[0].begin <= 10 * MINUTE
    # A sample that comes late, between others, and new ones.
    simulator.add_samples("FAST", times=[now - 90 * SECOND], values=[-1.0])
    simulator.add_samples("SLOW", times=[now - SECOND], values=[-2.0])
    result = export_dataset(client, None, None, "now", tmp_path, since="last")
    check_whole(tmp_path, client, start)
    assert -1.0 in open_dataset(tmp_path).series("FAST").values
    assert result.samples < 40
    assert len([entry for entry in open_dataset(tmp_path).entries if entry.open]) == 1


def test_an_end_in_the_future_is_now(client: ArchiveClient, tmp_path: Path, now: int) -> None:
    export_dataset(client, CHANNELS, now - DAY, now + 40 * DAY, tmp_path)
    check_whole(tmp_path, client, now - DAY)
    assert open_dataset(tmp_path).range("FAST")[1] < now + DAY


def test_an_open_end_that_others_share_is_read_again_for_all(client: ArchiveClient, tmp_path: Path, now: int) -> None:
    export_dataset(client, CHANNELS, now - DAY, "now", tmp_path)
    export_dataset(client, ["FAST"], now - DAY, "now", tmp_path)
    check_whole(tmp_path, client, now - DAY)
    assert set(open_dataset(tmp_path).channels) == set(CHANNELS)


def test_a_new_channel_joins_with_the_whole_range(
    simulator: Simulator, client: ArchiveClient, tmp_path: Path, now: int
) -> None:
    export_dataset(client, ["FAST"], now - DAY, now - 12 * 60 * MINUTE, tmp_path)
    export_dataset(client, CHANNELS, None, "now", tmp_path, since="last")
    check_whole(tmp_path, client, now - DAY)
    assert {open_dataset(tmp_path).range(name)[0] for name in CHANNELS} == {now - DAY}


def test_decimated_samples(tmp_path: Path, now: int) -> None:
    simulator = Simulator()
    simulator.add_channel("LEVELS", decimation_levels=[60, 3600])
    begin = now - 70 * DAY
    times = np.arange(begin, now, 20 * MINUTE)
    simulator.add_samples("LEVELS", times=times, values=np.arange(len(times), dtype=np.float64))
    start, middle = begin + DAY, begin + 40 * DAY
    with client_of(simulator) as client:
        for end in (middle, now - DAY):
            export_dataset(client, ["LEVELS"], start, end, tmp_path, spacing="1h")
        series = open_dataset(tmp_path).series("LEVELS")
        truth = client.get_samples("LEVELS", start, now - DAY, spacing="1h")
        assert series.between(start, now - DAY - 1) == truth.between(start, now - DAY - 1)
        assert series.is_decimated
        assert series.minimums.tolist() == truth.minimums.tolist()
        assert series.spacing == 3600
        assert verify_dataset(tmp_path, client).is_right
        with pytest.raises(DatasetError, match=r"has samples 3600 s apart of archive 1, not raw samples"):
            export_dataset(client, ["LEVELS"], start, middle, tmp_path)


def test_decimated_samples_that_come_up_later_are_added(tmp_path: Path, now: int) -> None:
    simulator = Simulator()
    simulator.add_channel("LEVELS", decimation_levels=[3600])
    begin = now - 20 * DAY
    times = np.arange(begin, begin + 5 * DAY, 20 * MINUTE)
    simulator.add_samples("LEVELS", times=times, values=np.arange(len(times), dtype=np.float64))
    end = begin + 10 * DAY
    with client_of(simulator) as client:
        export_dataset(client, ["LEVELS"], begin, end, tmp_path, spacing="1h")
        # A later sample makes the gap before it be filled, and what was read is not all any more.
        simulator.add_samples("LEVELS", times=[begin + 15 * DAY], values=[5.0])
        export_dataset(client, ["LEVELS"], begin, end, tmp_path, spacing="1h")
        truth = client.get_samples("LEVELS", begin, end, spacing="1h").inside
    assert open_dataset(tmp_path).series("LEVELS", begin, end).inside == truth
