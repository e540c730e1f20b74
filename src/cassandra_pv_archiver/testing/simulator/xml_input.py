"""Text of XML documents with places in it, as Java's parser counts them."""

from __future__ import annotations

import codecs
import re

SPACE = " \t\r\n"
_NAME_START = (
    "A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd"
)
_NAME_REST = f"{_NAME_START}\\-.0-9\xb7\u0300-\u036f\u203f-\u2040"
_LOCAL_NAME = f"[{_NAME_START}][{_NAME_REST}]*"
_NAME = re.compile(f"[:{_NAME_START}][:{_NAME_REST}]*")
_QUALIFIED = re.compile(f"{_LOCAL_NAME}(?::[{_NAME_REST}]*)?")
_INVALID = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class UnusableFileError(Exception):
    """The file cannot be imported; the argument is the message behind ``Parsing error: ``."""


class Input:
    """The document, or the replacement text of an entity, and how far it has been read.

    Args:
        text: The text.
        broken: What is wrong with the bytes behind the text; None if it ends there.
        unknown_encoding: The encoding that the document declares, if it is not known.
    """

    def __init__(self, text: str, broken: str | None = None, unknown_encoding: str | None = None) -> None:
        self.text: str = text
        self.unknown_encoding = unknown_encoding
        self.position: int = 0
        self.shift: int = 0
        """What Java's parser adds to the columns of the first line."""
        self._broken = broken

    def place(self) -> str:
        """Line and column; characters beyond U+FFFF count twice."""
        before = self.text[: self.position]
        line_begin = before.rfind("\n") + 1
        column = len(before[line_begin:].encode("utf-16-le", errors="surrogatepass")) // 2 + 1
        column += self.shift if line_begin == 0 else 0
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
        if self._broken is not None:
            raise self.fatal(self._broken)
        return ""

    def skip(self, text: str) -> bool:
        """Whether the text comes next; then it is passed."""
        if not self.text.startswith(text, self.position):
            return False
        self.position += len(text)
        return True

    def spaces(self) -> bool:
        """Passes white space; whether there was any."""
        begin = self.position
        while self.peek() and self.peek() in SPACE:
            self.position += 1
        return self.position > begin

    def name(self) -> str:
        """Passes a name; empty if there is none."""
        return self._matched(_NAME) or ""

    def qualified_name(self) -> str:
        """Passes the name of an element or attribute; empty if there is none."""
        name = self._matched(_QUALIFIED) or ""
        _, colon, local = name.partition(":")
        if colon and not re.match(_LOCAL_NAME, local):
            raise self.fatal(
                f'Element or attribute "{name}" do not match QName production: QName::=(NCName:)?NCName. '.rstrip()
            )
        return name

    def at_name(self) -> bool:
        """Whether the name of an element or attribute comes next."""
        return _QUALIFIED.match(self.text, self.position) is not None

    def matched(self, expression: str) -> str | None:
        """Passes what matches a regular expression; None if nothing does."""
        return self._matched(re.compile(expression))

    def _matched(self, expression: re.Pattern[str]) -> str | None:
        match = expression.match(self.text, self.position)
        if match is None:
            return None
        self.position = match.end()
        if self.position == len(self.text):
            self.peek()
        return match[0]

    def until(self, stop: str) -> str:
        """Passes valid characters up to one of a set, or to one that is not valid, or to the end."""
        match = re.compile(f"[^{re.escape(stop)}]*").match(self.text, self.position)
        end = match.end() if match else self.position
        invalid = _INVALID.search(self.text, self.position, end)
        end = invalid.start() if invalid else end
        passed, self.position = self.text[self.position : end], end
        return passed

    def unfinished(self, problem: str) -> UnusableFileError:
        """The error that the document ends within a comment or the like, where a last line feed counts as a column."""
        if self.text.endswith("\n"):
            self.text = self.text[:-1] + " "
        return self.fatal(problem)

    def at_invalid(self) -> bool:
        """Whether the next character is not allowed in XML."""
        return _INVALID.match(self.text, self.position) is not None


def is_valid_character(number: int) -> bool:
    """Whether a character may be part of a document."""
    return 0 <= number <= 0x10FFFF and _INVALID.match(chr(number)) is None


_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF16_LE, "utf-16-le"))
_GUESSES = ((b"\0<\0?", "utf-16-be"), (b"<\0?\0", "utf-16-le"))
_KNOWN_ENCODINGS = re.compile(
    r"utf-(8|16|16be|16le)|us-ascii|iso-8859-\d+|windows-\d+|ibm\d+|shift_jis|euc-(jp|kr)|iso-2022-(jp|kr)|big5|gbk|gb2312"
    r"|gb18030|koi8-[ru]|tis-620",
    re.IGNORECASE,
)
_DECLARED = re.compile(rb"""<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z][A-Za-z0-9._\-]*)["'][^>]*\?>""")


def decoded(document: bytes) -> Input:
    """The text of a document, with single line feeds as line ends."""
    for mark, encoding in _MARKS:
        if document.startswith(mark):
            return _input("", document[len(mark) :], encoding)
    for beginning, encoding in _GUESSES:
        if document.startswith(beginning):
            return _input("", document, encoding)
    match = _DECLARED.match(document)
    encoding = match[1].decode("ascii") if match else "utf-8"
    if not _KNOWN_ENCODINGS.fullmatch(encoding):
        return Input(document.decode("latin-1"), unknown_encoding=encoding)
    if match is None or "<?".encode(encoding) == b"<?":
        return _input("", document, encoding)
    return _input(match[0].decode("ascii", errors="replace"), document[match.end() :], encoding)


def _input(head: str, rest: bytes, encoding: str) -> Input:
    broken = None
    name = codecs.lookup(encoding).name
    try:
        text = rest.decode(name)
    except UnicodeDecodeError as error:
        broken = _broken(name, rest[error.start], error)
        text = rest[: _readable(name, rest, error)].decode(name)
    return Input((head + text).replace("\r\n", "\n").replace("\r", "\n"), broken)


def _readable(encoding: str, rest: bytes, error: UnicodeDecodeError) -> int:
    """How many bytes are read before the error shows; bytes of ASCII are checked by the buffer."""
    return error.start if encoding != "ascii" else rest.find(b"?>") + 2


def _broken(encoding: str, byte: int, error: UnicodeDecodeError) -> str:
    if encoding == "ascii":
        return f'Byte "{byte}" is not a member of the (7-bit) ASCII character set.'
    if encoding != "utf-8":
        return str(error)
    length = 2 if 0xC2 <= byte < 0xE0 else 3 if 0xE0 <= byte < 0xF0 else 4 if 0xF0 <= byte < 0xF5 else 1
    bad = 1 if length == 1 else error.end - error.start + 1
    return f"Invalid byte {bad} of {length}-byte UTF-8 sequence."
