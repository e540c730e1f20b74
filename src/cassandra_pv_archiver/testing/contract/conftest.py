"""One run of the suite for all tests of a pytest session."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest

from .findings import NotAuthorisedError, NotReachableError, UnsafeError
from .report import Baseline
from .runner import Run, started
from .settings import Settings
from .wire import Credentials

_WRONG_USAGE = 2


@pytest.fixture(scope="session")
def contract_baseline(request: pytest.FixtureRequest) -> Baseline:
    """The findings that are accepted."""
    path = request.config.getoption("--baseline")
    try:
        return Baseline() if path is None else Baseline.read(Path(path))
    except (OSError, ValueError) as error:
        pytest.exit(f"The baseline cannot be read: {error}", returncode=_WRONG_USAGE)


@pytest.fixture(scope="session")
def contract_run(request: pytest.FixtureRequest) -> Generator[Run]:
    """The cluster, cleaned up at the end."""
    try:
        with started(_settings(request.config)) as run:
            yield run
    except (NotReachableError, NotAuthorisedError, UnsafeError, ValueError, pytest.UsageError) as error:
        # Not an error of each test, but the end of the run.
        pytest.exit(f"{type(error).__name__}: {error}", returncode=_status(error))
    if run.left:
        pytest.fail(f"Channels that could not be removed: {', '.join(map(repr, run.left))}", pytrace=False)


def _settings(config: pytest.Config) -> Settings:
    admin_url, archive_url = config.getoption("--admin-url"), config.getoption("--archive-url")
    if admin_url is None or archive_url is None:
        raise pytest.UsageError("give --admin-url and --archive-url")
    prefix, rate, journal = (config.getoption(name) for name in ("--write-prefix", "--max-rate", "--journal"))
    password = os.environ.get("CPVA_PASSWORD")
    if prefix is not None and password is None:
        raise pytest.UsageError("--write-prefix needs the password of an administrator in CPVA_PASSWORD")
    return Settings(
        admin_url=admin_url,
        archive_url=archive_url,
        write_prefix=prefix,
        credentials=None if password is None else Credentials(config.getoption("--username") or "admin", password),
        journal=None if journal is None else Path(journal),
        clean_leftovers=bool(config.getoption("--clean-leftovers")),
        max_rate=None if rate is None else float(rate),
    )


def _status(error: Exception) -> int:
    if isinstance(error, NotReachableError):
        return 3
    return 4 if isinstance(error, NotAuthorisedError) else _WRONG_USAGE
