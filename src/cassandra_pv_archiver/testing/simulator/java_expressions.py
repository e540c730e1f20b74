"""Java's regular expressions as far as they can be sent, in Python's.

A backslash cannot be part of a request (section 1.4), so there are no escapes, and neither back references nor
predefined classes. What is left is read here by Java's rules and written in Python's. Groups need not capture, as
only whole names are matched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .character_sets import CharacterSet
from .java_classes import ClassReader, Flags, InexpressibleError, InvalidExpressionError, literal

_LINE_ENDS = "\n\r\x85\u2028\u2029"
_LONGEST = 2**31 - 1
_FLAGS = frozenset("idmsuxU")
_ANY = r"[\s\S]"


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of an expression.

    Attributes:
        python: The part in Python's notation; can be repeated as it is.
        least: The length of the shortest text that it matches.
        most: The length of the longest; None if there is none.
        repeats_group: Whether a group is repeated in it.
    """

    python: str
    least: int
    most: int | None
    repeats_group: bool = False


_NOTHING = _Part("", 0, 0)


def translated(expression: str) -> re.Pattern[str]:
    """An expression in Python's notation, to be matched against whole texts.

    Raises:
        InvalidExpressionError: It is none by Java's rules.
        InexpressibleError: Python cannot say exactly the same.
    """
    if "\\" in expression:
        raise InexpressibleError("a backslash, which cannot be part of a request")
    try:
        return re.compile(_Reader(expression).read())
    except (re.error, OverflowError, RecursionError) as error:
        raise InexpressibleError(str(error)) from error


def literal_expression(text: str, flags: Flags) -> str:
    """Characters in Python's notation that match regardless of case if the flags say so."""
    return "".join(_character(literal(character, flags, alone=len(text) == 1)) for character in text)


def _character(characters: CharacterSet) -> str:
    (first, last), *others = characters.ranges
    return re.escape(chr(first)) if first == last and not others else characters.expression


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self._flags = Flags()
        self._names: set[str] = set()

    def read(self) -> str:
        whole = self._alternatives()
        if self._position < len(self._text):
            raise self._error("Unmatched closing ')'", -1)
        return whole.python

    def _error(self, problem: str, ahead: int = 0) -> InvalidExpressionError:
        return InvalidExpressionError(problem, self._position + ahead)

    def _peek(self) -> str:
        """The next character that means something."""
        while "x" in self._flags.letters and self._raw() and self._raw() in " \t\n\v\f\r#":
            if self._raw() == "#":
                end = re.compile(f"[{_LINE_ENDS}]").search(self._text, self._position)
                self._position = end.start() if end else len(self._text)
            else:
                self._position += 1
        return self._raw()

    def _raw(self, ahead: int = 0) -> str:
        place = self._position + ahead
        return self._text[place] if place < len(self._text) else ""

    def _alternatives(self) -> _Part:
        branches = [self._sequence()]
        while self._peek() == "|":
            self._position += 1
            branches.append(self._sequence())
        return _either(branches)

    def _sequence(self) -> _Part:
        parts: list[_Part] = []
        while self._peek() not in {"", "|", ")"}:
            parts += self._item()
        return _joined(parts)

    def _item(self) -> list[_Part]:
        character = self._peek()
        if character in "?*+":
            raise self._error(f"Dangling meta character '{character}'")
        if character == "(":
            group = self._group()
            return [] if group is None else [self._repeated(group, is_group=True)]
        if character in "[^$.":
            self._position += 1
            return [self._repeated(self._special(character))]
        return self._literals()

    def _special(self, character: str) -> _Part:
        if character == "[":
            reader = ClassReader(self._text, self._position, self._flags)
            characters = reader.read()
            self._position = reader.position
            return _Part(characters.expression, 1, 1)
        if character == ".":
            return _Part(self._dot(), 1, 1)
        return _Part(f"(?:{self._line_begin() if character == '^' else self._line_end()})", 0, 0)

    def _dot(self) -> str:
        if "s" in self._flags.letters:
            return _ANY
        return r"[^\n]" if "d" in self._flags.letters else f"[^{_LINE_ENDS}]"

    def _line_begin(self) -> str:
        if "m" not in self._flags.letters:
            return r"\A"
        if "d" in self._flags.letters:
            return r"(?!\Z)(?:\A|(?<=\n))"
        return rf"(?!\Z)(?:\A|(?<=[{_LINE_ENDS}])(?<!\r(?=\n)))"

    def _line_end(self) -> str:
        end = "" if "m" in self._flags.letters else r"\Z"
        if "d" in self._flags.letters:
            return rf"\Z|(?=\n{end})"
        return rf"\Z|(?=\r\n{end})|(?=[\r\x85\u2028\u2029]{end})|(?<!\r)(?=\n{end})"

    def _literals(self) -> list[_Part]:
        """Characters that stand for themselves; a quantifier behind them belongs to the last one."""
        begin = self._position
        text = ""
        while (character := self._peek()) and character not in "|)([^$.?*+{":
            text += character
            before, begin = begin, self._position
            self._position += 1
            if len(text) > 1 and self._peek() and self._peek() in "?*+{":
                self._position, text = begin, text[:-1]
                begin = before
                break
        if not text:  # a brace without anything before it repeats nothing
            return [self._repeated(_NOTHING)]
        if len(text) > 1:
            return [_Part(literal_expression(text, self._flags), len(text), len(text))]
        return [self._repeated(_Part(literal_expression(text, self._flags), 1, 1))]

    def _repeated(self, part: _Part, *, is_group: bool = False) -> _Part:
        bounds = self._quantifier()
        if bounds is None:
            return part
        least, most = bounds
        kind = self._peek() if self._peek() in {"?", "+"} else ""
        self._position += len(kind)
        most_text = "" if most is None else str(most)
        python = f"(?:{part.python}){{{least},{most_text}}}{kind}" if part.python else ""
        longest = None if most is None or part.most is None else most * part.most
        longest = 0 if part.most == 0 else longest
        return _Part(python, least * part.least, longest, part.repeats_group or is_group)

    def _quantifier(self) -> tuple[int, int | None] | None:
        character = self._peek()
        known = {"?": (0, 1), "*": (0, None), "+": (1, None)}
        if character in known:
            self._position += 1
            return known[character]
        return self._counted() if character == "{" else None

    def _counted(self) -> tuple[int, int | None]:
        match = re.compile(r"\{([0-9]+)(?:(,)([0-9]*))?(\}?)").match(self._text, self._position)
        if match is None:
            raise self._error("Illegal repetition", 1)
        least = int(match[1])
        most = least if match[2] is None else int(match[3]) if match[3] else None
        if least > _LONGEST or (most or 0) > _LONGEST:
            raise self._error("Illegal repetition range", len(match[0]))
        if not match[4]:
            raise self._error("Unclosed counted closure", len(match[0]))
        if most is not None and most < least:
            raise self._error("Illegal repetition range", len(match[0]) - 1)
        self._position += len(match[0])
        return least, most

    def _group(self) -> _Part | None:
        self._position += 1
        saved = Flags(self._flags.letters)
        opening = "(?:"
        if self._peek() == "?":
            self._position += 1
            found = self._group_kind()
            if found is None:
                return None
            opening = found
        inner = self._alternatives()
        if self._peek() != ")":
            raise self._error("Unclosed group")
        self._flags = saved
        self._position += 1
        if opening in {"(?<=", "(?<!"}:
            return _look_behind(opening, inner)
        python = f"{opening}{inner.python})"
        if opening in {"(?=", "(?!"}:
            return _Part(python, 0, 0)
        return _Part(python, inner.least, inner.most, inner.repeats_group)

    def _group_kind(self) -> str | None:
        """How a group with a question mark opens in Python; None if it only sets flags for what follows."""
        character = self._raw()
        if character in {":", "=", "!", ">"}:
            self._position += 1
            return f"(?{character}"
        if character == "<":
            return self._name_or_look_behind()
        if character in {"$", "@"}:
            raise self._error("Unknown group type")
        before = self._flags
        self._read_flags()
        end = self._peek()
        self._position += 1
        if end == ")":
            return None
        if end != ":":
            self._flags = before
            raise self._error("Unknown inline modifier", -1)
        return "(?:"

    def _name_or_look_behind(self) -> str:
        following = self._raw(1)
        if following in {"=", "!"}:
            self._position += 2
            return f"(?<{following}"
        match = re.compile("<([A-Za-z][A-Za-z0-9]*)(>?)").match(self._text, self._position)
        if match is None:
            raise self._error("capturing group name does not start with a Latin letter", 1)
        if not match[2]:
            raise self._error("named capturing group is missing trailing '>'", len(match[0]))
        self._position += len(match[0])
        if match[1] in self._names:
            raise self._error(f"Named capturing group <{match[1]}> is already defined", -1)
        self._names.add(match[1])
        return "(?:"

    def _read_flags(self) -> None:
        letters, adding = set(self._flags.letters), True
        while True:
            letter = self._raw()
            if letter == "-" and adding:
                adding = False
            elif letter == "c":
                raise InexpressibleError("the flag for canonical equivalence")
            elif letter and letter in _FLAGS:
                letters = letters | {letter} if adding else letters - {letter}
                if letter == "U" and not adding:
                    letters -= {"u"}
            else:
                break
            self._position += 1
            self._flags = Flags(frozenset(letters))


def _either(branches: list[_Part]) -> _Part:
    if len(branches) == 1:
        return branches[0]
    most = None if any(branch.most is None for branch in branches) else max(branch.most or 0 for branch in branches)
    python = "|".join(branch.python for branch in branches)
    repeats_group = any(branch.repeats_group for branch in branches)
    return _Part(f"(?:{python})", min(branch.least for branch in branches), most, repeats_group)


def _joined(parts: list[_Part]) -> _Part:
    most = None if any(part.most is None for part in parts) else sum(part.most or 0 for part in parts)
    python = "".join(part.python for part in parts)
    return _Part(python, sum(part.least for part in parts), most, any(part.repeats_group for part in parts))


def _look_behind(opening: str, inner: _Part) -> _Part:
    # Java refuses some of these, by rules that depend on how it compiles what is repeated.
    if inner.repeats_group:
        raise InexpressibleError("a repeated group within a look-behind")
    if inner.least != inner.most:
        raise InexpressibleError("a look-behind for texts of different lengths")
    return _Part(f"{opening}{inner.python})", 0, 0)
