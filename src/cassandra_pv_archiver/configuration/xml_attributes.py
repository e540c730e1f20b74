"""The attributes of elements of the server's configuration files (section 4.1 of the reference)."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from .rules import LARGEST, quoted

__all__ = ["CHANNEL", "PARTS", "ROOT", "SPACE", "AttributeProblem", "read_attributes"]

ROOT, CHANNEL = "server-configuration", "channel"
PARTS = ("raw-samples", "decimation-level", "control-system-option")
"""The elements within a channel, in their order."""
SPACE = " \t\r\n"
"""White space as XML has it."""

_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_HINTS = frozenset({f"{_INSTANCE} schemaLocation", f"{_INSTANCE} noNamespaceSchemaLocation"})
_MOST_OF_ELEMENT = 20
"""How many unknown attributes of an element are named."""


class _WrongValueError(Exception):
    """The value of an attribute is wrong; the argument says why."""


def _text(value: str) -> str:
    return value


def _boolean(value: str) -> bool:
    text = value.strip(SPACE)
    if text not in {"true", "false", "1", "0"}:
        raise _WrongValueError(f"{quoted(value)} is neither true nor false: write one of them.")
    return text == "true"


def _seconds(least: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        text = value.strip(SPACE)
        digits = text[1:] if text[:1] in {"+", "-"} else text
        if not (digits.isascii() and digits.isdecimal()):
            raise _WrongValueError(f"{quoted(value)} is not a number of seconds, such as 86400.")
        digits = digits.lstrip("0") or "0"
        number = int(digits) if len(digits) <= len(str(LARGEST)) else LARGEST + 1
        number = -number if text[0] == "-" else number
        if not least <= number <= LARGEST:
            raise _WrongValueError(f"{quoted(value)} is not between {least} and {LARGEST} seconds.")
        return number

    return read


class _Attribute(NamedTuple):
    read: Callable[[str], Any]
    default: Any = None
    is_required: bool = False


_ATTRIBUTES = {
    ROOT: {},
    CHANNEL: {
        "name": _Attribute(_text, is_required=True),
        "control-system-type": _Attribute(_text, is_required=True),
        "enabled": _Attribute(_boolean, default=True),
    },
    "raw-samples": {"retention-period": _Attribute(_seconds(0), 0)},
    "decimation-level": {
        "decimation-period": _Attribute(_seconds(1), is_required=True),
        "retention-period": _Attribute(_seconds(0), 0),
    },
    "control-system-option": {"name": _Attribute(_text, is_required=True), "value": _Attribute(_text, "")},
}


class AttributeProblem(NamedTuple):
    attribute: str
    message: str
    level: Literal["error", "warning"] = "error"


def read_attributes(element: str, attributes: tuple[str, ...]) -> tuple[dict[str, Any] | None, list[AttributeProblem]]:
    """The values of the attributes, given as names and texts in turn; None if not all that are needed are right."""
    known = _ATTRIBUTES[element]
    values = {name: attribute.default for name, attribute in known.items()}
    problems: list[AttributeProblem] = []
    is_usable = True
    for name, text in zip(attributes[::2], attributes[1::2], strict=True):
        attribute = known.get(name)
        if attribute is None:
            if name not in _HINTS and len(problems) < _MOST_OF_ELEMENT:
                problems.append(
                    AttributeProblem(name.rpartition(" ")[2], _unknown_attribute(element, name, list(known)))
                )
            continue
        try:
            values[name] = attribute.read(text)
        except _WrongValueError as error:
            problems.append(AttributeProblem(name, f"The attribute {name} of {element} is wrong: {error}"))
            is_usable = False
        if name == "enabled" and text.strip(SPACE) == "1":
            message = 'The server reads enabled="1" as disabled: write "true" or "false".'
            problems.append(AttributeProblem(name, message, "warning"))
    for name, attribute in known.items():
        if attribute.is_required and name not in attributes[::2]:
            problems.append(AttributeProblem(name, f"The element {element} needs the attribute {name}."))
            is_usable = False
    return values if is_usable else None, problems


def _unknown_attribute(element: str, name: str, known: list[str]) -> str:
    namespace, _, local = name.rpartition(" ")
    if namespace:
        return f"The element {element} cannot have the attribute {local} of the namespace {namespace}."
    near = difflib.get_close_matches(local, known, n=1)
    wanted = f"write {near[0]}" if near else f"it can have {', '.join(known)}" if known else "leave it out"
    return f"The element {element} cannot have the attribute {local}: {wanted}."
