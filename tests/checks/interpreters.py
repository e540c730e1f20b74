"""The Python interpreters of this machine, found without downloading any."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.checks.tools import ROOT, uv

OLDEST = (3, 11)

# What this imports belongs to every complete build; without it the suite's own libraries would fail.
PROBE = """
import bz2, ctypes, json, lzma, sqlite3, ssl, sys, sysconfig
usual = sys.implementation.name == "cpython" and not sysconfig.get_config_var("Py_GIL_DISABLED")
released = sys.version_info.releaselevel == "final"
if usual and released and sys.prefix == sys.base_prefix:
    print(json.dumps(sys.version_info[:3]))
"""

# Python's, uv's and coverage's notes about this process, which a run on another interpreter must not inherit.
# uv's other variables (indexes, certificates, cache) belong to the machine and stay.
OF_THIS_RUN = {
    "COVERAGE_PROCESS_CONFIG",
    "COVERAGE_PROCESS_START",
    "COVERAGE_RUN",
    "PYTEST_CURRENT_TEST",
    "PYTHONHOME",
    "PYTHONPATH",
    "UV_PROJECT_ENVIRONMENT",
    "UV_PYTHON",
    "VIRTUAL_ENV",
    "VIRTUAL_ENV_PROMPT",
    "__PYVENV_LAUNCHER__",
}


@dataclass(frozen=True, order=True)
class Interpreter:
    version: tuple[int, int, int]
    path: str

    @property
    def minor(self) -> tuple[int, int]:
        return self.version[:2]

    def __str__(self) -> str:
        return ".".join(map(str, self.minor))


def interpreters() -> list[Interpreter]:
    """All released ones that uv or pyenv know, virtual environments left out."""
    return [found for path in sorted(set(candidates())) if (found := probe(path)) is not None]


def choose(found: Iterable[Interpreter], own: tuple[int, int]) -> list[Interpreter]:
    """The ones to test besides the running one: the oldest supported version and the newest of all."""
    best = {one.minor: one for one in sorted(found) if one.minor >= OLDEST}
    wanted = {OLDEST, max({own, *best})} - {own}
    return [best[minor] for minor in sorted(wanted & best.keys())]


def candidates() -> Iterator[str]:
    listed = subprocess.run(
        [uv(), "python", "list", "--only-installed", "--output-format", "json"],
        cwd=ROOT,
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    yield from (one["path"] for one in json.loads(listed.stdout))
    # uv sees pyenv's shims on PATH, and these only run the versions that are switched on.
    roots = {Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")}
    roots |= {Path(entry).parent for entry in os.get_exec_path() if Path(entry).name == "shims"}
    for root in roots:
        yield from map(str, root.glob("versions/*/bin/python3"))


def probe(path: str) -> Interpreter | None:
    try:
        done = subprocess.run(
            [path, "-c", PROBE],
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode != 0 or not done.stdout:
        return None
    major, minor, micro = json.loads(done.stdout)
    return Interpreter((major, minor, micro), path)


def clean_environment(**more: str) -> Mapping[str, str]:
    return {name: value for name, value in os.environ.items() if name not in OF_THIS_RUN} | more
