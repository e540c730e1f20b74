"""Times as people write them on a command line, read and shown in one zone."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta, tzinfo

from cassandra_pv_archiver._optional_libraries import optional_library
from cassandra_pv_archiver.times import format_time, parse_duration, parse_time, resolve_time

from .failures import usage

_CLOCK = re.compile(r"(?:(today|yesterday)\s*)?((?:[0-9]{1,2}:[0-9]{2})(?::[0-9]{2}(?:[.,][0-9]+)?)?)?", re.IGNORECASE)
_FORMS = (
    "Write a time such as -1h, '2026-11-24 08:00', 2026-11-24T08:00:00Z, 08:00, 'yesterday 02:10', now, or 2026-11-24"
)


def read_time(text: str, zone: tzinfo, *, now_ns: int | None = None, option: str = "--start") -> int:
    """Reads a time: a form of the package's `TimeLike`, or ``today``, ``yesterday 02:10``, ``02:10``.

    Args:
        text: What was written.
        zone: The zone of times without an offset.
        now_ns: The present, from which relative times count; None: the machine's clock.
        option: The option that it was written for, for messages.

    Returns:
        Nanoseconds since 1970-01-01 UTC.

    Raises:
        Failure: It is not a time, or a local time that a change of the clock skips or repeats; both candidates are
            named then.
    """
    now_ns = time.time_ns() if now_ns is None else now_ns
    try:
        return resolve_time(
            parse_time(_spelt_out(text.strip(), zone, now_ns), time_zone=zone, parameter=option), now_ns
        )
    except ValueError as error:
        what, _, advice = str(error).partition(": write ")
        if advice:
            raise usage(f"{what}.", f"Write {advice}") from error
        raise usage(str(error).partition(" Write ")[0], _FORMS) from error


def read_duration(text: str, *, option: str = "--for") -> int:
    """Reads a length of time such as ``10min``, in nanoseconds.

    Raises:
        Failure: It is not one.
    """
    try:
        return parse_duration(text, parameter=option)
    except ValueError as error:
        what, _, advice = str(error).partition(": write ")
        raise usage(f"{what.rstrip('.')}.", f"Write {advice}" if advice else "") from error


def read_range(
    start: str | None,
    end: str | None,
    duration: str | None,
    zone: tzinfo,
    *,
    now_ns: int | None = None,
) -> tuple[int, int]:
    """Reads ``--start``, ``--end`` and ``--for``, of which two at most are given.

    Without ``--end`` the range ends now, with ``--start`` and ``--for`` when that time has passed.

    Returns:
        The beginning and the end, in nanoseconds since 1970-01-01 UTC.

    Raises:
        Failure: The options contradict each other, say too little, or cannot be read.
    """
    now_ns = time.time_ns() if now_ns is None else now_ns
    if start is not None and end is not None and duration is not None:
        raise usage("--start, --end and --for say too much.", "Leave one of them out.")
    if start is None and duration is None:
        raise usage("Nothing says where the time range begins.", "Give --start, such as --start -1h, or --for 10min.")
    length = None if duration is None else read_duration(duration)
    until = None if end is None else read_time(end, zone, now_ns=now_ns, option="--end")
    if start is not None:
        begin = read_time(start, zone, now_ns=now_ns, option="--start")
        if until is None:
            until = now_ns if length is None else begin + length
    else:
        until = now_ns if until is None else until
        begin = until - (length or 0)
    if begin >= until:
        raise usage(
            f"The time range is empty: it begins at {show_time(begin, zone)} and ends at {show_time(until, zone)}.",
            "Give a --start that lies before the --end.",
        )
    return max(begin, 0), until


def show_time(time_ns: int, zone: tzinfo, *, digits: int = 3) -> str:
    """Writes a time in a zone, with its offset from UTC, such as ``2026-11-24 09:00:00.125+01:00``.

    Args:
        time_ns: Nanoseconds since 1970-01-01 UTC.
        zone: The zone.
        digits: How many digits of the second's fraction are shown, 0 to 9; the rest is cut off.
    """
    seconds, fraction = divmod(time_ns, 10**9)
    local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).astimezone(zone)
    text = local.isoformat(" ")
    decimals = f".{fraction:09d}"[: digits + 1] if digits else ""
    return f"{text[:19]}{decimals}{'Z' if text[19:] == '+00:00' else text[19:]}"


def json_time(time_ns: int) -> str:
    """Writes a time as JSON has it everywhere: ISO 8601 in UTC with nine digits."""
    return format_time(time_ns)


def local_zone() -> tzinfo:
    """The machine's zone; if that has no IANA name, its present offset from UTC, which is a ``timezone`` then."""
    try:
        zone: tzinfo = optional_library("tzlocal", "cli").get_localzone()
    except (LookupError, ValueError, OSError):
        return datetime.now().astimezone().tzinfo or UTC
    return zone


def _spelt_out(text: str, zone: tzinfo, now_ns: int) -> str:
    """Turns a day or a time of day into ISO 8601 text; leaves everything else alone."""
    found = _CLOCK.fullmatch(text)
    if not text or found is None:
        return text
    day: str = (found[1] or "today").lower()
    clock: str = found[2] or "00:00"
    today = datetime.fromtimestamp(now_ns // 10**9, UTC).astimezone(zone).date()
    date = today - timedelta(days=1) if day == "yesterday" else today
    return f"{date.isoformat()}T{clock.rjust(len(clock) + (clock.index(':') == 1), '0')}"
