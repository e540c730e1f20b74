"""The options of the Channel Access support and what is said about wrong ones (section 8)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

from .java_text import code_units, quoted

_TOKENS = frozenset({"value", "archive", "alarm", "property"})
_CLOCK_SOURCES = frozenset({"local", "origin", "prefer_origin"})
_LIMIT = 2**63 / 1e9
"""Seconds that do not fit into 64 bits of nanoseconds."""
_SMALLEST = 0.5e-9
_JAVA_DOUBLE = re.compile(
    r"[\0- ]*(?P<sign>[+-]?)(?:NaN|Infinity|(?P<decimal>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[fFdD]?"
    r"|(?P<hexadecimal>0[xX](?:[0-9a-fA-F]+\.?|[0-9a-fA-F]*\.[0-9a-fA-F]+)[pP][+-]?[0-9]+)[fFdD]?)[\0- ]*"
)


def _clock_source(value: str) -> str | None:
    return None if value.lower() in _CLOCK_SOURCES else "There is no such enum value for this type."


def _flag(value: str) -> str | None:
    known = value.lower() in {"true", "false"}
    return None if known else 'Invalid value for boolean flag. The value must be "true" or "false".'


def _mask(value: str) -> str | None:
    tokens = [token for token in re.split(r"[,| \t]+", value) if token]
    for token in tokens:
        if token.lower() not in _TOKENS:
            return f"Invalid token in Channel Access event mask: {quoted(token)}."
    return None if tokens else "The Channel Access event mask must not be empty."


def _seconds(value: str) -> str | None:
    seconds = _java_double(value)
    if seconds is None:
        return "This value does not represent a valid double-precision floating-point number."
    if not math.isfinite(seconds):
        return "The value must represent a finite number."
    if abs(seconds) >= _LIMIT:
        return f"The specified value is too {'large' if seconds > 0 else 'small'}."
    if 0 < abs(seconds) < _SMALLEST:
        return "The specified value is too close to zero (its absolute value is too small)."
    return "The value must not be negative." if seconds < 0 else None


def _java_double(text: str) -> float | None:
    match = _JAVA_DOUBLE.fullmatch(text)
    if match is None:
        return None
    sign = -1.0 if match["sign"] == "-" else 1.0
    if match["decimal"] is not None:
        return sign * float(match["decimal"])
    if match["hexadecimal"] is not None:
        try:
            return sign * float.fromhex(match["hexadecimal"])
        except OverflowError:
            return sign * math.inf
    return math.nan if "NaN" in text else sign * math.inf


def _anything(value: str) -> str | None:  # noqa: ARG001 -- any channel name will do
    return None


_OPTIONS: dict[str, Callable[[str], str | None]] = {
    "clockSource": _clock_source,
    "enablingChannel": _anything,
    "maxClockSkew": _seconds,
    "maxUpdatePeriod": _seconds,
    "metaDataMonitorMask": _mask,
    "minUpdatePeriod": _seconds,
    "monitorMask": _mask,
    "writeSampleWhenDisabled": _flag,
    "writeSampleWhenDisconnected": _flag,
}


def option_problem(options: Mapping[str, str]) -> str | None:
    """The message for the first bad option in the order of their names, or None."""
    for option, value in sorted(options.items(), key=lambda item: code_units(item[0])):
        if option not in _OPTIONS:
            return f"The control-system option {quoted(option)} is not supported."
        reason = _OPTIONS[option](value) if value else None
        if reason is not None:
            return _invalid(option, value, reason)
    # The server-wide default of either period is no limit, so a conflict needs both.
    longest, shortest = (_java_double(options.get(option) or "0") for option in ("maxUpdatePeriod", "minUpdatePeriod"))
    if longest and shortest and shortest > longest:
        reason = "The maxUpdatePeriod cannot be less than the minUpdatePeriod."
        return _invalid("maxUpdatePeriod", options["maxUpdatePeriod"], reason)
    return None


def _invalid(option: str, value: str, reason: str) -> str:
    return f"The control-system option {quoted(option)} has the invalid value {quoted(value)}: {reason}"
