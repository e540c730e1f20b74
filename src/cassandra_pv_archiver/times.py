"""Every accepted way to name a time."""

from __future__ import annotations

import operator
import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING, Any, SupportsIndex, TypeAlias
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import numpy as np

__all__ = ["LATEST", "RelativeTime", "TimeLike", "format_time", "parse_time", "parse_time_zone", "resolve_time"]

TimeLike: TypeAlias = "SupportsIndex | datetime | np.datetime64 | str"
"""A time: nanoseconds since 1970-01-01 UTC as an integer; a ``datetime`` (also pandas' ``Timestamp``);
``numpy.datetime64``, which is UTC; ISO 8601 text such as ``'2026-11-24T08:00:00Z'``; ``'now'``; or an offset from
now such as ``'-15min'``, ``'-1h30m'`` or ``'-2d'``. What has no offset is read in the client's ``time_zone``."""

LATEST = 2**63 - 1
"""The last instant that the service can name, in the year 2262, in nanoseconds since 1970-01-01 UTC."""

_SHORTEST_NUMBER = 11
"""Digits of a text that is taken for nanoseconds, so that a year is not."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 10**9
_UNITS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "ms": 10**6,
    "s": _SECOND,
    "sec": _SECOND,
    "m": 60 * _SECOND,
    "min": 60 * _SECOND,
    "h": 3600 * _SECOND,
    "d": 86400 * _SECOND,
    "w": 7 * 86400 * _SECOND,
}
_PART = re.compile(r"(\d+)(?:\.(\d{1,9}))?\s*([a-zµ]+)\s*")
_RELATIVE = re.compile(rf"(?:now\s*)?([+-])\s*((?:{_PART.pattern})+)", re.IGNORECASE)
_ISO = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d+))?)?)?"
    r" ?(?P<offset>Z|[+-]\d{2}(?::?\d{2})?)?",
    re.IGNORECASE,
)
_FORMS = "nanoseconds as int, an aware datetime, '2026-11-24T08:00:00Z', 'now', or an offset from now such as '-15min'"


@dataclass(frozen=True, slots=True)
class RelativeTime:
    """A time that counts from now.

    Attributes:
        offset_ns: Nanoseconds after now; negative before.
    """

    offset_ns: int


def resolve_time(time: int | RelativeTime, now_ns: int) -> int:
    """Turns a time that may be relative into nanoseconds since 1970-01-01 UTC."""
    return time if isinstance(time, int) else min(max(now_ns + time.offset_ns, 0), LATEST)


def format_time(time_ns: int) -> str:
    """Writes a time as ISO 8601 text in UTC with all nine digits."""
    seconds, nanoseconds = divmod(time_ns, _SECOND)
    return f"{(_EPOCH + timedelta(seconds=seconds)):%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}Z"


def to_datetime(time_ns: int) -> datetime:
    """Turns a time into a ``datetime`` in UTC, cutting off what is finer than microseconds."""
    return _EPOCH + timedelta(microseconds=time_ns // 1000)


def parse_time_zone(value: str | tzinfo) -> tzinfo:
    """Reads a ``time_zone`` argument: an IANA name such as ``'Europe/Berlin'``, or a ``tzinfo``."""
    if isinstance(value, tzinfo):
        return value
    if not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers without a type checker
        raise TypeError(f"time_zone is an IANA name or a tzinfo, not {value!r}.")
    try:
        return ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"There is no time zone {value!r}; an IANA name such as 'Europe/Berlin' is wanted.") from None


def parse_time(
    value: TimeLike, *, time_zone: tzinfo | None = None, parameter: str = "time"
) -> int | RelativeTime:
    """Reads a time in any form of `TimeLike`.

    Args:
        value: The time.
        time_zone: The zone of times without an offset. None: they are refused.
        parameter: The name of the argument, for messages.

    Returns:
        Nanoseconds since 1970-01-01 UTC, from 0 to `LATEST`, or a time that still counts from now.

    Raises:
        TypeError: The value is of another type.
        ValueError: The value is not a time, lies outside the range, or is a local time that a change of the clock
            makes ambiguous or skips.
    """
    nanoseconds = _parse(value, time_zone, parameter)
    if isinstance(nanoseconds, int) and not 0 <= nanoseconds <= LATEST:
        raise ValueError(f"{parameter} lies between 1970 and {format_time(LATEST)[:10]}, not at {value!r}.")
    return nanoseconds


def _parse(value: object, zone: tzinfo | None, parameter: str) -> int | RelativeTime:
    if isinstance(value, str):
        return _parse_text(value.strip(), zone, parameter)
    if isinstance(value, datetime):
        return _from_datetime(value, zone, parameter)
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.datetime64):
        return _from_datetime64(value, numpy, parameter)
    if isinstance(value, SupportsIndex) and not isinstance(value, bool):
        return operator.index(value)
    hint = " A float cannot hold nanoseconds; use an int." if isinstance(value, float) else ""
    raise TypeError(f"{parameter} cannot be {value!r}. Write {_FORMS}.{hint}")


def _parse_text(text: str, zone: tzinfo | None, parameter: str) -> int | RelativeTime:
    if text.lower() == "now":
        return RelativeTime(0)
    if text.isdecimal() and len(text) >= _SHORTEST_NUMBER:
        return int(text)
    relative = _RELATIVE.fullmatch(text)
    if relative is not None:
        sign = -1 if relative[1] == "-" else 1
        return RelativeTime(sign * _duration(relative[2], parameter))
    iso = _ISO.fullmatch(text)
    if iso is None:
        raise ValueError(f"{parameter} cannot be {text!r}. Write {_FORMS}.")
    fraction: str = iso["fraction"] or ""
    if len(fraction) > 9:
        raise ValueError(f"{parameter} {text!r} is finer than nanoseconds: write at most nine digits.")
    try:
        whole = datetime.fromisoformat(f"{iso['date']}T{iso['hour'] or '00'}:{iso['minute'] or '00'}")
        whole = whole.replace(second=int(iso["second"] or 0), tzinfo=_offset(iso["offset"]))
    except ValueError as error:
        raise ValueError(f"{parameter} {text!r} is not a time: {error}.") from None
    return _from_datetime(whole, zone, parameter) + int(fraction.ljust(9, "0"))


def _offset(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    if text in "Zz":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def _duration(text: str, parameter: str) -> int:
    total = 0
    for whole, fraction, unit in _PART.findall(text):
        factor = _UNITS.get(unit.lower())
        if factor is None:
            raise ValueError(f"{parameter}: there is no unit {unit!r}; the units are {', '.join(_UNITS)}.")
        total += int(whole) * factor + int((fraction or "0").ljust(9, "0")) * factor // 10**9
    return total


def _from_datetime(value: datetime, zone: tzinfo | None, parameter: str) -> int:
    if value != value:  # noqa: PLR0124 -- pandas' NaT, which is no equal of itself
        raise ValueError(f"{parameter} is not a time (NaT).")
    # pandas' Timestamp is a datetime that is finer than one.
    nanosecond = int(getattr(value, "nanosecond", 0))
    plain = datetime(
        value.year,
        value.month,
        value.day,
        value.hour,
        value.minute,
        value.second,
        value.microsecond,
        tzinfo=value.tzinfo,
        fold=value.fold,
    )
    if plain.utcoffset() is None:
        plain = _localize(plain.replace(tzinfo=None), zone, parameter)
    since = plain - _EPOCH
    return (since.days * 86400 + since.seconds) * _SECOND + since.microseconds * 1000 + nanosecond


def _localize(naive: datetime, zone: tzinfo | None, parameter: str) -> datetime:
    if zone is None:
        raise ValueError(
            f"{parameter} {naive.isoformat()} has no offset: write {naive.isoformat()}Z for UTC, "
            "or give the client a time_zone such as 'Europe/Berlin'."
        )
    earlier, later = (naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if earlier.utcoffset() == later.utcoffset():
        return earlier
    both = f"{earlier.isoformat()} or {later.isoformat()}"
    if earlier.astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0) != naive.replace(fold=0):
        raise ValueError(f"{parameter} {naive.isoformat()} is skipped by the clock in {zone}: write {both}.")
    if naive.fold:
        return later
    raise ValueError(f"{parameter} {naive.isoformat()} occurs twice in {zone}: write {both}.")


def _from_datetime64(value: Any, numpy: Any, parameter: str) -> int:
    if numpy.isnat(value):
        raise ValueError(f"{parameter} is not a time (NaT).")
    unit, step = numpy.datetime_data(value.dtype)
    if unit in {"Y", "M", "W"}:
        # These begin with a day, however long they are.
        value, unit, step = value.astype("datetime64[D]"), "D", 1
    count = int(value.astype(numpy.int64)) * step
    factor = {**_UNITS, "D": _UNITS["d"]}.get(unit)
    if factor is not None:
        return count * factor
    finer = {"ps": 10**3, "fs": 10**6, "as": 10**9}.get(unit)
    if finer is None or count % finer:
        raise ValueError(f"{parameter} {value!r} is finer than nanoseconds.")
    return count // finer
