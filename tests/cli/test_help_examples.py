"""The examples in the help of every command do what they show."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cassandra_pv_archiver.cli.app import COMMANDS
from cassandra_pv_archiver.testing import RunningSimulator
from cassandra_pv_archiver.testing.scenes import demo_scene
from tests.cli.conftest import Cpva

FILES = Path(__file__).parent / "example_files"
"""Files that examples read, under the names that they give."""


def examples() -> Iterator[str]:
    for name in COMMANDS:
        command = COMMANDS[name].load(name)
        for callback in [c.callback for c in getattr(command, "commands", {"": command}).values()]:
            lines = getattr(callback, "examples", ())
            assert lines, f"{name} has no example"
            yield from lines


@pytest.fixture(scope="module")
def cluster() -> None:
    """Not here: examples change things, so that each gets a cluster of its own."""


@pytest.fixture
def fresh() -> Iterator[RunningSimulator]:
    with demo_scene().serve() as running:
        yield running


@pytest.mark.one_interpreter
@pytest.mark.parametrize("line", list(examples()))
def test_example_works(
    nowhere: Cpva, fresh: RunningSimulator, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if FILES.is_dir():
        shutil.copytree(FILES, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    first, *arguments = shlex.split(line)
    assert first == "cpva"
    addresses = {"CPVA_ADMIN_URL": fresh.admin_url, "CPVA_ARCHIVE_URL": fresh.archive_url, "CPVA_PASSWORD": "admin"}
    done = nowhere(*arguments, **addresses)
    assert done.exit_code == 0, done.stderr
