"""Every command line on the pages about ``cpva`` runs."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cassandra_pv_archiver.testing import RunningSimulator
from cassandra_pv_archiver.testing.scenes import demo_scene
from tests.cli.conftest import Cpva
from tests.cli.test_help_examples import FILES

DOCS = Path(__file__).parents[2] / "docs" / "pages"
PAGES = (
    "command-line.md",
    "profiles.md",
    "plots.md",
    "change-many-channels.md",
    "spreadsheets.md",
    "find-a-channel.md",
    "see-what-is-wrong.md",
    "sizing.md",
)
"""The lines of their ``sh`` blocks run one after the other, as whoever reads the page would type them."""


def lines(page: str) -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```$", (DOCS / page).read_text("utf-8"), re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.replace("\\\n", " ").splitlines() if line]


@pytest.fixture(scope="module")
def cluster() -> Iterator[RunningSimulator]:
    with demo_scene().serve() as running:
        yield running


@pytest.mark.one_interpreter
@pytest.mark.parametrize("page", PAGES)
def test_command_lines_of_a_page(cpva: Cpva, page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if FILES.is_dir():
        shutil.copytree(FILES, tmp_path, dirs_exist_ok=True)
    for settings in re.findall(r"^```toml\n(.*?)^```$", (DOCS / page).read_text("utf-8"), re.DOTALL | re.MULTILINE):
        Path(cpva.environment["CPVA_PROFILES_FILE"]).write_text(settings, "utf-8")
    monkeypatch.chdir(tmp_path)
    for line in lines(page):
        words = list(shlex.shlex(line, posix=True, punctuation_chars=True))
        if set(words) & {"|", ">", "<", "&&", ";"}:
            through_the_shell(cpva, line, tmp_path)
        else:
            name, *arguments = shlex.split(line)
            assert name == "cpva", line
            done = cpva(*arguments)
            assert done.exit_code == 0, f"{line}: {done.stderr}"


def through_the_shell(cpva: Cpva, line: str, folder: Path) -> None:
    environment = cpva.complete()
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    done = subprocess.run(line, shell=True, capture_output=True, text=True, timeout=50, env=environment, cwd=folder)
    assert done.returncode == 0, f"{line}: {done.stderr}"
    assert not done.stderr
