"""Every accepted way to name a time or a duration."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from dateutil import tz
from hypothesis import given
from hypothesis import strategies as st

from cassandra_pv_archiver.times import (
    LATEST,
    DurationLike,
    RelativeTime,
    TimeLike,
    format_time,
    parse_duration,
    parse_time,
    parse_time_zone,
    resolve_time,
    to_datetime,
)

BERLIN = ZoneInfo("Europe/Berlin")
TEN_PAST = 1_795_507_800_123_456_789  # 2026-11-24T08:10:00.123456789Z
SECOND = 10**9
INSTANTS = st.integers(0, LATEST)
# numpy's datetime64 of the same instants, cut off at the unit.
NUMPY_UNITS = ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns"]


class LikePytz(tzinfo):
    """A zone of the kind that knew nothing of ``fold``: attached to a local time, it tells its oldest offset."""

    def utcoffset(self, dt: datetime | None) -> timedelta:
        return timedelta(minutes=53)

    def dst(self, dt: datetime | None) -> timedelta:
        return timedelta(0)

    def tzname(self, dt: datetime | None) -> str:
        return "LMT"

    def fromutc(self, dt: datetime) -> datetime:
        local = dt.replace(tzinfo=UTC).astimezone(BERLIN)
        return local.replace(tzinfo=timezone(local.utcoffset() or timedelta(0)))

    def __str__(self) -> str:
        return "Europe/Berlin"


ZONES = [BERLIN, tz.gettz("Europe/Berlin"), LikePytz()]


@pytest.mark.parametrize(
    "value",
    [
        TEN_PAST,
        np.int64(TEN_PAST),
        np.uint64(TEN_PAST),
        str(TEN_PAST),
        np.datetime64(TEN_PAST, "ns"),
        pd.Timestamp(TEN_PAST),
        pd.Timestamp(TEN_PAST, tz="UTC"),
        pd.Timestamp(TEN_PAST, tz="America/New_York"),
        "2026-11-24T08:10:00.123456789Z",
        "2026-11-24t08:10:00,123456789z",
        " 2026-11-24 09:10:00.123456789 +01:00 ",
        "2026-11-24T09:10:00.123456789+0100",
        "2026-11-24T09:10:00.123456789+01",
        "2026-11-24T03:40:30.123456789-04:29:30",
        "2026-11-24T08:10:00.123456789",
    ],
    ids=repr,
)
def test_forms_of_one_time(value: TimeLike) -> None:
    assert parse_time(value, time_zone="UTC") == TEN_PAST


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2026-11-24", "2026-11-23T23:00:00.000000000Z"),
        ("2026-11-24T08:10", "2026-11-24T07:10:00.000000000Z"),
        ("2026-07-24T08:10:00.5", "2026-07-24T06:10:00.500000000Z"),
        (datetime(2026, 11, 24, 8, 10, 0, 123456), "2026-11-24T07:10:00.123456000Z"),
        (pd.Timestamp("2026-11-24T08:10:00.123456789"), "2026-11-24T07:10:00.123456789Z"),
        ("1970-01-01T01:00:00", "1970-01-01T00:00:00.000000000Z"),
        ("2026-03-29T01:59:59.999999999", "2026-03-29T00:59:59.999999999Z"),
        ("2026-03-29T03:00:00", "2026-03-29T01:00:00.000000000Z"),
        ("2026-10-25T01:59:59.999999999", "2026-10-24T23:59:59.999999999Z"),
        ("2026-10-25T03:00:00", "2026-10-25T02:00:00.000000000Z"),
    ],
)
@pytest.mark.parametrize("zone", ["Europe/Berlin", *ZONES], ids=str)
def test_times_without_an_offset_are_read_in_the_zone(zone: str | tzinfo, value: TimeLike, text: str) -> None:
    parsed = parse_time(value, time_zone=zone)
    assert isinstance(parsed, int)
    assert format_time(parsed) == text


@pytest.mark.parametrize(
    "value", ["2026-11-24", "2026-11-24T08:00", datetime(2026, 11, 24), pd.Timestamp("2026-11-24")]
)
def test_times_without_an_offset_need_a_zone(value: TimeLike) -> None:
    with pytest.raises(ValueError, match=r"^start_time 2026-11-24T0.* write 2026-11-24T0.*Z for UTC.*time_zone"):
        parse_time(value, parameter="start_time")


@pytest.mark.parametrize("value", ["2026-10-25T02:30:00.5", datetime(2026, 10, 25, 2, 30, 0, 500_000)], ids=repr)
@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_local_times_that_occur_twice(zone: tzinfo, value: TimeLike) -> None:
    twice = r"occurs twice.*write 2026-10-25T02:30:00\.5\+02:00 or 2026-10-25T02:30:00\.5\+01:00"
    with pytest.raises(ValueError, match=twice):
        parse_time(value, time_zone=zone)


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_fold_says_which_of_two(zone: tzinfo) -> None:
    second = datetime(2026, 10, 25, 2, 30, fold=1)
    assert parse_time(second, time_zone=zone) == parse_time("2026-10-25T02:30:00+01:00")
    once = datetime(2026, 10, 26, 2, 30, fold=1)
    assert parse_time(once, time_zone=zone) == parse_time("2026-10-26T02:30:00+01:00")


@pytest.mark.parametrize("fold", [0, 1])
@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_local_times_that_are_skipped(zone: tzinfo, fold: int) -> None:
    skipped = r"does not exist.*write 2026-03-29T01:30:00\+01:00 or 2026-03-29T03:30:00\+02:00"
    with pytest.raises(ValueError, match=skipped):
        parse_time(datetime(2026, 3, 29, 2, 30, fold=fold), time_zone=zone)


def test_a_skipped_day() -> None:
    with pytest.raises(ValueError, match=r"2011-12-29T12:00:00-10:00 or 2011-12-31T12:00:00\+14:00"):
        parse_time("2011-12-30T12:00", time_zone="Pacific/Apia")


def test_an_aware_datetime_says_what_it_is() -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)
    assert parse_time(first) == parse_time("2026-10-25T00:30:00Z")
    assert parse_time(first.replace(fold=1)) == parse_time("2026-10-25T01:30:00Z")
    assert parse_time(first, time_zone="Asia/Tokyo") == parse_time("2026-10-25T00:30:00Z")


@given(INSTANTS, st.sampled_from([UTC, BERLIN, ZoneInfo("America/St_Johns"), timezone(timedelta(hours=-11))]))
def test_datetimes_are_exact(instant: int, zone: tzinfo) -> None:
    assert parse_time(to_datetime(instant).astimezone(zone)) == instant // 1000 * 1000


@given(INSTANTS)
def test_what_is_written_can_be_read(instant: int) -> None:
    text = format_time(instant)
    assert parse_time(text) == instant
    assert np.datetime64(text[:-1], "ns").astype(np.int64) == instant
    assert parse_time(pd.Timestamp(instant, tz="UTC")) == instant


@given(st.integers(-(2**63) + 1, LATEST))
def test_every_wire_time_can_be_written(instant: int) -> None:
    seconds, nanoseconds = divmod(instant, SECOND)
    assert format_time(instant).endswith(f".{nanoseconds:09d}Z")
    assert to_datetime(instant) == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(0, seconds, nanoseconds // 1000)


@given(INSTANTS, st.sampled_from(NUMPY_UNITS))
def test_numpy_times_of_every_unit(instant: int, unit: str) -> None:
    time = np.datetime64(instant, "ns").astype(f"datetime64[{unit}]")
    if int(time.astype("datetime64[s]").astype(np.int64)) < 0:  # the week of 1970-01-01 began in 1969
        return
    assert parse_time(time) == int(time.astype("datetime64[ns]").astype(np.int64))


@pytest.mark.parametrize(("count", "unit"), [(5000, "ps"), (5_000_000, "fs"), (5_000_000_000, "as")])
def test_numpy_units_finer_than_nanoseconds(count: int, unit: str) -> None:
    assert parse_time(np.datetime64(count, unit)) == 5


@given(st.integers(-(2**63) + 1, LATEST), st.sampled_from([*NUMPY_UNITS, "5m", "25s"]))
def test_numpy_times_never_overflow(count: int, unit: str) -> None:
    time = np.datetime64(count, unit)
    try:
        parsed = parse_time(time)
    except ValueError:
        return
    assert isinstance(parsed, int)
    assert np.datetime64(parsed, "ns") == time


def test_range() -> None:
    assert parse_time(0) == 0
    assert parse_time(LATEST) == LATEST
    assert parse_time("2262-04-11T23:47:16.854775807Z") == LATEST


@pytest.mark.parametrize(
    "value",
    [
        -1,
        LATEST + 1,
        10**400,
        str(LATEST + 1),
        "1969-12-31T23:59:59.999999999Z",
        "1969-12-31T23:59:59",
        "1970-01-01T00:59:59",
        "2262-04-11T23:47:16.854775808Z",
        "0001-01-01T00:00:00",
        "9999-12-31T23:59:59",
        "9999-12-31T23:59:59-23:59",
        datetime.min,
        datetime.max,
        datetime.min.replace(tzinfo=BERLIN),
        datetime.max.replace(tzinfo=UTC),
        np.datetime64("1969-12-31"),
        np.datetime64(2**62, "Y"),
        np.datetime64(2**62, "s"),
        np.datetime64(-(2**62), "D"),
        pd.Timestamp(np.datetime64("12026-01-01", "s")),
    ],
    ids=lambda value: repr(value)[:60],
)
def test_times_outside_of_the_range(value: TimeLike) -> None:
    with pytest.raises(ValueError, match="end_time lies between 1970 and 2262-04-11"):
        parse_time(value, time_zone="Europe/Berlin", parameter="end_time")


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("", "Write nanoseconds as int"),
        ("yesterday", "Write nanoseconds as int"),
        ("20261124", "Write nanoseconds as int"),
        ("2026-11-24Z", "Write nanoseconds as int"),
        ("2026-11-24T08", "Write nanoseconds as int"),
        ("2026-11-24T08:00+01:75", "Write nanoseconds as int"),
        ("٢٠٢٦-11-24", "Write nanoseconds as int"),
        ("2026-02-29", "is not a time: day"),
        ("2026-11-24T24:00Z", "is not a time: hour"),
        ("2026-11-24T23:59:60Z", "is not a time: second"),
        ("2026-11-24T08:00+24:00", "is not a time: offset"),
        ("2026-11-24T08:00:00.1234567890Z", "at most nine digits"),
        ("-5", "with their units"),
        ("-1M", "with their units"),
        ("-", "with their units"),
        ("now-", "with their units"),
        ("-0.5ns", "finer than nanoseconds"),
        ("-300000d", "longer than 292 years"),
        (np.datetime64("NaT", "ns"), "NaT"),
        (pd.NaT, "NaT"),
        (np.datetime64(1, "ps"), "finer than nanoseconds"),
    ],
)
def test_what_is_no_time(value: Any, why: str) -> None:
    with pytest.raises(ValueError, match=rf"^start_time .*{why}"):
        parse_time(value, time_zone="UTC", parameter="start_time")


@pytest.mark.parametrize(
    "value", [None, True, np.True_, b"now", [], timedelta(1), datetime(2026, 1, 1).date()], ids=repr
)
def test_other_types(value: Any) -> None:
    with pytest.raises(TypeError, match=r"^start_time cannot be .*Write nanoseconds as int.*'-15min'"):
        parse_time(value, parameter="start_time")


@pytest.mark.parametrize("value", [1.7e18, np.float64(1.7e18), np.float32(1), np.array([1.5])], ids=repr)
def test_floats_cannot_hold_nanoseconds(value: Any) -> None:
    with pytest.raises(TypeError, match="use an int"):
        parse_time(value)


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("now", 0),
        ("NOW", 0),
        ("-15min", -15 * 60 * SECOND),
        ("-15m", -15 * 60 * SECOND),
        ("-1h30m", -90 * 60 * SECOND),
        ("-1h 30min", -90 * 60 * SECOND),
        ("-2d", -2 * 86400 * SECOND),
        ("+1w", 7 * 86400 * SECOND),
        ("now-1.5h", -90 * 60 * SECOND),
        ("now + 10 s", 10 * SECOND),
        ("-1d2h3min4s5ms6us7ns", -93_784_005_006_007),
    ],
)
def test_times_that_count_from_now(text: str, offset: int) -> None:
    assert parse_time(text) == RelativeTime(offset)


def test_relative_times_stay_relative_until_they_are_resolved() -> None:
    assert resolve_time(RelativeTime(-SECOND), TEN_PAST) == TEN_PAST - SECOND
    assert resolve_time(TEN_PAST, 5) == TEN_PAST
    assert resolve_time(RelativeTime(-6), 5) == 0
    assert resolve_time(RelativeTime(LATEST), 5) == LATEST


@pytest.mark.parametrize(
    ("value", "nanoseconds"),
    [
        ("30s", 30 * SECOND),
        ("30 sec", 30 * SECOND),
        ("1h30m", 5400 * SECOND),
        ("15min", 900 * SECOND),
        ("2d", 172_800 * SECOND),
        ("500ms", 500_000_000),
        ("1.5us", 1500),
        ("7µs", 7000),
        ("7μs", 7000),
        ("0s", 0),
        (f"{LATEST}ns", LATEST),
        (timedelta(days=1, microseconds=1), 86_400_000_001_000),
        (pd.Timedelta("1us 1ns"), 1001),
        (np.timedelta64(3, "h"), 10_800 * SECOND),
        (np.timedelta64(2, "W"), 14 * 86_400 * SECOND),
        (np.timedelta64(5000, "ps"), 5),
        (np.timedelta64(0, "fs"), 0),
    ],
)
def test_durations(value: DurationLike, nanoseconds: int) -> None:
    assert parse_duration(value) == nanoseconds


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("", "with their units"),
        ("30", "with their units"),
        ("-30s", "with their units"),
        ("30s1h", "the longest first"),
        ("1s1s", "the longest first"),
        ("1y", "with their units"),
        ("1.s", "with their units"),
        ("0.1ns", "finer than nanoseconds"),
        (f"{LATEST + 1}ns", "longer than 292 years"),
        ("99999999999999999999w", "longer than 292 years"),
        (timedelta(-1), "between 0 and 292 years"),
        (timedelta.max, "between 0 and 292 years"),
        (np.timedelta64(-1, "ns"), "between 0 and 292 years"),
        (np.timedelta64(2**62, "W"), "between 0 and 292 years"),
        (np.timedelta64("NaT", "s"), "NaT"),
        (np.timedelta64(1, "M"), "fixed length"),
        (np.timedelta64(1, "as"), "finer than nanoseconds"),
    ],
)
def test_what_is_no_duration(value: DurationLike, why: str) -> None:
    with pytest.raises(ValueError, match=rf"^spacing .*{why}"):
        parse_duration(value, parameter="spacing")


@pytest.mark.parametrize("value", [30, 30.0, None, True, np.int64(3)], ids=repr)
def test_durations_have_a_unit(value: Any) -> None:
    with pytest.raises(TypeError, match="with its unit, such as '30s'"):
        parse_duration(value)


@given(st.timedeltas(timedelta(0), timedelta(days=100_000)))
def test_durations_are_exact(value: timedelta) -> None:
    assert parse_duration(value) == value // timedelta(microseconds=1) * 1000
    assert parse_duration(f"{value.days}d{value.seconds}s{value.microseconds}us") == parse_duration(value)


@pytest.mark.parametrize("name", ["Europe/Berlin", "UTC"])
def test_zones_by_name(name: str) -> None:
    assert parse_time_zone(name) == ZoneInfo(name)


def test_zones_as_objects() -> None:
    assert parse_time_zone(UTC) is UTC


@pytest.mark.parametrize("name", ["", "Europe", "Europe/Nowhere", "../etc/passwd", "/etc/passwd", "a\0b", "+01:00"])
def test_unknown_zones(name: str) -> None:
    with pytest.raises(ValueError, match="IANA name"):
        parse_time_zone(name)


def test_only_names_and_zones() -> None:
    with pytest.raises(TypeError, match="time_zone is an IANA name"):
        parse_time_zone(1)  # pyright: ignore[reportArgumentType] -- what is tested


def test_numpy_and_pandas_are_not_imported() -> None:
    script = "import sys, cassandra_pv_archiver.times as t; t.parse_time('now'); t.parse_duration('1s'); "
    script += "sys.exit('numpy' in sys.modules or 'pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
