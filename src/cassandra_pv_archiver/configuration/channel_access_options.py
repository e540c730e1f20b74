"""The options of the control-system type ``channel_access`` (section 8 of the reference).

The web services take any option, but the channel is then in the state ``error`` with the message that is given here.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from .rules import code_units, quoted

__all__ = ["CHANNEL_ACCESS", "OptionProblem", "option_problems"]

CHANNEL_ACCESS = "channel_access"
"""The control-system type whose options are known."""

_MASK_TOKENS = {"value", "archive", "alarm", "property"}
_LONGEST_SECONDS = 2.0**63 / 1e9
_SHORTEST_SECONDS = 0.5e-9
_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?[fd]?", re.ASCII | re.IGNORECASE)
_HEXADECIMAL = re.compile(r"[+-]?0x(?:[\da-f]+\.?|[\da-f]*\.[\da-f]+)p[+-]?\d+[fd]?", re.ASCII | re.IGNORECASE)
_SPELLED = re.compile(r"[+-]?(?:NaN|Infinity)")
_JAVA_BLANKS = "".join(map(chr, range(0x21)))


class OptionProblem(NamedTuple):
    """A Channel Access option that puts its channel into the state ``error``.

    Attributes:
        option: The name of the option.
        message: The server's message.
        hint: What may be meant, as a sentence; None if nothing can be said.
    """

    option: str
    message: str
    hint: str | None = None


def option_problems(options: Mapping[str, str]) -> list[OptionProblem]:
    """What is wrong with the options of a Channel Access channel, in the order of their names.

    The server reports only the first.
    """
    found = list(_problems(options))
    if not found:
        found = list(_conflict(options))
    return found


def _problems(options: Mapping[str, str]) -> Iterator[OptionProblem]:
    for option in sorted(options, key=code_units):
        check = _CHECKS.get(option)
        if check is None:
            near = difflib.get_close_matches(option, _CHECKS, n=1)
            hint = f"Write {near[0]}." if near else f"There are {', '.join(_CHECKS)}."
            yield OptionProblem(option, f"The control-system option {quoted(option)} is not supported.", hint)
        elif options[option]:  # an empty value counts as not given
            reason = check(options[option])
            if reason is not None:
                yield _invalid(option, options[option], reason, _HINTS.get(check))


def _conflict(options: Mapping[str, str]) -> Iterator[OptionProblem]:
    # A server-wide default may conflict with what is given here, too, but nobody can know it offline.
    longest, shortest = (_seconds_of(options.get(name) or "0") for name in ("maxUpdatePeriod", "minUpdatePeriod"))
    if longest and shortest and longest < shortest:
        reason = "The maxUpdatePeriod cannot be less than the minUpdatePeriod."
        hint = f"Write at least {options['minUpdatePeriod']}, or 0 for no limit."
        yield _invalid("maxUpdatePeriod", options["maxUpdatePeriod"], reason, hint)


def _invalid(option: str, value: str, reason: str, hint: str | None) -> OptionProblem:
    message = f"The control-system option {quoted(option)} has the invalid value {quoted(value)}: {reason}"
    return OptionProblem(option, message, hint)


def _clock_source(value: str) -> str | None:
    known = value.lower() in {"local", "origin", "prefer_origin"}
    return None if known else "There is no such enum value for this type."


def _flag(value: str) -> str | None:
    known = value.lower() in {"true", "false"}
    return None if known else 'Invalid value for boolean flag. The value must be "true" or "false".'


def _mask(value: str) -> str | None:
    tokens = [token for token in re.split(r"[,| \t]", value) if token]
    if not tokens:
        return "The Channel Access event mask must not be empty."
    wrong = next((token for token in tokens if token.lower() not in _MASK_TOKENS), None)
    return None if wrong is None else f"Invalid token in Channel Access event mask: {quoted(wrong)}."


def _seconds(value: str) -> str | None:
    seconds = _seconds_of(value)
    if seconds is None:
        return "This value does not represent a valid double-precision floating-point number."
    if not math.isfinite(seconds):
        return "The value must represent a finite number."
    if abs(seconds) >= _LONGEST_SECONDS:
        return f"The specified value is too {'large' if seconds > 0 else 'small'}."
    if seconds and abs(seconds) < _SHORTEST_SECONDS:
        return "The specified value is too close to zero (its absolute value is too small)."
    return "The value must not be negative." if seconds < 0 else None


def _seconds_of(value: str) -> float | None:
    """The number as Java reads it."""
    text = value.strip(_JAVA_BLANKS)
    if _SPELLED.fullmatch(text):
        return float(text.replace("Infinity", "inf"))
    if _DECIMAL.fullmatch(text):
        return float(text.rstrip("fFdD"))
    if _HEXADECIMAL.fullmatch(text):
        try:
            return float.fromhex(text.rstrip("fFdD"))
        except OverflowError:
            return math.inf
    return None


def _any_text(_value: str) -> str | None:
    return None


_CHECKS: dict[str, Callable[[str], str | None]] = {
    "clockSource": _clock_source,
    "enablingChannel": _any_text,
    "maxClockSkew": _seconds,
    "maxUpdatePeriod": _seconds,
    "metaDataMonitorMask": _mask,
    "minUpdatePeriod": _seconds,
    "monitorMask": _mask,
    "writeSampleWhenDisabled": _flag,
    "writeSampleWhenDisconnected": _flag,
}

_HINTS: dict[Callable[[str], str | None], str] = {
    _clock_source: "Write local, origin or prefer_origin.",
    _mask: "Write one or more of value, archive, alarm and property, separated by commas or blanks.",
    _seconds: "Write a number of seconds such as 0.5, or 0 to switch it off.",
}
