"""The pages about ``cpva config``, typed from top to bottom."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cassandra_pv_archiver.testing import RunningSimulator
from cassandra_pv_archiver.testing.scenes import demo_scene
from tests.cli.conftest import Cpva
from tests.cli.test_help_examples import FILES
from tests.cli.test_pages import DOCS

_BLOCK = re.compile(r"(?:<!-- file: (\S+) -->\n)?^```(sh|yaml|text)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_GIT = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Reader"), ("EMAIL", "reader@example.org"))
}


@pytest.fixture
def cluster() -> Iterator[RunningSimulator]:
    with demo_scene().serve() as running:
        yield running


@pytest.mark.one_interpreter
@pytest.mark.parametrize("page", ["from-grown-to-versioned.md", "nightly-drift-check.md"])
def test_page(cpva: Cpva, page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines of ``sh`` blocks run and end as they say, what ``text`` blocks show is printed by the block before."""
    if page == "nightly-drift-check.md":
        shutil.copytree(FILES, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    printed: list[str] | None = None
    for file, kind, content in _BLOCK.findall((DOCS / page).read_text("utf-8")):
        if file:
            Path(file).write_text(content, "utf-8")
        elif kind == "sh":
            printed = [output for line in content.splitlines() for output in typed(cpva, line)]
        elif kind == "text" and printed is not None:
            missing = [line for line in content.splitlines() if line not in printed]
            assert not missing, printed
            printed = None


def typed(cpva: Cpva, line: str) -> list[str]:
    """What a line prints."""
    command, _, status = line.partition(" # exit status ")
    name, *arguments = shlex.split(command)
    if name == "cpva":
        done = cpva(*arguments)
        assert done.exit_code == int(status or 0), f"{line}: {done.stderr}"
        return (done.stdout + done.stderr).splitlines()
    other = subprocess.run(
        [name, *arguments], check=True, capture_output=True, text=True, timeout=30, env=cpva.complete() | _GIT
    )
    return other.stdout.splitlines()
