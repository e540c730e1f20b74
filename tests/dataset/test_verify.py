"""Verifying finds what is wrong with a dataset, and repairs it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cassandra_pv_archiver import ArchiveClient
from cassandra_pv_archiver.dataset import export_dataset, open_dataset, verify_dataset
from cassandra_pv_archiver.testing import Simulator
from tests.dataset.archives import APRIL, CHANNELS, FEBRUARY, JANUARY, MARCH, client_of, filled


@pytest.fixture(scope="module")
def client() -> Iterator[ArchiveClient]:
    with client_of(filled(Simulator())) as client:
        yield client


@pytest.fixture(scope="module")
def exported(client: ArchiveClient, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dataset")
    export_dataset(client, CHANNELS, JANUARY, APRIL, path)
    return path


@pytest.fixture
def path(exported: Path, tmp_path: Path) -> Path:
    return shutil.copytree(exported, tmp_path / "dataset")


def february(path: Path) -> Path:
    return next(path.glob("month=2024-02/samples-*.parquet"))


def cut(path: Path) -> None:
    file = february(path)
    file.write_bytes(file.read_bytes()[:-100])


def flip(path: Path) -> None:
    content = bytearray(february(path).read_bytes())
    content[len(content) // 2] ^= 1
    february(path).write_bytes(content)


def lose(path: Path) -> None:
    february(path).unlink()


def lose_edges(path: Path) -> None:
    next(path.glob("month=*/before-*.parquet")).unlink()


def copy(path: Path) -> None:
    shutil.copy(february(path), february(path).with_name("samples-again.parquet"))


DAMAGES = {cut: "changed", flip: "changed", lose: "missing", lose_edges: "missing", copy: "unknown"}


def test_a_sound_dataset_is_right(client: ArchiveClient, path: Path) -> None:
    told: list[tuple[int, int]] = []
    result = verify_dataset(path, client, progress=lambda done, of: told.append((done, of)))
    assert result.is_right
    assert not result.problems
    assert result.compared == len(CHANNELS) * 3
    assert result.samples == open_dataset(path).to_arrow().count_rows()
    assert told[-1] == (result.files, result.files)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_damage_is_found_and_repaired(client: ArchiveClient, path: Path, damage: Callable[[Path], None]) -> None:
    before = open_dataset(path).several(CHANNELS)
    damage(path)
    found = verify_dataset(path)
    assert [problem.kind for problem in found.problems] == [DAMAGES[damage]]
    assert not found.is_right
    assert verify_dataset(path, client, repair=True).is_right
    assert verify_dataset(path, client).problems == ()
    assert open_dataset(path).several(CHANNELS) == before


def test_what_the_archive_has_otherwise_is_read_again(path: Path) -> None:
    changed = filled(Simulator())
    changed.add_samples("F:RARE", times=[FEBRUARY], values=[20.0])
    changed.add_samples("B:LONG", times=[MARCH - 1], values=[5])
    with client_of(changed) as client:
        found = verify_dataset(path, client)
        assert {problem.kind for problem in found.problems} == {"differs"}
        assert len(found.problems) == 2
        assert verify_dataset(path, client, repair=True).is_right
        assert verify_dataset(path, client).is_right
        assert open_dataset(path).series("B:LONG") == client.get_samples("B:LONG", JANUARY, APRIL)


def test_what_has_expired_since_is_no_difference(path: Path) -> None:
    young = Simulator()
    for channel in CHANNELS:
        young.add_channel(channel)
    with client_of(filled(Simulator())) as client:
        late = client.get_samples("A:DOUBLE", MARCH, APRIL)
    young.add_samples("A:DOUBLE", late.to_dicts())
    with client_of(young) as client:
        result = verify_dataset(path, client)
    assert not result.problems


def test_a_repair_without_an_archive_says_what_it_needs(path: Path) -> None:
    lose(path)
    with pytest.raises(ValueError, match="no client is given"):
        verify_dataset(path, repair=True)


def test_files_have_statistics_that_let_row_groups_be_skipped(exported: Path) -> None:
    group = pq.ParquetFile(february(exported)).metadata.row_group(0)
    columns = {group.column(place).path_in_schema: group.column(place) for place in range(group.num_columns)}
    for name in ("channel", "time", "value", "severity"):
        assert columns[name].is_stats_set
        assert columns[name].statistics.has_min_max
    assert "RLE_DICTIONARY" in columns["channel"].encodings
    assert columns["channel"].statistics.min == "A:DOUBLE"
