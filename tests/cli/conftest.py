"""``cpva`` as its users run it: in this process, or in one of its own, against a simulated cluster on real sockets."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cassandra_pv_archiver.cli.app import app
from cassandra_pv_archiver.testing import RunningSimulator
from cassandra_pv_archiver.testing.scenes import demo_scene

CPVA = (sys.executable, "-c", "from cassandra_pv_archiver.cli import main; main()")


@dataclass
class Cpva:
    """Runs ``cpva`` with an environment in which nothing of this machine's settings counts."""

    environment: dict[str, str] = field(default_factory=dict[str, str])

    def __call__(self, *arguments: str, answers: str | None = None, **environment: str) -> Result:
        """Runs it in this process: quick, without a terminal, stdout and stderr apart."""
        return CliRunner().invoke(app, arguments, input=answers, env=self.environment | environment, prog_name="cpva")

    def process(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Runs it in a process of its own and waits for it."""
        return subprocess.run(
            [*CPVA, *arguments], capture_output=True, text=True, timeout=50, env=self.complete(), **options
        )

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """Starts it in a process of its own."""
        return subprocess.Popen([*CPVA, *arguments], text=True, env=self.complete(), **options)

    def complete(self) -> dict[str, str]:
        """The whole environment of a process."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CPVA_")}
        return kept | self.environment


@pytest.fixture(scope="module")
def cluster() -> Iterator[RunningSimulator]:
    """The cluster of the demo, one for all tests of a module."""
    with demo_scene().serve() as running:
        yield running


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cpva:
    """``cpva`` without any settings."""
    for name in [name for name in os.environ if name.startswith("CPVA_")]:
        monkeypatch.delenv(name)
    return Cpva(
        {"CPVA_PROFILES_FILE": str(tmp_path / "profiles.toml"), "CPVA_TZ": "UTC", "COLUMNS": "80", "EDITOR": "true"}
    )


@pytest.fixture
def cpva(nowhere: Cpva, cluster: RunningSimulator) -> Cpva:
    """``cpva`` with the cluster of the demo, whose password it knows."""
    addresses = {"CPVA_ADMIN_URL": cluster.admin_url, "CPVA_ARCHIVE_URL": cluster.archive_url}
    return Cpva(nowhere.environment | addresses | {"CPVA_PASSWORD": "admin"})
