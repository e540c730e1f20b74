"""The demo's cluster for the scripts of the documentation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cassandra_pv_archiver.testing import RunningSimulator
from cassandra_pv_archiver.testing.scenes import demo_scene


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[RunningSimulator]:
    """The cluster, to which the settings of the environment lead as well."""
    with demo_scene().serve() as running:
        monkeypatch.setenv("CPVA_PROFILES_FILE", str(tmp_path / "profiles.toml"))
        monkeypatch.setenv("CPVA_ADMIN_URL", running.admin_url)
        monkeypatch.setenv("CPVA_ARCHIVE_URL", running.archive_url)
        yield running
