"""What is written on pictures: names, zones and lengths of time."""

from __future__ import annotations

from datetime import tzinfo

from .times import to_datetime

__all__ = ["duration_text", "printable", "zone_text"]

_UNITS = {"d": 86400 * 10**9, "h": 3600 * 10**9, "min": 60 * 10**9, "s": 10**9, "ms": 10**6, "µs": 10**3, "ns": 1}


def printable(text: str) -> str:
    """A text on one line, without characters that terminals and SVG files cannot show."""
    line = " ".join(text.split())
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line)


def zone_text(zone: tzinfo, start: int, end: int) -> str:
    """The name of a zone with its abbreviations in a range of time, such as ``Europe/Berlin (CET)``."""
    names = dict.fromkeys(to_datetime(time).astimezone(zone).tzname() or str(zone) for time in (start, end))
    abbreviations = "/".join(names)
    key = getattr(zone, "key", None) or abbreviations
    return key if key == abbreviations else f"{key} ({abbreviations})"


def duration_text(nanoseconds: int) -> str:
    """A length of time in the largest unit that it fills, such as ``15 min`` or ``1.5 h``."""
    for unit, length in _UNITS.items():
        if nanoseconds >= length:
            return f"{nanoseconds / length:.3g} {unit}"
    return "0 s"
