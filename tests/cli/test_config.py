"""The group ``cpva config``: files and clusters compared, planned and applied."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cassandra_pv_archiver import AdminClient
from cassandra_pv_archiver.configuration import read_configuration_file
from cassandra_pv_archiver.testing import RunningSimulator
from cassandra_pv_archiver.testing.scenes import demo_scene
from tests.cli.conftest import Cpva
from tests.cli.terminal import terminal

FIRST, SECOND = "archiver-1.example.org", "archiver-2.example.org"
FIRST_ID, SECOND_ID = (f"11111111-2222-3333-4444-55555555555{number}" for number in (1, 2))


@pytest.fixture
def cluster() -> Iterator[RunningSimulator]:
    """A cluster of its own for each test, because they change it."""
    with demo_scene().serve() as running:
        yield running


@pytest.fixture
def admin(cluster: RunningSimulator) -> Iterator[AdminClient]:
    with AdminClient(base_url=cluster.admin_url, password="admin") as client:
        yield client


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that keeps one channel shorter, drops a level of another, adds one, and owns the names of the modes."""
    path = tmp_path / "ring.yaml"
    path.write_text(f"""\
servers: {{one: {FIRST_ID}}}
owns: [{{channels: "RING:MOD*"}}]
defaults: {{server: one, levels: {{raw: 90d, 1min: 3650d, 15min: forever}}}}
channels:
  - RING:NEWEST
  - {{name: RING:CURRENT, levels: {{raw: 90d, 15min: forever}}}}
  - {{name: RING:LIFETIME, levels: {{raw: 30d, 1min: 3650d, 15min: forever}}}}
""")
    return path


ALLOWED = ("--allow-remove-channels", "--allow-remove-levels", "--allow-shorter-retention")


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
    assert cpva("config", "apply", str(file), *ALLOWED, "--yes").exit_code == 0
    done = cpva("config", "drift", str(file))
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "No drift; 3 channels.\n")


def test_drift_of_the_servers_own_files(cpva: Cpva, admin: AdminClient, tmp_path: Path) -> None:
    path = tmp_path / "server.xml"
    path.write_bytes(admin.export_server_configuration(FIRST_ID).replace(b'"RING:MODE"', b'"RING:MODUS"'))
    done = cpva("config", "drift", str(path), "--server", FIRST, "--own", FIRST, "--quiet")
    assert (done.exit_code, done.stderr) == (10, "")
    assert done.stdout.splitlines() == ["extra    RING:MODE", "missing  RING:MODUS"]


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


def test_a_plan_is_saved_and_applied(cpva: Cpva, admin: AdminClient, file: Path, tmp_path: Path) -> None:
    saved = tmp_path / "plan.json"
    assert cpva("config", "plan", str(file), *ALLOWED, "-o", str(saved)).exit_code == 0
    assert cpva("config", "plan", str(file), "-o", str(saved)).exit_code == 2
    printed = cpva("config", "plan", str(file), *ALLOWED, "--json").stdout
    assert json.loads(printed) == json.loads(saved.read_text())
    done = cpva("config", "apply", str(saved), "--yes")
    assert done.exit_code == 2
    assert "for which --yes is not enough." in done.stderr
    assert admin.get_channel("RING:MODE").enabled
    done = cpva("config", "apply", str(saved), "--yes", *ALLOWED)
    assert done.exit_code == 0
    assert all(line.startswith("done    ") for line in done.stdout.splitlines())
    assert done.stderr.endswith("4 commands done; the cluster is as planned.\n")
    done = cpva("config", "apply", str(saved), "--yes", *ALLOWED)
    assert done.exit_code == 1
    assert "The cluster is not what the plan was made for" in done.stderr
    saved.write_text(saved.read_text().replace("RING:MODE", "RING:MODES"))
    assert "is no plan, or was changed by hand." in cpva("config", "apply", str(saved), "--yes").stderr


def test_apply_with_nothing_to_do(cpva: Cpva, tmp_path: Path) -> None:
    path = tmp_path / "same.yaml"
    path.write_text("channels: [{name: RING:NEW}]\n")
    done = cpva("config", "apply", str(path))
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "Nothing is to be done.\n")
    assert json.loads(cpva("config", "apply", str(path), "--json").stdout)["as_planned"]
    assert cpva("config", "plan", str(path)).stderr == "Nothing is to be done.\n"


def test_apply_as_json(cpva: Cpva, file: Path) -> None:
    done = cpva("config", "apply", str(file), "--yes", "--json")
    report = json.loads(done.stdout)
    assert report["as_planned"]
    assert [command["outcome"] for command in report["commands"]] == ["done"]
    assert len(report["withheld"]) == 3


def test_apply_without_a_terminal_wants_yes(cpva: Cpva, admin: AdminClient, file: Path) -> None:
    done = cpva("config", "apply", str(file))
    assert done.exit_code == 2
    assert "Add --yes if you are sure." in done.stderr
    done = cpva("config", "apply", str(file), *ALLOWED)
    assert done.exit_code == 2
    assert f"Add --yes {' '.join(ALLOWED)} if you are sure." in done.stderr
    assert admin.get_channel("RING:MODE").enabled


@pytest.mark.one_interpreter
@pytest.mark.parametrize(("answer", "status"), [("1 channel, 1 level, old samples of 1 level", 0), ("y", 1)])
def test_what_is_lost_has_to_be_typed(cpva: Cpva, admin: AdminClient, file: Path, answer: str, status: int) -> None:
    with terminal(cpva.complete(), "config", "apply", str(file), *ALLOWED, columns=200) as running:
        running.wait_for("type what is lost: 1 channel, 1 level, old samples of 1 level")
        running.type(f"{answer}\n")
        assert running.end() == status
        assert ("Nothing was changed." in running.text) == bool(status)
        assert "\x1b[31m" in running.raw
    listed = {channel.channel_name for channel in admin.list_all_channels()}
    assert ("RING:MODE" in listed) == bool(status)


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


@pytest.mark.parametrize(
    ("server", "message"),
    [
        ("", "channel 'A', server: Say on which server it is to be added."),
        ("server: 11111111-2222-3333-4444-000000000000", "The cluster has no server 11111111-2222-3333-4444-00000000"),
    ],
)
def test_channels_need_a_server_that_is_there(cpva: Cpva, tmp_path: Path, server: str, message: str) -> None:
    path = tmp_path / "new.yaml"
    path.write_text(f"channels:\n  - name: A\n    {server}\n")
    done = cpva("config", "plan", str(path))
    assert done.exit_code == 2
    assert message in done.stderr
    if not server:
        assert f"{path}:2: channel 'A'" in done.stderr
        assert cpva("config", "apply", str(path), "--server", SECOND, "--yes").exit_code == 0


def test_a_run_is_undone(cpva: Cpva, admin: AdminClient, file: Path, tmp_path: Path) -> None:
    before, journal = admin.get_configuration(), tmp_path / "journal"
    assert cpva("config", "apply", str(file), *ALLOWED, "--yes", "--journal", str(journal)).exit_code == 0
    done = cpva("config", "apply", str(file), "--yes", "--journal", str(journal))
    assert (done.exit_code, f"--resume {journal}" in done.stderr) == (2, True)
    assert cpva("config", "apply", "--resume", str(journal), "--yes").exit_code == 0
    done = cpva("config", "apply", "--undo", str(journal), *ALLOWED, "--yes")
    assert done.exit_code == 0
    assert "Warning: 'RING:MODE' has lost all its samples, which do not come back." in done.stderr
    assert admin.get_configuration().channels == before.channels


@pytest.mark.one_interpreter
def test_an_interrupted_run_says_how_to_go_on(cpva: Cpva, admin: AdminClient, tmp_path: Path) -> None:
    path, journal = tmp_path / "renamed.yaml", tmp_path / "journal"
    path.write_text(f"channels:\n  - {{name: B, renamed_from: RING:NEW}}\n  - {{name: RING:NEW, server: {FIRST_ID}}}\n")
    arguments = ("config", "apply", str(path), "--yes", "--journal", str(journal))
    with terminal(cpva.complete(), *arguments, columns=300) as running:
        running.wait_for("1 of 2 commands are done; waiting for")
        running.interrupt()
        assert running.end() == 130
        assert f"Go on with: cpva config apply --resume {journal}" in running.text
    assert {channel.channel_name for channel in admin.list_all_channels()} & {"B", "RING:NEW"} == {"B"}
    done = cpva("config", "apply", "--resume", str(journal))
    assert done.exit_code == 2
    assert "add    RING:NEW" in done.stderr
    assert "1 command of 2: 1 add.\n" in done.stderr
    done = cpva("config", "apply", "--resume", str(journal), "--yes")
    assert done.exit_code == 0
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [["done", "rename"], ["done", "add"]]
    assert admin.get_channel("RING:NEW").enabled


def test_commands_that_fail(cpva: Cpva, admin: AdminClient, tmp_path: Path) -> None:
    path = tmp_path / "off.yaml"
    path.write_text(
        "defaults: {enabled: false}\nchannels: [{name: RING:LASER:ENERGY, control_system_type: tango}, RING:NEW]\n"
    )
    done = cpva("config", "apply", str(path), "--yes", "--continue-on-failure")
    assert done.exit_code == 1
    failed, succeeded = done.stdout.splitlines()
    assert failed.startswith("FAILED  update RING:LASER:ENERGY")
    assert 'support "tango" is not available.' in failed
    assert succeeded.startswith("done    update RING:NEW")
    assert "1 of 2 commands done. Apply the files again" in done.stderr
    assert not admin.get_channel("RING:NEW").enabled


def test_an_error_ends_a_run_with_its_status(cpva: Cpva, file: Path, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    done = cpva("config", "apply", str(file), "--yes", "--journal", str(journal), CPVA_PASSWORD="pazzword")
    assert done.exit_code == 4
    assert "was interrupted after 0 of 1 commands" in done.stderr
    assert f"Go on with: cpva config apply --resume {journal}" in done.stderr
    assert "pazzword" not in done.stderr + journal.read_text()
    assert cpva("config", "apply", "--resume", str(journal), "--yes").exit_code == 0
