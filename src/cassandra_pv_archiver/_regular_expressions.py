r"""Regular expressions without backslashes.

The archive-access service compiles a Java regular expression, but its container refuses every URL with a backslash
(sections 1.4 and 5.4). Simple escapes have an equivalent without one, mostly a character class. Classes are read as
Java reads them, which differs from Python: they nest and intersect, a closing bracket is literal only at the very
beginning, and a hyphen behind a set such as ``\d`` never makes a range.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn, TypeAlias

# Each ends with a range, so that whatever follows in a class is read as it would be behind the escape.
_SETS = {"d": "0-9", "w": "a-zA-Z_0-9", "s": " \t-\r"}
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "a": "\a", "e": "\x1b"}
_HEXADECIMAL = re.compile(r"x([0-9A-Fa-f]{2})|x\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})")
_FLAGS = re.compile(r"\(\?([A-Za-z]+)(?:-[A-Za-z]*)?[:)]")
_PLACED = "]&^-"
"""Characters that can be themselves only at certain places of a class."""

_UNSENDABLE = "\\[\0"
"""Characters that no expression without a backslash, nor any path, can name."""

_INSTEAD = {
    **dict.fromkeys(_UNSENDABLE, "write . for it, which matches any character, and sort out what is found"),
    "": "leave it out",
    **dict.fromkeys("AGZz", "leave it out, as the whole name is compared"),
    **dict.fromkeys("QE", "put each special character between brackets, such as [.]"),
    **dict.fromkeys("pP", "list the characters, such as [a-zA-Z]"),
    **dict.fromkeys("k123456789", "write the group once more, and compare the names that are found"),
    **dict.fromkeys("hHvVRX", "list the characters in a class"),
    "b": "spell out what stands there, or look ahead with (?![a-zA-Z_0-9])",
    "B": "spell out what stands there, or look ahead with (?=[a-zA-Z_0-9])",
}


@dataclass(frozen=True, slots=True)
class _Range:
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class _Set:
    members: str
    negated: bool


@dataclass(frozen=True, slots=True)
class _Nested:
    text: str


_Item: TypeAlias = _Range | _Set | _Nested


def backslash_free(expression: str) -> str:
    """Rewrites a Java regular expression so that it matches the same names and has no backslash.

    Args:
        expression: The expression. One without a backslash is returned as it is, valid or not.

    Raises:
        TypeError: The expression is not text.
        ValueError: A backslash in it has no exact equivalent. The message says where it stands, counted from 0,
            and what to write instead.
    """
    if not isinstance(expression, str):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers without a type checker
        raise TypeError(f"regular_expression is text, not {expression!r}.")
    return _Rewriting(expression).result() if "\\" in expression else expression


def _union(items: list[_Item]) -> str:
    """Writes the class of what any of the items matches."""
    match items:
        case [_Nested(text)]:
            return text
        case [_Set(members, negated)]:
            return f"[^{members}]" if negated else f"[{members}]"
        case _:
            # At the beginning, a circumflex would negate the class.
            return {"^": "[!^&&[^!]]", "^-": "[-^]"}.get(body := _body(items), f"[{body}]")


def _complement(items: list[_Item]) -> str:
    """Writes the class of what none of the items matches; none of them is nested."""
    # Neither a dot nor something that is not a digit: a digit, and not a dot.
    both = [f"[{item.members}]" for item in items if isinstance(item, _Set) and item.negated]
    rest = [item for item in items if not (isinstance(item, _Set) and item.negated)]
    if rest:
        both.append(f"[^{_body(rest)}]")
    return both[0] if len(both) == 1 else f"[{'&&'.join(both)}]"


def _body(items: list[_Item]) -> str:
    parts: list[str] = []
    placed: set[str] = set()
    for item in items:
        if not isinstance(item, _Range):
            parts.append(item.members if isinstance(item, _Set) and not item.negated else _union([item]))
            continue
        first, last = item.first, item.last
        while first in _PLACED and first <= last:
            placed.add(first)
            first = chr(ord(first) + 1)
        if first <= last:
            parts.append(first if first == last else f"{first}-{last}")
    return ("]" if "]" in placed else "") + "".join(parts) + "".join(c for c in "&^-" if c in placed)


class _Rewriting:
    """One expression, and how far it has been read."""

    def __init__(self, expression: str) -> None:
        self._text = expression
        self._at = 0
        self._flags: set[str] = set()
        self._sets: dict[str, int] = {}

    def result(self) -> str:
        parts: list[str] = []
        while self._at < len(self._text):
            parts.append(self._next())
        self._check_flags()
        return "".join(parts)

    def _next(self) -> str:
        character = self._text[self._at]
        if character == "[":
            return self._class()
        if character == "\\":
            return _union([self._escape()])
        flags = _FLAGS.match(self._text, self._at)
        if flags is not None:
            self._flags.update(flags[1])
        self._at += 1
        return character

    def _check_flags(self) -> None:
        """Flags may stand behind what they change (in a group around it), so they are looked at last."""
        if not self._flags.isdisjoint("xc"):
            self._refuse(self._text.index("\\"), "write the expression without the flags x and c")
        folds = {"i", "u"} <= self._flags
        for name, position in self._sets.items():
            if "U" in self._flags or (folds and name in "wW"):
                self._refuse(position, "leave out the flags u and U, or list the characters in a class")

    def _class(self) -> str:
        start = self._at
        negated = self._text.startswith("[^", start)
        self._at += 2 if negated else 1
        operands: list[list[_Item]] = [[]]
        # At the very beginning, a closing bracket is literal.
        while self._peek() != "]" or operands == [[]]:
            if self._text.startswith("&&", self._at):
                operands.append([])
                self._at += 2
                if self._peek() == "&":  # which Java does not take for the beginning of the other side
                    operands.append([])
            else:
                operands[-1].append(self._item())
        self._at += 1
        if not all(operands):
            self._refuse(start, "put something on each side of &&")
        text = self._text[start : self._at]
        position = text.find("\\")
        return text if position < 0 else self._rewritten(operands, negated, start + position)

    def _rewritten(self, operands: list[list[_Item]], negated: bool, position: int) -> str:
        if negated:
            # What Java makes of these depends on its release.
            if len(operands) > 1 or any(isinstance(item, _Nested) for item in operands[0]):
                self._refuse(position, "negate a class only if it has no other class and no && in it")
            return _complement(operands[0])
        if len(operands) == 1:
            return _union(operands[0])
        # Java reads [a&&[b]c&&d] as a and (b or (c and d)).
        if any(len(each) > 1 and isinstance(each[0], _Nested) for each in operands[1:]):
            self._refuse(position, "put each side of && between brackets")
        return f"[{'&&'.join(map(_union, operands))}]"

    def _item(self) -> _Item:
        start = self._at
        if self._text[start] == "[":
            return _Nested(self._class())
        item = self._class_character()
        if not isinstance(item, _Range) or self._peek() != "-" or self._text[self._at + 1 : self._at + 2] in "[]":
            return item
        self._at += 1
        end = self._class_character()
        if not isinstance(end, _Range) or not item.first <= end.last or end.last == "]":
            self._refuse(start, "list the characters of this range")
        return _Range(item.first, end.last)

    def _class_character(self) -> _Item:
        if self._peek() == "\\":
            return self._escape()
        self._at += 1
        return _Range(self._text[self._at - 1], self._text[self._at - 1])

    def _escape(self) -> _Item:
        position = self._at
        name = self._text[position + 1 : position + 2]
        if name.lower() in _SETS:
            self._at += 2
            self._sets.setdefault(name, position)
            return _Set(_SETS[name.lower()], name.isupper())
        character = self._escaped_character(name)
        if not character or character in _UNSENDABLE or 0xD800 <= ord(character) <= 0xDFFF:
            self._refuse(position, _INSTEAD.get(character or name, "write the character itself"))
        return _Range(character, character)

    def _escaped_character(self, name: str) -> str:
        """Reads an escape to its end. Empty if it does not stand for one character."""
        code = _HEXADECIMAL.match(self._text, self._at + 1)
        if code is not None:
            self._at = code.end()
            number = int(code[1] or code[2] or code[3], 16)
            return chr(number) if number <= 0x10FFFF else ""
        self._at += 2
        if name.isascii() and name.isalnum():
            return _CONTROLS.get(name, "")
        return name

    def _peek(self) -> str:
        if self._at >= len(self._text):
            raise ValueError("A character class of the regular expression is not closed.")
        return self._text[self._at]

    def _refuse(self, position: int, instead: str) -> NoReturn:
        what = self._text[position : position + 2]
        raise ValueError(
            f"{what} at position {position} of the regular expression has no exact equivalent without a backslash, "
            f"which the server does not accept: {instead}."
        )
