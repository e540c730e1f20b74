"""JSON as the Java server writes it (sections 1.1, 2.2, 5 and 6 of the behaviour reference)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from .java_numbers import java_double

_SPECIAL = re.compile('["\\\\\x00-\x1f\ud800-\udfff\U00010000-\U0010ffff]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def java_number(value: float) -> str:
    """A floating-point number; those without a form in JSON are strings."""
    if math.isfinite(value):
        return java_double(value)
    return '"NaN"' if math.isnan(value) else '"Infinity"' if value > 0 else '"-Infinity"'


def java_text(text: str) -> str:
    """A string: characters outside the Basic Multilingual Plane as an escaped pair, nearly all others as they are."""
    return f'"{_SPECIAL.sub(_escaped, text)}"'


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    if character in _SHORT:
        return _SHORT[character]
    units = character.encode("utf-16-be", errors="surrogatepass")
    return "".join(f"\\u{units[place]:02X}{units[place + 1]:02X}" for place in range(0, len(units), 2))


def write(value: Any) -> str:
    """Compact JSON."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return java_text(value)
        case float():
            return java_number(value)
        case int():
            return str(value)
        case Mapping():
            members = cast("Mapping[Any, Any]", value).items()
            return "{" + ",".join(f"{java_text(str(name))}:{write(member)}" for name, member in members) + "}"
        case Sequence():
            return "[" + ",".join(map(write, cast("Sequence[Any]", value))) + "]"
        case _:
            raise TypeError(f"{value!r} has no JSON form")


def write_pretty(value: Any, depth: int = 0) -> str:
    """JSON as with ``prettyPrint``: members on lines of their own, arrays inline."""
    if isinstance(value, Mapping):
        inner = "  " * (depth + 1)
        given = cast("Mapping[Any, Any]", value).items()
        members = [f"{inner}{java_text(str(name))} : {write_pretty(member, depth + 1)}" for name, member in given]
        return "{\n" + ",\n".join(members) + "\n" + "  " * depth + "}" if members else "{ }"
    if isinstance(value, Sequence) and not isinstance(value, str):
        elements = [write_pretty(element, depth) for element in cast("Sequence[Any]", value)]
        return "[ " + ", ".join(elements) + " ]" if elements else "[ ]"
    return write(value)
