"""A Dask cluster of several processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from distributed import Client

ROOT = Path(__file__).parents[2]
# Libraries warn at their start and end.
ENVIRONMENT = {**os.environ, "PYTHONWARNINGS": "default", "PYTHONPATH": str(ROOT)}
_CLUSTER = """
import sys
from distributed import LocalCluster

if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=2, dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


@pytest.fixture(scope="session")
def dask_scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the scheduler of a cluster of two processes with two threads each, which lasts for all tests.

    Its workers are not to be killed, as they are not restarted reliably.
    """
    script = tmp_path_factory.mktemp("cluster") / "cluster.py"
    script.write_text(_CLUSTER, "utf-8")
    with subprocess.Popen(
        [sys.executable, str(script)], env=ENVIRONMENT, text=True, stdin=-1, stdout=-1, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield process.stdout.readline().strip()
        process.stdin.close()


@pytest.fixture
def dask_cluster(dask_scheduler: str) -> Iterator[Client]:
    """A client of that cluster, which is closed after the test."""
    from distributed import Client

    with Client(dask_scheduler, set_as_default=False) as client:
        yield client


@pytest.fixture
def mortal_worker(dask_cluster: Client) -> Iterator[subprocess.Popen[bytes]]:
    """A further worker of that cluster, with two threads, which may be killed."""
    before = len(dask_cluster.scheduler_info(n_workers=-1)["workers"])
    address = dask_cluster.scheduler.address
    command = [sys.executable, "-m", "distributed.cli.dask_worker", address]
    options = ["--nthreads", "2", "--no-nanny", "--no-dashboard", "--death-timeout", "60"]
    with subprocess.Popen([*command, *options], env=ENVIRONMENT, stderr=subprocess.DEVNULL) as process:
        dask_cluster.wait_for_workers(before + 1, timeout=50)
        yield process
        process.kill()
