"""TOML with the lines of its members.

The standard library reads the file, and says nothing about lines. So the text, which is known to be right by then, is
gone through again only to see where each member stands.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from typing import Any, cast

from .written import MOST_NESTED, Array, Plain, Table, UnreadableFileError

__all__ = ["lines_of_toml", "read_toml_text"]

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})|' + r"'''.*?'''(?:'{0,2})|" + r'"(?:\\.|[^"\\])*"|' + r"'[^']*'", re.DOTALL
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_DOT = re.compile(r"[ \t]*\.[ \t]*")
_BARE_VALUE = re.compile(r"[^,\]}\n#]+")
_LONG_KEY = re.compile(
    r"""(?:^|[\[{,])[ \t]*+(?:(?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){100}""", re.MULTILINE
)
"""A name of so many parts that the reader of the standard library would take hours for longer ones."""


def read_toml_text(text: str) -> Table:
    """The document of a TOML text.

    Raises:
        UnreadableFileError: It is no TOML, or too deep.
    """
    long_key = _LONG_KEY.search(text)
    if long_key is not None:
        line = text.count("\n", 0, long_key.start()) + 1
        raise UnreadableFileError("Lists and tables are too deep within each other.", line)
    try:
        values = tomllib.loads(text, parse_float=Plain)
        lines = lines_of_toml(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r" \(at line (\d+), column \d+\)$", str(error))
        message = str(error)[: place.start()] if place else str(error).removesuffix(" (at end of document)")
        message += ": write texts in quotation marks" if message == "Invalid value" else ""
        line = int(place[1]) if place else text.count("\n") + 1
        raise UnreadableFileError(f"The file is no TOML: {message}.", line) from None
    except RecursionError:
        raise UnreadableFileError("Lists and tables are too deep within each other.") from None
    except ValueError as error:  # a number with more digits than Python converts
        raise UnreadableFileError(f"The file is no TOML: {error}.") from None
    return _with_lines(values, (), lines, 1)


def _with_lines(value: Any, path: Path, lines: dict[Path, int], line: int) -> Any:
    if len(path) > MOST_NESTED:
        raise UnreadableFileError("Lists and tables are too deep within each other.", line)
    line = lines.get(path, line)
    if isinstance(value, dict):
        table = Table()
        for name, member in cast("dict[str, Any]", value).items():
            table[name] = _with_lines(member, (*path, name), lines, line)
            table.lines[name] = lines.get((*path, name), line)
        return table
    if isinstance(value, list):
        array = Array()
        for place, element in enumerate(cast("list[Any]", value)):
            array.append(_with_lines(element, (*path, place), lines, line))
            array.lines.append(lines.get((*path, place), line))
        return array
    if isinstance(value, str):
        return value
    return Plain(str(value).lower() if isinstance(value, bool) else value)


def lines_of_toml(text: str) -> dict[Path, int]:
    """The lines of all members and elements of a right TOML text, by the names and positions that lead to them."""
    return _Scanner(text).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0
        self._line_ends = [found.start() for found in re.finditer("\n", text)]
        self._lines: dict[Path, int] = {}
        self._latest: dict[Path, int] = {}
        """The last element of each array of tables."""

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        self._skip(_BLANK)
        while self._place < len(self._text):
            if self._text.startswith("[", self._place):
                table = self._header()
            else:
                self._member(table)
            self._skip(_BLANK)
        return self._lines

    def _line(self) -> int:
        return bisect_right(self._line_ends, self._place - 1) + 1

    def _skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._place)
        if found is None:
            return ""
        self._place = found.end()
        return found[0]

    def _header(self) -> Path:
        line = self._line()
        is_element = self._text.startswith("[[", self._place)
        self._place += 2 if is_element else 1
        self._skip(_BLANK)
        *parents, last = self._key()
        self._skip(_BLANK)
        self._place += 2 if is_element else 1
        path: Path = ()
        for part in parents:
            path = self._within((*path, part), line)
        path = (*path, last)
        if not is_element:
            return self._within(path, line)
        self._lines.setdefault(path, line)
        self._latest[path] = self._latest.get(path, -1) + 1
        path = (*path, self._latest[path])
        self._lines[path] = line
        return path

    def _within(self, path: Path, line: int) -> Path:
        """Where the members of a table go: of an array of tables, that is its last element."""
        self._lines.setdefault(path, line)
        return (*path, self._latest[path]) if path in self._latest else path

    def _member(self, table: Path) -> None:
        line = self._line()
        path = table
        for part in self._key():
            path = (*path, part)
            self._lines.setdefault(path, line)
        self._skip(_BLANK)
        self._place += 1  # the equals sign
        self._skip(_BLANK)
        self._value(path)

    def _key(self) -> list[str]:
        parts: list[str] = []
        while True:
            quoted = self._skip(_STRING)
            # The name in quotes is read as the value of a member is.
            parts.append(tomllib.loads(f"x = {quoted}")["x"] if quoted else self._skip(_BARE_KEY))
            if not self._skip(_DOT):
                return parts

    def _value(self, path: Path) -> None:
        opening = self._text[self._place]
        if opening in "\"'":
            self._skip(_STRING)
        elif opening in "[{":
            self._place += 1
            self._skip(_BLANK)
            position = 0
            while self._text[self._place] not in "]}":
                if opening == "{":
                    self._member(path)
                else:
                    self._lines[(*path, position)] = self._line()
                    self._value((*path, position))
                    position += 1
                self._skip(_BLANK)
                if self._text[self._place] == ",":
                    self._place += 1
                    self._skip(_BLANK)
            self._place += 1
        else:
            self._skip(_BARE_VALUE)
