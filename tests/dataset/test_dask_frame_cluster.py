"""Frames that a Dask cluster of several processes computes are those of one process, whatever happens to workers."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from distributed import Client

from cassandra_pv_archiver import ArchiveClient, ClientSettings, NotFoundError, dask_frame, export_dataset
from cassandra_pv_archiver.testing import Exchange, Simulator, SimulatorResponse
from tests.dataset.archives import APRIL, CHANNELS, DAY, JANUARY, filled

pytestmark = pytest.mark.one_interpreter

Served = tuple[Simulator, ClientSettings]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    simulator = filled(Simulator())
    with simulator.serve() as running:
        yield simulator, ClientSettings(archive_url=running.archive_url)


class Crowd:
    """Counts the requests that are there at once. None is answered before so many have been there together."""

    def __init__(self, wanted: int) -> None:
        self._wanted = wanted
        self._lock = threading.Lock()
        self._present = 0
        self._gathered = threading.Event()
        self.most = 0

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        with self._lock:
            self._present += 1
            self.most = max(self.most, self._present)
            if self.most >= self._wanted:
                self._gathered.set()
        self._gathered.wait(20)
        time.sleep(0.01)  # in which more could come, if there were more
        response = exchange.proceed()
        with self._lock:
            self._present -= 1
        return response

    def wait(self) -> None:
        assert self._gathered.wait(30)


@contextmanager
def crowd_of(simulator: Simulator, wanted: int) -> Iterator[Crowd]:
    crowd = Crowd(wanted)
    active = simulator.faults.add(crowd, operation="getSamples")
    yield crowd
    simulator.faults.remove(active)


def test_errors_of_workers_are_ours(dask_cluster: Client, served: Served) -> None:
    _, settings = served
    frame = dask_frame(settings, ["A:DOUBLE", "Z:NONE"], JANUARY, JANUARY + DAY, window="1d")
    with pytest.raises(NotFoundError, match="Z:NONE"):
        dask_cluster.compute(frame).result()


def test_a_cluster_gives_what_one_process_gives(dask_cluster: Client, served: Served) -> None:
    _, settings = served
    frame = dask_frame(settings, CHANNELS, JANUARY, APRIL, window="45d", max_concurrency=3)
    found = dask_cluster.compute(frame).result()
    pd.testing.assert_frame_equal(found, frame.compute(scheduler="sync"))


def test_so_it_does_from_a_dataset(dask_cluster: Client, served: Served, tmp_path: Path) -> None:
    _, settings = served
    with ArchiveClient.from_settings(settings) as client:
        export_dataset(client, CHANNELS[:3], JANUARY, APRIL, tmp_path)
    frame = dask_frame(tmp_path, CHANNELS[:3], window="45d")
    found = dask_cluster.compute(frame).result()
    pd.testing.assert_frame_equal(found, frame.compute(scheduler="sync"))


@pytest.mark.parametrize("most", [1, 3])
def test_all_workers_together_keep_the_bound(dask_cluster: Client, served: Served, most: int) -> None:
    simulator, settings = served
    frame = dask_frame(settings, CHANNELS, JANUARY, APRIL, window="45d", max_concurrency=most)
    with crowd_of(simulator, most) as crowd:
        dask_cluster.compute(frame).result()
    assert crowd.most == most


def test_threads_of_one_process_keep_the_bound(served: Served) -> None:
    simulator, settings = served
    frame = dask_frame(settings, CHANNELS, JANUARY, APRIL, window="45d", max_concurrency=2)
    with crowd_of(simulator, 2) as crowd, ThreadPoolExecutor(6) as pool:
        frame.compute(scheduler="threads", pool=pool)
    assert crowd.most == 2


def test_a_worker_that_is_killed_changes_nothing(
    dask_cluster: Client, served: Served, mortal_worker: subprocess.Popen[bytes]
) -> None:
    simulator, settings = served
    frame = dask_frame(settings, CHANNELS, JANUARY, APRIL, window="30d", max_concurrency=8)
    alone = frame.compute(scheduler="sync")
    with crowd_of(simulator, 6) as crowd:  # by all threads of all workers
        future = dask_cluster.compute(frame)
        crowd.wait()
        mortal_worker.kill()
        pd.testing.assert_frame_equal(future.result(), alone)


def test_nobody_sees_a_secret(
    dask_cluster: Client, served: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _, settings = served
    monkeypatch.setenv("CPVA_PASSWORD", "hunter2")
    monkeypatch.setenv("CPVA_ARCHIVE_URL", settings.archive_urls[0])
    monkeypatch.setenv("CPVA_USERNAME", "somebody")
    monkeypatch.setenv("CPVA_PROFILES_FILE", str(tmp_path / "none.toml"))
    frame = dask_frame(ClientSettings.from_profile(), ["A:DOUBLE"], JANUARY, JANUARY + DAY, window="6h")
    future = dask_cluster.compute(frame)
    future.result()
    seen = dask_cluster.run_on_scheduler(_everything) + repr(frame) + repr(future) + frame._repr_html_()
    assert settings.archive_urls[0] in seen  # so it has what the tasks have
    for secret in ("hunter2", "somebody"):
        assert secret not in seen


def _everything(dask_scheduler: Any) -> str:
    """What a scheduler has of tasks: keys, tasks as text, and as they are sent."""
    import pickle

    tasks = dask_scheduler.tasks
    return "".join(f"{key} {task} {task.run_spec!r} {pickle.dumps(task.run_spec)!r}" for key, task in tasks.items())
