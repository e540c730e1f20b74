"""XML documents in any encoding, as UTF-8."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

__all__ = ["UnreadableTextError", "in_utf_8"]

_HEAD = 2048
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF16_LE, "utf-16-le"))
_BEGINNINGS = ((b"\0<\0?", "utf-16-be"), (b"<\0?\0", "utf-16-le"), (b"Lo\xa7\x94", "cp037"))
_DECLARATION = re.compile(
    rb"<\?xml\s+version\s*=\s*[\"'](?P<version>[^\"']*)[\"'](?:\s+encoding\s*=\s*[\"'](?P<encoding>[^\"']*)[\"'])?"
)
# Python has codecs that are no encodings of documents, and some that a hostile file could do harm with.
_ENCODINGS = re.compile(
    r"ascii|utf-8|utf-16(?:-[bl]e)?|iso8859-\d+|cp\d+|koi8-[rtu]|kz1048|mac-\w+|shift_jis\w*|euc_\w+|gb\w+|big5\w*|johab|tis-620"
)


class UnreadableTextError(Exception):
    """The bytes of a document are not text; the text says why.

    Attributes:
        line: The line where that is, from 1 on.
    """

    line: int

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


def in_utf_8(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The document in UTF-8, without byte-order mark. What it declares does not change, and is no longer true.

    Line ends that only version 1.1 of XML knows become line feeds.

    Raises:
        UnreadableTextError: The encoding or the version of XML is unknown, or the bytes are no text.
    """
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= _HEAD:
            break
    encoding, mark = _encoding(head)
    version = _DECLARATION.match(head[mark:_HEAD].decode(encoding, "replace").encode())
    if version is not None and version["version"] not in {b"1.0", b"1.1"}:
        raise UnreadableTextError(f"XML of version {version['version'].decode()} is not known: write version 1.0.")
    has_more_line_ends = version is not None and version["version"] == b"1.1"
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    line = 1
    try:
        for piece in _chain(head[mark:], pieces):
            text = decoder.decode(piece)
            line += text.count("\n")
            if has_more_line_ends:
                text = text.replace("\x85", "\n").replace("\u2028", "\n")
            yield text.encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError as error:
        reason = getattr(error, "reason", str(error))
        if isinstance(error, UnicodeDecodeError):
            line += error.object[: error.start].decode(encoding, "replace").count("\n")
        message = (
            f"The file is not text in the encoding {encoding}: {reason}. Write it in UTF-8, or declare its encoding."
        )
        raise UnreadableTextError(message, line) from None


def _chain(head: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from pieces


def _encoding(head: bytes) -> tuple[str, int]:
    """The encoding, and the length of the byte-order mark."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    for beginning, encoding in _BEGINNINGS:
        if head.startswith(beginning):
            return encoding, 0
    declared = _DECLARATION.match(head)
    if declared is None or declared["encoding"] is None:
        return "utf-8", 0
    name = declared["encoding"].decode("ascii", "replace")
    try:
        encoding = codecs.lookup(name).name
    except (LookupError, ValueError):
        encoding = ""
    if not _ENCODINGS.fullmatch(encoding) or encoding.startswith("utf-16"):
        raise UnreadableTextError(f"The encoding {name!r} is not known, or is not that of the file: write it in UTF-8.")
    return encoding, 0
