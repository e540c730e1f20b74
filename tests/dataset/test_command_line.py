"""``cpva dataset``."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cassandra_pv_archiver import ArchiveClient, open_dataset
from cassandra_pv_archiver.cli import progress
from cassandra_pv_archiver.testing import RunningSimulator, Simulator, faults
from tests.cli.conftest import Cpva
from tests.dataset.archives import APRIL, CHANNELS, FEBRUARY, JANUARY, MARCH, filled


@pytest.fixture
def simulator() -> Simulator:
    return filled(Simulator())


@pytest.fixture
def running(simulator: Simulator) -> Iterator[RunningSimulator]:
    with simulator.serve() as running:
        yield running


@pytest.fixture
def cpva(running: RunningSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cpva:
    monkeypatch.chdir(tmp_path)
    return Cpva(
        {
            "CPVA_PROFILES_FILE": str(tmp_path / "profiles.toml"),
            "CPVA_TZ": "UTC",
            "COLUMNS": "80",
            "CPVA_ADMIN_URL": running.admin_url,
            "CPVA_ARCHIVE_URL": running.archive_url,
        }
    )


def check(path: Path, url: str, channels: list[str], start: int, end: int) -> None:
    dataset = open_dataset(path)
    assert list(dataset.channels) == channels
    with ArchiveClient(base_url=url) as client:
        for channel in channels:
            assert dataset.series(channel, start, end) == client.get_samples(channel, start, end)


def test_channels_come_from_names_patterns_files_and_the_cluster(
    cpva: Cpva, running: RunningSimulator, tmp_path: Path
) -> None:
    (tmp_path / "names.txt").write_text("# some\nA:DOUBLE\n\nB:LONG\n")
    span = ("--start", "2024-01-01", "--end", "2024-02-01")
    ways = {
        "names": (["F:RARE", "G:CHANGING"], ["F:RARE", "G:CHANGING"]),
        "pattern": (["--match", "?:*E"], ["A:DOUBLE", "F:RARE"]),
        "file": (["--channels-file", "names.txt", "F:RARE"], ["A:DOUBLE", "B:LONG", "F:RARE"]),
        "all": (["--all"], CHANNELS),
    }
    for path, (options, channels) in ways.items():
        done = cpva("dataset", "export", path, *options, *span)
        assert done.exit_code == 0, done.stderr
        assert not done.stdout
        check(tmp_path / path, running.archive_url, channels, JANUARY, FEBRUARY)


@pytest.mark.one_interpreter
@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals of POSIX")
def test_progress_at_a_terminal(cpva: Cpva, simulator: Simulator) -> None:
    from tests.cli.terminal import terminal

    simulator.faults.add(faults.Delay(before=0.5), operation="getSamples")
    arguments = ("dataset", "export", "it", *CHANNELS, "--start", "2024-01-01", "--end", "2024-02-01")
    with terminal(cpva.complete(), *arguments) as shown:
        shown.wait_for("samples/s")
        assert shown.end() == 0
    assert re.search(r"Exporting .* \d+ %  [\d,]+ samples/s", shown.text)
    assert re.search(r"it: added [\d,]+ samples in \d files, [\d.]+ kB, in [\d.]+ s\.", shown.text)


def test_progress_elsewhere_is_a_line_now_and_then(
    cpva: Cpva, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "SPEAKS_AFTER", 0.05)
    simulator.faults.add(faults.Delay(before=0.2), operation="getSamples")
    arguments = ("dataset", "export", "it", *CHANNELS, "--start", "2024-01-01", "--end", "2024-02-01")
    assert re.search(r"^Exporting: \d+%, [\d,]+ samples, \d s so far\.$", cpva(*arguments).stderr, re.MULTILINE)
    assert f"{Path('it').absolute()}: there was nothing to add.\n" in cpva(*arguments).stderr


def test_what_is_new_since_the_last_export(cpva: Cpva, running: RunningSimulator, tmp_path: Path) -> None:
    cpva("dataset", "export", "it", "A:DOUBLE", "D:TEXT", "--start", "2024-01-01", "--end", "2024-02-01")
    done = cpva("dataset", "export", "it", "--since", "last", "--end", "2024-03-01", "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["samples"] > 4_000
    check(tmp_path / "it", running.archive_url, ["A:DOUBLE", "D:TEXT"], JANUARY, MARCH)


def test_channels_that_cannot_be_read_are_listed(cpva: Cpva) -> None:
    span = ("--start", "2024-01-01", "--end", "2024-02-01")
    done = cpva("dataset", "export", "it", "A:DOUBLE", "Z:NONE", "H:EMPTY", *span)
    assert done.exit_code == 1
    assert "Z:NONE: missing, 2024-01-01 00:00:00Z to 2024-02-01 00:00:00Z" in done.stderr
    assert "Without samples: H:EMPTY" in done.stderr
    shown = cpva("dataset", "info", "it")
    assert "Z:NONE: missing" in shown.stderr
    listed = json.loads(cpva("dataset", "info", "it", "--json").stdout)
    assert [failure["channel"] for failure in listed["failures"]] == ["Z:NONE"]
    states = {each["channel"]: each["state"] for each in listed["channels"]}
    assert states == {"A:DOUBLE": "complete", "H:EMPTY": "empty"}


@pytest.mark.one_interpreter
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("options", [(), ("--estimate",)])
def test_control_c_does_not_wait_for_a_server_that_hangs(
    cpva: Cpva, simulator: Simulator, tmp_path: Path, options: tuple[str, ...]
) -> None:
    hanging = simulator.faults.add(faults.Delay(before=600), operation="getSamples")
    names = ("A:DOUBLE", "B:LONG", "D:TEXT")
    span = ("--start", "2024-01-01", "--end", "2024-02-01")
    with cpva.start("dataset", "export", "it", *names, *span, *options, stderr=subprocess.PIPE) as run:
        while hanging.seen < len(names):
            assert run.poll() is None
        run.send_signal(signal.SIGINT)
        _, said = run.communicate(timeout=20)  # far less than the 30 s that a reply may take
    assert run.returncode == 130
    assert said.startswith("\nInterrupted." if options else "Interrupted. 0 files were completed in it.\nRun it again")


def test_an_estimate_reads_little(cpva: Cpva, simulator: Simulator, tmp_path: Path) -> None:
    done = cpva("dataset", "export", "it", "--all", "--start", "2024-01-01", "--end", "2024-04-01", "--estimate")
    assert done.exit_code == 0, done.stderr
    assert "Samples" in done.stdout
    assert "samples/s" in done.stdout
    assert not (tmp_path / "it").exists()
    options = ("--start", "2024-01-01", "--end", "2024-04-01", "--estimate", "--json")
    found = json.loads(cpva("dataset", "export", "it", "A:DOUBLE", *options).stdout)
    assert abs(found["samples"] - 91 * 144) < 100


def test_damage_has_a_status_of_its_own_and_is_repaired(cpva: Cpva, running: RunningSimulator, tmp_path: Path) -> None:
    cpva("dataset", "export", "it", *CHANNELS, "--start", "2024-01-01", "--end", "2024-04-01")
    sound = cpva("dataset", "verify", "it", "--archive")
    assert (sound.exit_code, sound.stdout) == (0, "")
    assert sound.stderr.endswith(" compared with the archive: all is right.\n")
    next(tmp_path.glob("it/month=2024-02/samples-*")).unlink()
    found = cpva("dataset", "verify", "it")
    assert found.exit_code == 10
    assert "missing" in found.stdout
    assert "cpva dataset verify --repair" in found.stderr
    repaired = cpva("dataset", "verify", "it", "--repair", "--json")
    assert repaired.exit_code == 0, repaired.stderr
    assert [problem["repaired"] for problem in json.loads(repaired.stdout)["problems"]] == [True]
    assert cpva("dataset", "verify", "it", "--archive").exit_code == 0
    check(tmp_path / "it", running.archive_url, CHANNELS, JANUARY, APRIL)


def test_what_there_is(cpva: Cpva) -> None:
    cpva("dataset", "export", "it", "A:DOUBLE", "H:EMPTY", "--start", "2024-01-01", "--end", "2024-02-01")
    shown = cpva("dataset", "info", "it").stdout
    assert "4,465" in shown
    assert "2024-02-01 00:00:00Z" in shown
    table = cpva("dataset", "info", "it", "--channels").stdout.splitlines()
    assert table[1].split()[:2] == ["A:DOUBLE", "4,464"]
    assert table[2].split()[-1] == "empty"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["export", "it", "A:DOUBLE"], "Nothing says where the time range begins"),
        (["export", "it", "--start", "-1h"], "No channel is named"),
        (["export", "it", "--since", "last"], "There is no channel"),
        (["export", "it", "--since", "last", "--for", "1h"], "say too much"),
        (["info", "it"], "There is no dataset at"),
        (["verify", "it"], "There is no dataset at"),
    ],
)
def test_what_cannot_be_done_says_why(cpva: Cpva, tmp_path: Path, arguments: list[str], message: str) -> None:
    done = cpva("dataset", *arguments)
    assert done.exit_code in {1, 2}
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "it").exists()
