"""The pytest fixtures, the transport without sockets, and the demo."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from cassandra_pv_archiver import AdminClient, ArchiveClient, AsyncAdminClient, AsyncArchiveClient
from cassandra_pv_archiver.testing import Simulator


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
        assert len(await archiver_async_archive_client.get_samples("x", 0, 10)) == 3

    asyncio.run(use())


@pytest.mark.one_interpreter
def test_the_demo_shows_each_step() -> None:
    command = [sys.executable, "-c", "from cassandra_pv_archiver.cli import main; main()", "demo"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
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
    code = "import sys; sys.argv = ['cpva', '--version']; from cassandra_pv_archiver.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=50, check=True)
    assert done.stdout == "cpva 0.1.0\n"
