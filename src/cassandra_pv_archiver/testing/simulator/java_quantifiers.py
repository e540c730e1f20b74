"""Parts of a regular expression that are repeated or may be left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from .java_matching import Node, One, Place, width_of
from .java_widths import NO_LIMIT, Width


class Kind(Enum):
    """How a quantifier chooses among the numbers of repetitions."""

    GREEDY = ""
    RELUCTANT = "?"
    POSSESSIVE = "+"


@dataclass(slots=True)
class Optional:
    """A part that may be left out."""

    inner: Node
    kind: Kind
    is_group: bool

    def ends(self, text: str, begin: Place) -> Iterator[Place]:
        if self.kind is Kind.POSSESSIVE:
            yield next(self.inner.ends(text, begin), begin)
            return
        left_out = self.kind is Kind.RELUCTANT
        if left_out:
            yield begin
        for end in self.inner.ends(text, begin):
            if end != begin or not left_out:
                left_out |= end == begin
                yield end
        if not left_out:
            yield begin

    def add_width(self, width: Width) -> None:
        if self.is_group and self.kind is not Kind.POSSESSIVE:
            width.add_alternatives([width_of(self.inner), Width()])
        else:
            width.add_optional(self.inner.add_width)


@dataclass(slots=True)
class Repeated:
    """A part that is repeated; a repetition that matches nothing is the last one."""

    inner: Node
    least: int
    most: int
    kind: Kind
    is_group: bool

    def ends(self, text: str, begin: Place) -> Iterator[Place]:
        if self.kind is Kind.POSSESSIVE:
            end = self._exhausted(text, begin)
            return iter(()) if end is None else iter((end,))
        return self._loop(text, begin)

    def _exhausted(self, text: str, place: Place) -> Place | None:
        for number in range(self.most):
            end = next(self.inner.ends(text, place), None)
            if end is None:
                return None if number < self.least else place
            if end == place:
                break
            place = end
        return place

    def _loop(self, text: str, begin: Place) -> Iterator[Place]:
        given: set[Place] = set()
        for end in self._all_ends(text, begin):
            if end not in given:
                given.add(end)
                yield end

    def _all_ends(self, text: str, begin: Place) -> Iterator[Place]:
        """Goes through all repetitions; what follows a number of them that end at a place is tried only once."""
        is_lazy = self.kind is Kind.RELUCTANT
        if self.most == 0 or (is_lazy and self.least == 0):
            yield begin
        tried: set[tuple[int, Place]] = set()
        begins = [begin]
        repetitions = [self.inner.ends(text, begin)] if self.most else []
        while repetitions:
            number = len(repetitions)
            end = next(repetitions[-1], None)
            if end is None:
                repetitions.pop()
                begin = begins.pop()
                if number > self.least and not is_lazy:
                    yield begin
            elif end == begins[-1] or number == self.most:
                yield end
            elif (state := (min(number, self.least) if self.most == NO_LIMIT else number, end)) not in tried:
                tried.add(state)
                if is_lazy and number >= self.least:
                    yield end
                begins.append(end)
                repetitions.append(self.inner.ends(text, end))

    def add_width(self, width: Width) -> None:
        if self.kind is Kind.GREEDY and self.most == NO_LIMIT and isinstance(self.inner, One) and not self.is_group:
            width.add_greedy(self.least)
            return
        inner = width_of(self.inner)
        if self.is_group and self.kind is not Kind.POSSESSIVE and not inner.is_single:
            width.add_loop()
        else:
            width.add_repeated(inner, self.least, self.most)
