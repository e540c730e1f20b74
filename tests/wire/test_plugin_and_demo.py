"""The pytest fixtures in somebody's tests, what they cost where they are not used, and the demo."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from cassandra_pv_archiver import (
    AdminClient,
    ArchiveClient,
    AsyncAdminClient,
    AsyncArchiveClient,
    ConnectionFailedError,
    UnavailableError,
)
from cassandra_pv_archiver.testing import Simulator, faults

PLUGIN = "cassandra_pv_archiver.testing.pytest_plugin"


def test_fixtures_of_the_sync_colour(
    archiver_simulator: Simulator, archiver_admin_client: AdminClient, archiver_archive_client: ArchiveClient
) -> None:
    archiver_simulator.add_channel("x", samples=3)
    assert archiver_admin_client.get_channel("x").channel_name == "x"
    assert archiver_admin_client.run_archive_configuration_commands([]) == []
    assert len(archiver_archive_client.get_samples("x", 0, 10)) == 3


def test_fixtures_of_the_async_colour(
    archiver_simulator: Simulator,
    archiver_async_admin_client: AsyncAdminClient,
    archiver_async_archive_client: AsyncArchiveClient,
) -> None:
    archiver_simulator.add_channel("x", samples=3)

    async def use() -> None:
        assert (await archiver_async_admin_client.get_channel("x")).channel_name == "x"
        assert await archiver_async_admin_client.run_archive_configuration_commands([]) == []
        assert len(await archiver_async_archive_client.get_samples("x", 0, 10)) == 3

    asyncio.run(use())


def test_faults_are_repeated_without_waiting(
    archiver_simulator: Simulator, archiver_admin_client: AdminClient, archiver_async_archive_client: AsyncArchiveClient
) -> None:
    archiver_simulator.add_channel("x")
    began = time.monotonic()
    archiver_simulator.faults.add(faults.Reply(503, retry_after="30"), times=2)
    assert archiver_admin_client.get_channel("x").channel_name == "x"
    archiver_simulator.faults.add(faults.Reply(503, retry_after="30"))
    with pytest.raises(UnavailableError):
        archiver_admin_client.list_all_channels()
    archiver_simulator.stop_server(0)
    with pytest.raises(ConnectionFailedError):
        asyncio.run(archiver_async_archive_client.find_channels_by_pattern("*"))
    assert time.monotonic() - began < 3


THEIR_CONFTEST = """
import pytest

from cassandra_pv_archiver.testing import Simulator


@pytest.fixture
def archiver_simulator():
    simulator = Simulator(start_time=10**18, real_time=False)
    simulator.add_channel("THEIRS", samples=2)
    return simulator
"""
THEIR_TESTS = """
import asyncio

FIXTURES = ("archiver_admin_client", "archiver_archive_client")


def test_sync(archiver_simulator, archiver_admin_client, archiver_archive_client):
    assert archiver_admin_client.get_channel("THEIRS").state == "ok"
    assert len(archiver_archive_client.get_samples("THEIRS", 0, "now")) == 2
    assert archiver_simulator.now_ns == 10**18


def test_async(archiver_async_admin_client, archiver_async_archive_client):
    async def use():
        assert (await archiver_async_admin_client.get_channel("THEIRS")).state == "ok"
        assert len(await archiver_async_archive_client.get_samples("THEIRS", 0, "now")) == 2

    asyncio.run(use())


def test_each_test_has_a_cluster_of_its_own(archiver_simulator):
    assert archiver_simulator.requests == ()
"""
WITHOUT_FIXTURES = """
import sys


def test_nothing_is_imported():
    ours = {name for name in sys.modules if name.split(".")[0] == "cassandra_pv_archiver"}
    chain = "cassandra_pv_archiver", "cassandra_pv_archiver.testing", "cassandra_pv_archiver.testing.pytest_plugin"
    assert ours == set(chain)
    assert not {"numpy", "httpx", "pydantic", "msgspec", "anyio"} & set(sys.modules)
"""


def in_their_project(folder: Path, *options: str) -> str:
    # Other plugins of this environment stay out: they import what ours does not.
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "-p", PLUGIN, *options]
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        [*command, "--rootdir", str(folder), str(folder)],
        capture_output=True,
        encoding="utf-8",
        env=environment,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.one_interpreter
def test_a_project_of_somebody_with_its_own_cluster(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(THEIR_CONFTEST, "utf-8")
    (tmp_path / "test_theirs.py").write_text(THEIR_TESTS, "utf-8")
    assert "3 passed" in in_their_project(tmp_path)
    shown = in_their_project(tmp_path, "--fixtures")
    for name in ("admin", "archive", "async_admin", "async_archive"):
        assert f"archiver_{name}_client -- " in shown


@pytest.mark.one_interpreter
def test_who_uses_no_fixture_pays_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_theirs.py").write_text(WITHOUT_FIXTURES, "utf-8")
    assert "1 passed" in in_their_project(tmp_path)


def test_pytest_finds_the_plugin() -> None:
    (found,) = entry_points(group="pytest11", name="cassandra_pv_archiver")
    assert found.value == PLUGIN


def seconds_of(prepare: str, measured: str) -> float:
    """The processor time that some code takes in a new process, at best of three."""
    code = f"import time\n{prepare}\nbegan = time.process_time()\n{measured}\nprint(time.process_time() - began)"
    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    command = [sys.executable, "-c", code]
    runs = [
        subprocess.run(command, capture_output=True, text=True, env=unmeasured, timeout=50, check=True)
        for _ in range(3)
    ]
    return min(float(run.stdout) for run in runs)


@pytest.mark.one_interpreter
def test_loading_the_plugin_takes_less_than_10_ms() -> None:
    assert seconds_of("import pytest", f"import {PLUGIN}") < 0.01


@pytest.mark.one_interpreter
def test_a_simulator_starts_in_less_than_300_ms() -> None:
    start = "from cassandra_pv_archiver.testing import Simulator\nwith Simulator().serve(): pass"
    assert seconds_of("import numpy", start) < 0.3


def cpva(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from cassandra_pv_archiver.cli import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)


@pytest.mark.one_interpreter
def test_the_demo_shows_each_step() -> None:
    done = cpva("demo")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(">>>") >= 11
    assert "cannot be" in done.stdout
    assert not done.stderr


@pytest.mark.one_interpreter
def test_without_the_extra_the_command_says_what_to_install() -> None:
    code = "import sys; sys.modules['typer'] = None; from cassandra_pv_archiver.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=50, check=False)
    assert done.returncode == 1
    assert "pip install 'cassandra-pv-archiver-client[cli]'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.one_interpreter
def test_the_version() -> None:
    assert cpva("--version").stdout == "cpva 0.1.0\n"
