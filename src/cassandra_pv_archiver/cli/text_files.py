"""Text that is given as a file, or on stdin."""

from __future__ import annotations

import sys
from pathlib import Path

from .failures import usage


def read_text(file: Path, advice: str, *, encoding: str = "utf-8") -> str:
    """Reads a text file, or stdin for ``-``.

    Args:
        file: The path.
        advice: What to give instead if it cannot be read.
        encoding: ``utf-8``, or ``utf-8-sig`` for files that spreadsheets write.

    Raises:
        Failure: It cannot be read, or is not text in UTF-8.
    """
    try:
        # Stdin is UTF-8 as well, whatever the locale.
        return (sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()).decode(encoding)
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise usage(f"{file} cannot be read: {why}.", advice) from error
