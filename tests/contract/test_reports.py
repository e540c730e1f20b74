"""Reports, baselines, and the two ways to start the suite."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from cassandra_pv_archiver.cli.app import app
from cassandra_pv_archiver.testing import RunningSimulator, SimulatorRequest, SimulatorResponse
from cassandra_pv_archiver.testing.contract import Baseline, Known, Settings, Verdict, run_checks
from cassandra_pv_archiver.testing.contract.catalogue import all_checks
from cassandra_pv_archiver.testing.contract.junit import as_junit
from tests.contract.clusters import SpoiledSimulator, channels_of, check, cluster
from tests.contract.planted import PLANTED

PREFIX = "contract-test:"
SPOIL = {planted.name: planted for planted in PLANTED}
ADMIN_CHECKS = [one for one in all_checks() if one.name.startswith("admin.c")]


@pytest.fixture
def simulator() -> SpoiledSimulator:
    return cluster()


@pytest.fixture
def running(simulator: SpoiledSimulator) -> Iterator[RunningSimulator]:
    with simulator.serve() as running:
        yield running


def cpva(running: RunningSimulator, *arguments: str, password: str = "admin") -> tuple[int, str]:
    command = ["contract", "--admin-url", running.admin_url, "--archive-url", running.archive_url, *arguments]
    environment = {"CPVA_PASSWORD": password, "COLUMNS": "80", "XDG_STATE_HOME": "/nonexistent"}
    result = CliRunner().invoke(app, command, env=environment)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


# Reports


def test_report_as_json() -> None:
    report = check(cluster(SPOIL["a member too many"].spoil), checks=ADMIN_CHECKS)
    shown = json.loads(json.dumps(report.as_json()))
    (entry,) = [entry for entry in shown["checks"] if entry["check"] == "admin.cluster-status"]
    assert entry["result"] == "deviates"
    assert entry["findings"] == [
        {
            "request": "GET /admin/api/1.0/cluster-status",
            "pointer": "/servers/0/load",
            "expected": "no member of this name",
            "section": "2.13",
            "found": '"0.5"',
            "places": 2,
        }
    ]
    assert shown["summary"]["deviates"] == len([one for one in shown["checks"] if one["findings"]]) > 0
    assert shown["summary"]["confirmed"] == report.count(Verdict.CONFIRMED) > 5


def test_report_as_junit() -> None:
    report = check(cluster(SPOIL["a member too many"].spoil))
    report.left.append("a channel\x01")
    suite = ET.fromstring(as_junit(report))
    cases = {case.get("name"): case for case in suite}
    assert suite.get("tests") == str(len(cases)) == str(len(all_checks()) + 1)
    assert suite.get("failures") == str(len(suite.findall("*/failure")))
    assert suite.get("skipped") == str(len(suite.findall("*/skipped")))
    failure = cases["admin.cluster-status"].find("failure")
    assert failure is not None
    assert "/servers/0/load" in (failure.text or "")


def test_baseline_accepts_by_check_and_pointer(tmp_path: Path) -> None:
    simulator = cluster(SPOIL["a member renamed"].spoil)
    first = check(simulator, checks=ADMIN_CHECKS)
    assert first.deviates
    Baseline.write(tmp_path / "baseline", first.results)
    again = check(simulator, checks=ADMIN_CHECKS, baseline=Baseline.read(tmp_path / "baseline"))
    assert not again.deviates
    assert again.vanished == []
    assert any(result.accepted for result in again.results)


def test_baseline_reports_what_vanished() -> None:
    gone = Known("admin.cluster-status", "/servers/*/load")
    baseline = Baseline([gone, Known("commands.add", "/results/0/success")])
    report = check(cluster(), checks=ADMIN_CHECKS, baseline=baseline)
    assert report.vanished == [gone]
    assert not report.deviates


def test_baseline_does_not_accept_other_places() -> None:
    simulator, checks = cluster(SPOIL["a member too many"].spoil), ADMIN_CHECKS[:1]
    others = [Known("admin.cluster-status", "/servers/*/other"), Known("admin.server-status", "/servers/*/load")]
    assert check(simulator, checks=checks, baseline=Baseline(others)).deviates
    exact = [Known("admin.cluster-status", "/servers/0/load")]
    assert not check(simulator, checks=checks, baseline=Baseline(exact)).deviates


@pytest.mark.parametrize("text", ["[]", "{}", '{"accepted": [1]}', '{"accepted": [{"check": "x"}]}', "no JSON"])
def test_files_that_are_no_baseline(text: str, tmp_path: Path, running: RunningSimulator) -> None:
    (tmp_path / "baseline").write_text(text)
    status, output = cpva(running, "--baseline", str(tmp_path / "baseline"))
    assert status == 2
    assert "baseline" in output


# cpva contract


def test_command_that_confirms(running: RunningSimulator) -> None:
    status, output = cpva(running)
    assert status == 0, output
    assert "0 deviate" in output
    assert "--write-prefix" in output
    assert all(len(line) <= 80 for line in output.splitlines())


def test_command_that_finds_deviations(simulator: SpoiledSimulator, running: RunningSimulator, tmp_path: Path) -> None:
    simulator.spoil = SPOIL["a member too many"].spoil
    baseline = tmp_path / "baseline"
    status, output = cpva(running, "--junit", str(tmp_path / "junit"), "--write-baseline", str(baseline))
    assert status == 10
    assert "at /servers/0/load and 1 more" in output
    assert "expected (section 2.13): no member of this name" in output
    assert all(len(line) <= 80 for line in output.splitlines())
    assert ET.parse(tmp_path / "junit").getroot().get("failures") != "0"
    status, output = cpva(running, "--baseline", str(baseline), "--json")
    assert status == 0, output
    assert json.loads(output)["summary"]["deviates"] == 0


def test_command_with_a_prefix(simulator: SpoiledSimulator, running: RunningSimulator, tmp_path: Path) -> None:
    one_server = type(simulator)(["11111111-2222-3333-4444-555555555551"])
    one_server.add_channel("other", samples=3)
    before = channels_of(one_server)
    with one_server.serve() as served:
        arguments = ("--write-prefix", PREFIX, "--journal", str(tmp_path / "journal"), "--json")
        status, output = cpva(served, *arguments)
    report = json.loads(output)
    assert status == 0, [entry for entry in report["checks"] if entry["findings"]]
    assert "there is no other server that is online" in output
    assert channels_of(one_server) == before


@pytest.mark.parametrize(
    ("arguments", "password", "expected"),
    [
        (("--write-prefix", PREFIX), "wrong", 4),
        (("--write-prefix", "abc"), "admin", 2),
        (("--write-prefix", "demo"), "admin", 2),
        (("--admin-url", "http://127.0.0.1:1"), "admin", 3),
        (("--archive-url", "http://127.0.0.1:1"), "admin", 3),
        (("--archive-url", "127.0.0.1"), "admin", 2),
    ],
)
def test_exit_status(
    arguments: tuple[str, ...], password: str, expected: int, running: RunningSimulator, tmp_path: Path
) -> None:
    status, output = cpva(running, *arguments, "--journal", str(tmp_path / "journal"), password=password)
    assert status == expected, output
    assert password not in output or password == "admin"


def test_urls_that_are_swapped(running: RunningSimulator) -> None:
    status, output = cpva(running, "--admin-url", running.archive_url, "--archive-url", running.admin_url)
    assert status == 3
    assert "no admin service at this URL" in output


def test_password_is_asked_for(simulator: SpoiledSimulator, running: RunningSimulator, tmp_path: Path) -> None:
    command = ["contract", "--admin-url", running.admin_url, "--archive-url", running.archive_url]
    command += ["--write-prefix", PREFIX, "--journal", str(tmp_path / "journal")]
    result = CliRunner().invoke(app, command, input="wrong\n", env={"CPVA_PASSWORD": None})
    assert "Password of admin" in result.output
    assert result.exit_code == 4


def test_password_comes_from_where_it_is_said_to(running: RunningSimulator, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("wrong\n")
    file.chmod(0o600)
    arguments = ("--write-prefix", PREFIX, "--journal", str(tmp_path / "journal"))
    status, output = cpva(running, *arguments, "--password-from", f"file:{file}", password="admin")
    assert status == 4, output
    assert "the credentials of 'admin' are refused" in output


@pytest.mark.parametrize("option", ["--junit", "--write-baseline"])
@pytest.mark.parametrize("place", ["no such folder/file", "."])
def test_files_that_cannot_be_written_are_no_loss(
    option: str, place: str, simulator: SpoiledSimulator, running: RunningSimulator, tmp_path: Path
) -> None:
    status, output = cpva(running, option, str(tmp_path / place))
    assert status == 2
    assert "cannot be written" in output
    assert not simulator.requests


def test_rate_is_kept(running: RunningSimulator) -> None:
    settings = Settings(admin_url=running.admin_url, archive_url=running.archive_url, max_rate=20)
    began = time.monotonic()
    run_checks(settings, checks=ADMIN_CHECKS[:1])
    assert time.monotonic() - began > 4 / 20


# Processes


def suite_process(running: RunningSimulator, *arguments: str) -> list[str]:
    return [
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
        *("--pyargs", "cassandra_pv_archiver.testing.contract"),
        *("--admin-url", running.admin_url, "--archive-url", running.archive_url, *arguments),
    ]


def run_suite(running: RunningSimulator, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CPVA_PASSWORD": "admin"}
    command = suite_process(running, *arguments)
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.one_interpreter
def test_pytest_confirms(running: RunningSimulator, tmp_path: Path) -> None:
    done = run_suite(running, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


@pytest.mark.one_interpreter
def test_pytest_finds_deviations(simulator: SpoiledSimulator, running: RunningSimulator, tmp_path: Path) -> None:
    simulator.spoil = SPOIL["a member too many"].spoil
    before = channels_of(simulator)
    arguments = ("--write-prefix", PREFIX, "--journal", str(tmp_path / "journal"), "-k", "status or commands.add")
    done = run_suite(running, tmp_path, *arguments)
    assert done.returncode == 1
    assert "/servers/0/load" in done.stdout
    assert channels_of(simulator) == before


@pytest.mark.one_interpreter
def test_pytest_without_a_server(running: RunningSimulator, tmp_path: Path) -> None:
    done = run_suite(running, tmp_path, "--archive-url", "http://127.0.0.1:1")
    assert done.returncode == 3
    assert "does not answer" in done.stdout


@pytest.mark.one_interpreter
@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--archive-url", "http://127.0.0.1:1"], "give --admin-url and --archive-url"),
        (["--admin-url", "http://x", "--archive-url", "http://x", "--baseline", "missing"], "baseline cannot be read"),
        (["--admin-url", "http://x", "--archive-url", "http://x", "--max-rate", "fast"], "fast"),
    ],
)
def test_pytest_with_wrong_options_ends_at_once(arguments: list[str], text: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--pyargs"]
    command += ["cassandra_pv_archiver.testing.contract", *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout.count(text) == 1


def test_passwords_in_urls_are_not_told() -> None:
    with pytest.raises(ValueError, match="carries no user name or password") as error:
        run_checks(Settings(admin_url="http://me:secret@localhost", archive_url="http://localhost"))
    assert "secret" not in str(error.value)


@pytest.mark.one_interpreter
@pytest.mark.parametrize(
    "start",
    [
        "import pytest; sys.exit(pytest.main(['--pyargs', 'cassandra_pv_archiver.testing.contract', *sys.argv[1:]]))",
        "from cassandra_pv_archiver.cli import main; sys.argv[1:1] = ['contract']; main()",
    ],
)
def test_what_is_not_installed_is_named(start: str, running: RunningSimulator, tmp_path: Path) -> None:
    command = [sys.executable, "-c", f"import sys; sys.modules['jsonschema'] = None; {start}"]
    command += ["--admin-url", running.admin_url, "--archive-url", running.archive_url]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode not in {0, 10}
    assert "pip install 'cassandra-pv-archiver-client[contract]'" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.one_interpreter
@pytest.mark.timeout(180)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_process_that_is_stopped(
    number: signal.Signals, simulator: SpoiledSimulator, running: RunningSimulator, tmp_path: Path
) -> None:
    before = channels_of(simulator)
    reached = threading.Event()

    def notice(request: SimulatorRequest, response: SimulatorResponse) -> SimulatorResponse:
        if b"add-or-update" in request.body:
            reached.set()
        return response

    simulator.spoil = notice
    command = [sys.executable, "-c", "from cassandra_pv_archiver.cli import main; main()", "contract"]
    command += ["--admin-url", running.admin_url, "--archive-url", running.archive_url]
    command += ["--write-prefix", PREFIX, "--journal", str(tmp_path / "journal")]
    environment = {**os.environ, "CPVA_PASSWORD": "admin"}
    errors = b"it did not end"
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert reached.wait(45)
        for _ in range(3):  # a signal that comes right before a system call is not heard
            process.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                _, errors = process.communicate(timeout=15)
                break
    assert process.returncode == 130, errors
    assert channels_of(simulator) == before
