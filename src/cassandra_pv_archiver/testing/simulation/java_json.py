"""JSON as the Java server writes it (sections 1.1, 2.2, 6)."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def java_double(value: float) -> str:
    """A floating-point number in Java's notation: with a fraction, and an exponent below 1E-3 and from 1E7 on."""
    if math.isnan(value):
        return '"NaN"'
    if math.isinf(value):
        return '"Infinity"' if value > 0 else '"-Infinity"'
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        text = format(value, "f") if "e" in repr(value) else repr(value)
        return text if "." in text else text + ".0"
    mantissa, exponent = _scientific(value)
    return f"{mantissa}E{exponent}"


def _scientific(value: float) -> tuple[str, int]:
    sign = "-" if value < 0 else ""
    text = repr(abs(value))
    digits, _, exponent_text = text.partition("e")
    whole, _, fraction = digits.partition(".")
    exponent = int(exponent_text or 0) + len(whole) - 1
    significant = whole + fraction
    leading = len(significant) - len(significant.lstrip("0"))
    exponent -= leading
    significant = significant.lstrip("0").rstrip("0") or "0"
    return f"{sign}{significant[0]}.{significant[1:] or '0'}", exponent


def java_text(text: str) -> str:
    """A JSON string: characters outside the Basic Multilingual Plane as an escaped pair, all others as they are."""
    return _ASTRAL.sub(lambda match: json.dumps(match[0])[1:-1].upper().replace("\\U", "\\u"), _quote(text))


def _quote(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return re.sub(r"\\u00([0-9a-f]{2})", lambda match: f"\\u00{match[1].upper()}", quoted)


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
            return java_double(value)
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
    """JSON as with ``prettyPrint``: members on lines of their own, arrays inline (section 5)."""
    if isinstance(value, Mapping):
        members = [
            f"{'  ' * (depth + 1)}{java_text(str(name))} : {write_pretty(member, depth + 1)}"
            for name, member in cast("Mapping[Any, Any]", value).items()
        ]
        return "{\n" + ",\n".join(members) + "\n" + "  " * depth + "}" if members else "{ }"
    if isinstance(value, Sequence) and not isinstance(value, str):
        elements = [write_pretty(element, depth) for element in cast("Sequence[Any]", value)]
        return "[ " + ", ".join(elements) + " ]" if elements else "[ ]"
    return write(value)
