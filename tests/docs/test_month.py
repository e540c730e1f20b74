"""The tutorial prints what its page shows, with the times and sizes of another day."""

from __future__ import annotations

import itertools
import json
import re
import runpy
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from cassandra_pv_archiver.testing import RunningSimulator, Simulator, month_scene
from tests.cli.conftest import Cpva
from tests.docs.running import DOCS, run

PAGE = (DOCS / "pages" / "a-month-of-fifty-channels.md").read_text("utf-8")
SCRIPT = DOCS / "examples" / "month_of_channels.py"
_DIFFERENT = re.compile(
    r"\d[\d,.]* (?=s\b|samples/s|kB|MB|bytes|samples of)|(?<=Samples  )15\d,\d{3}|\d+ at once|151,\d{3} "
)
"""Times, sizes, and what is only estimated."""

pytestmark = pytest.mark.one_interpreter


@pytest.fixture
def ring() -> Iterator[RunningSimulator]:
    with Simulator(scene=month_scene).serve() as running:
        yield running


def printed_after(kind: str) -> list[tuple[str, str]]:
    """The blocks of a kind that are followed by what they print."""
    return re.findall(rf"^```{kind}\n((?:(?!```).)*)^```\n+```text\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def comparable(text: str, folder: Path) -> list[str]:
    """The lines, without what differs from run to run."""
    lines = text.replace(str(folder), "/home/me").splitlines()
    last = [line for line, next_one in itertools.pairwise([*lines, ""]) if not _is_progress(line, next_one)]
    return [_DIFFERENT.sub("# ", line).rstrip() for line in last]


def _is_progress(*lines: str) -> bool:
    """Whether each of these takes the place of the one before."""
    return all(line.endswith(" at once") for line in lines)


def test_the_code(ring: RunningSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CPVA_PROFILES_FILE", str(tmp_path / "profiles.toml"))
    monkeypatch.setenv("CPVA_ARCHIVE_URL", ring.archive_url)
    printed = run(SCRIPT, folder=tmp_path)
    shown = "".join(output for _, output in printed_after("python"))
    assert comparable(printed, tmp_path) == comparable(shown, tmp_path)
    for picture in ("week", "regression"):
        with Image.open(tmp_path / f"{picture}.png") as image:
            assert image.width >= 900


def test_the_notebook_is_made_of_the_page() -> None:
    made = runpy.run_path(str(DOCS / "month_notebook.py"))
    notebook = made["notebook_of"](PAGE)
    assert made["NOTEBOOK"].read_text("utf-8") == notebook, "run: python docs/month_notebook.py"
    cells = json.loads(notebook)["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    script = re.split(r"\n+# %% .*\n+", SCRIPT.read_text("utf-8").rstrip("\n"))
    assert code == script
    pictures = [output for cell in cells for output in cell.get("outputs", ()) if "data" in output]
    assert len(pictures) == 2


def test_the_command_lines(ring: RunningSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cpva = Cpva(
        {
            "CPVA_PROFILES_FILE": str(tmp_path / "profiles.toml"),
            "CPVA_ADMIN_URL": ring.admin_url,
            "CPVA_ARCHIVE_URL": ring.archive_url,
            "CPVA_TZ": "UTC",
            "COLUMNS": "100",
        }
    )
    blocks = printed_after("sh")
    assert len(blocks) == PAGE.count("```sh")
    for commands, shown in blocks:
        printed = ""
        for command in commands.splitlines():
            name, *arguments = shlex.split(command)
            done = cpva(*arguments)
            assert (name, done.exit_code) == ("cpva", 0), done.stderr
            printed += done.stderr + done.stdout
        assert comparable(printed, tmp_path) == comparable(shown, tmp_path)
