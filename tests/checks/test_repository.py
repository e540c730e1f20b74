"""What the repository and the built distribution contain."""

from __future__ import annotations

import re
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.checks.tools import ROOT, run, uv

TOP_LEVEL = {"LICENSE", "README.md", "codegen", "docs", "pyproject.toml", "spec", "src", "tests"}
PACKAGE_INDEX = re.compile(rb"https?://[^\s\"']*(pypi[.]org|pythonhosted[.]org|/simple\b)|index[-]url")


def committed_files(*options: str) -> list[str]:
    # The clone may belong to another user than the one who runs the checks.
    return [name for name in run("git", "-c", "safe.directory=*", "ls-files", "-z", *options).split("\0") if name]


def test_top_level_holds_only_what_a_newcomer_expects() -> None:
    entries = {name.split("/")[0] for name in committed_files()}
    assert {entry for entry in entries if not entry.startswith(".")} <= TOP_LEVEL


def test_no_committed_file_depends_on_a_package_index() -> None:
    files = committed_files()
    assert not [name for name in files if Path(name).name in {"uv.lock", "poetry.lock", "Pipfile.lock", "pylock.toml"}]
    present = [name for name in files if (ROOT / name).is_file()]
    assert not [name for name in present if PACKAGE_INDEX.search((ROOT / name).read_bytes())]


def test_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 150


def test_continuous_integration_runs_the_command_of_the_readme() -> None:
    commands = re.findall(r"^python3 -m venv .*$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    demo, test = commands
    assert demo.endswith(" cpva demo")
    script = (ROOT / ".ci/run").read_text("utf-8").splitlines()
    assert [line for line in script if line and not line.startswith("#")] == [
        "set -eu",
        'cd "$(dirname "$0")/.."',
        test,
    ]


@pytest.mark.timeout(300)
def test_distributions_hold_licence_types_and_specifications(tmp_path: Path) -> None:
    run(uv(), "build", "--no-create-gitignore", "--out-dir", tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    (source,) = tmp_path.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        wheel_names = set(archive.namelist())
        (licence,) = [name for name in wheel_names if name.endswith(".dist-info/licenses/LICENSE")]
        text = archive.read(licence).decode()
    with tarfile.open(source) as archive:
        source_names = {name.partition("/")[2] for name in archive.getnames()}
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in text
    assert "GNU GENERAL PUBLIC LICENSE" in text
    written = committed_files("--cached", "--others", "--exclude-standard", "src")
    package = {name.removeprefix("src/") for name in written if (ROOT / name).is_file()}
    assert {name for name in wheel_names if ".dist-info/" not in name} == package
    assert "cassandra_pv_archiver/py.typed" in package
    assert {"LICENSE", "README.md", "pyproject.toml"} <= source_names
