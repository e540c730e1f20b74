"""JSON as the servers write it: read strictly, and the rules of its text (sections 1.1, 2.2 and 6)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn, cast

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|.)")
_PLAIN_FLOAT = re.compile(r"-?(?:0|[1-9]\d*)\.\d+")
_SCIENTIFIC_FLOAT = re.compile(r"-?[1-9]\.\d+E-?[1-9]\d*")


class JavaFloat(float):
    """A number that was written with a fraction or an exponent, with the text that stood there."""

    text: str

    def __new__(cls, text: str) -> JavaFloat:
        number = super().__new__(cls, text)
        number.text = text
        return number

    @property
    def is_java_notation(self) -> bool:
        """Whether the text is one that Java writes (section 6)."""
        if self == 0 or 1e-3 <= abs(self) < 1e7:
            return _PLAIN_FLOAT.fullmatch(self.text) is not None
        return _SCIENTIFIC_FLOAT.fullmatch(self.text) is not None


def read(body: bytes) -> Any:
    """Reads a body.

    Raises:
        ValueError: It is not JSON in UTF-8, or an object has two members of the same name.
    """
    text = body.decode("utf-8")
    return json.loads(text, parse_float=JavaFloat, parse_constant=_no_constant, object_pairs_hook=_object)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) != len(members):
        names = [name for name, _ in members]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the member {twice!r} stands twice in an object")
    return found


def deviations(body: bytes) -> Iterator[tuple[str, str]]:
    """What the text of a valid, compact reply should have been, and what it is (section 1.1)."""
    text = body.decode("utf-8")
    space = re.search(r"\s", _STRING.sub('""', text))
    if space is not None:
        yield "compact JSON, without white space", "white space between its parts"
    for literal in _STRING.findall(text):
        beyond = re.search(r"[\U00010000-\U0010ffff]", literal)
        if beyond is not None:
            yield (
                "characters outside the Basic Multilingual Plane escaped as surrogate pairs",
                f"U+{ord(beyond[0]):X} as it is",
            )
        for match in _ESCAPE.finditer(literal):
            unit = match[1] and int(match[1], 16)
            if unit and unit >= 0x20 and not 0xD800 <= unit < 0xE000:
                yield "characters of the Basic Multilingual Plane as they are", f"the escape {match[0]}"


def as_object(value: Any) -> dict[str, Any]:
    """The value if it is an object, else an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def as_objects(value: Any) -> list[dict[str, Any]]:
    """The objects in the value if it is an array, else none."""
    elements = cast("list[Any]", value) if isinstance(value, list) else []
    return [element for element in elements if isinstance(element, dict)]
