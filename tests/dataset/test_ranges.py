"""Exports of ranges that touch, overlap or lie apart, and what the next one makes of those before."""

from __future__ import annotations

import pickle
import random
from collections.abc import Iterator
from pathlib import Path

import pyarrow.dataset as pads
import pytest

from cassandra_pv_archiver import ArchiveClient
from cassandra_pv_archiver.dataset import DatasetError, export_dataset, open_dataset, verify_dataset
from cassandra_pv_archiver.testing import Simulator, faults
from tests.dataset.archives import APRIL, DAY, FEBRUARY, JANUARY, MARCH, client_of, filled, rows

Span = tuple[int, int]
CHANNELS = ["B:LONG", "D:TEXT", "F:RARE", "G:CHANGING", "H:EMPTY"]


@pytest.fixture
def simulator() -> Simulator:
    return filled(Simulator())


@pytest.fixture
def client(simulator: Simulator) -> Iterator[ArchiveClient]:
    with client_of(simulator) as client:
        yield client


def check(path: Path, client: ArchiveClient, spans: list[Span], channels: list[str] = CHANNELS) -> None:
    """The dataset has what the archive has of these ranges, and no sample twice."""
    dataset = open_dataset(path)
    for begin, end in spans:
        inner = begin + (end - begin) // 3
        for start, last in ((begin, end), (begin, inner), (inner, end)):
            found = dataset.several(channels, start, last)
            for channel in channels:
                truth = client.get_samples(channel, start, last)
                assert found[channel] == truth, (channel, start, last)
                before = truth[truth.times <= start]
                in_force = dataset.value_at(channel, start)
                assert (in_force is None) == (not len(before))
                assert in_force is None or in_force.sample == before[-1]
    rows = pads.dataset(path, partitioning="hive").to_table(columns=["channel", "time"]).to_pylist()
    keys = [(row["channel"], row["time"]) for row in rows]
    assert len(keys) == len(set(keys))
    assert not verify_dataset(path, client).problems


APART = {
    "apart": [(JANUARY, JANUARY + 5 * DAY), (MARCH, MARCH + 3 * DAY)],
    "the later one first": [(MARCH, MARCH + 3 * DAY), (JANUARY, JANUARY + 5 * DAY)],
    "without a sample between": [(FEBRUARY - DAY, FEBRUARY + 3), (FEBRUARY + 7, FEBRUARY + DAY)],
    "a single instant between": [(JANUARY, FEBRUARY), (FEBRUARY + 1, MARCH)],
    "three": [(JANUARY, JANUARY + DAY), (MARCH, MARCH + DAY), (FEBRUARY - DAY, FEBRUARY + DAY)],
    "overlapping": [(JANUARY + DAY, FEBRUARY + DAY), (FEBRUARY - DAY, MARCH + DAY), (JANUARY, JANUARY + 2 * DAY)],
    "touching": [(JANUARY, FEBRUARY), (FEBRUARY, MARCH)],
    "within": [(JANUARY, APRIL), (FEBRUARY, FEBRUARY + DAY)],
}


@pytest.mark.parametrize("name", APART)
def test_several_ranges(client: ArchiveClient, tmp_path: Path, name: str) -> None:
    for number in range(len(APART[name])):
        export_dataset(client, CHANNELS, *APART[name][number], tmp_path)
        check(tmp_path, client, APART[name][: number + 1])


def test_what_was_not_exported_between_two_ranges_is_no_part_of_any(client: ArchiveClient, tmp_path: Path) -> None:
    for begin, end in APART["apart"]:
        export_dataset(client, CHANNELS, begin, end, tmp_path)
    dataset = open_dataset(tmp_path)
    with pytest.raises(DatasetError, match="does not have 'B:LONG' from 2024-01-06"):
        dataset.series("B:LONG", JANUARY, MARCH + DAY)
    with pytest.raises(DatasetError, match="does not have"):
        dataset.value_at("B:LONG", FEBRUARY)
    holes = dataset.series("B:LONG", JANUARY, MARCH + 3 * DAY, allow_missing=True)
    assert 8 * 24 <= len(holes) <= 8 * 24 + 4


def test_ranges_that_grow_together(client: ArchiveClient, tmp_path: Path) -> None:
    for begin, end in APART["apart"]:
        export_dataset(client, CHANNELS, begin, end, tmp_path)
    export_dataset(client, CHANNELS, JANUARY, APRIL, tmp_path)
    check(tmp_path, client, [(JANUARY, APRIL)])
    edges = [(entry.kind, name) for entry in open_dataset(tmp_path).entries for name in entry.channels]
    assert [edges.count((kind, name)) for kind in ("before", "after") for name in CHANNELS] == [1] * 10


def test_a_finished_export_asks_for_nothing(simulator: Simulator, client: ArchiveClient, tmp_path: Path) -> None:
    for begin, end in APART["three"]:
        export_dataset(client, CHANNELS, begin, end, tmp_path)
    files = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.*")}
    asked = len(simulator.requests)
    for begin, end in APART["three"]:
        assert export_dataset(client, CHANNELS, begin, end, tmp_path).files == 0
    assert len(simulator.requests) == asked
    assert {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.*")} == files


def test_what_an_interrupted_export_has_left_out_is_read_by_the_next_one_since_last(
    simulator: Simulator, client: ArchiveClient, tmp_path: Path
) -> None:
    """Neither a hole between files that were finished, nor a channel that was never begun, is forgotten."""
    simulator.faults.add(faults.Garbage(), channel="B:LONG")
    simulator.faults.add(faults.Garbage(), channel="D:TEXT", nth=range(8, 10_000))
    export_dataset(client, CHANNELS, JANUARY, MARCH, tmp_path)
    simulator.faults.clear()
    for entry in open_dataset(tmp_path).entries:
        if entry.begin == JANUARY and entry.kind == "samples":  # as if a later file had been finished first
            (tmp_path / "_manifest" / f"{entry.name}.json").unlink()
    export_dataset(client, None, None, APRIL, tmp_path, since="last")
    check(tmp_path, client, [(JANUARY, APRIL)])


def test_an_export_that_never_read_anything_goes_on_since_last(
    simulator: Simulator, client: ArchiveClient, tmp_path: Path
) -> None:
    def stop(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_dataset(client, CHANNELS, JANUARY, MARCH, tmp_path, progress=stop)
    export_dataset(client, None, None, APRIL, tmp_path, since="last")
    check(tmp_path, client, [(JANUARY, APRIL)])


def test_a_folder_with_a_table_of_somebody_else_is_left_alone(client: ArchiveClient, tmp_path: Path) -> None:
    other = tmp_path / "month=2024-01" / "samples.parquet"
    other.parent.mkdir()
    other.write_bytes(b"precious")
    with pytest.raises(DatasetError, match=r"month=2024-01.*another folder"):
        export_dataset(client, CHANNELS, JANUARY, FEBRUARY, tmp_path)
    assert other.read_bytes() == b"precious"
    assert not (tmp_path / "_manifest" / "dataset.json").exists()


def test_a_dataset_that_lost_its_description_is_left_alone(client: ArchiveClient, tmp_path: Path) -> None:
    export_dataset(client, CHANNELS, JANUARY, FEBRUARY, tmp_path)
    files = sorted(tmp_path.rglob("*.parquet"))
    (tmp_path / "_manifest" / "dataset.json").unlink()
    with pytest.raises(DatasetError, match="another folder"):
        export_dataset(client, CHANNELS, JANUARY, FEBRUARY, tmp_path, spacing="1h")
    assert sorted(tmp_path.rglob("*.parquet")) == files


def test_a_dataset_opened_by_a_relative_path_is_found_from_another_folder(
    client: ArchiveClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    export_dataset(client, ["F:RARE"], JANUARY, FEBRUARY, "it")
    packed = pickle.dumps(open_dataset("it"))
    monkeypatch.chdir("/")
    assert pickle.loads(packed).series("F:RARE") == client.get_samples("F:RARE", JANUARY, FEBRUARY)


@pytest.mark.parametrize("seed", range(8))
def test_ranges_that_grow_keep_what_was_in_force(client: ArchiveClient, tmp_path: Path, seed: int) -> None:
    """Samples are rarer than the steps by which the range grows, so that old and new neighbours are often the same."""
    chance = random.Random(seed)
    edges = sorted(chance.sample(range(JANUARY, APRIL, DAY // 2), 6))
    ranges = [(edges[2], edges[3]), (edges[1], edges[4]), (edges[0], edges[5])]
    channels = [*CHANNELS, "A:DOUBLE"]
    for begin, end in ranges:
        export_dataset(client, channels, begin, end, tmp_path, row_group=chance.choice([100, 1500]))
        dataset = open_dataset(tmp_path)
        for channel in channels:
            assert dataset.series(channel, begin, end) == client.get_samples(channel, begin, end)
        keys = [(row["channel"], row["time"]) for row in rows(tmp_path)]
        assert len(keys) == len(set(keys))
        assert verify_dataset(tmp_path).is_right
