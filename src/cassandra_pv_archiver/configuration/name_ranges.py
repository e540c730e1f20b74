"""Names that differ only in numbers, as patterns with variables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

__all__ = ["NamePattern", "name_patterns"]

_VARIABLES = ("i", "j", "k")
_FEWEST = 3
"""How many names become a pattern."""
_MARK = "\0"
"""Stands around a variable in a name that is not finished yet."""
_NUMBER = re.compile(r"(?<![0-9])[0-9]{1,9}(?![0-9])", re.ASCII)


class NamePattern(NamedTuple):
    """Names of channels.

    Attributes:
        name: The name with places for variables; the name itself if there are none.
        variables: The variables with their ranges.
    """

    name: str
    variables: dict[str, str]


class _Item(NamedTuple):
    text: str
    variables: tuple[tuple[str, int, str], ...]
    """Names, widths and ranges."""


_Around = tuple[str, str, tuple[tuple[str, int, str], ...]]
"""What is before a number and behind it, and the variables that the name has already."""


def name_patterns(names: Sequence[str]) -> list[NamePattern]:
    """Patterns that stand for exactly these names, in the order of the first name of each.

    Three or more names that differ in one number become one pattern, and patterns that differ in one number again.
    """
    items = [_Item(name, ()) for name in names]
    for variable in _VARIABLES:
        items = _with_variable(items, variable)
    return [_pattern(item) for item in items]


def _with_variable(items: list[_Item], variable: str) -> list[_Item]:
    """Joins items that differ in one number."""
    alike: dict[_Around, list[tuple[int, str]]] = {}
    for place, item in enumerate(items):
        if item.text.count(_MARK) == 2 * len(item.variables):  # otherwise the name itself has such a character
            for found in _NUMBER.finditer(item.text):
                key = (item.text[: found.start()], item.text[found.end() :], item.variables)
                alike.setdefault(key, []).append((place, found[0]))
    joined: dict[int, _Item] = {}
    taken: set[int] = set()
    for (before, after, variables), members in sorted(alike.items(), key=lambda pair: -len(pair[1])):
        free = [(place, text) for place, text in members if place not in taken]
        width = _width(text for _, text in free)
        fitting = [(place, int(text)) for place, text in free if f"{int(text):0{width}d}" == text]
        ranges = _ranges(sorted(number for _, number in fitting))
        if fitting and len(fitting) >= _FEWEST * len(ranges):
            text = f"{before}{_MARK}{variable}{_MARK}{after}"
            first = min(place for place, _ in fitting)
            joined[first] = _Item(text, (*variables, (variable, width, ", ".join(ranges))))
            taken |= {place for place, _ in fitting}
    return [joined.get(place, item) for place, item in enumerate(items) if place in joined or place not in taken]


def _width(texts: Iterable[str]) -> int:
    """To how many digits numbers are filled with zeros; 1 if they are not."""
    padded = Counter(len(text) for text in texts if text[0] == "0" and len(text) > 1)
    return padded.most_common(1)[0][0] if padded else 1


def _ranges(numbers: list[int]) -> list[str]:
    found: list[str] = []
    for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        first, *_, last = [number for _, number in run] * 2
        found.append(str(first) if first == last else f"{first}..{last}")
    return found


def _pattern(item: _Item) -> NamePattern:
    if not item.variables:
        return NamePattern(item.text, {})
    text = item.text.replace("{", "{{").replace("}", "}}")
    for variable, width, _ in item.variables:
        place = f"{{{variable}:0{width}d}}" if width > 1 else f"{{{variable}}}"
        text = text.replace(f"{_MARK}{variable}{_MARK}", place)
    return NamePattern(text, {variable: ranges for variable, _, ranges in item.variables})
