"""Java's regular expressions as far as they can be sent.

A backslash cannot be part of a request (section 1.4), so there are no escapes, and neither back references nor
predefined classes.
"""

from __future__ import annotations

import re

from .character_sets import CharacterSet
from .java_assertions import LINE_ENDS, line_begin, line_end
from .java_classes import character_class, literal
from .java_cursor import Cursor, InexpressibleError
from .java_look_around import LookAhead, LookBehind
from .java_matching import Alternatives, Assertion, First, Literal, Node, One, Sequence, width_of
from .java_quantifiers import Kind, Optional, Repeated
from .java_widths import NO_LIMIT

_FLAGS = frozenset("idmsuxUc")
_META = frozenset("?*+{$.^([|)")
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_DIGITS = frozenset("0123456789")
_ANY = ~CharacterSet()
_DEEPEST = 50


def parsed(expression: str) -> Node:
    """What an expression matches.

    Raises:
        InvalidExpressionError: It is none by Java's rules.
        InexpressibleError: The simulator does not know exactly what it would match.
    """
    if "\\" in expression:
        raise InexpressibleError("a backslash, which cannot be part of a request")
    return _Reader(expression).read()


def literal_of(text: str, flags: frozenset[str]) -> Node:
    """Characters that stand for themselves."""
    characters = [literal(character, flags, alone=len(text) == 1) for character in text]
    return One(characters[0]) if len(text) == 1 else Literal(tuple(characters))


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._cursor = Cursor(text)
        self._names: set[str] = set()
        self._depth = 0

    def read(self) -> Node:
        whole = self._alternatives()
        if self._cursor.position < len(self._text):
            raise self._cursor.error("Unmatched closing ')'")
        return whole

    def _alternatives(self) -> Node:
        branches = [self._sequence()]
        while self._cursor.peek() == "|":
            self._cursor.next()
            branches.append(self._sequence())
        return branches[0] if len(branches) == 1 else Alternatives(branches)

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while (character := self._cursor.peek()) and character not in "|)":
            if character in "?*+":
                self._cursor.next()
                raise self._cursor.error(f"Dangling meta character '{character}'")
            if character == "(":
                group = self._group()
                parts += [] if group is None else [group]
            else:
                parts.append(self._quantified(self._single(character)))
        return parts[0] if len(parts) == 1 else Sequence(parts)

    def _single(self, character: str) -> Node:
        if character == "[":
            if "c" in self._cursor.flags:
                raise InexpressibleError("a character class with the flag for canonical equivalence")
            return One(character_class(self._cursor))
        if character not in "^$.":
            return self._literal()
        flags = self._cursor.flags
        self._cursor.next()
        if character == ".":
            return One(_dot(flags))
        return Assertion(line_begin(flags) if character == "^" else line_end(flags))

    def _literal(self) -> Node:
        """Characters that stand for themselves; a quantifier behind them belongs to the last one."""
        cursor = self._cursor
        text, last = "", cursor.position
        character = cursor.peek()
        while character and character not in _META:
            last = cursor.position
            text += character
            character = cursor.next()
        if len(text) > 1 and character and character in "?*+{":
            cursor.position = last
            text = text[:-1]
        return literal_of(text, cursor.flags)

    # Quantifiers

    def _quantified(self, inner: Node, *, is_group: bool = False) -> Node:
        bounds = self._quantifier()
        if bounds is None:
            return inner
        kind = self._kind()
        if bounds == (0, 1):
            return Optional(inner, kind, is_group=is_group)
        return Repeated(inner, *bounds, kind, is_group=is_group)

    def _quantifier(self) -> tuple[int, int] | None:
        known = {"?": (0, 1), "*": (0, NO_LIMIT), "+": (1, NO_LIMIT)}
        character = self._cursor.peek()
        return self._counted() if character == "{" else known.get(character)

    def _kind(self) -> Kind:
        kind = {"?": Kind.RELUCTANT, "+": Kind.POSSESSIVE}.get(self._cursor.next(), Kind.GREEDY)
        if kind is not Kind.GREEDY:
            self._cursor.next()
        return kind

    def _counted(self) -> tuple[int, int]:
        """The numbers within braces, whose closing one is the next character then."""
        cursor = self._cursor
        character = cursor.skip()
        if character not in _DIGITS:
            raise cursor.error("Illegal repetition")
        least, character = self._number(character)
        most = least
        if character == ",":
            character = cursor.read()
            most, character = (NO_LIMIT, character) if character == "}" else self._number(character)
        if character != "}":
            raise cursor.error("Unclosed counted closure")
        if most < least:
            raise cursor.error("Illegal repetition range")
        cursor.position -= 1
        return least, most

    def _number(self, character: str) -> tuple[int, str]:
        """A number of which the first digit has been passed, and the character behind it."""
        number = 0
        while character in _DIGITS:
            number = number * 10 + int(character)
            if number > NO_LIMIT:
                raise self._cursor.error("Illegal repetition range")
            character = self._cursor.read()
        return number, character

    # Groups

    def _group(self) -> Node | None:
        """A group with its quantifier; None if it only sets flags for what follows."""
        cursor = self._cursor
        flags = cursor.flags
        if self._depth == _DEEPEST:
            raise InexpressibleError(f"groups that are nested more than {_DEEPEST} deep")
        self._depth += 1
        opening = ""
        if cursor.next() == "?":
            found = self._opening()
            if found is None:
                self._depth -= 1
                return None
            opening = found
        begin = cursor.position
        inner = self._alternatives()
        look_behind = self._look_behind(opening, inner, begin) if opening in {"<=", "<!"} else None
        if cursor.read() != ")":
            raise cursor.error("Unclosed group")
        cursor.flags = flags
        self._depth -= 1
        if look_behind is not None:
            return self._quantified(look_behind)
        if opening in {"=", "!"}:
            return self._quantified(LookAhead(inner, opening == "!"))
        if opening == ">":
            return self._quantified(First(inner))
        return self._quantified(inner, is_group=True)

    def _opening(self) -> str | None:
        """What follows the question mark of a group; None if it ends with the flags that it sets."""
        cursor = self._cursor
        character = cursor.skip()
        if character in {":", "=", "!", ">"}:
            return character
        if character == "<":
            character = cursor.read()
            return f"<{character}" if character in {"=", "!"} else self._name(character)
        if character in {"$", "@"}:
            raise cursor.error("Unknown group type")
        cursor.position -= 1
        self._read_flags()
        end = cursor.read()
        if end not in {")", ":"}:
            raise cursor.error("Unknown inline modifier")
        return None if end == ")" else end

    def _name(self, character: str) -> str:
        name = ""
        if character not in _LETTERS:
            raise self._cursor.error("capturing group name does not start with a Latin letter")
        while character in _LETTERS | _DIGITS:
            name += character
            character = self._cursor.read()
        if character != ">":
            raise self._cursor.error("named capturing group is missing trailing '>'")
        if name in self._names:
            raise self._cursor.error(f"Named capturing group <{name}> is already defined")
        self._names.add(name)
        return ""

    def _read_flags(self) -> None:
        cursor = self._cursor
        letter, adding = cursor.peek(), True
        while (letter and letter in _FLAGS) or (letter == "-" and adding):
            if letter == "-":
                adding = False
            else:
                flag = {"u" if letter == "U" else letter}
                cursor.flags = cursor.flags | flag if adding else cursor.flags - flag
            letter = cursor.next()

    def _look_behind(self, opening: str, inner: Node, begin: int) -> Node:
        width = width_of(inner)
        if not width.has_maximum:
            raise self._cursor.error("Look-behind group does not have an obvious maximum length")
        counts_characters = re.search("[\U00010000-\U0010ffff]", self._text[begin:]) is not None
        if counts_characters and width.most < 0:
            raise InexpressibleError("a look-behind for texts of unlimited length, beside characters beyond U+FFFF")
        return LookBehind(inner, opening == "<!", counts_characters, width.least, width.most)


def _dot(flags: frozenset[str]) -> CharacterSet:
    if "s" in flags:
        return _ANY
    return ~CharacterSet.of("\n") if "d" in flags else ~CharacterSet.of(*LINE_ENDS)
