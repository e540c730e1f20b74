"""Characters and character classes of Java's regular expressions."""

from __future__ import annotations

from dataclasses import dataclass

from .character_sets import (
    CharacterSet,
    folded,
    lower,
    same_folded,
    upper,
    with_other_ascii_case,
    with_other_case,
)

_UNUSUAL_IN_CLASSES = frozenset("\u00ff\u00b5IiSsKk\u00c5\u00e5")
"""Characters of Latin-1 with a partner outside of it; only these look for it within a class."""


class InvalidExpressionError(Exception):
    """Java refuses the expression.

    Args:
        problem: What is wrong.
        position: Where, counted in characters from 0.
    """

    def __init__(self, problem: str, position: int) -> None:
        super().__init__(problem, position)
        self.problem = problem
        self.position: int = position

    def __str__(self) -> str:
        return self.problem if self.position < 0 else f"{self.problem} near index {self.position}"


class InexpressibleError(Exception):
    """The expression may be right, but the simulator cannot say exactly what Java would find."""


@dataclass(slots=True)
class Flags:
    """Which flags hold at a place of an expression.

    Attributes:
        letters: Their letters.
    """

    letters: frozenset[str] = frozenset()

    @property
    def ignore_case(self) -> bool:
        """Whether case does not matter in ASCII."""
        return "i" in self.letters

    @property
    def unicode_case(self) -> bool:
        """Whether, if case does not matter, it does not in all of Unicode."""
        return not self.letters.isdisjoint("uU")


def literal(character: str, flags: Flags, *, alone: bool) -> CharacterSet:
    """The characters that match one of the expression outside of classes.

    Args:
        character: The character.
        flags: The flags.
        alone: Whether it stands alone, not beside other characters; it makes a difference for the German sharp s.
    """
    if not flags.ignore_case:
        return CharacterSet.of(character)
    if not flags.unicode_case:
        return with_other_ascii_case(CharacterSet.of(character))
    if alone and upper(character) == folded(character):
        return CharacterSet.of(character)
    return same_folded(character)


def _single_in_class(character: str, flags: Flags) -> CharacterSet:
    is_usual = ord(character) < 0x100 and character not in _UNUSUAL_IN_CLASSES
    if flags.ignore_case and flags.unicode_case and is_usual and not character.isascii():
        return CharacterSet.of(lower(character), upper(character))
    return literal(character, flags, alone=True)


class ClassReader:
    """Reads a character class.

    Args:
        text: The expression.
        position: The place behind the opening bracket.
        flags: The flags that hold there.
    """

    def __init__(self, text: str, position: int, flags: Flags) -> None:
        self._text = text
        self._flags = flags
        self.position: int = position

    def _peek(self, ahead: int = 0) -> str:
        place = self.position + ahead
        if place >= len(self._text):
            return ""
        character = self._text[place]
        if "x" in self._flags.letters and (character == "#" or character in " \t\n\v\f\r"):
            raise InexpressibleError("white space or a comment within a character class")
        return character

    def read(self) -> CharacterSet:
        """The characters of the class; afterwards the position is behind the closing bracket."""
        negated = self._peek() == "^"
        self.position += negated
        found = self._union(closing=True)
        return ~found if negated else found

    def _union(self, *, closing: bool) -> CharacterSet:
        """The rest of a class up to its bracket, which is passed only if asked."""
        found: CharacterSet | None = None
        intersected = False
        while True:
            character = self._peek()
            if not character:
                raise InvalidExpressionError("Unclosed character class", len(self._text) - 1)
            if character == "]" and found is not None:
                self.position += closing
                return found
            if character == "&" and self._peek(1) == "&":
                found = self._intersection(found)
                intersected = True
                continue
            if intersected:
                raise InexpressibleError("characters behind an intersection of classes")
            item = self._nested() if character == "[" else self._range()
            found = item if found is None else found | item

    def _nested(self) -> CharacterSet:
        self.position += 1
        return self.read()

    def _intersection(self, left: CharacterSet | None) -> CharacterSet:
        self.position += 2
        right: CharacterSet | None = None
        while self._peek() not in {"]", "&"}:
            if not self._peek():
                raise InvalidExpressionError("Unclosed character class", len(self._text) - 1)
            item = self._nested() if self._peek() == "[" else self._union(closing=False)
            right = item if right is None else right | item
        if right is None:
            raise InexpressibleError("an intersection of classes without a right side")
        return right if left is None else left & right

    def _range(self) -> CharacterSet:
        first = self._peek()
        self.position += 1
        last = self._peek(1)
        if self._peek() != "-" or last in {"[", "]", ""}:
            return _single_in_class(first, self._flags)
        self.position += 2
        if last < first:
            raise InvalidExpressionError("Illegal character range", self.position - 1)
        characters = CharacterSet.of_ranges([(ord(first), ord(last))])
        if not self._flags.ignore_case:
            return characters
        return with_other_case(characters) if self._flags.unicode_case else with_other_ascii_case(characters)
