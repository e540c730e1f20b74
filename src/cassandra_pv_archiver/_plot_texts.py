"""What is written on pictures: names, zones and lengths of time."""

from __future__ import annotations

from datetime import tzinfo

from .times import to_datetime

__all__ = ["duration_text", "printable", "range_text"]

_SHORT = 600 * 10**9
_UNITS = {"d": 86400 * 10**9, "h": 3600 * 10**9, "min": 60 * 10**9, "s": 10**9, "ms": 10**6, "µs": 10**3, "ns": 1}


def printable(text: str) -> str:
    """A text on one line, without characters that terminals and SVG files cannot show."""
    line = " ".join(text.split())
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line)


def range_text(zone: tzinfo, start: int, end: int) -> str:
    """The days and the zone of a range, such as ``2026-11-24 to 2026-11-25, Europe/Berlin (CET)``.

    Short ranges have their times as well, because marks of seconds do not tell the minute.
    """
    first, last = (to_datetime(time).astimezone(zone) for time in (start, end))
    days = list(dict.fromkeys(time.date().isoformat() for time in (first, last)))
    if end - start < _SHORT:
        days[0] += first.strftime(" %H:%M:%S")
        days = [days[0], f"{' '.join(days[1:])} {last:%H:%M:%S}".strip()]
    dates = " to ".join(days)
    abbreviations = "/".join(dict.fromkeys(time.tzname() or str(zone) for time in (first, last)))
    key = getattr(zone, "key", None) or abbreviations
    return f"{dates}, {key if key == abbreviations else f'{key} ({abbreviations})'}"


def duration_text(nanoseconds: int) -> str:
    """A length of time in the largest unit that it fills, such as ``15 min`` or ``1.5 h``."""
    for unit, length in _UNITS.items():
        if nanoseconds >= length:
            return f"{nanoseconds / length:.3g} {unit}"
    return "0 s"
