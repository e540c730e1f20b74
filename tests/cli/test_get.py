"""``cpva get``: which samples, in which form."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from cassandra_pv_archiver.testing import Simulator, double_sample
from tests.cli.conftest import Cpva

SECOND = 10**9
BASE = 1_700_000_000 * SECOND
"""2023-11-14T22:13:20Z."""


def plain_sample(time: int, kind: str, value: list[Any], meta_data: dict[str, Any] | None = None) -> dict[str, Any]:
    sample = {**double_sample(time, 0.0), "type": kind, "value": value, "metaData": meta_data}
    return {name: member for name, member in sample.items() if member is not None}


def marker(time: int) -> dict[str, Any]:
    severity = {"level": "INVALID", "hasValue": False}
    return {**plain_sample(time, "string", ["Disconnected"]), "severity": severity, "status": "Disconnected"}


def aggregate(time: int) -> dict[str, Any]:
    sample = plain_sample(time, "minMaxDouble", [0.5], double_sample(0, 0.0, units="mm")["metaData"])
    return {**sample, "quality": "Interpolated", "minimum": 0.25, "maximum": 0.75}


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    simulator = Simulator(start_time=BASE + 100 * SECOND, real_time=False)
    alarms = [("OK", "NO_ALARM"), ("OK", "NO_ALARM"), ("MINOR", "HIGH"), ("MAJOR", "HIHI"), ("OK", "NO_ALARM")]
    values = [1.5, 1.5, float("nan"), float("inf"), 2.0]
    simulator.add_channel(
        "A",
        samples=[
            double_sample(BASE + 10 * number * SECOND + 1, value, level=level, status=status, units="mA")
            for number, (value, (level, status)) in enumerate(zip(values, alarms, strict=True))
        ]
        + [marker(BASE + 50 * SECOND)],
    )
    states = {"type": "enum", "states": ["Off", "On"]}
    simulator.add_channel(
        "MODE", samples=[plain_sample(BASE + 15 * at * SECOND, "enum", [at % 3], states) for at in range(4)]
    )
    simulator.add_channel("TEXT", samples=[plain_sample(BASE + 5 * SECOND, "string", ['said "no", twice'])])
    numbers = double_sample(0, 0.0, units="mm")["metaData"]
    simulator.add_channel(
        "ORBIT", samples=[plain_sample(BASE + 7 * SECOND, "double", [0.5, float("nan"), -1.0], numbers)]
    )
    simulator.add_channel(
        "CHANGED",
        samples=[double_sample(BASE + number * SECOND, number / 4) for number in range(700)]
        + [plain_sample(BASE + (700 + number) * SECOND, "string", [f"text {number}"]) for number in range(700)]
        + [plain_sample(BASE + (1400 + number) * SECOND, "long", [number], numbers) for number in range(10)],
    )
    simulator.add_channel("EMPTY")
    simulator.add_channel("GONE", samples=[double_sample(BASE + 40 * SECOND, 1.0)], decimation_levels=[10])
    simulator.add_samples("GONE", [aggregate(BASE + at * SECOND) for at in range(0, 40, 10)], level=10)
    for number in range(12):
        simulator.add_channel(
            f"MANY:{number}",
            samples=[double_sample(BASE + (at * 12 + number) * SECOND, at + number / 100) for at in range(300)],
        )
    return simulator


@pytest.fixture(scope="module")
def cluster(simulator: Simulator) -> Any:
    with simulator.serve() as running:
        yield running


RANGE = ("--start", "2023-11-14T22:13:20Z", "--end", "2023-11-14T22:14:20Z")


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_csv_has_nanoseconds_in_utc_and_every_kind_of_value(cpva: Cpva) -> None:
    done = cpva("get", "A", "MODE", "TEXT", "ORBIT", *RANGE, "--tz", "Europe/Berlin")
    assert done.exit_code == 0
    assert not done.stderr
    header, *rows = rows_of(done.stdout)
    assert header == ["time", "channel", "value", "unit", "severity", "status"]
    assert rows == [
        ["2023-11-14T22:13:20.000000000Z", "MODE", "Off", "", "OK", "NO_ALARM"],
        ["2023-11-14T22:13:20.000000001Z", "A", "1.5", "mA", "OK", "NO_ALARM"],
        ["2023-11-14T22:13:25.000000000Z", "TEXT", 'said "no", twice', "", "OK", "NO_ALARM"],
        ["2023-11-14T22:13:27.000000000Z", "ORBIT", '[0.5, "NaN", -1.0]', "mm", "OK", "NO_ALARM"],
        ["2023-11-14T22:13:30.000000001Z", "A", "1.5", "mA", "OK", "NO_ALARM"],
        ["2023-11-14T22:13:35.000000000Z", "MODE", "On", "", "OK", "NO_ALARM"],
        ["2023-11-14T22:13:40.000000001Z", "A", "NaN", "mA", "MINOR", "HIGH"],
        ["2023-11-14T22:13:50.000000000Z", "MODE", "2", "", "OK", "NO_ALARM"],
        ["2023-11-14T22:13:50.000000001Z", "A", "Infinity", "mA", "MAJOR", "HIHI"],
        ["2023-11-14T22:14:00.000000001Z", "A", "2.0", "mA", "OK", "NO_ALARM"],
        ["2023-11-14T22:14:05.000000000Z", "MODE", "Off", "", "OK", "NO_ALARM"],
        ["2023-11-14T22:14:10.000000000Z", "A", "", "", "INVALID", "Disconnected"],
    ]


def test_json_says_the_same(cpva: Cpva) -> None:
    as_csv = rows_of(cpva("get", "A", "MODE", "ORBIT", *RANGE).stdout)
    array = cpva("get", "A", "MODE", "ORBIT", *RANGE, "--json").stdout
    lines = cpva("get", "A", "MODE", "ORBIT", *RANGE, "--format", "jsonl").stdout
    objects = json.loads(array)
    assert objects == [json.loads(line) for line in lines.splitlines()]
    assert [list(each) for each in objects] == [as_csv[0]] * 11
    assert [each["time"] for each in objects] == [row[0] for row in as_csv[1:]]
    values = [each["value"] for each in objects]
    assert values == ["Off", 1.5, [0.5, "NaN", -1.0], 1.5, "On", "NaN", "2", "Infinity", 2.0, "Off", None]
    assert json.loads(cpva("get", "EMPTY", *RANGE, "--json").stdout) == []


@pytest.mark.parametrize(
    ("form", "first"),
    [("iso", "2023-11-14T22:13:20.000000001Z"), ("local", "2023-11-14 23:13:20.000"), ("ns", str(BASE + 1))],
)
def test_times_are_written_as_wanted(cpva: Cpva, form: str, first: str) -> None:
    done = cpva("get", "A", *RANGE, "--time-format", form, "--tz", "Europe/Berlin")
    assert rows_of(done.stdout)[1][0] == first
    assert not done.stderr


def test_local_times_that_occur_twice_are_told(cpva: Cpva) -> None:
    year = ("--start", "2023-10-01", "--end", "2023-11-15", "--tz", "Europe/Berlin", "--time-format", "local")
    assert "Clocks change in this range" in cpva("get", "A", *year).stderr
    table = cpva("get", "A", *year, "--format", "table").stdout.splitlines()
    assert table[0].startswith("Time  ")
    assert table[1].startswith("2023-11-14 23:13:20.000+01:00")


@pytest.mark.parametrize(
    ("options", "values"),
    [
        ((), ["1.5", "1.5", "NaN", "Infinity", "2.0", ""]),
        (("--severity", "minor"), ["NaN", "Infinity", ""]),
        (("--severity", "INVALID"), [""]),
        (("--changes",), ["1.5", "NaN", "Infinity", "2.0", ""]),
        (("--changes", "--severity", "MAJOR"), ["Infinity", ""]),
        (("--start", "2023-11-14T22:13:31Z"), ["NaN", "Infinity", "2.0", ""]),
        (("--start", "2023-11-14T22:13:31Z", "--end", "2023-11-14T22:13:45Z"), ["NaN"]),
        (
            ("--start", "2023-11-14T22:13:31Z", "--end", "2023-11-14T22:13:45Z", "--with-edges"),
            ["1.5", "NaN", "Infinity"],
        ),
    ],
)
def test_rows_are_chosen(cpva: Cpva, options: tuple[str, ...], values: list[str]) -> None:
    done = cpva("get", "A", *RANGE, *options)
    assert [row[2] for row in rows_of(done.stdout)[1:]] == values


def test_states_can_be_numbers(cpva: Cpva) -> None:
    done = cpva("get", "MODE", *RANGE, "--enum-numbers")
    assert [row[2] for row in rows_of(done.stdout)[1:]] == ["0", "1", "2", "0"]


def test_a_channel_whose_values_change_their_type_is_read_to_its_end(cpva: Cpva) -> None:
    done = cpva("get", "CHANGED", "--start", RANGE[1], "--for", "1h", "--time-format", "ns")
    rows = rows_of(done.stdout)[1:]
    assert [int(row[0]) for row in rows] == [BASE + number * SECOND for number in range(1410)]
    assert [rows[at][2] for at in (699, 700, 1399, 1400)] == ["174.75", "text 0", "text 699", "0"]


@pytest.mark.parametrize("part", [500, 40])
def test_many_channels_are_merged_by_time(cpva: Cpva, monkeypatch: pytest.MonkeyPatch, part: int) -> None:
    monkeypatch.setattr("cassandra_pv_archiver.cli.reading_channels._PART", part)
    monkeypatch.setattr("cassandra_pv_archiver.cli.reading_channels._HELD", 1)
    done = cpva("get", "--match", "many:*", "--start", RANGE[1], "--for", "2h", "--time-format", "ns")
    rows = rows_of(done.stdout)[1:]
    assert [int(row[0]) for row in rows] == [BASE + number * SECOND for number in range(3600)]
    assert [row[1] for row in rows] == [f"MANY:{number % 12}" for number in range(3600)]


def test_names_come_from_arguments_patterns_and_files(cpva: Cpva, tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("# comment\nMODE\n\nA\n", "utf-8")
    for file, answers in ((str(names), None), ("-", "MODE\nA\n")):
        done = cpva("get", "A", "--match", "TEX?", "--channels-file", file, *RANGE, answers=answers)
        assert {row[1] for row in rows_of(done.stdout)[1:]} == {"A", "MODE", "TEXT"}
        assert len(rows_of(done.stdout)) == 12


def test_values_at_a_time(cpva: Cpva) -> None:
    done = cpva("get", "A", "MODE", "TEXT", "--at", "2023-11-14T22:13:41Z", "--time-format", "ns")
    assert rows_of(done.stdout)[1:] == [
        [str(BASE + 20 * SECOND + 1), "A", "NaN", "mA", "MINOR", "HIGH"],
        [str(BASE + 15 * SECOND), "MODE", "On", "", "OK", "NO_ALARM"],
        [str(BASE + 5 * SECOND), "TEXT", 'said "no", twice', "", "OK", "NO_ALARM"],
    ]
    done = cpva("get", "A", "TEXT", "NONE", "--at", "2023-11-14T22:13:21Z")
    assert done.exit_code == 1
    assert [row[1] for row in rows_of(done.stdout)[1:]] == ["A"]
    assert (
        done.stderr == "No raw sample at that time or before: TEXT.\nThere is no channel 'NONE'. Did you mean GONE?\n"
    )


def test_raw_samples_that_are_gone_are_told_and_decimated_ones_have_extremes(cpva: Cpva) -> None:
    done = cpva("get", "GONE", "TEXT", *RANGE)
    assert [row[1] for row in rows_of(done.stdout)[1:]] == ["TEXT", "GONE"]
    assert done.stderr == (
        "Raw samples from 2023-11-14 22:13:20.000Z on are gone of GONE; decimated ones are there: "
        "--spacing or --count.\n"
    )
    assert not cpva("get", "GONE", *RANGE, "--quiet").stderr
    for options in (("--spacing", "10s"), ("--count", "6")):
        done = cpva("get", "GONE", *RANGE, *options, "--time-format", "ns")
        assert not done.stderr
        header, first, *_ = rows_of(done.stdout)
        assert header[6:] == ["minimum", "maximum"]
        assert first == [str(BASE), "GONE", "0.5", "mm", "OK", "NO_ALARM", "0.25", "0.75"]


def test_raw_samples_follow_the_last_decimated_one_if_wanted(cpva: Cpva) -> None:
    options = (*RANGE, "--spacing", "10s")
    assert [row[2] for row in rows_of(cpva("get", "GONE", *options).stdout)[1:]] == ["0.5"] * 4
    filled = rows_of(cpva("get", "GONE", *options, "--fill-tail").stdout)[1:]
    assert [(row[2], row[6]) for row in filled] == [("0.5", "0.25")] * 4 + [("1.0", "")]


def test_an_empty_range_is_told(cpva: Cpva) -> None:
    done = cpva("get", "EMPTY", *RANGE)
    assert done.exit_code == 0
    assert done.stdout == "time,channel,value,unit,severity,status\n"
    assert done.stderr == "There are no such samples in this range. The one before it: --with-edges.\n"
