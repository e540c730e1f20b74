"""Every accepted way to name a time or a duration, and how times are written."""

from __future__ import annotations

import operator
import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from fractions import Fraction
from typing import TYPE_CHECKING, Any, SupportsIndex, TypeAlias
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import numpy as np

__all__ = [
    "LATEST",
    "DurationLike",
    "RelativeTime",
    "TimeLike",
    "format_time",
    "parse_duration",
    "parse_time",
    "parse_time_zone",
    "resolve_time",
    "to_datetime",
]

TimeLike: TypeAlias = "SupportsIndex | datetime | np.datetime64 | str"
"""A time: nanoseconds since 1970-01-01 UTC as an integer; a ``datetime`` (also pandas' ``Timestamp``);
``numpy.datetime64``, which is UTC; ISO 8601 text such as ``'2026-11-24T08:00:00Z'``; ``'now'``; or an offset from
now such as ``'-15min'``, ``'-1h30m'`` or ``'-2d'``. What has no offset from UTC is read in the client's
``time_zone``."""

DurationLike: TypeAlias = "timedelta | np.timedelta64 | str"
"""A length of time: text such as ``'30s'``, ``'500ms'`` or ``'1h30m'``, with the units w, d, h, min (or m), s, ms, us
and ns; a ``timedelta`` (also pandas' ``Timedelta``); or ``numpy.timedelta64``. Numbers are refused, because nobody
can see their unit."""

LATEST = 2**63 - 1
"""The last instant that the service can name, in the year 2262, in nanoseconds since 1970-01-01 UTC."""

_SHORTEST_NUMBER = 11
"""Digits of a text that is taken for nanoseconds, so that a date without hyphens is not."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_SECOND = 10**9
_UNITS = {
    "w": 7 * 86400 * _SECOND,
    "d": 86400 * _SECOND,
    "h": 3600 * _SECOND,
    "min|m": 60 * _SECOND,
    "sec|s": _SECOND,
    "ms": 10**6,
    "us|µs|μs": 10**3,  # micro sign and Greek letter
    "ns": 1,
}
_NUMPY_UNITS = dict(zip(["W", "D", "h", "m", "s", "ms", "us", "ns"], _UNITS.values(), strict=True))
_FINER_UNITS = {"ps": 10**3, "fs": 10**6, "as": 10**9}
_NUMBER = r"[0-9]{1,20}(?:\.[0-9]{1,20})?"
_DURATION = re.compile(r"\s*".join(rf"(?:({_NUMBER})\s*(?:{names}))?" for names in _UNITS))
_RELATIVE = re.compile(r"(?:now\s*)?([+-])\s*(.*)", re.DOTALL)
_ISO = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
    r"(?:[T ](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?)?"
    r" ?(?P<offset>Z|[+-][0-9]{2}(?::?[0-5][0-9](?::?[0-5][0-9])?)?)?)?",
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
    """Turns a time that may be relative into nanoseconds since 1970-01-01 UTC, from 0 to `LATEST`."""
    return time if isinstance(time, int) else min(max(now_ns + time.offset_ns, 0), LATEST)


def format_time(time_ns: int) -> str:
    """Writes a time as ISO 8601 text in UTC with all nine digits."""
    seconds, nanoseconds = divmod(time_ns, _SECOND)
    return f"{(_EPOCH + timedelta(seconds=seconds)).isoformat()[:19]}.{nanoseconds:09d}Z"


def to_datetime(time_ns: int) -> datetime:
    """Turns a time into a ``datetime`` in UTC, cutting off what is finer than microseconds."""
    return _EPOCH + timedelta(microseconds=time_ns // 1000)


def parse_time_zone(value: str | tzinfo) -> tzinfo:
    """Reads a ``time_zone`` argument: an IANA name such as ``'Europe/Berlin'``, or a ``tzinfo``.

    Raises:
        TypeError: It is neither.
        ValueError: No zone has this name.
    """
    if isinstance(value, tzinfo):
        return value
    if not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers without a type checker
        raise TypeError(f"time_zone is an IANA name or a tzinfo, not {value!r}.")
    try:
        return ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"There is no time zone {value!r}; an IANA name such as 'Europe/Berlin' is wanted.") from None


def parse_time(
    value: TimeLike, *, time_zone: str | tzinfo | None = None, parameter: str = "time"
) -> int | RelativeTime:
    """Reads a time in any form of `TimeLike`.

    Args:
        value: The time. If a ``datetime`` without a zone occurs twice, ``fold=1`` means the later one; ``fold=0`` is
            refused, because it is there when nobody has thought of it.
        time_zone: The zone of times without an offset. None: they are refused.
        parameter: The name of the argument, for messages.

    Returns:
        Nanoseconds since 1970-01-01 UTC, from 0 to `LATEST`, or a time that still counts from now.

    Raises:
        TypeError: The value is of another type.
        ValueError: The value is not a time, lies outside the range, or is a local time that a change of the clock
            makes ambiguous or skips.
    """
    time = _parse(value, time_zone, parameter)
    if isinstance(time, int) and not 0 <= time <= LATEST:
        raise _out_of_range(value, parameter)
    return time


def parse_duration(value: DurationLike, *, parameter: str = "duration") -> int:
    """Reads a length of time in any form of `DurationLike`.

    Args:
        value: The duration.
        parameter: The name of the argument, for messages.

    Returns:
        Nanoseconds, from 0 to `LATEST`.

    Raises:
        TypeError: The value is of another type, for instance a number.
        ValueError: The value is not a duration, is negative, too long, or finer than nanoseconds.
    """
    if isinstance(value, str):
        return _duration(value.strip(), parameter)
    numpy: Any = sys.modules.get("numpy")
    if isinstance(value, timedelta):
        # pandas' Timedelta is a timedelta that is finer than one.
        finer = int(getattr(value, "nanoseconds", 0))
        nanoseconds = (value.days * 86400 + value.seconds) * _SECOND + value.microseconds * 1000 + finer
    elif numpy is not None and isinstance(value, numpy.timedelta64):
        nanoseconds = _from_numpy(value, numpy, parameter)
    else:
        raise TypeError(f"{parameter} cannot be {value!r}: write it with its unit, such as '30s' or '1h30m'.")
    if not 0 <= nanoseconds <= LATEST:
        raise ValueError(f"{parameter} lies between 0 and 292 years, and is not {value!r}.")
    return nanoseconds


def _out_of_range(value: object, parameter: str) -> ValueError:
    return ValueError(f"{parameter} lies between 1970 and {format_time(LATEST)[:10]}, not at {value!r}.")


def _parse(value: object, zone: str | tzinfo | None, parameter: str) -> int | RelativeTime:
    if isinstance(value, str):
        return _parse_text(value.strip(), zone, parameter)
    if isinstance(value, datetime):
        return _from_datetime(value, zone, parameter)
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.datetime64):
        return _from_numpy(value, numpy, parameter)
    if isinstance(value, SupportsIndex) and not isinstance(value, bool):
        try:
            return operator.index(value)
        except TypeError:  # an array of floats, for instance
            pass
    hint = " A float cannot hold nanoseconds; use an int." if hasattr(value, "__float__") else ""
    raise TypeError(f"{parameter} cannot be {value!r}. Write {_FORMS}.{hint}")


def _parse_text(text: str, zone: str | tzinfo | None, parameter: str) -> int | RelativeTime:
    if text.lower() == "now":
        return RelativeTime(0)
    if text.isascii() and text.isdecimal() and _SHORTEST_NUMBER <= len(text) <= len(str(LATEST)):
        return int(text)
    relative = _RELATIVE.fullmatch(text)
    if relative is not None:
        nanoseconds = _duration(relative[2], parameter)
        return RelativeTime(-nanoseconds if relative[1] == "-" else nanoseconds)
    iso = _ISO.fullmatch(text)
    if iso is None:
        raise ValueError(f"{parameter} cannot be {text!r}. Write {_FORMS}.")
    fraction: str = iso["fraction"] or ""
    if len(fraction) > 9:
        raise ValueError(f"{parameter} {text!r} is finer than nanoseconds: write at most nine digits.")
    year, month, day, hour, minute, second = (int(number or 0) for number in iso.groups()[:6])
    try:
        whole = datetime(year, month, day, hour, minute, second, tzinfo=_offset(iso["offset"]))
    except ValueError as error:
        raise ValueError(f"{parameter} {text!r} is not a time: {error}.") from None
    return _instant(whole, int(fraction.ljust(9, "0")), zone, parameter)


def _offset(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    if text in "Zz":
        return UTC
    digits = text[1:].replace(":", "").ljust(6, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]), seconds=int(digits[4:]))
    return timezone(-offset if text[0] == "-" else offset)


def _duration(text: str, parameter: str) -> int:
    parts = _DURATION.fullmatch(text)
    if parts is None or not any(parts.groups()):
        raise ValueError(
            f"{parameter} cannot be {text!r}: write numbers with their units, such as '1h30m', the longest first; "
            f"the units are {', '.join(_UNITS).replace('|', ' or ')}."
        )
    nanoseconds = sum(
        (Fraction(number) * unit for number, unit in zip(parts.groups(), _UNITS.values(), strict=True) if number),
        start=Fraction(0),
    )
    if nanoseconds.denominator != 1:
        raise ValueError(f"{parameter} {text!r} is finer than nanoseconds.")
    if nanoseconds > LATEST:
        raise ValueError(f"{parameter} {text!r} is longer than 292 years.")
    return nanoseconds.numerator


def _from_datetime(value: datetime, zone: str | tzinfo | None, parameter: str) -> int:
    if value != value:  # pandas' NaT, which is no equal of itself
        raise ValueError(f"{parameter} is not a time (NaT).")
    whole = value.year, value.month, value.day, value.hour, value.minute, value.second
    try:
        plain = datetime(*whole, tzinfo=value.tzinfo, fold=value.fold)
    except ValueError:  # pandas' Timestamp has years that datetime has not
        raise _out_of_range(value, parameter) from None
    # pandas' Timestamp is a datetime that is finer than one.
    finer = int(getattr(value, "nanosecond", 0))
    return _instant(plain, value.microsecond * 1000 + finer, zone, parameter)


def _instant(whole: datetime, nanoseconds: int, zone: str | tzinfo | None, parameter: str) -> int:
    """Gives the time that is ``nanoseconds`` after a full second."""
    if whole.utcoffset() is None:
        fraction = f".{nanoseconds:09d}".rstrip("0") if nanoseconds else ""
        whole = _localize(whole.replace(tzinfo=None), fraction, zone, parameter)
    since = whole - _EPOCH
    return (since.days * 86400 + since.seconds) * _SECOND + since.microseconds * 1000 + nanoseconds


def _localize(naive: datetime, fraction: str, zone: str | tzinfo | None, parameter: str) -> datetime:
    shown = f"{parameter} {naive.isoformat()}{fraction}"
    if zone is None:
        raise ValueError(
            f"{shown} has no offset: write {naive.isoformat()}{fraction}Z for UTC, "
            "or give the client a time_zone such as 'Europe/Berlin'."
        )
    zone = parse_time_zone(zone)
    as_utc = naive.replace(tzinfo=UTC)
    if not 1969 < naive.year < 2263:
        return as_utc  # out of range in any zone
    # From UTC to local time is a function in every kind of zone, also in those older than fold.
    around = [(instant, _local(instant, zone)) for instant in (as_utc - _DAY, as_utc + _DAY)]
    candidates = sorted({as_utc - (local - instant.replace(tzinfo=None)) for instant, local in around})
    found = [instant for instant in candidates if _local(instant, zone) == naive]
    if len(found) == 1 or (found and naive.fold):
        return found[-1]
    texts = [instant.astimezone(zone).isoformat() for instant in candidates]
    both = " or ".join(text[:19] + fraction + text[19:] for text in texts)
    why = "occurs twice, because the clock is set back" if found else "does not exist, because the clock is set ahead"
    raise ValueError(f"{shown} {why} in {zone}: write {both}.")


def _local(instant: datetime, zone: tzinfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


def _from_numpy(value: Any, numpy: Any, parameter: str) -> int:
    """Reads ``numpy.datetime64`` and ``numpy.timedelta64``, without numpy's own conversion, which overflows."""
    if numpy.isnat(value):
        raise ValueError(f"{parameter} is not a time (NaT).")
    unit, step = numpy.datetime_data(value.dtype)
    if unit in {"Y", "M"} and isinstance(value, numpy.datetime64):
        if abs(int(value.astype(numpy.int64))) * step > 12 * 9999:
            raise _out_of_range(value, parameter)
        value, unit, step = value.astype("datetime64[D]"), "D", 1
    count = int(value.astype(numpy.int64)) * step
    if unit in _NUMPY_UNITS:
        return count * _NUMPY_UNITS[unit]
    finer = _FINER_UNITS.get(unit)
    if finer is None:
        raise ValueError(f"{parameter} {value!r} has no unit of a fixed length, such as s or ns.")
    if count % finer:
        raise ValueError(f"{parameter} {value!r} is finer than nanoseconds.")
    return count // finer
