"""Files as callers name them, read piece by piece."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TypeAlias

__all__ = ["FileSource", "file_name", "pieces_of", "text_of"]

FileSource: TypeAlias = str | os.PathLike[str] | bytes | BinaryIO
"""A file: its path, its content as bytes, or a file opened in binary mode."""

_PIECE = 2**16


def file_name(source: FileSource) -> str | None:
    """The name of a file for messages; None if it has none."""
    if isinstance(source, bytes | bytearray | memoryview):
        return None
    named = source if isinstance(source, str | os.PathLike) else getattr(source, "name", None)
    return os.fspath(named) if isinstance(named, str | os.PathLike) else None


def pieces_of(source: FileSource) -> Iterator[bytes]:
    """The content in pieces.

    Raises:
        TypeError: The source is none of what a source can be.
        OSError: The file cannot be read.
    """
    if isinstance(source, bytes | bytearray | memoryview):
        content = memoryview(source)
        yield from (bytes(content[place : place + _PIECE]) for place in range(0, len(content), _PIECE))
    elif isinstance(source, str | os.PathLike):
        with Path(source).open("rb") as file:
            yield from iter(lambda: file.read(_PIECE), b"")
    elif callable(getattr(source, "read", None)):
        yield from iter(lambda: _bytes(source.read(_PIECE)), b"")
    else:
        raise TypeError(f"A file is a path, bytes, or a file opened in binary mode, not {type(source).__name__}.")


def _bytes(content: object) -> bytes:
    if not isinstance(content, bytes):
        raise TypeError("The file is opened in text mode: open it in binary mode, 'rb'.")
    return content


def text_of(source: FileSource) -> str:
    """The content of a file in UTF-8, with or without a byte-order mark, with line feeds as line ends.

    Raises:
        TypeError: The source is none of what a source can be.
        OSError: The file cannot be read.
        UnicodeDecodeError: It is not in UTF-8.
    """
    return b"".join(pieces_of(source)).decode("utf-8-sig").replace("\r\n", "\n")
