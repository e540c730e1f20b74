"""Scripts as they were written for the predecessor run unchanged."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cassandra_pv_archiver.testing import RunningSimulator

SCRIPTS = sorted((Path(__file__).parent / "old_scripts").glob("*.py"))


def arguments(scene: RunningSimulator) -> list[str]:
    return ["127.0.0.1", str(urlsplit(scene.admin_url).port), str(urlsplit(scene.archive_url).port)]


def test_there_are_a_dozen() -> None:
    assert len(SCRIPTS) >= 12


@pytest.mark.one_interpreter
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_runs_and_says_something(script: Path, scene: RunningSimulator) -> None:
    command = [sys.executable, str(script), *arguments(scene)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert "Traceback" not in done.stderr
