"""Exports by a Dask cluster of several processes are those of one process, whatever happens to the workers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cassandra_pv_archiver import ArchiveClient
from cassandra_pv_archiver.dataset import export_dataset, open_dataset, verify_dataset
from cassandra_pv_archiver.testing import Exchange, Simulator, SimulatorResponse, faults
from tests.dataset.archives import APRIL, CHANNELS, DAY, JANUARY, filled, rows

pytestmark = [pytest.mark.one_interpreter, pytest.mark.timeout(180)]

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "tests.dataset.clustered"]
ENVIRONMENT = {
    **os.environ,
    "PYTHONWARNINGS": "default",  # of libraries at their start and end
    "DASK_DISTRIBUTED__SCHEDULER__LOCKS__LEASE_TIMEOUT": "8s",  # until lost workers lose their places
    "DASK_DISTRIBUTED__SCHEDULER__LOCKS__LEASE_VALIDATION_INTERVAL": "1s",
}
OPTIONS: dict[str, Any] = {"cwd": ROOT, "env": ENVIRONMENT, "text": True}
START, END = JANUARY + DAY, APRIL - DAY
SMALL = {"row_group": 500}
"""Some thirty files."""

Run = Callable[..., dict[str, Any]]


class Crowd:
    """Counts the requests for samples that are there at once, each of which takes a moment."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._present = 0
        self.most = 0

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        with self._lock:
            self._present += 1
            self.most = max(self.most, self._present)
        try:
            time.sleep(self._seconds)
            response = exchange.proceed()
            response.read()
            return response
        finally:
            with self._lock:
                self._present -= 1


@pytest.fixture(scope="module")
def cluster() -> Iterator[tuple[str, Callable[[dict[str, Any]], dict[str, Any]]]]:
    """The address of a scheduler, and what does orders with its cluster."""
    with subprocess.Popen(COMMAND, stdin=-1, stdout=-1, stderr=subprocess.DEVNULL, **OPTIONS) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def do(order: dict[str, Any]) -> dict[str, Any]:
            print(json.dumps(order), file=process.stdin, flush=True)
            return json.loads(process.stdout.readline())

        yield process.stdout.readline().strip(), do
        process.stdin.close()


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Simulator, str]]:
    simulator = filled(Simulator())
    with simulator.serve() as running:
        yield simulator, running.archive_url


@pytest.fixture
def simulator(served: tuple[Simulator, str]) -> Iterator[Simulator]:
    yield served[0]
    served[0].faults.clear()


@pytest.fixture
def client(served: tuple[Simulator, str]) -> Iterator[ArchiveClient]:
    with ArchiveClient(base_url=served[1]) as client:
        yield client


@pytest.fixture
def run(served: tuple[Simulator, str], cluster: tuple[str, Callable[..., dict[str, Any]]]) -> Run:
    def run(path: Path, options: dict[str, Any] = SMALL, **what: Any) -> dict[str, Any]:
        order = {"url": served[1], "path": str(path), "channels": CHANNELS, "start": START, "end": END}
        order |= {"options": options, **what}
        if what.get("kill") != "export":
            return cluster[1](order)
        killed = subprocess.run([*COMMAND, cluster[0], json.dumps(order)], check=False, **OPTIONS)
        return {"killed": killed.returncode == -signal.SIGKILL}

    return run


def check_whole(path: Path, client: ArchiveClient) -> None:
    dataset = open_dataset(path)
    for channel in CHANNELS:
        assert dataset.series(channel, START, END) == client.get_samples(channel, START, END)
    assert not verify_dataset(path, client).problems
    assert len(rows(path)) == sum(len(client.get_samples(channel, START, END)) for channel in CHANNELS)
    assert not list((path / "_unfinished").iterdir())


@pytest.mark.parametrize("colours", ["sync", "async"])
def test_it_is_what_one_process_exports(run: Run, client: ArchiveClient, tmp_path: Path, colours: str) -> None:
    found = run(tmp_path / "cluster", colours=colours)
    check_whole(tmp_path / "cluster", client)
    alone = export_dataset(client, CHANNELS, START, END, tmp_path / "alone", **SMALL)
    assert rows(tmp_path / "cluster") == rows(tmp_path / "alone")
    assert found["samples"] == alone.samples
    assert run(tmp_path / "cluster", colours=colours) == {"samples": 0, "files": 0, "failed": []}


def test_a_worker_is_killed(run: Run, simulator: Simulator, client: ArchiveClient, tmp_path: Path) -> None:
    simulator.faults.add(faults.Delay(before=0.1), operation="getSamples")
    assert run(tmp_path, kill="worker")["samples"]
    simulator.faults.clear()
    check_whole(tmp_path, client)


def test_the_export_is_killed_and_run_again(
    run: Run, simulator: Simulator, client: ArchiveClient, tmp_path: Path
) -> None:
    simulator.faults.add(faults.Delay(before=0.1), operation="getSamples")
    assert run(tmp_path, kill="export")["killed"]
    assert run(tmp_path, options={"row_group": 700})["samples"]  # what the first one left running is of other pieces
    simulator.faults.clear()
    check_whole(tmp_path, client)


def test_servers_fail_for_a_while(run: Run, simulator: Simulator, client: ArchiveClient, tmp_path: Path) -> None:
    refused = simulator.faults.add(faults.Reply(503), operation="getSamples", times=5)
    broken = simulator.faults.add(faults.Break(2_000), operation="getSamples", times=5)
    assert not run(tmp_path)["failed"]
    assert (refused.struck, broken.struck) == (5, 5)
    check_whole(tmp_path, client)


@pytest.mark.parametrize("most", [1, 3])
def test_all_workers_together_keep_the_bound(run: Run, simulator: Simulator, tmp_path: Path, most: int) -> None:
    crowd = Crowd(0.02)
    simulator.faults.add(crowd, operation="getSamples")
    assert run(tmp_path, options={"row_group": 2000, "max_concurrency": most})["samples"]
    assert crowd.most == most


def test_all_workers_together_keep_the_rate(run: Run, tmp_path: Path) -> None:
    began = time.monotonic()
    assert run(tmp_path, options={**SMALL, "max_rate": 8_000})["samples"] > 16_000
    assert time.monotonic() - began > 1.5


def test_a_missing_channel_is_listed_and_the_others_go_on(run: Run, client: ArchiveClient, tmp_path: Path) -> None:
    assert run(tmp_path, channels=[*CHANNELS, "Z:NONE"])["failed"] == ["Z:NONE"]
    check_whole(tmp_path, client)


def test_servers_that_fail_for_too_long(run: Run, simulator: Simulator, tmp_path: Path) -> None:
    simulator.faults.add(faults.Reply(503), operation="getSamples")
    assert run(tmp_path, options={**SMALL, "patience": 0.5}) == {"error": "UnavailableError"}
