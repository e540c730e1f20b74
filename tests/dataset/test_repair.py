"""Whatever happened to a dataset, verifying finds it, and repairing loses nothing that can be kept."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from cassandra_pv_archiver import ArchiveClient
from cassandra_pv_archiver.dataset import Entry, export_dataset, open_dataset, verify_dataset
from cassandra_pv_archiver.testing import Simulator
from tests.dataset.archives import APRIL, DAY, FEBRUARY, JANUARY, MARCH, client_of, filled

CHANNELS = ["B:LONG", "D:TEXT", "F:RARE", "G:CHANGING", "H:EMPTY"]


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


def entry_of(path: Path, begin: int = FEBRUARY, kind: str = "samples") -> Entry:
    return next(each for each in open_dataset(path).entries if each.kind == kind and each.begin == begin)


def form_of(path: Path, **which: Any) -> Path:
    return path / "_manifest" / f"{entry_of(path, **which).name}.json"


def file_of(path: Path, **which: Any) -> Path:
    return path / str(entry_of(path, **which).file)


def change_form(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    form = json.loads(form_of(path).read_text())
    change(form)
    form_of(path).write_text(json.dumps(form))


def forget(path: Path) -> None:
    form_of(path).unlink()


def forget_all_of_a_month(path: Path) -> None:
    file, form = file_of(path, begin=MARCH), form_of(path, begin=MARCH)
    file.unlink()
    form.unlink()


def forget_an_edge(path: Path) -> None:
    form_of(path, begin=JANUARY, kind="before").unlink()


def break_form(path: Path) -> None:
    form_of(path).write_text('{"name": ')


def break_edge(path: Path) -> None:
    form_of(path, begin=APRIL, kind="after").write_bytes(b"\xff\x00")


def break_wanted(path: Path) -> None:
    (path / "_manifest" / "wanted.json").write_text("[]")


def claim_more_samples(path: Path) -> None:
    change_form(path, lambda form: form.update(samples=form["samples"] + 1))


def claim_another_number(path: Path) -> None:
    change_form(path, lambda form: form["channels"]["B:LONG"].update(samples=1))


def claim_another_last_time(path: Path) -> None:
    change_form(path, lambda form: form["channels"]["B:LONG"].update(last=MARCH - 5))


def claim_samples_without_a_file(path: Path) -> None:
    file_of(path).unlink()
    change_form(path, lambda form: form.update(file=None, sha256=None))


def put_rows_in_disorder(path: Path) -> None:
    file = file_of(path)
    pq.write_table(pq.ParquetFile(file).read().sort_by([("time", "descending")]), file)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    change_form(path, lambda form: form.update(sha256=digest))


DAMAGES = [
    forget,
    forget_all_of_a_month,
    break_form,
    break_edge,
    break_wanted,
    claim_more_samples,
    claim_another_number,
    claim_another_last_time,
    claim_samples_without_a_file,
    put_rows_in_disorder,
]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_damage_of_any_kind_is_found_and_repaired(
    client: ArchiveClient, path: Path, damage: Callable[[Path], None]
) -> None:
    before = open_dataset(path).several(CHANNELS)
    damage(path)
    assert not verify_dataset(path).is_right
    assert verify_dataset(path, client, repair=True).is_right
    assert not verify_dataset(path, client).problems
    assert open_dataset(path).several(CHANNELS) == before
    assert not list((path / "_damaged").glob("*"))


def test_an_entry_of_edges_that_is_lost_is_read_again_by_the_next_export(client: ArchiveClient, path: Path) -> None:
    before = open_dataset(path).several(CHANNELS)
    forget_an_edge(path)
    export_dataset(client, CHANNELS, JANUARY, APRIL, path)
    assert open_dataset(path).several(CHANNELS) == before


def test_a_part_that_is_missing_is_told(client: ArchiveClient, path: Path) -> None:
    forget_all_of_a_month(path)
    (problem,) = verify_dataset(path).problems
    assert (problem.kind, problem.file) == ("incomplete", None)
    assert "'B:LONG' from 2024-03-01" in problem.message
    # What an export could not read is told by it, and no damage.
    export_dataset(client, [*CHANNELS, "Z:NONE"], JANUARY, APRIL, path)
    assert not verify_dataset(path).problems


def test_a_list_of_failures_that_cannot_be_read(client: ArchiveClient, path: Path) -> None:
    (path / "_manifest" / "failures.json").write_text("[")
    (problem,) = verify_dataset(path).problems
    assert (problem.kind, problem.file) == ("unreadable", "_manifest/failures.json")
    assert verify_dataset(path, client, repair=True).is_right
    assert not open_dataset(path).failures


@pytest.mark.parametrize("place", [FEBRUARY, FEBRUARY + 1, MARCH - 1, JANUARY, APRIL - 1])
def test_a_sample_that_came_late_at_the_edge_of_a_file_is_found(path: Path, place: int) -> None:
    simulator = filled(Simulator())
    simulator.add_samples("D:TEXT", times=[place], values=["late"])
    with client_of(simulator) as client:
        found = verify_dataset(path, client, compare=1)
        assert {problem.kind for problem in found.problems} == {"differs"}
        assert found.probed == 4 * len(CHANNELS)
        verify_dataset(path, client, repair=True, compare=1)
        assert verify_dataset(path, client, repair=True, compare=1).is_right
        assert open_dataset(path).series("D:TEXT") == client.get_samples("D:TEXT", JANUARY, APRIL)


def young(begin: int) -> Simulator:
    """An archive whose retention has removed what comes before some time, and of which one channel is gone."""
    simulator = Simulator()
    with client_of(filled(Simulator())) as client:
        for channel in CHANNELS:
            simulator.add_channel(channel)
            left = client.get_samples(channel, begin, APRIL + DAY)
            simulator.add_samples(channel, left[left.times >= begin].to_dicts())
    return simulator


def test_what_the_archive_does_not_have_any_more_is_not_removed_for_a_difference(path: Path) -> None:
    before = open_dataset(path).several(CHANNELS)
    simulator = young(FEBRUARY + 10 * DAY)
    simulator.add_samples("D:TEXT", times=[MARCH - 1], values=["late"])
    with client_of(simulator) as client:
        result = verify_dataset(path, client, repair=True)
    assert {(problem.kind, problem.repaired) for problem in result.problems} == {("differs", False)}
    assert all("'D:TEXT'" in problem.message for problem in result.problems)
    assert "does not have all of it any more" in result.problems[0].message
    assert open_dataset(path).several(CHANNELS) == before


def test_a_damaged_file_is_kept_aside_if_the_archive_does_not_have_it_any_more(path: Path) -> None:
    damaged = file_of(path).read_bytes()[:-1]
    file_of(path).write_bytes(damaged)
    with client_of(young(FEBRUARY + 10 * DAY)) as client:
        result = verify_dataset(path, client, repair=True)
        assert [(problem.kind, problem.repaired) for problem in result.problems] == [("changed", False)]
        (kept,) = (path / "_damaged").iterdir()
        assert kept.read_bytes() == damaged
        late = client.get_samples("B:LONG", FEBRUARY + 11 * DAY, APRIL)
        assert open_dataset(path).series("B:LONG", FEBRUARY + 11 * DAY, APRIL) == late
        assert verify_dataset(path, client).is_right


def test_a_repair_that_was_interrupted_is_not_forgotten(client: ArchiveClient, path: Path) -> None:
    before = open_dataset(path).several(CHANNELS)
    file_of(path).unlink()
    with client_of(Simulator()) as empty:
        assert not verify_dataset(path, empty, repair=True).is_right  # no channel is there
    with client_of(filled(Simulator())) as client_again:
        export_dataset(client_again, None, None, APRIL, path, since="last")
    assert open_dataset(path).several(CHANNELS) == before
    assert not verify_dataset(path, client).problems
