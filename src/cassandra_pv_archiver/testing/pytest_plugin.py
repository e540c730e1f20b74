"""Fixtures for the tests of users: a simulated cluster and clients of it, without sockets.

pytest loads this module in every run in which the package is installed, so it imports nothing of the package until
a fixture is used.

All clients use the first server of ``archiver_simulator``; a project or a module that defines a fixture of that name
itself has its own cluster behind the same clients. Failed requests are repeated at once, so that tests of faults do
not wait.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from cassandra_pv_archiver import AdminClient, ArchiveClient, AsyncAdminClient, AsyncArchiveClient, RetryPolicy

    from .simulator import Simulator


_CONTRACT = "cassandra_pv_archiver.testing.contract"


def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    """Offers the options of the contract suite to runs of it, and to no others."""
    # conftest files of packages come too late for that, and everybody's runs must not get such general options.
    if any(argument.startswith(_CONTRACT) for argument in args):
        _check_extra()
        early_config.pluginmanager.import_plugin(f"{_CONTRACT}.pytest_options")


def _check_extra() -> None:
    from cassandra_pv_archiver.errors import MissingExtraError

    try:
        importlib.import_module(_CONTRACT)
    except MissingExtraError as error:
        raise pytest.UsageError(str(error)) from error


@pytest.fixture
def archiver_simulator() -> Simulator:
    """A simulated cluster of two servers without channels, whose time follows real time."""
    from .simulator import Simulator

    return Simulator()


@pytest.fixture
def archiver_admin_client(archiver_simulator: Simulator) -> Iterator[AdminClient]:
    """A client of the administrative service of the first server of ``archiver_simulator``."""
    import httpx

    from cassandra_pv_archiver import AdminClient

    from .transports import SimulatorTransport

    with httpx.Client(transport=SimulatorTransport(archiver_simulator, "admin")) as http_client:
        yield AdminClient("simulator", password="admin", http_client=http_client, retry=_at_once())


@pytest.fixture
def archiver_archive_client(archiver_simulator: Simulator) -> Iterator[ArchiveClient]:
    """A client of the archive-access service of the first server of ``archiver_simulator``."""
    import httpx

    from cassandra_pv_archiver import ArchiveClient

    from .transports import SimulatorTransport

    with httpx.Client(transport=SimulatorTransport(archiver_simulator, "archive")) as http_client:
        yield ArchiveClient("simulator", http_client=http_client, retry=_at_once())


@pytest.fixture
def archiver_async_admin_client(archiver_simulator: Simulator) -> AsyncAdminClient:
    """As ``archiver_admin_client``, to be awaited. It holds no connection, so nothing has to be closed."""
    import httpx

    from cassandra_pv_archiver import AsyncAdminClient

    from .transports import SimulatorTransport

    http_client = httpx.AsyncClient(transport=SimulatorTransport(archiver_simulator, "admin"))
    return AsyncAdminClient("simulator", password="admin", http_client=http_client, retry=_at_once())


@pytest.fixture
def archiver_async_archive_client(archiver_simulator: Simulator) -> AsyncArchiveClient:
    """As ``archiver_archive_client``, to be awaited. It holds no connection, so nothing has to be closed."""
    import httpx

    from cassandra_pv_archiver import AsyncArchiveClient

    from .transports import SimulatorTransport

    http_client = httpx.AsyncClient(transport=SimulatorTransport(archiver_simulator, "archive"))
    return AsyncArchiveClient("simulator", http_client=http_client, retry=_at_once())


def _at_once() -> RetryPolicy:
    from cassandra_pv_archiver import RetryPolicy

    return RetryPolicy(first_delay=0.001, longest_delay=0.01)
