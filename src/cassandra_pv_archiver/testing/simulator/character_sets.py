"""Sets of characters as Java's regular expressions and the glob search see them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_LAST_CASED = 0x1E943
"""Beyond this there are no letters with upper and lower case."""
_NEWER = re.compile(
    "[\u1c89\u1c8a\u2c2f\u2c5f\ua7c0\ua7c1\ua7cb-\ua7dc\U00010570-\U000105bc\U00010d50-\U00010d85\U00016ea0-\U00016ed3]"
)
"""Letters with case that Python may know, but not Java 17, whose Unicode is version 13."""


@dataclass(frozen=True, slots=True)
class CharacterSet:
    """A set of characters.

    Attributes:
        ranges: First and last character of each stretch, ascending and apart from each other.
    """

    ranges: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, *characters: str) -> CharacterSet:
        """The set of some characters."""
        return cls.of_ranges((ord(character), ord(character)) for character in characters)

    @classmethod
    def of_ranges(cls, ranges: Iterable[tuple[int, int]]) -> CharacterSet:
        """The union of stretches that may overlap."""
        joined: list[tuple[int, int]] = []
        for first, last in sorted(ranges):
            if joined and first <= joined[-1][1] + 1:
                joined[-1] = joined[-1][0], max(last, joined[-1][1])
            else:
                joined.append((first, last))
        return cls(tuple(joined))

    def __or__(self, other: CharacterSet) -> CharacterSet:
        return CharacterSet.of_ranges((*self.ranges, *other.ranges))

    def __and__(self, other: CharacterSet) -> CharacterSet:
        return ~(~self | ~other)

    def __invert__(self) -> CharacterSet:
        edges = [-1, *(edge for stretch in self.ranges for edge in stretch), sys.maxunicode + 1]
        pairs = zip(edges[::2], edges[1::2], strict=True)
        return CharacterSet(tuple((last + 1, first - 1) for last, first in pairs if last + 1 < first))

    def __contains__(self, character: str) -> bool:
        return any(first <= ord(character) <= last for first, last in self.ranges)

    @property
    def only(self) -> str | None:
        """The character of the set if it has exactly one."""
        if len(self.ranges) != 1 or self.ranges[0][0] != self.ranges[0][1]:
            return None
        return chr(self.ranges[0][0])


def upper(character: str) -> str:
    """The upper case if it is one character."""
    for text in (character.upper(), character.title()):
        if len(text) == 1:
            return _if_known(text, character)
    return character


def lower(character: str) -> str:
    """The lower case, as one character."""
    return _if_known(character.lower()[0], character)


def _if_known(changed: str, character: str) -> str:
    return character if _NEWER.match(changed) or _NEWER.match(character) else changed


def folded(character: str) -> str:
    """What Java compares without regard to case."""
    return lower(upper(character))


@lru_cache(maxsize=1)
def _cased() -> dict[str, list[str]]:
    """All characters for which upper or lower case changes something, by what they are folded to."""
    found: dict[str, list[str]] = {}
    for character in map(chr, range(_LAST_CASED + 1)):
        if upper(character) != character or lower(character) != character:
            found.setdefault(folded(character), []).append(character)
    return found


def same_folded(character: str) -> CharacterSet:
    """All characters that are equal without regard to case."""
    return CharacterSet.of(character, folded(character), *_cased().get(folded(character), ()))


def with_other_case(characters: CharacterSet) -> CharacterSet:
    """A range of characters and those whose upper or lower case is within it."""
    return characters | CharacterSet.of(
        *(
            character
            for alike in _cased().values()
            for character in alike
            if upper(character) in characters or folded(character) in characters
        )
    )


def with_other_ascii_case(characters: CharacterSet) -> CharacterSet:
    """Likewise, for the letters of ASCII only."""
    letters = map(chr, [*range(0x41, 0x5B), *range(0x61, 0x7B)])
    return characters | CharacterSet.of(*(letter for letter in letters if letter.swapcase() in characters))
