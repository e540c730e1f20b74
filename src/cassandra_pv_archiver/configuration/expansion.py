"""Variables of groups and channels, and texts with places for them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

__all__ = ["MOST_CHANNELS", "Variables", "filled", "number_of_values", "values_of"]

MOST_CHANNELS = 1_000_000
"""How many channels one file may have."""

Variables = Mapping[str, int | str]

_LONGEST_SHOWN = 80
_RANGE = re.compile(r"(-?[0-9]{1,9})(?:\.\.(-?[0-9]{1,9})(?:\.\.([0-9]{1,9}))?)?")
_VARIABLE = re.compile("[A-Za-z_][A-Za-z0-9_]*")
_PLACE = re.compile(r"\{\{|\}\}|\{(?P<name>[^{}:]*)(?::(?P<form>[^{}]*))?\}|[{}]")
_FORM = re.compile("(0?)([1-9]?)([dxX]?)")


def values_of(variables: Mapping[str, str | Sequence[int | str]]) -> dict[str, Sequence[int | str]]:
    """The values of each variable.

    Raises:
        ValueError: A name is no name, or its values are none.
    """
    for name in variables:
        if not _VARIABLE.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a variable: write letters, digits and underscores.")
    found = {name: _numbers(given) if isinstance(given, str) else given for name, given in variables.items()}
    for name, values in found.items():
        if not values:
            raise ValueError(f"The variable {name} has no values.")
    return found


def _numbers(text: str) -> list[int]:
    ranges: list[range] = []
    for part in text.split(","):
        found = _RANGE.fullmatch(part.strip())
        if found is None:
            raise ValueError(f"{_shown(text)} is not a range: write '1..24', '0..100..10' (every tenth) or '1..4, 7'.")
        first, last, step = int(found[1]), int(found[2] or found[1]), int(found[3] or 1)
        if step == 0 or last < first:
            raise ValueError(f"{part.strip()!r} has no numbers: write the smaller one first, and a step of at least 1.")
        ranges.append(range(first, last + 1, step))
    if sum(map(len, ranges)) > MOST_CHANNELS:
        raise ValueError(f"{_shown(text)} has more than {MOST_CHANNELS} numbers.")
    return [number for each in ranges for number in each]


def number_of_values(values: Mapping[str, Sequence[int | str]]) -> int:
    """How many combinations there are."""
    return math.prod(map(len, values.values()))


def combinations(values: Mapping[str, Sequence[int | str]]) -> Iterator[Variables]:
    """Each combination, the last variable running fastest."""
    for chosen in product(*values.values()):
        yield dict(zip(values, chosen, strict=True))


def filled(text: str, variables: Variables) -> str:
    """A text with its places filled in; as it is if there are no variables.

    Raises:
        ValueError: A place has no variable, or a form that does not fit it.
    """
    if not variables or ("{" not in text and "}" not in text):
        return text

    def fill(place: re.Match[str]) -> str:
        if place[0] in {"{{", "}}"}:
            return place[0][0]
        if place["name"] not in variables:
            known = ", ".join(f"{{{name}}}" for name in variables)
            raise ValueError(
                f"{_shown(place[0])} in {_shown(text)} is none of {known}; braces of the name itself are doubled."
            )
        return _formatted(variables[place["name"]], place["form"] or "", place[0])

    return _PLACE.sub(fill, text)


def _shown(text: str) -> str:
    return repr(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}...")


def _formatted(value: int | str, form: str, place: str) -> str:
    parts = _FORM.fullmatch(form)
    if parts is None or (parts[1] and not parts[2]):
        raise ValueError(f"{_shown(place)} has an unknown form: write {{name}}, {{name:02d}} or {{name:02X}}.")
    if not form:
        return str(value)
    if isinstance(value, str):
        raise ValueError(f"{place!r} is for numbers, but the value is the text {_shown(value)}.")
    return format(value, form)
