"""How times are written: ISO 8601, local time, or nanoseconds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import TypeAlias

from .times import json_time, show_time

TimeWriter: TypeAlias = "Callable[[int], str | int]"
"""Writes a time, given in nanoseconds since 1970-01-01 UTC."""

TIME_FORMATS = ("iso", "local", "ns")
_WEEK = 7 * 86400 * 10**9
_LOCAL = len("2026-11-24 09:00:00.125")


def time_writer(form: str, zone: tzinfo) -> TimeWriter:
    """How times are written in one of the `TIME_FORMATS`: as `json_time` has it, by `local_time`, or as a number."""
    if form == "local":
        return lambda time_ns: local_time(time_ns, zone)
    return json_time if form == "iso" else int


def local_time(time_ns: int, zone: tzinfo) -> str:
    """Writes a local time with milliseconds and without an offset, which spreadsheets take for a time."""
    return show_time(time_ns, zone)[:_LOCAL]


def offsets(start: int, end: int, zone: tzinfo) -> list[str]:
    """The offsets from UTC within a range, such as ``+01:00``; several if clocks change."""
    instants = [*range(start, end, max(_WEEK, (end - start) // 1000)), end]
    return list(dict.fromkeys(show_time(instant, zone)[_LOCAL:] for instant in instants))
