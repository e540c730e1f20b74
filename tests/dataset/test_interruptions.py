"""Whatever ends an export, the dataset opens, and the next run goes on until it is what the archive has."""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.dataset as pads
import pytest

from cassandra_pv_archiver import ArchiveClient
from cassandra_pv_archiver.dataset import DatasetError, export_dataset, open_dataset, verify_dataset
from cassandra_pv_archiver.testing import Simulator
from tests.dataset.archives import DAY, FEBRUARY, JANUARY, filled

pytestmark = pytest.mark.one_interpreter

CHANNELS = ["B:LONG", "D:TEXT", "F:RARE", "G:CHANGING"]
START, END = JANUARY + DAY, FEBRUARY + 20 * DAY
ROOT = Path(__file__).parents[2]

Run = Callable[..., int]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with filled(Simulator()).serve() as running:
        yield running.archive_url


@pytest.fixture
def client(url: str) -> Iterator[ArchiveClient]:
    with ArchiveClient(base_url=url) as client:
        yield client


@pytest.fixture(scope="module")
def run(url: str) -> Iterator[Run]:
    command = [sys.executable, "-m", "tests.dataset.interrupted", url]
    environment = {**os.environ, "PYTHONWARNINGS": "default"}  # of forks beside threads of libraries
    with subprocess.Popen(command, stdin=-1, stdout=-1, cwd=ROOT, env=environment, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def order(path: Path, **what: Any) -> int:
            full = {"path": str(path), "channels": CHANNELS, "start": START, "end": END, **what}
            print(json.dumps(full), file=process.stdin, flush=True)
            return int(process.stdout.readline())

        yield order
        process.stdin.close()


def is_killed(status: int) -> bool:
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def check_opens(path: Path) -> None:
    """Any reader opens what there is, and finds no sample twice."""
    table = pads.dataset(path, partitioning="hive").to_table() if any(path.glob("month=*/*")) else None
    if table is not None:
        keys = list(zip(table.column("channel").to_pylist(), table.column("time").to_pylist(), strict=True))
        assert len(keys) == len(set(keys))
    if (path / "_manifest" / "dataset.json").exists():
        assert {problem.kind for problem in verify_dataset(path).problems} <= {"unknown", "incomplete"}


def check_whole(path: Path, client: ArchiveClient) -> None:
    dataset = open_dataset(path)
    for channel in CHANNELS:
        assert dataset.series(channel, START, END) == client.get_samples(channel, START, END)
    assert not verify_dataset(path).problems
    rows = pads.dataset(path, partitioning="hive").count_rows()
    assert rows == sum(len(client.get_samples(channel, START, END)) for channel in CHANNELS)
    assert not list((path / "_unfinished").iterdir())


def test_killed_at_each_file_that_takes_its_place(run: Run, client: ArchiveClient, tmp_path: Path) -> None:
    for number in itertools.count(step=3):  # in turn a file of the table and its entry in the manifest
        path = tmp_path / str(number)
        status = run(path, renames=number)
        check_opens(path)
        if not is_killed(status):
            assert status == 0
            break
        assert run(path) == 0
        check_whole(path, client)
    assert number >= 8


def test_killed_again_and_again(run: Run, client: ArchiveClient, tmp_path: Path) -> None:
    kills = 0
    while is_killed(run(tmp_path, renames=2)):  # each run gets further than the one before, or this would never end
        check_opens(tmp_path)
        kills += 1
    check_whole(tmp_path, client)
    assert kills > 3


def test_killed_at_random_moments(run: Run, client: ArchiveClient, tmp_path: Path) -> None:
    chance = random.Random(8)
    for _ in range(8):
        run(tmp_path, seconds=chance.uniform(0.0, 0.4))
        check_opens(tmp_path)
    assert run(tmp_path) == 0
    check_whole(tmp_path, client)


@pytest.mark.parametrize("largest", [0, 300, 2_000, 4_500])
def test_a_full_disk(run: Run, client: ArchiveClient, tmp_path: Path, largest: int) -> None:
    status = run(tmp_path, largest=largest)
    assert os.WIFEXITED(status)
    assert os.WEXITSTATUS(status) == 1
    check_opens(tmp_path)
    assert run(tmp_path) == 0
    check_whole(tmp_path, client)


def test_only_one_process_writes(client: ArchiveClient, tmp_path: Path) -> None:
    def second(_: object) -> None:
        with pytest.raises(DatasetError, match="another process is writing"):
            export_dataset(client, CHANNELS, START, END, tmp_path)

    export_dataset(client, CHANNELS, START, END, tmp_path, progress=second)
    check_whole(tmp_path, client)
