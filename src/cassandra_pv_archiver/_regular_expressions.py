"""Java regular expressions without backslashes, which the archive-access service cannot receive (section 1.4)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_SETS = {"d": "0-9", "w": "a-zA-Z_0-9", "s": " \t\n\x0b\f\r"}
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "a": "\a", "e": "\x1b"}
_SPECIAL = frozenset(".{()*+?$|")
"""What means something outside of a class and nothing inside."""
_CARET = "[!^&&[^!]]"
"""A class of the caret alone: it stands for itself only where it is not the first in a class."""
_UNSAFE_ENDS = frozenset("[]^-&\\")
# In these modes white space, or what \\w and \\d stand for, is not what it is otherwise.
_UNCERTAIN_MODES = re.compile(r"\(\?[a-zA-Z]*[xuU]")

_ALTERNATIVES = {
    "[": "use ? in a glob pattern in its place",
    "\\": "no name with a backslash can be reached on this service",
    "b": "name the characters around the word",
    "B": "name the characters around the word",
    "A": "leave it out, because the whole name has to match",
    "z": "leave it out, because the whole name has to match",
    "Z": "leave it out, because the whole name has to match",
    "G": "leave it out, because the whole name has to match",
    "p": "list the characters, such as [A-Z]",
    "P": "list the characters, such as [^A-Z]",
    "Q": "put each special character into a class, such as [.]",
    "E": "put each special character into a class, such as [.]",
    "k": "write the text of the group once more",
    "x": "write the character itself",
    "u": "write the character itself",
    "0": "write the character itself",
    "c": "write the character itself",
}


def backslash_free(expression: str) -> str:
    r"""Rewrites a Java regular expression into an equal one without backslashes.

    ``\d``, ``\w``, ``\s``, their opposites and escaped punctuation become classes. An expression without backslashes
    is given back as it is.

    Raises:
        TypeError: The expression is not text.
        ValueError: It has an escape that cannot be rewritten; the message has its position and an alternative.
    """
    if not isinstance(expression, str):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers without a type checker
        raise TypeError(f"regular_expression is text, not {expression!r}.")
    if "\\" not in expression:
        return expression
    mode = _UNCERTAIN_MODES.search(expression)
    if mode is not None:
        raise _refusal(expression, expression.index("\\"), "write it without the modes x, u and U, or without escapes")
    rewritten: list[str] = []
    position = 0
    while position < len(expression):
        if expression[position] == "\\":
            rewritten.append(_outside(expression, position))
            position += 2
        elif expression[position] == "[":
            text, position = _class(expression, position)
            rewritten.append(text)
        else:
            rewritten.append(expression[position])
            position += 1
    return "".join(rewritten)


def _refusal(expression: str, position: int, alternative: str) -> ValueError:
    escape = expression[position : position + 2]
    return ValueError(
        f"The service takes no backslashes, and {escape!r} at position {position} of the regular expression "
        f"{expression!r} cannot be rewritten without one: {alternative}."
    )


def _escaped(expression: str, position: int) -> str:
    """The character after a backslash."""
    if position + 1 == len(expression):
        raise _refusal(expression, position, "leave it out, because it escapes nothing")
    return expression[position + 1]


def _literal(expression: str, position: int) -> str:
    """The character that an escape stands for, if it stands for one."""
    character = _escaped(expression, position)
    if character in _CONTROLS:
        return _CONTROLS[character]
    if character in _ALTERNATIVES or character.isalnum():
        known = "write the text of the group once more" if character.isdigit() else "name the characters that may match"
        raise _refusal(expression, position, _ALTERNATIVES.get(character, known))
    return character


def _outside(expression: str, position: int) -> str:
    character = _escaped(expression, position)
    if character.lower() in _SETS:
        negation = "" if character.islower() else "^"
        return f"[{negation}{_SETS[character.lower()]}]"
    character = _literal(expression, position)
    if character == "^":
        return _CARET
    return f"[{character}]" if character in _SPECIAL else character


@dataclass
class _Members:
    """What a class without nested classes and intersections consists of."""

    singles: dict[str, None] = field(default_factory=dict[str, None])
    ranges: list[str] = field(default_factory=list[str])
    opposites: list[str] = field(default_factory=list[str])

    def write(self, negated: bool) -> str | None:
        """The class without backslashes, or None if it cannot be written so."""
        if self.opposites:
            if self.singles or self.ranges or len(self.opposites) > 1:
                return None
            return f"[{'' if negated else '^'}{self.opposites[0]}]"
        if not negated and not self.ranges and self.singles.keys() == {"^"}:
            return _CARET
        # A bracket stands for itself only as the first, a hyphen as the first or last, and a caret not as the first.
        first = "".join(character for character in "]" if character in self.singles)
        last = "".join(character for character in "^-" if character in self.singles)
        middle = "".join(character for character in self.singles if character not in "]^-") + "".join(self.ranges)
        if not first + middle and last == "^-" and not negated:
            last = "-^"
        return f"[{'^' if negated else ''}{first}{middle}{last}]"


def _class(expression: str, start: int) -> tuple[str, int]:
    """Rewrites the class that begins at ``start``; gives it with the position behind it."""
    end = _class_end(expression, start)
    text = expression[start:end]
    if "\\" not in text:
        return text, end
    escape = start + text.index("\\")
    if "[" in _without_escapes(text)[1:] or "&&" in text:
        raise _refusal(expression, escape, "write the class without nested classes and intersections")
    negated = text.startswith("[^")
    members = _members(expression, start + 1 + negated, end - 1)
    written = members.write(negated)
    if written is None:
        raise _refusal(expression, escape, "write the class as an alternative such as (?:[^0-9]|[.])")
    return written, end


def _without_escapes(text: str) -> str:
    return re.sub(r"\\.", "", text, flags=re.DOTALL)


def _class_end(expression: str, start: int) -> int:
    depth = 0
    position = start
    while position < len(expression):
        character = expression[position]
        if character == "\\":
            position += 1
        elif character == "[":
            depth += 1
            position += expression.startswith("^", position + 1)
            # A bracket that comes first stands for itself.
            position += expression.startswith("]", position + 1)
        elif character == "]":
            depth -= 1
            if depth == 0:
                return position + 1
        position += 1
    raise ValueError(f"The class at position {start} of the regular expression {expression!r} is not closed.")


def _members(expression: str, position: int, end: int) -> _Members:
    members = _Members()
    while position < end:
        begin = position
        character = expression[position]
        if character == "\\":
            following = _escaped(expression, position)
            if following.lower() in _SETS:
                _add_set(members, following)
                position += 2
                continue
            character = _literal(expression, position)
            position += 1
        position += 1
        if position + 1 < end and expression[position] == "-":
            position = _add_range(members, expression, character, position, begin)
        elif character == "[":
            raise _refusal(expression, begin, _ALTERNATIVES["["])
        else:
            members.singles[character] = None
    return members


def _add_set(members: _Members, name: str) -> None:
    if name.isupper():
        members.opposites.append(_SETS[name.lower()])
    elif name == "s":
        members.singles.update(dict.fromkeys(_SETS["s"]))
    else:
        members.ranges.append(_SETS[name])


def _add_range(members: _Members, expression: str, first: str, hyphen: int, begin: int) -> int:
    position = hyphen + 1
    last = expression[position]
    if last == "\\":
        if _escaped(expression, position).lower() in _SETS:
            raise _refusal(expression, position, "put the hyphen last in its class")
        last = _literal(expression, position)
        position += 1
    if first in _UNSAFE_ENDS or last in _UNSAFE_ENDS:
        raise _refusal(expression, expression.index("\\", begin), "list the characters of the range")
    if last < first:
        raise ValueError(f"The range at position {begin} of the regular expression {expression!r} is empty.")
    members.ranges.append(f"{first}-{last}")
    return position + 1
