"""Runs the scripts of the documentation as a user would, against the simulator."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from cassandra_pv_archiver.testing import RunningSimulator

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

# Passwords of the examples come from here: the simulator's only user is admin, with the password admin.
ENVIRONMENT = {
    "ARCHIVER_PASSWORD": "admin",
    "PYTHON_KEYRING_BACKEND": "keyring_of_tests.KeyringOfTests",
    "PYTHONPATH": str(Path(__file__).parent),
    "PYTHONIOENCODING": "utf-8",
}
CELL = "# %% "
"""How the line above a cell of a script begins, which editors and notebooks know."""
_HOST = re.compile(r"""(Admin|Archive)Client\((["'])(?:archiver|myserver)\.example\.com\2""")
_URL = re.compile(r"""(Admin|Archive)Client\(base_url=(["'])[^"']*\2""")
_PASSWORD = re.compile(r"""password=(["'])(?:secret|mysecret)\1""")


def run(*command: str | Path, folder: Path | None = None) -> str:
    """Runs Python with the given arguments and gives what it printed; a traceback anywhere is a failure."""
    done = subprocess.run(
        [sys.executable, *command],
        capture_output=True,
        encoding="utf-8",
        env=os.environ | ENVIRONMENT,
        timeout=50,
        check=False,
        cwd=folder,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout


def at(text: str, scene: RunningSimulator) -> str:
    """Exchanges host and password of an example for those of the simulator, and nothing else."""
    urls = {"Admin": scene.admin_url, "Archive": scene.archive_url}

    def client(match: re.Match[str]) -> str:
        return f'{match[1]}Client(base_url="{urls[match[1]]}"'

    return _PASSWORD.sub('password="admin"', _URL.sub(client, _HOST.sub(client, text)))


def python_blocks(page: Path) -> list[tuple[str | None, str]]:
    """The Python code of a page, each block with the file that it shows, if the line above names one.

    If it names a cell of the file too, the blocks of the file are put together.
    """
    text = page.read_text("utf-8")
    found = re.findall(
        r"^(?:<!-- (docs/examples/\S+?)(?:: (.*?))? -->\n)?```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE
    )
    assert len(found) == text.count("```python")
    blocks: list[tuple[str | None, str]] = []
    for shown, cell, code in found:
        if cell:
            assert blocks
            assert blocks[-1][0] == shown, f"{page}: {cell} does not follow the cell before"
            blocks[-1] = (shown, with_cells_apart(f"{blocks[-1][1]}{CELL}{cell}\n{code}"))
        else:
            blocks.append((shown or None, code))
    return blocks


def with_cells_apart(code: str) -> str:
    """Code whose cells have as many empty lines around them as those of all other files."""
    return re.sub(rf"\n+({CELL}.*)\n+", r"\n\n\1\n\n", code)
