"""Characters and character classes of Java's regular expressions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from .character_sets import (
    CharacterSet,
    folded,
    lower,
    same_folded,
    upper,
    with_other_ascii_case,
    with_other_case,
)
from .java_cursor import Cursor, InexpressibleError

_UNUSUAL_IN_CLASSES = frozenset("\u00ff\u00b5IiSsKk\u00c5\u00e5")
"""Characters of Latin-1 with a partner outside of it; only these look for it within a class."""
_Class: TypeAlias = Callable[[], CharacterSet]


def literal(character: str, flags: frozenset[str], *, alone: bool) -> CharacterSet:
    """The characters that match one of the expression outside of classes.

    Args:
        character: The character.
        flags: Letters of the flags that hold there.
        alone: Whether it stands alone, not beside other characters; it makes a difference for the German sharp s.
    """
    if "i" not in flags:
        return CharacterSet.of(character)
    if "u" not in flags:
        return with_other_ascii_case(CharacterSet.of(character))
    if alone and upper(character) == folded(character):
        return CharacterSet.of(character)
    return same_folded(character)


def character_class(cursor: Cursor) -> CharacterSet:
    """The characters of a class; the cursor moves from its opening bracket to behind its closing one."""
    return _ClassReader(cursor).read(closing=True)()


def _union(left: _Class, right: _Class) -> _Class:
    return lambda: left() | right()


def _intersection(left: _Class, right: _Class) -> _Class:
    return lambda: left() & right()


def _complement(inner: _Class) -> _Class:
    return lambda: ~inner()


class _ClassReader:
    """Reads one class.

    Java keeps single characters of Latin-1 beside everything else and adds them at the end, also those before an
    intersection, whose sides see them as well. So sets are worked out only when the whole class has been read.
    """

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._flags = cursor.flags
        self._singles = CharacterSet()
        self._has_singles = False
        self._found: _Class | None = None
        self._latest: _Class | None = None

    def read(self, *, closing: bool) -> _Class:
        cursor = self._cursor
        character = cursor.next()
        negated = character == "^" and cursor.at(cursor.position - 1) == "["
        if negated:
            character = cursor.next()
        while True:
            if character == "[":
                self._add(_ClassReader(cursor).read(closing=True))
            elif character == "&" and cursor.next() == "&":
                self._intersect()
            elif character == "]" and (self._found is not None or self._has_singles):
                if closing:
                    cursor.next()
                found = self._with_singles()
                return _complement(found) if negated else found
            elif not character:
                raise cursor.error("Unclosed character class")
            else:
                cursor.position -= character == "&"
                self._range()
            character = cursor.peek()

    def _add(self, found: _Class) -> None:
        self._latest = found
        self._found = found if self._found is None else _union(self._found, found)

    def _with_singles(self) -> _Class:
        if self._found is None:
            return self._all_singles
        return _union(self._found, self._all_singles) if self._has_singles else self._found

    def _all_singles(self) -> CharacterSet:
        return self._singles

    def _intersect(self) -> None:
        right = self._right_side()
        if self._has_singles:
            if self._found is None:
                self._latest = self._all_singles
            self._found = self._with_singles()
            self._has_singles = False
        self._latest = right or self._latest
        if self._found is None:
            if right is None:
                raise self._cursor.error("Bad class syntax")
            self._found = right
        elif self._latest is None:
            raise InexpressibleError("an intersection of classes without a right side")
        else:
            self._found = _intersection(self._found, self._latest)

    def _right_side(self) -> _Class | None:
        cursor = self._cursor
        right: _Class | None = None
        character = cursor.next()
        while character not in {"]", "&"}:
            nested = character == "["
            cursor.position -= not nested
            found = _ClassReader(cursor).read(closing=nested)
            right = found if right is None else _union(right, found)
            character = cursor.peek()
        return right

    def _range(self) -> None:
        cursor = self._cursor
        first = cursor.peek()
        cursor.next()
        if cursor.peek() != "-" or cursor.at(cursor.position + 1) in {"[", "]"}:
            self._single(first)
            return
        last = cursor.next()
        cursor.next()
        if last < first:
            raise cursor.error("Illegal character range")
        characters = CharacterSet.of_ranges([(ord(first), ord(last))])
        if "i" in self._flags:
            characters = (with_other_case if "u" in self._flags else with_other_ascii_case)(characters)
        self._add(lambda: characters)

    def _single(self, character: str) -> None:
        by_unicode = self._flags >= {"i", "u"}
        if ord(character) > 0xFF or (by_unicode and character in _UNUSUAL_IN_CLASSES):
            found = literal(character, self._flags, alone=True)
            self._add(lambda: found)
            return
        single = CharacterSet.of(character)
        if by_unicode:
            single |= CharacterSet.of(lower(character), upper(character))
        elif "i" in self._flags:
            single = with_other_ascii_case(single)
        self._singles |= single
        self._has_singles, self._latest = True, None
