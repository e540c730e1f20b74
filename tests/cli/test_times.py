"""Times on the command line: every form, in one zone, and what is refused."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cassandra_pv_archiver.cli.failures import Failure, Status
from cassandra_pv_archiver.cli.times import json_time, local_zone, read_duration, read_range, read_time, show_time
from tests.cli.conftest import Cpva

BERLIN = ZoneInfo("Europe/Berlin")
NOW = 1_795_507_200 * 10**9  # 2026-11-24 08:00 UTC, 09:00 in Berlin
HOUR = 3600 * 10**9


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp()) * 10**9


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now", NOW),
        ("-1h", NOW - HOUR),
        ("-1h30m", NOW - HOUR * 3 // 2),
        ("today", at("2026-11-24T00:00+01:00")),
        ("today 06:00", at("2026-11-24T06:00+01:00")),
        ("Yesterday 02:10", at("2026-11-23T02:10+01:00")),
        ("yesterday", at("2026-11-23T00:00+01:00")),
        ("02:10", at("2026-11-24T02:10+01:00")),
        ("2:10:30", at("2026-11-24T02:10:30+01:00")),
        ("02:10:30.000000001", at("2026-11-24T02:10:30+01:00") + 1),
        ("2026-11-24", at("2026-11-24T00:00+01:00")),
        ("2026-11-24 08:00", at("2026-11-24T08:00+01:00")),
        ("2026-11-24T08:00:00Z", at("2026-11-24T08:00+00:00")),
        ("2026-07-01 12:00", at("2026-07-01T12:00+02:00")),
        ("1795507200000000001", NOW + 1),
    ],
)
def test_every_form_is_read_in_the_zone(text: str, expected: int) -> None:
    assert read_time(text, BERLIN, now_ns=NOW) == expected


def test_the_day_is_that_of_the_zone() -> None:
    late = at("2026-11-24T23:30+00:00")
    assert read_time("today", BERLIN, now_ns=late) == at("2026-11-25T00:00+01:00")
    assert read_time("today", UTC, now_ns=late) == at("2026-11-24T00:00+00:00")


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("2026-10-25 02:30", "Write 2026-10-25T02:30:00+02:00 or 2026-10-25T02:30:00+01:00."),
        ("2026-03-29 02:30", "Write 2026-03-29T01:30:00+01:00 or 2026-03-29T03:30:00+02:00."),
    ],
)
def test_local_times_that_a_change_of_the_clock_repeats_or_skips_are_refused(text: str, advice: str) -> None:
    with pytest.raises(Failure) as caught:
        read_time(text, BERLIN, now_ns=NOW)
    assert caught.value.advice == advice
    assert "--start 20" in caught.value.what


def test_yesterday_may_be_the_day_of_the_change() -> None:
    with pytest.raises(Failure, match="occurs twice"):
        read_time("yesterday 02:30", BERLIN, now_ns=at("2026-10-26T12:00+00:00"))


@pytest.mark.parametrize("text", ["", "soon", "25:00", "tomorrow", "-1", "yesterday -1h", "2026-02-30", "1969-01-01"])
def test_what_is_no_time_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(Failure) as caught:
        read_time(text, BERLIN, now_ns=NOW, option="--end")
    assert caught.value.status is Status.USAGE
    assert "--end" in caught.value.what
    assert caught.value.advice.startswith("Write ")


def test_ranges() -> None:
    def read(start: str | None = None, end: str | None = None, duration: str | None = None) -> tuple[int, int]:
        return read_range(start, end, duration, BERLIN, now_ns=NOW)

    assert read("-2h") == (NOW - 2 * HOUR, NOW)
    assert read("-2h", "-1h") == (NOW - 2 * HOUR, NOW - HOUR)
    assert read("-2h", duration="1h") == (NOW - 2 * HOUR, NOW - HOUR)
    assert read(end="-1h", duration="1h") == (NOW - 2 * HOUR, NOW - HOUR)
    assert read(duration="1h") == (NOW - HOUR, NOW)
    for wrong, message in (
        ((), "begins"),
        ((None, "now"), "begins"),
        (("-2h", "-1h", "1h"), "too much"),
        (("-1h", "-2h"), "empty"),
        (("now",), "empty"),
        (("-1h", None, "ten"), "--for"),
    ):
        with pytest.raises(Failure, match=message):
            read(*wrong)


def test_durations() -> None:
    assert read_duration("10min") == HOUR // 6
    with pytest.raises(Failure) as caught:
        read_duration("10", option="--step")
    assert caught.value.what.startswith("--step")
    assert caught.value.advice.startswith("Write numbers with their units")


def test_times_are_shown_in_the_zone_with_their_offset() -> None:
    assert show_time(NOW + 125_000_001, BERLIN) == "2026-11-24 09:00:00.125+01:00"
    assert show_time(NOW, UTC, digits=0) == "2026-11-24 08:00:00Z"
    assert show_time(NOW + 1, UTC, digits=9) == "2026-11-24 08:00:00.000000001Z"
    assert json_time(NOW + 1) == "2026-11-24T08:00:00.000000001Z"


@given(
    st.integers(0, 4 * 10**18), st.sampled_from([UTC, BERLIN, ZoneInfo("Asia/Kolkata"), ZoneInfo("America/St_Johns")])
)
def test_what_is_shown_can_be_read_again(time_ns: int, zone: ZoneInfo) -> None:
    assert read_time(show_time(time_ns, zone, digits=9), zone, now_ns=NOW) == time_ns


def test_the_zone_of_the_machine_is_a_zone() -> None:
    assert datetime.now(local_zone()).utcoffset() == datetime.now().astimezone().utcoffset()


@pytest.mark.one_interpreter
@pytest.mark.skipif(sys.platform == "win32", reason="zones of POSIX")
@pytest.mark.parametrize(
    ("variable", "note", "first"),
    [
        (
            "XYZ-5",
            "This machine's zone has no IANA name; times are XYZ all year. Give one with --tz.",
            "1970-01-01 06:00",
        ),
        ("Asia/Tokyo", "", "1970-01-01 10:00"),
    ],
)
def test_the_zone_of_the_machine(nowhere: Cpva, variable: str, note: str, first: str) -> None:
    environment = {name: value for name, value in nowhere.environment.items() if name != "CPVA_TZ"}
    run = Cpva(environment | {"TZ": variable})
    done = run.process("get", "X", "--start", "1970-01-01T01:00Z", "--end", "1970-01-01T00:30Z")
    assert done.returncode == 2
    assert done.stderr.splitlines()[: bool(note)] == [note][: bool(note)]
    assert f"it begins at {first}" in done.stderr
