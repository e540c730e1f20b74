"""The options of the Channel Access support and what is said about wrong ones (section 8)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

_TOKENS = frozenset({"value", "archive", "alarm", "property"})
_LONGEST = 2**63 / 1e9


def _clock_source(value: str) -> str | None:
    known = value.lower() in {"local", "origin", "prefer_origin"}
    return None if known else "There is no such enum value for this type."


def _flag(value: str) -> str | None:
    known = value.lower() in {"true", "false"}
    return None if known else 'Invalid value for boolean flag. The value must be "true" or "false".'


def _mask(value: str) -> str | None:
    tokens = [token for token in re.split(r"[,| \t]+", value) if token]
    for token in tokens:
        if token.lower() not in _TOKENS:
            return f'Invalid token in Channel Access event mask: "{token}".'
    return None if tokens else "The Channel Access event mask must not be empty."


def _seconds(value: str) -> str | None:
    try:
        seconds = float(value)
    except ValueError:
        return "This value does not represent a valid double-precision floating-point number."
    if not math.isfinite(seconds):
        return "The value must represent a finite number."
    if abs(seconds) >= _LONGEST:
        return f"The specified value is too {'large' if seconds > 0 else 'small'}."
    if seconds and abs(seconds) < 0.5e-9:
        return "The specified value is too close to zero (its absolute value is too small)."
    return "The value must not be negative." if seconds < 0 else None


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
    """The message for the first bad option, or None."""
    for option, value in sorted(options.items()):
        if option not in _OPTIONS:
            return f'The control-system option "{option}" is not supported.'
        reason = _OPTIONS[option](value) if value else None
        if reason is not None:
            return f'The control-system option "{option}" has the invalid value "{value}": {reason}'
    longest = float(options.get("maxUpdatePeriod") or 0)
    if longest and float(options.get("minUpdatePeriod") or 0) > longest:
        value = options["maxUpdatePeriod"]
        reason = "The maxUpdatePeriod cannot be less than the minUpdatePeriod."
        return f'The control-system option "maxUpdatePeriod" has the invalid value "{value}": {reason}'
    return None
