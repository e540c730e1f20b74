"""The scripts that the type checker reads are scripts that run."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from cassandra_pv_archiver.testing import RunningSimulator
from tests.docs.running import ROOT

SCRIPTS = [script for script in sorted((ROOT / "tests" / "typing").glob("*.py")) if script.stem != "mistakes"]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_typed_script(script: Path, scene: RunningSimulator) -> None:
    runpy.run_path(str(script))["main"](scene.admin_url, scene.archive_url)
