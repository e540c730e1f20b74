"""Running the project's tools as a contributor would run them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def script(name: str) -> str:
    """A tool of the environment that runs the tests."""
    return str(Path(sysconfig.get_path("scripts"), name))


def uv() -> str:
    found = os.environ.get("UV") or shutil.which(script("uv")) or shutil.which("uv")
    assert found, "uv is missing: use the test command of README.md, or `pip install uv`"
    return found


def run(*command: str | Path, environment: Mapping[str, str] | None = None, directory: Path = ROOT) -> str:
    """The output of a command that has to succeed."""
    done = subprocess.run(
        command,
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout
