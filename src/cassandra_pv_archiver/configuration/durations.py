"""Decimation levels and retention periods as people write them."""

from __future__ import annotations

import re

from cassandra_pv_archiver.times import parse_duration

from .rules import LARGEST

__all__ = ["DURATION_PATTERN", "FOREVER", "RAW", "level_text", "period_text", "read_level", "read_period"]

RAW = "raw"
"""What level 0 is called."""
FOREVER = "forever"
"""What the retention period 0 is called."""
DURATION_PATTERN = r"^(?=.*\d)\s*(\d+\s*w)?\s*(\d+\s*d)?\s*(\d+\s*h)?\s*(\d+\s*(min|m))?\s*(\d+\s*(sec|s))?\s*$"
"""Durations in whole seconds, for editors."""

_UNITS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
_SECOND = 10**9


def read_level(text: str) -> int:
    """The seconds of a decimation level, 0 being raw samples.

    Raises:
        ValueError: It is neither ``raw`` nor a duration of at least a second.
    """
    return 0 if text == RAW else _seconds(text, RAW, f"a decimation period such as '30s', or {RAW!r} for raw samples")


def read_period(text: str) -> int:
    """The seconds of a retention period, 0 being for ever.

    Raises:
        ValueError: It is neither ``forever`` nor a duration of at least a second.
    """
    return (
        0 if text == FOREVER else _seconds(text, FOREVER, f"how long samples are kept, such as '90d', or {FOREVER!r}")
    )


def _seconds(text: str, zero: str, wanted: str) -> int:
    if re.fullmatch(r"[+-]?[0-9.]+", text):
        meant = zero if not text.strip("+-0.") else f"{text}s"
        raise ValueError(f"{text} has no unit: write {wanted}; {text} seconds are {meant!r}.")
    try:
        seconds, rest = divmod(parse_duration(text, parameter="A duration"), _SECOND)
    except ValueError:
        raise ValueError(
            f"{text!r} is not a duration such as '30s', '15min', '1h30m' or '90d': write {wanted}."
        ) from None
    if rest or not 1 <= seconds <= LARGEST:
        raise ValueError(f"{text!r} is not a whole number of seconds from 1 to {LARGEST}: write {wanted}.")
    return seconds


def level_text(seconds: int) -> str:
    """A decimation level as `read_level` reads it."""
    return _duration(seconds) if seconds else RAW


def period_text(seconds: int) -> str:
    """A retention period as `read_period` reads it."""
    return _duration(seconds) if seconds else FOREVER


def _duration(seconds: int) -> str:
    return next(f"{seconds // length}{unit}" for unit, length in _UNITS if seconds % length == 0)
