"""Strict types: of the package, of what it exports, and of scripts as users write them."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import pytest

from tests.checks.tools import ROOT, run, script

pytestmark = pytest.mark.timeout(300)

PYRIGHT = (script("pyright"), "--pythonpath", sys.executable)


def test_package_and_typed_scripts() -> None:
    run(*PYRIGHT, "--warnings")


def test_every_public_symbol_has_a_known_type() -> None:
    # --verifytypes looks for the package with the first Python on PATH and ignores --pythonpath.
    scripts = str(Path(script("pyright")).parent)
    environment = os.environ | {"PATH": scripts + os.pathsep + os.environ.get("PATH", "")}
    report = run(*PYRIGHT[:1], "--verifytypes", "cassandra_pv_archiver", "--ignoreexternal", environment=environment)
    assert "Type completeness score: 100%" in report, report


def test_examples_of_the_readme(tmp_path: Path) -> None:
    examples = re.findall(r"^```python\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert examples
    for number, example in enumerate(examples, 1):
        (tmp_path / f"example_{number}.py").write_text(example, encoding="utf-8")
    settings = {"strict": ["."], "pythonVersion": "3.11"}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    run(*PYRIGHT, "--warnings", "--project", tmp_path)
