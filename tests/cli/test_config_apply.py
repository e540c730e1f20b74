"""``cpva config apply``: asked, done, interrupted, continued and undone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cassandra_pv_archiver import AdminClient, plan
from cassandra_pv_archiver.configuration import read_yaml
from cassandra_pv_archiver.testing import RunningSimulator
from cassandra_pv_archiver.testing.scenes import demo_scene
from tests.cli.config_file import ALLOWED, FIRST_ID, SECOND, TAKING
from tests.cli.conftest import Cpva
from tests.cli.terminal import terminal


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
    path = tmp_path / "ring.yaml"
    path.write_text(TAKING)
    return path


def test_nothing_drifts_after_applying(cpva: Cpva, file: Path) -> None:
    assert cpva("config", "drift", str(file)).exit_code == 10
    assert cpva("config", "apply", str(file), *ALLOWED, "--yes").exit_code == 0
    done = cpva("config", "drift", str(file))
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "No drift; 3 channels.\n")


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


def test_a_journal_that_cannot_be_used_says_why(cpva: Cpva, admin: AdminClient, file: Path, tmp_path: Path) -> None:
    journal, refused = tmp_path / "journal", list[str]()

    def interfere(_: object) -> None:
        for option in ("--resume", "--undo"):
            done = cpva("config", "apply", option, str(journal), "--yes")
            refused.append(done.stderr if done.exit_code == 1 else f"{done.exit_code}: {done.stderr}")

    desired = read_yaml(file).configuration
    assert admin.apply(plan(desired, admin.get_configuration()), journal=journal, progress=interfere)
    wanted = f"{journal}: another run is writing this journal.\nWait until it has ended, or end it.\n"
    assert refused == [wanted, wanted]
    journal.write_bytes(journal.read_bytes().replace(b"done", b"dome"))
    done = cpva("config", "apply", "--resume", str(journal), "--yes")
    assert done.exit_code == 2
    assert f"{journal}:3: This line of the journal is damaged" in done.stderr


def test_a_plan_is_saved_under_a_name_that_apply_takes_for_one(cpva: Cpva, file: Path, tmp_path: Path) -> None:
    done = cpva("config", "plan", str(file), "-o", str(tmp_path / "ring.plan"))
    assert done.exit_code == 2
    assert "Give it a name that ends in .json" in done.stderr
    assert not (tmp_path / "ring.plan").exists()


@pytest.mark.one_interpreter
def test_an_interrupted_run_says_how_to_go_on(cpva: Cpva, admin: AdminClient, tmp_path: Path) -> None:
    path, journal = tmp_path / "renamed.yaml", tmp_path / "journal"
    path.write_text(f"channels:\n  - {{name: B, renamed_from: RING:NEW}}\n  - {{name: RING:NEW, server: {FIRST_ID}}}\n")
    arguments = ("config", "apply", str(path), "--yes", "--journal", str(journal))
    with terminal(cpva.complete(), *arguments, columns=300) as running:
        running.wait_for("1 of 2 commands are done; waiting for")
        assert running.end_by_interrupt() == 130
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
    done = cpva("config", "apply", str(path), "--yes", "--allow-exchanged-names")
    assert "plan again without --allow-exchanged-names: cpva config plan FILE" in done.stderr
    assert not admin.get_channel("RING:NEW").enabled


def test_an_error_ends_a_run_with_its_status(cpva: Cpva, file: Path, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    done = cpva("config", "apply", str(file), "--yes", "--journal", str(journal), CPVA_PASSWORD="pazzword")
    assert done.exit_code == 4
    assert "was interrupted after 0 of 1 commands" in done.stderr
    assert f"Go on with: cpva config apply --resume {journal}" in done.stderr
    assert "pazzword" not in done.stderr + journal.read_text()
    assert cpva("config", "apply", "--resume", str(journal), "--yes").exit_code == 0
