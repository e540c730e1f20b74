"""The examples of the documentation run, and those of the README."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from cassandra_pv_archiver.testing import RunningSimulator

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.py"))
README = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)


def run(command: list[str]) -> None:
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, timeout=50, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert not done.stderr


@pytest.mark.one_interpreter
@pytest.mark.parametrize("script", EXAMPLES, ids=lambda script: script.stem)
def test_example(script: Path, scene: RunningSimulator) -> None:
    run([str(script), scene.admin_url, scene.archive_url])


@pytest.mark.one_interpreter
@pytest.mark.parametrize("number", range(2))
def test_readme(number: int, scene: RunningSimulator) -> None:
    text = README[number].replace(
        'AdminClient("archiver.example.com", password="secret")',
        f'AdminClient(base_url="{scene.admin_url}", password="admin")',
    )
    run(["-c", text.replace('ArchiveClient("archiver.example.com")', f'ArchiveClient(base_url="{scene.archive_url}")')])


def test_pages_that_are_linked_exist() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page}: {target}"
