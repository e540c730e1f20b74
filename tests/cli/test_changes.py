"""The commands that change what a cluster archives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cassandra_pv_archiver import AdminClient, NotFoundError
from cassandra_pv_archiver.cli.changes import parse_levels
from cassandra_pv_archiver.cli.inventory import levels_text
from cassandra_pv_archiver.testing import RunningSimulator
from cassandra_pv_archiver.testing.scenes import demo_scene
from tests.cli.conftest import Cpva
from tests.cli.terminal import terminal

FIRST, SECOND = "archiver-1.example.org", "archiver-2.example.org"


@pytest.fixture
def cluster() -> Iterator[RunningSimulator]:
    """A cluster of its own for each test, because they change it."""
    with demo_scene().serve() as running:
        yield running


@pytest.fixture
def admin(cluster: RunningSimulator) -> Iterator[AdminClient]:
    with AdminClient(base_url=cluster.admin_url, password="admin") as client:
        yield client


def test_add(cpva: Cpva, admin: AdminClient) -> None:
    done = cpva(
        "add", "A", "B", "--server", SECOND, "--levels", "30=90d,0=1d", "--option", "minUpdatePeriod=1", "--yes"
    )
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        f"done    add {name} to {SECOND}: channel_access, levels raw 1d, 30s 90d" for name in "AB"
    ]
    channel = admin.get_channel("B")
    assert channel.decimation_level_to_retention_period == {0: 86400, 30: 90 * 86400}
    assert (channel.server_name, channel.enabled, channel.options) == (SECOND, True, {"minUpdatePeriod": "1"})


@given(st.dictionaries(st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1), min_size=1))
def test_levels_are_read_as_tables_show_them(levels: dict[int, int]) -> None:
    assert parse_levels(levels_text(levels)) == levels


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--levels", "0,x"), "--levels: 'x' is not a duration"),
        (("--levels", "30,30s"), "--levels names the level 30 s twice."),
        (("--levels", "0=10,30=5"), "a longer level must not be kept for less time than a shorter one"),
        (("--option", "minUpdatePeriod"), "--option 'minUpdatePeriod' is not NAME=VALUE."),
        (("--option", "a=1", "--option", "a=2"), "--option a is given twice."),
        (("--server", "nowhere"), "No server of the cluster is called 'nowhere'"),
    ],
)
def test_what_cannot_be_added(cpva: Cpva, cluster: RunningSimulator, arguments: tuple[str, ...], message: str) -> None:
    done = cpva("add", "A", "--server", FIRST, *arguments, "--yes")
    assert done.exit_code == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 2


def test_partial_failures_are_listed_per_command(cpva: Cpva, admin: AdminClient) -> None:
    done = cpva("add", "A", "RING:CURRENT", "--server", FIRST, "--yes")
    assert done.exit_code == 1
    reason = 'Channel "RING:CURRENT" cannot be added because a channel with the same name already exists.'
    assert done.stdout.splitlines() == [
        f"done    add A to {FIRST}: channel_access, levels raw",
        f"FAILED  add_channel 'RING:CURRENT': {reason}",
    ]
    assert done.stderr.splitlines()[-1] == "1 of 2 commands failed; the others were executed."
    assert admin.get_channel("A").enabled


def test_json(cpva: Cpva) -> None:
    done = cpva("disable", "RING:CURRENT", "--yes", "--json")
    (result,) = json.loads(done.stdout)
    assert (result["success"], result["outcome"], result["error_message"]) == (True, "succeeded", None)
    assert result["command"]["channel_name"] == "RING:CURRENT"


def test_disable_enable_refresh_move_rename_and_remove(cpva: Cpva, admin: AdminClient, tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("# spare ones\nLINAC:GUN:SPARE\n\nRING:NEW\n")
    assert cpva("disable", "--channels-file", str(names), "--yes").exit_code == 0
    assert not admin.get_channel("RING:NEW").enabled
    assert cpva("enable", "RING:NEW", "--yes").exit_code == 0
    assert cpva("refresh", "RING:NEW").stdout == f"done    refresh RING:NEW on {FIRST}\n"
    assert cpva("rename", "RING:NEW", "RING:NEWER", "--yes").stdout == "done    rename RING:NEW to RING:NEWER\n"
    assert cpva("move", "RING:NEWER", "--to", SECOND, "--yes").exit_code == 0
    assert admin.get_channel("RING:NEWER").server_name == SECOND
    done = cpva("remove", "RING:LIFETIME", "--yes")
    assert done.stdout == f"done    remove RING:LIFETIME of {FIRST} with all its samples\n"
    with pytest.raises(NotFoundError):
        admin.get_channel("RING:LIFETIME")


@pytest.mark.parametrize("command", ["disable", "remove", "move", "rename"])
def test_nothing_is_changed_if_a_channel_does_not_exist(cpva: Cpva, admin: AdminClient, command: str) -> None:
    more = {"move": ("--to", SECOND), "rename": ("X",)}.get(command, ("RING:LIFETIME",))
    done = cpva(command, "RING:CURENT", *more, "--yes")
    assert done.exit_code == 1
    assert done.stderr.startswith("There is no channel 'RING:CURENT'.")
    assert "Did you mean RING:CURRENT? Nothing was changed." in done.stderr
    assert admin.get_channel("RING:LIFETIME").enabled


def test_without_a_terminal_yes_is_wanted(cpva: Cpva, admin: AdminClient) -> None:
    done = cpva("remove", "RING:LIFETIME")
    assert done.exit_code == 2
    assert "with all its samples" in done.stderr
    assert "Add --yes" in done.stderr
    assert admin.get_channel("RING:LIFETIME").enabled


@pytest.mark.one_interpreter
@pytest.mark.parametrize(("answer", "status"), [("n", 1), ("y", 0)])
def test_the_question(cpva: Cpva, admin: AdminClient, answer: str, status: int) -> None:
    with terminal(cpva.complete(), "remove", "RING:LIFETIME", columns=200) as running:
        running.wait_for("Remove 1 channel with all samples, for good? [y/N]:")
        running.type(f"{answer}\n")
        assert running.end() == status
    assert ("RING:LIFETIME" in {channel.channel_name for channel in admin.list_all_channels()}) == (status == 1)


def test_run(cpva: Cpva, tmp_path: Path) -> None:
    file = tmp_path / "commands.json"
    command = {"commandType": "update_channel", "channelName": "RING:CURRENT", "enabled": False}
    file.write_text(json.dumps({"commands": [command]}))
    assert cpva("run", str(file), "--yes").stdout == "done    update channel RING:CURRENT\n"
    done = cpva("run", "-", "--yes", answers=json.dumps([command]))
    assert done.stdout == "done    update channel RING:CURRENT\n"
    for text, message in (
        ("[", "line 1, column 2: this is no JSON."),
        ('{"commands": 1}', "has no list of commands."),
        ('[{"commandType": "add_channel"}]', "channelName"),
    ):
        file.write_text(text)
        done = cpva("run", str(file), "--yes")
        assert done.exit_code == 2
        assert message in done.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("RING:NEW\n", "line 1 has 1 fields."),
        ("", "has no names."),
        ("RING:NEW,A\nRING:MODE,A\n", "gives one name twice."),
        ('"RING:NEW', "line 1: unexpected end of data."),
    ],
)
def test_pairs_that_cannot_be_used(cpva: Cpva, tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text(text)
    done = cpva("rename", "--pairs", str(file), "--yes")
    assert done.exit_code == 2
    assert message in done.stderr


def test_export_and_import(cpva: Cpva, admin: AdminClient, tmp_path: Path) -> None:
    file = tmp_path / "server.xml"
    assert cpva("export", FIRST, str(file)).exit_code == 0
    assert cpva("export", FIRST).stdout_bytes == file.read_bytes()
    assert cpva("export", FIRST, str(file)).exit_code == 2
    changed = file.read_text().replace('name="RING:MODE"', 'name="RING:MODES"')
    file.write_text(changed)
    done = cpva("import", FIRST, str(file), "--remove", "--simulate")
    assert "done    remove RING:MODE" in done.stdout.splitlines()
    assert admin.get_channel("RING:MODE").enabled
    done = cpva("import", FIRST, str(file), "--remove")
    assert done.exit_code == 2
    assert "remove with all samples RING:MODE" in done.stderr
    done = cpva("import", FIRST, str(file), "--remove", "--yes")
    assert done.exit_code == 0
    assert {"done    add or change RING:MODES", "done    remove RING:MODE"} <= set(done.stdout.splitlines())
    assert json.loads(cpva("import", FIRST, str(file), "--yes", "--json").stdout)["add_or_update_failed"] == {}


def test_imports_that_fail(cpva: Cpva, cluster: RunningSimulator, tmp_path: Path) -> None:
    file = tmp_path / "server.xml"
    file.write_bytes(b"<oops")
    done = cpva("import", FIRST, str(file), "--yes")
    assert done.exit_code == 2
    assert "Parsing error" in done.stderr
    done = cpva("import", FIRST, str(tmp_path / "none.xml"), "--yes")
    assert (done.exit_code, "cannot be read" in done.stderr) == (2, True)
    assert cpva("export", FIRST, str(file)).exit_code == 2
    assert cpva("export", FIRST, str(file), "--force").exit_code == 0
    done = cpva("import", FIRST, str(file), "--no-update", "--yes")
    assert done.exit_code == 1
    assert "could not be changed; the others were." in done.stderr


def test_a_wrong_password(cpva: Cpva) -> None:
    done = cpva("disable", "RING:CURRENT", "--yes", CPVA_PASSWORD="pazzword")
    assert done.exit_code == 4
    assert "pazzword" not in done.stdout + done.stderr


@pytest.mark.parametrize(("names", "said"), [(("X",), "The command failed."), (("X", "Y"), "All 2 commands failed.")])
def test_no_others_are_told_of_where_there_are_none(
    cpva: Cpva, tmp_path: Path, names: tuple[str, ...], said: str
) -> None:
    file = tmp_path / "commands.json"
    file.write_text(json.dumps([{"commandType": "remove_channel", "channelName": name} for name in names]), "utf-8")
    done = cpva("run", str(file), "--yes")
    assert done.exit_code == 1
    assert done.stderr == f"{said}\n"
