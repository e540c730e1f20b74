"""Matches texts against regular expressions in the order in which Java tries.

Each node tells for a place of a text where what it matches from there may end, the ends that Java tries first coming
first and none twice. Only whole names are matched and there are no back references, so nothing else is needed, and the
time that a match takes is bounded by a power of the length of the name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from .character_sets import CharacterSet
from .java_widths import Width

Place: TypeAlias = int


class Node(Protocol):
    """A part of an expression."""

    def ends(self, text: str, begin: Place) -> Iterator[Place]:
        """Where the part may end if it begins at a place; texts are made of UTF-16 code units."""
        ...

    def add_width(self, width: Width) -> None:
        """Adds how long a text the part matches."""
        ...


def code_unit_text(text: str) -> str:
    """A text in which characters beyond U+FFFF are two surrogates."""
    if text.isascii() or max(text) < "\U00010000":
        return text
    units = text.encode("utf-16-be", errors="surrogatepass")
    return "".join(chr(int.from_bytes(units[place : place + 2], "big")) for place in range(0, len(units), 2))


def matches(node: Node, text: str) -> bool:
    """Whether a whole text, of code units, matches."""
    return any(end == len(text) for end in node.ends(text, 0))


def _character_at(text: str, place: Place) -> str:
    character = text[place]
    if "\ud800" <= character < "\udc00" and "\udc00" <= text[place + 1 : place + 2] < "\ue000":
        return chr(0x10000 + ((ord(character) & 0x3FF) << 10) + (ord(text[place + 1]) & 0x3FF))
    return character


@dataclass(slots=True)
class One:
    """One character of a set."""

    characters: CharacterSet
    _known: dict[str, bool] = field(default_factory=dict[str, bool])

    def ends(self, text: str, begin: Place) -> Iterator[Place]:
        if begin < len(text):
            character = _character_at(text, begin)
            if self._has(character):
                yield begin + (1 if character < "\U00010000" else 2)

    def _has(self, character: str) -> bool:
        found = self._known.get(character)
        if found is None:
            found = self._known[character] = character in self.characters
        return found

    def add_width(self, width: Width) -> None:
        width.add(1)


@dataclass(slots=True)
class Literal:
    """Several characters in a row, or none."""

    characters: tuple[CharacterSet, ...]
    _ones: tuple[One, ...] = field(init=False)
    _only: str | None = field(init=False)

    def __post_init__(self) -> None:
        self._ones = tuple(map(One, self.characters))
        single = [characters.only for characters in self.characters]
        self._only = None if None in single else code_unit_text("".join(map(str, single)))

    def ends(self, text: str, begin: Place) -> Iterator[Place]:
        if self._only is not None:
            if text.startswith(self._only, begin):
                yield begin + len(self._only)
            return
        for one in self._ones:
            end = next(one.ends(text, begin), None)
            if end is None:
                return
            begin = end
        yield begin

    def add_width(self, width: Width) -> None:
        width.add(len(self.characters))


@dataclass(slots=True)
class Assertion:
    """A condition for the place itself."""

    holds: Callable[[str, Place], bool]

    def ends(self, text: str, begin: Place) -> Iterator[Place]:
        if self.holds(text, begin):
            yield begin

    def add_width(self, width: Width) -> None:
        pass


@dataclass(slots=True)
class Sequence:
    """Parts one behind the other."""

    parts: list[Node]

    def ends(self, text: str, begin: Place) -> Iterator[Place]:
        if len(self.parts) == 1:
            yield from self.parts[0].ends(text, begin)
            return
        if not self.parts:
            yield begin
            return
        tried: set[tuple[int, Place]] = set()
        open_parts = [self.parts[0].ends(text, begin)]
        while open_parts:
            end = next(open_parts[-1], None)
            if end is None:
                open_parts.pop()
            elif (len(open_parts), end) not in tried:
                tried.add((len(open_parts), end))
                if len(open_parts) == len(self.parts):
                    yield end
                else:
                    open_parts.append(self.parts[len(open_parts)].ends(text, end))

    def add_width(self, width: Width) -> None:
        for part in self.parts:
            if width.is_open:
                part.add_width(width)


@dataclass(slots=True)
class Alternatives:
    """One of several parts."""

    branches: list[Node]

    def ends(self, text: str, begin: Place) -> Iterator[Place]:
        tried: set[Place] = set()
        for branch in self.branches:
            for end in branch.ends(text, begin):
                if end not in tried:
                    tried.add(end)
                    yield end

    def add_width(self, width: Width) -> None:
        width.add_alternatives([width_of(branch) for branch in self.branches])


@dataclass(slots=True)
class First:
    """Only the first way in which a part matches."""

    inner: Node

    def ends(self, text: str, begin: Place) -> Iterator[Place]:
        end = next(self.inner.ends(text, begin), None)
        if end is not None:
            yield end

    def add_width(self, width: Width) -> None:
        width.add_first(self.inner.add_width)


def width_of(node: Node) -> Width:
    """How long a text a part matches."""
    width = Width()
    node.add_width(width)
    return width
