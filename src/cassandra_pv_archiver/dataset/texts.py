"""Numbers as people read them."""

from __future__ import annotations

__all__ = ["duration_text", "number_text", "size_text"]

_SIZES = ("kB", "MB", "GB")


def number_text(number: int, what: str) -> str:
    """So many of something, such as ``'1 file'`` or ``'2,000 files'``."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def size_text(size: float) -> str:
    """A number of bytes, such as ``'1.6 MB'``."""
    if size < 1000:
        return number_text(round(size), "byte")
    for unit in _SIZES:
        size /= 1000
        if size < 1000:
            return f"{size:,.1f} {unit}"
    return f"{size / 1000:,.1f} TB"


def duration_text(seconds: float) -> str:
    """A duration, such as ``'1.5 hours'``."""
    if seconds >= 3600:
        return f"{seconds / 3600:,.1f} hours"
    if seconds >= 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds:.1f} s"
