"""Exports hold exactly what the archive holds, once."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.dataset as pads
import pytest

from cassandra_pv_archiver.dataset import export_dataset
from cassandra_pv_archiver.dataset.from_table import from_table
from cassandra_pv_archiver.series import SampleSeries
from cassandra_pv_archiver.testing import Simulator
from tests.dataset.archives import APRIL, CHANNELS, DAY, FEBRUARY, JANUARY, MARCH, client_of, filled, rows


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    return filled(Simulator())


def held(path: Path, channel: str, like: SampleSeries) -> SampleSeries:
    """All that a dataset has of a channel."""
    table = pads.dataset(path, partitioning="hive").to_table(filter=pc.field("channel") == channel)
    return dataclasses.replace(like, _columns=from_table(table))


def test_a_dataset_is_what_the_archive_gives_for_the_range(simulator: Simulator, tmp_path: Path) -> None:
    begin, end = JANUARY + DAY, APRIL - DAY
    with client_of(simulator) as client:
        result = export_dataset(client, CHANNELS, begin, end, tmp_path)
        for channel in CHANNELS:
            truth = client.get_samples(channel, begin, end)
            assert held(tmp_path, channel, truth) == truth
    assert result.empty == ("H:EMPTY",)
    assert not result.failures
    assert result.samples == len(rows(tmp_path))


def test_what_is_finished_is_not_touched_again(simulator: Simulator, tmp_path: Path) -> None:
    with client_of(simulator) as client:
        export_dataset(client, CHANNELS, JANUARY, MARCH, tmp_path)
        files = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
        asked = len(simulator.requests)
        again = export_dataset(client, CHANNELS, JANUARY, MARCH, tmp_path)
    assert len(simulator.requests) == asked
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == files
    assert again.samples == again.files == 0


@pytest.mark.parametrize("ranges", [((JANUARY, FEBRUARY), (FEBRUARY, MARCH)), ((FEBRUARY, MARCH), (JANUARY, FEBRUARY))])
def test_what_is_added_joins_what_was_there(
    simulator: Simulator, tmp_path: Path, ranges: tuple[tuple[int, int], ...]
) -> None:
    with client_of(simulator) as client:
        for begin, end in ranges:
            export_dataset(client, CHANNELS, begin, end, tmp_path)
        export_dataset(client, None, None, APRIL, tmp_path, since="last")
        for channel in CHANNELS:
            truth = client.get_samples(channel, JANUARY, APRIL)
            assert held(tmp_path, channel, truth) == truth
