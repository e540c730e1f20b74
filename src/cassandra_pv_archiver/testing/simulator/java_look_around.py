"""Conditions of a regular expression for what stands before or behind a place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .java_matching import Node, Place
from .java_widths import Width


@dataclass(slots=True)
class LookAhead:
    """Whether a part matches from here on, or does not."""

    inner: Node
    is_negative: bool

    def ends(self, text: str, begin: Place) -> Iterator[Place]:
        if (next(self.inner.ends(text, begin), None) is None) is self.is_negative:
            yield begin

    def add_width(self, width: Width) -> None:
        pass


@dataclass(slots=True)
class LookBehind:
    """Whether a part matches up to here, or does not.

    Java tries the beginnings that are as far away as it knows the part to be long; it counts them in code units unless
    the expression has a character beyond U+FFFF behind the beginning of the part.
    """

    inner: Node
    is_negative: bool
    counts_characters: bool
    least: int
    most: int

    def ends(self, text: str, begin: Place) -> Iterator[Place]:
        found = any(end == begin for place in self._beginnings(text, begin) for end in self.inner.ends(text, place))
        if found is not self.is_negative:
            yield begin

    def _beginnings(self, text: str, place: Place) -> Iterator[Place]:
        first, last = self._back(text, place, self.most), self._back(text, place, self.least)
        begin = last
        while begin >= max(first, 0):
            yield begin
            begin = self._back(text, begin, 1) if begin > first else begin - 1

    def _back(self, text: str, place: Place, number: int) -> Place:
        if not self.counts_characters:
            begin = place - number
            return begin if begin < 2**31 else begin - 2**32
        while number > 0 and place > 0:
            is_pair = "\udc00" <= text[place - 1] < "\ue000" and place > 1 and "\ud800" <= text[place - 2] < "\udc00"
            place -= 2 if is_pair else 1
            number -= 1
        return place

    def add_width(self, width: Width) -> None:
        pass
