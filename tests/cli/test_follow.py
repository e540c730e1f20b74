"""``cpva follow``."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator

import numpy as np
import pytest

from cassandra_pv_archiver.testing import RunningSimulator, Simulator, double_sample
from cassandra_pv_archiver.testing.simulator.faults import Reply
from tests.cli.conftest import Cpva

SECOND = 10**9


@pytest.fixture
def simulator() -> Simulator:
    simulator = Simulator()
    before = simulator.now_ns - 60 * SECOND
    for name, value in (("A", 1.0), ("B", 2.0)):
        simulator.add_channel(name, samples=[double_sample(before, value), double_sample(before + 1, value)])
    simulator.add_channel("NEW")
    return simulator


@pytest.fixture
def cluster(simulator: Simulator) -> Iterator[RunningSimulator]:
    with simulator.serve() as running:
        yield running


def add(simulator: Simulator, channel: str, *values: float, level: str = "OK") -> None:
    now = simulator.now_ns
    simulator.add_samples(
        channel, times=np.arange(now, now + len(values)), values=np.array(values), severity=level, status="HIGH"
    )


def test_it_begins_with_the_value_in_force(cpva: Cpva) -> None:
    done = cpva("follow", "A", "B", "NEW", "--count", "2", "--json")
    assert done.exit_code == 0
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["channel"], row["value"]) for row in rows] == [("A", 1.0), ("B", 2.0)]
    assert list(rows[0]) == ["time", "channel", "value", "unit", "severity", "status"]


def test_with_a_start_it_begins_there(cpva: Cpva) -> None:
    done = cpva("follow", "A", "--start", "-10min", "--count", "2", "--time-format", "ns")
    header, first, second = done.stdout.splitlines()
    assert header == "time,channel,value,unit,severity,status"
    assert int(second.split(",")[0]) == int(first.split(",")[0]) + 1


def test_it_ends_after_a_while(cpva: Cpva) -> None:
    done = cpva("follow", "NEW", "--for", "200ms", "--format", "csv")
    assert (done.exit_code, done.stdout) == (0, "")


def test_changes_and_severities_are_chosen(cpva: Cpva) -> None:
    assert len(cpva("follow", "A", "--start", "-1h", "--changes", "--for", "1s").stdout.splitlines()) == 2
    assert cpva("follow", "A", "--severity", "minor", "--for", "1s").stdout == ""


@pytest.mark.one_interpreter
def test_samples_come_as_they_are_archived_until_control_c(cpva: Cpva, simulator: Simulator) -> None:
    arguments = ("follow", "A", "NEW", "--interval", "100ms", "--format", "jsonl")
    with cpva.start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["value"] == 1.0
        add(simulator, "NEW", 5.0)
        assert json.loads(process.stdout.readline())["value"] == 5.0
        outage = simulator.faults.add(Reply(503), operation="getSamples", times=2)
        add(simulator, "A", 6.0, level="MAJOR")
        row = json.loads(process.stdout.readline())
        assert (row["value"], row["severity"], row["status"]) == (6.0, "MAJOR", "HIGH")
        assert outage.struck
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        lines = process.stderr.read().splitlines()
        assert lines[-1] == "Interrupted after 3 rows."
        assert all("Trying again in" in line for line in lines[:-1])


@pytest.mark.one_interpreter
def test_it_ends_when_nobody_reads_any_more(cpva: Cpva, simulator: Simulator) -> None:
    arguments = ("follow", "A", "--interval", "100ms")
    with cpva.start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.readline()
        process.stdout.close()
        add(simulator, "A", 7.0)
        assert process.wait(20) == 0
        assert not process.stderr.read()


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("AA",), 1, "There is no channel 'AA'.\nLook for names with: cpva search '*PART*'\n"),
        ((), 2, "No channel is named.\n"),
        (("A", "--format", "parquet"), 2, "--format: 'parquet' is not known.\nGive one of: table, csv, jsonl\n"),
        (("A", "--interval", "0s"), 2, "--interval 0 leaves the server no rest.\n"),
        (("A", "--json", "--format", "csv"), 2, "--json and --format csv contradict each other.\n"),
        (("A", "--time-format", "unix"), 2, "--time-format: 'unix' is not known.\nGive one of: iso, local, ns\n"),
    ],
)
def test_what_cannot_be_followed_is_refused(cpva: Cpva, arguments: tuple[str, ...], status: int, told: str) -> None:
    done = cpva("follow", *arguments, "--for", "1s")
    assert done.exit_code == status
    assert done.stderr.startswith(told)
    assert not done.stdout


def test_a_channel_that_is_not_there_leaves_the_others(cpva: Cpva) -> None:
    done = cpva("follow", "A", "NONE", "--count", "1")
    assert done.exit_code == 1
    assert done.stderr == "There is no channel 'NONE'. Look for names with: cpva search '*PART*'\n"
    assert len(done.stdout.splitlines()) == 2


def test_a_service_that_cannot_be_reached_is_told(cpva: Cpva, simulator: Simulator) -> None:
    simulator.faults.add(Reply(503))
    done = cpva("follow", "A", "--timeout", "0.3", "--quiet")
    assert done.exit_code == 3
    assert len(done.stderr.splitlines()) == 2
