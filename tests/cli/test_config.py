"""The commands of ``cpva config`` that change nothing: export, validate, diff, drift and plan."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cassandra_pv_archiver import AdminClient
from cassandra_pv_archiver.configuration import read_configuration_file
from cassandra_pv_archiver.testing import RunningSimulator
from tests.cli.config_file import ALLOWED, FIRST, FIRST_ID, SECOND, TAKING
from tests.cli.conftest import Cpva


@pytest.fixture
def admin(cluster: RunningSimulator) -> Iterator[AdminClient]:
    with AdminClient(base_url=cluster.admin_url, password="admin") as client:
        yield client


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "ring.yaml"
    path.write_text(TAKING)
    return path


@pytest.mark.parametrize("form", ["yaml", "toml", "csv"])
def test_export_gives_what_the_cluster_archives(cpva: Cpva, admin: AdminClient, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"all.{form}"
    done = cpva("config", "export", str(path))
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == f"{path}: 20 channels.\n"
    live = admin.get_configuration()
    assert read_configuration_file(path, wrong_options="warning").configuration.channels == live.channels
    assert cpva("config", "export", "--format", form).stdout_bytes == path.read_bytes()
    assert cpva("config", "export", str(path)).exit_code == 2
    assert cpva("config", "export", str(path), "--force").exit_code == 0
    assert cpva("config", "diff", str(path), "live").stdout == ""


def test_export_of_a_server(cpva: Cpva, admin: AdminClient, tmp_path: Path) -> None:
    done = cpva("config", "export", "--server", FIRST, "--format", "xml")
    assert done.stdout_bytes == admin.export_server_configuration(FIRST_ID)
    path = tmp_path / "one.yaml"
    assert cpva("config", "export", "--server", FIRST, str(path), "--own", "--ranges").exit_code == 0
    assert "for: {i:" in path.read_text()
    written = read_configuration_file(path, wrong_options="warning").configuration
    assert list(written.servers) == [FIRST]
    assert [str(owned.server) for owned in written.owns] == [FIRST_ID]
    assert json.loads(cpva("config", "export", "--json", "--server", FIRST).stdout)["servers"] == {FIRST: FIRST_ID}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--format", "xml"), "An XML file is for one server."),
        (("--format", "csv", "--own"), "--own: csv cannot say what is owned."),
        (("--format", "xml", "--ranges"), "--ranges: xml names each channel."),
        (("all.txt",), "The ending of all.txt does not say the format."),
        (("--server", "nowhere"), "No server of the cluster is called 'nowhere'"),
    ],
)
def test_what_cannot_be_exported(cpva: Cpva, arguments: tuple[str, ...], message: str) -> None:
    done = cpva("config", "export", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr


def test_validate_lists_everything_with_its_place(nowhere: Cpva, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(
        "channels:\n  - {name: A, levels: {raw: 2d, 30s: 1d}}\n  - {name: B, options: {minUpdatePeriod: -1}}\n"
    )
    right = tmp_path / "right.toml"
    right.write_text('[[channels]]\nname = "C"\n')
    done = nowhere("config", "validate", str(wrong), str(right), str(tmp_path / "none.yaml"), str(tmp_path / "x.txt"))
    assert done.exit_code == 2
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"{wrong}:2: channel 'A', levels")
    assert lines[1].startswith(f"{wrong}:3: channel 'B', options.minUpdatePeriod: ")
    assert lines[2] == f"{right}: 1 channel"
    assert lines[3] == f"{tmp_path}/none.yaml: It cannot be read: No such file or directory."
    assert "has no ending that says its format" in lines[4]
    assert done.stderr.splitlines()[0] == "4 problems found."
    found = json.loads(nowhere("config", "validate", str(wrong), "--json").stdout)
    assert not found["valid"]
    problem = found["files"][0]["problems"][1]
    assert (problem["line"], problem["channel"], problem["level"]) == (3, "B", "error")


def test_validate_accepts_wrong_options_if_asked(nowhere: Cpva, tmp_path: Path) -> None:
    path = tmp_path / "grown.yaml"
    path.write_text("channels:\n  - {name: B, options: {minUpdatePeriod: -1}}\n")
    done = nowhere("config", "validate", str(path), "--accept-wrong-options")
    assert done.exit_code == 0
    assert ": warning: channel 'B'" in done.stdout


def test_validate_compares_files_with_each_other(nowhere: Cpva, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.toml", "b.toml")]
    for path in paths:
        path.write_text('[[channels]]\nname = "C"\n')
    done = nowhere("config", "validate", *map(str, paths))
    assert done.exit_code == 2
    assert f"{paths[1]}:1: channel 'C', name: The channel 'C' is there already, at {paths[0]}:1" in done.stdout


def test_diff(cpva: Cpva, file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(file.read_text().replace("raw: 30d", "raw: 31d").replace("RING:NEWEST", "RING:NEWER"))
    done = cpva("config", "diff", str(file), str(other))
    assert done.exit_code == 10
    assert done.stdout.splitlines() == [
        "changed  RING:LIFETIME  levels.raw: 30d -> 31d",
        "added    RING:NEWER",
        "removed  RING:NEWEST",
    ]
    assert done.stderr == "3 channels: 1 changed, 1 added, 1 removed.\n"
    found = json.loads(cpva("config", "diff", str(file), str(other), "--json").stdout)
    assert found["different"]
    assert found["channels"][0]["members"] == [{"member": "levels.0", "before": 2592000, "after": 2678400}]
    done = cpva("config", "diff", str(file), str(file))
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "No difference; 3 channels.\n")


def test_diff_with_a_server(cpva: Cpva, admin: AdminClient, tmp_path: Path) -> None:
    path = tmp_path / "server.xml"
    path.write_bytes(admin.export_server_configuration(FIRST_ID))
    assert cpva("config", "diff", str(path), f"live:{FIRST}").exit_code == 0
    assert cpva("config", "diff", f"live:{FIRST_ID}", "live").exit_code == 10
    assert cpva("config", "diff", "live:nowhere", "live").exit_code == 2


def test_drift_tells_what_was_changed_by_hand(cpva: Cpva, file: Path) -> None:
    done = cpva("config", "drift", str(file))
    assert done.exit_code == 10
    assert done.stdout.splitlines() == [
        "changed  RING:CURRENT  levels.1min: none in the file, 3650d in the cluster",
        "changed  RING:LIFETIME  levels.raw: 30d in the file, 90d in the cluster",
        "extra    RING:MODE",
        "missing  RING:NEWEST",
    ]


def test_drift_of_the_servers_own_files(cpva: Cpva, admin: AdminClient, tmp_path: Path) -> None:
    path = tmp_path / "server.xml"
    path.write_bytes(admin.export_server_configuration(FIRST_ID).replace(b'"RING:MODE"', b'"RING:MODUS"'))
    done = cpva("config", "drift", str(path), "--server", FIRST, "--own", FIRST, "--quiet")
    assert (done.exit_code, done.stderr) == (10, "")
    assert done.stdout.splitlines() == ["extra    RING:MODE", "missing  RING:MODUS"]


def test_drift_needs_no_password(nowhere: Cpva, cluster: RunningSimulator, file: Path) -> None:
    assert nowhere("config", "drift", str(file), "--admin-url", cluster.admin_url).exit_code == 10


def test_drift_calls_servers_as_the_cluster_does(cpva: Cpva, file: Path) -> None:
    file.write_text(file.read_text() + "  - RING:SHOTS\n")
    done = cpva("config", "drift", str(file))
    assert f"changed  RING:SHOTS  server: {FIRST} in the file, {SECOND} in the cluster" in done.stdout.splitlines()


def test_drift_never_gives_10_for_a_failure(cpva: Cpva, file: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("channels: 1\n")
    assert cpva("config", "drift", str(wrong)).exit_code == 2
    assert cpva("config", "drift", str(file), "--server", "nowhere").exit_code == 2
    assert cpva("config", "drift", str(file), "--timeout", "0.5", CPVA_ADMIN_URL="http://127.0.0.1:1").exit_code == 3


def test_plan_leaves_out_what_is_not_permitted(cpva: Cpva, file: Path) -> None:
    done = cpva("config", "plan", str(file))
    assert done.exit_code == 0
    assert done.stdout == f"add    RING:NEWEST  to {FIRST}: raw 90d, 1min 3650d, 15min forever\n"
    assert "left   RING:CURRENT  level 60 stays" in done.stderr
    assert f"3 differences not touched. To permit it, add {' '.join(ALLOWED)}." in done.stderr
    assert done.stderr.endswith("1 command: 1 add.\n")


def test_plan_tells_what_it_destroys(cpva: Cpva, file: Path) -> None:
    done = cpva("config", "plan", str(file), *ALLOWED)
    assert done.exit_code == 0
    assert {line.split()[0] for line in done.stdout.splitlines()} == {"add", "update", "remove"}
    assert "Samples are removed for good: 1 channel, 1 level, old samples of 1 level." in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Nothing says what to apply."),
        (("--resume", "j", "--undo", "k"), "--resume and --undo do not go together."),
        (("a.yaml", "--resume", "j"), "FILE and --resume do not go together."),
        (("--resume", "j", "--journal", "k"), "--journal and --resume do not go together."),
        (("a.json", "b.yaml"), "A plan is applied alone."),
        (("none.json",), "none.json cannot be read: No such file or directory."),
        (("--undo", "none"), "none cannot be read: No such file or directory."),
    ],
)
def test_command_lines_that_say_nothing_to_do(cpva: Cpva, arguments: tuple[str, ...], message: str) -> None:
    done = cpva("config", "apply", *arguments, "--yes")
    assert done.exit_code == 2
    assert done.stderr.startswith(message)
