"""The rules for channels (sections 3.2 and 4.1 of the reference), as functions of plain values."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

__all__ = ["LARGEST", "code_units", "level_problem", "quoted", "sorted_by_code_units"]

LARGEST = 2**31 - 1
"""The longest decimation period and the longest retention period, in seconds."""
_ESCAPES = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}


def code_units(text: str) -> bytes:
    """A key that sorts texts as the server does, by UTF-16 code units."""
    return text.encode("utf-16-be", "surrogatepass")


def sorted_by_code_units(options: Mapping[str, str]) -> dict[str, str]:
    """Options in the order of the server."""
    if len(options) < 2:
        return dict(options)
    return {name: options[name] for name in sorted(options, key=code_units)}


def quoted(text: str) -> str:
    """A text in quotation marks, as the server's messages have it (section 3.3)."""
    units = memoryview(text.encode("utf-16-le", "surrogatepass")).cast("H")
    return f'"{"".join(map(_escaped, units))}"'


def _escaped(unit: int) -> str:
    if unit in _ESCAPES:
        return _ESCAPES[unit]
    return chr(unit) if 0x20 <= unit <= 0x7F else f"\\u{unit:04X}"


def level_problem(levels: Mapping[int, int]) -> str | None:
    """What is wrong with decimation levels, given in ascending order with their retention periods; None if nothing.

    Both are seconds from 0 to `LARGEST`, and a retention period must not be shorter than that of the level before,
    where 0 is unlimited.
    """
    for level, period in levels.items():
        if level < 0:
            return "A decimation level cannot have a negative decimation period."
        if level > LARGEST:
            return f"The decimation period {level} is longer than {LARGEST} seconds."
        if period < 0:
            return f"The retention period of decimation level {level} is negative: write 0 to keep samples for ever."
        if period > LARGEST:
            return f"The retention period {period} of decimation level {level} is longer than {LARGEST} seconds."
    for (shorter, shorter_period), (longer, period) in pairwise(levels.items()):
        if period != 0 and (shorter_period == 0 or period < shorter_period):
            return (
                f"Decimation level {longer} has a retention period of {_period(period)} which is less than the "
                f"retention period of decimation level {shorter} which is {_period(shorter_period)}."
            )
    return None


def _period(seconds: int) -> str:
    return str(seconds) if seconds else "unbounded"
