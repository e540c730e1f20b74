"""Text of XML documents with places in it, as Java's parser counts them."""

from __future__ import annotations

import re
from bisect import bisect_left

from .xml_names import NAMES

SPACE = " \t\r\n"
LONGEST_NAME = 1000
"""How many characters names of elements and attributes may have."""
_DECIMAL, _HEXADECIMAL = re.compile("[0-9]+"), re.compile("[0-9a-fA-F]+")
_INVALID = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class UnusableFileError(Exception):
    """The file cannot be imported; the argument is the message behind ``Parsing error: ``."""


class Input:
    """The document, or the replacement text of an entity, and how far it has been read.

    Args:
        text: The text.
        is_entity: Whether it is the text of an entity.
        broken: What is wrong with the bytes behind the text; None if it ends there.
        unknown_encoding: The encoding that the document declares, if it is not known.
    """

    def __init__(
        self, text: str, broken: str | None = None, unknown_encoding: str | None = None, *, is_entity: bool = False
    ) -> None:
        self.text: str = text if is_entity else text.replace("\r\n", "\n").replace("\r", "\n")
        self.is_entity = is_entity
        self.unknown_encoding = unknown_encoding
        self.position: int = 0
        self.shift: int = 0
        """What Java's parser adds to the columns of the first line."""
        self.names = NAMES
        self._broken = broken
        self._lone_returns = [] if is_entity else [end.start() for end in re.finditer("\r", text.replace("\r\n", "\n"))]
        self._miscounted: set[int] = set()
        """Line ends of carriage returns alone within text, behind which Java's parser counts a column too few."""
        self._last_written = text[-3:]

    def place(self) -> str:
        """Line and column; characters beyond U+FFFF count twice."""
        before = self.text[: self.position]
        line_begin = before.rfind("\n") + 1
        column = len(before[line_begin:].encode("utf-16-le", errors="surrogatepass")) // 2 + 1
        column += self.shift if line_begin == 0 else 0
        column -= line_begin - 1 in self._miscounted and line_begin < len(self.text)
        return f"line {before.count(chr(10)) + 1}, column {column}"

    def fatal(self, problem: str) -> UnusableFileError:
        """The error that the document is not well-formed here."""
        return UnusableFileError(f"Fatal error in {self.place()}: {problem}")

    def ended_or(self, problem: str, at_end: str) -> UnusableFileError:
        """The error that something else is expected here, or that the document ends."""
        return self.fatal(problem if self.peek() else at_end)

    def peek(self) -> str:
        """The next character; empty at the end."""
        if self.position < len(self.text):
            return self.text[self.position]
        self._end()
        return ""

    def _end(self) -> None:
        if self._broken is not None:
            raise self.fatal(self._broken)

    def skip(self, text: str) -> bool:
        """Whether the text comes next; then it is passed."""
        if not self.text.startswith(text, self.position):
            if self._broken is not None and text.startswith(self.text[self.position :]):
                self.position += self.text.startswith("!", self.position)  # Java's parser reads this one by itself
                self._end()
            return False
        self.position += len(text)
        return True

    def expect(self, number: int) -> None:
        """Looks for a number of characters, which reveals bytes that cannot be read."""
        if self.position + number > len(self.text):
            self._end()

    def spaces(self) -> bool:
        """Passes white space; whether there was any."""
        begin = self.position
        while self.peek() and self.peek() in SPACE:
            self.position += 1
        return self.position > begin

    def name(self) -> str:
        """Passes a name; empty if there is none."""
        return self._limited(self._matched(self.names.name))

    def _limited(self, name: str) -> str:
        if len(name) > LONGEST_NAME:
            raise self.fatal(
                f'JAXP00010005: The length of entity "[xml]" is "{len(name):,}" that exceeds the "{LONGEST_NAME:,}" '
                'limit set by "FEATURE_SECURE_PROCESSING".'
            )
        return name

    def qualified_name(self) -> str:
        """Passes the name of an element or attribute; empty if there is none."""
        name = self._limited(self._matched(self.names.qualified))
        _, colon, local = name[1:].partition(":")
        if colon and not re.match(f"[{self.names.beginnings}]", local):
            raise self.fatal(
                f'Element or attribute "{name}" do not match QName production: QName::=(NCName:)?NCName. '.rstrip()
            )
        return name

    def token(self) -> str:
        """Passes characters of names in any order; empty if there are none."""
        return self._matched(self.names.token)

    def at_name(self) -> bool:
        """Whether the name of an element or attribute comes next."""
        return self.names.qualified.match(self.text, self.position) is not None

    def digits(self, *, hexadecimal: bool) -> str:
        """Passes the digits of a number; empty if there are none."""
        match = (_HEXADECIMAL if hexadecimal else _DECIMAL).match(self.text, self.position)
        if match is None:
            return ""
        self.position = match.end()
        return match[0]

    def _matched(self, expression: re.Pattern[str]) -> str:
        match = expression.match(self.text, self.position)
        if match is None:
            return ""
        if match.end() == len(self.text):
            self._end()
        self.position = match.end()
        return match[0]

    def until(self, stop: str) -> str:
        """Passes valid characters up to one of a set, or to one that is not valid, or to the end."""
        if self.position == len(self.text) - 1:
            self._end()  # Java's parser looks for more before it passes the last character
        match = re.compile(f"[^{re.escape(stop)}]*").match(self.text, self.position)
        end = match.end() if match else self.position
        invalid = _INVALID.search(self.text, self.position, end)
        end = invalid.start() if invalid else end
        return self._pass(end)

    def pass_space(self) -> None:
        """Passes a white-space character as part of a text."""
        self._pass(self.position + 1)

    def _pass(self, end: int) -> str:
        begin, self.position = self.position, end
        first = bisect_left(self._lone_returns, begin)
        self._miscounted.update(self._lone_returns[first : bisect_left(self._lone_returns, end, first)])
        return self.text[begin:end]

    def invalid(self, where: str) -> UnusableFileError:
        """The error that the next character is not allowed in XML."""
        return self.fatal(f"An invalid XML character (Unicode: 0x{ord(self.peek()):x}) was found in the {where}.")

    def unfinished(self, problem: str, delimiter: str) -> UnusableFileError:
        """The error that the document ends before a delimiter of a comment or the like.

        Java's parser does not look for line ends where the delimiter could have begun, so they count as columns.
        """
        length = len(delimiter) - 1
        before, tail = self._last_written[-length - 1 : -length], self._last_written[-length:]
        is_seen = before == "\r" or (length > 1 and before == "\n")
        if not is_seen and not {"\r", "\n"}.isdisjoint(tail):
            kept = len(self.text) - len(tail.replace("\r\n", "\n"))
            self.text = self.text[:kept] + " " * len(tail)
            self.position = len(self.text)
        return self.fatal(problem)

    def at_invalid(self) -> bool:
        """Whether the next character is not allowed in XML."""
        return _INVALID.match(self.text, self.position) is not None


def is_valid_character(number: int) -> bool:
    """Whether a character may be part of a document."""
    return 0 <= number <= 0x10FFFF and _INVALID.match(chr(number)) is None
