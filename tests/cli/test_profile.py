"""``cpva profile``: settings stored under names."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Cpva

PROFILES = """
default = "lab"
[profiles.lab]
host = ["one.example", "two.example"]
[profiles.proxy]
admin_url = "https://proxy.example"
"""


@pytest.fixture
def file(nowhere: Cpva) -> Path:
    path = Path(nowhere.environment["CPVA_PROFILES_FILE"])
    path.write_text(PROFILES, "utf-8")
    return path


def test_list_marks_the_default(nowhere: Cpva, file: Path) -> None:
    lines = nowhere("profile", "list").stdout.splitlines()
    assert [line.split() for line in lines[1:]] == [
        ["lab", "yes", "one.example,two.example"],
        ["proxy", "https://proxy.example"],
    ]
    assert json.loads(nowhere("profile", "--json", "list").stdout)[0] == {
        "name": "lab",
        "default": True,
        "host": "one.example,two.example",
    }


def test_without_profiles_it_says_how_to_make_one(nowhere: Cpva) -> None:
    done = nowhere("profile", "list")
    assert done.exit_code == 0
    assert "Make one with: cpva profile edit" in done.stderr


def test_show_tells_where_each_setting_comes_from(nowhere: Cpva, file: Path) -> None:
    shown = json.loads(nowhere("profile", "show", "--timeout", "3", "--json").stdout)
    origins = {row["setting"]: row["from"] for row in shown["settings"]}
    assert shown["profile"] == "lab"
    assert origins["host"] == f"{file}: profiles.lab.host"
    assert (origins["timeout"], origins["time_zone"], origins["username"]) == ("--timeout", "CPVA_TZ", None)
    assert "https://proxy.example" in nowhere("profile", "show", "proxy").stdout
    assert nowhere("profile", "show", "other").exit_code == 2


def test_path(nowhere: Cpva) -> None:
    path = nowhere.environment["CPVA_PROFILES_FILE"]
    assert nowhere("profile", "path").stdout == f"{path}\n"
    assert json.loads(nowhere("profile", "path", "--json").stdout) == {"path": path, "exists": False}


def test_edit_makes_a_file_that_can_be_used(nowhere: Cpva) -> None:
    done = nowhere("profile", "edit")
    path = Path(nowhere.environment["CPVA_PROFILES_FILE"])
    assert done.stderr == f"{path} is in order; it has 0 profiles.\n"
    template = path.read_text("utf-8")
    uncommented = "\n".join(line.removeprefix("# ") for line in template.splitlines()[1:])
    path.write_text(uncommented, "utf-8")
    assert nowhere("profile", "show", "lab").exit_code == 0


def test_edit_says_what_is_wrong_in_the_file_and_leaves_it(nowhere: Cpva, file: Path, tmp_path: Path) -> None:
    script = tmp_path / "editor.py"
    script.write_text("import sys; open(sys.argv[1], 'a').write('[profiles.lab2]\\nhots = \"x\"\\n')", "utf-8")
    done = nowhere("profile", "edit", EDITOR=shlex.join([sys.executable, str(script)]))
    assert done.exit_code == 2
    assert "profiles.lab2: there is no member 'hots'" in done.stderr
    assert "hots" in file.read_text("utf-8")


def test_an_editor_that_is_not_there(nowhere: Cpva) -> None:
    done = nowhere("profile", "edit", EDITOR="/nowhere/editor")
    assert (done.exit_code, done.stderr.splitlines()[1]) == (2, "Set EDITOR.")
    assert nowhere("profile", "edit", EDITOR="false").exit_code == 1
