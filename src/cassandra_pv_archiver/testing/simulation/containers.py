"""What the container in front of both services does: checks of the URL, and percent decoding."""

from __future__ import annotations

import re

_UNESCAPED = frozenset(b'"<>\\^`{|} ') | frozenset(range(33)) | frozenset(range(127, 256))
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")


def accepts(target: bytes) -> bool:
    """Whether the container lets a target pass (section 1.4)."""
    path = target.partition(b"?")[0]
    if any(byte in _UNESCAPED for byte in target):
        return False
    if b"%" in _ESCAPE.sub(b"", path):
        return False
    return not {b"/", b"\\", b"\0"} & {bytes([int(digits, 16)]) for digits in _ESCAPE.findall(path)}


def percent_decode(text: bytes) -> bytes:
    """Replaces percent sequences by their bytes."""
    return _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), text)


def path_and_query(target: bytes) -> tuple[bytes, bytes]:
    """Parts a target."""
    path, _, query = target.partition(b"?")
    return path, query


def resolved(path: bytes) -> bytes:
    """A path without dot segments, as the container uses it to choose the service."""
    kept: list[bytes] = []
    for segment in path.split(b"/"):
        if segment == b"..":
            kept = kept[:-1] if len(kept) > 1 else kept
        elif segment != b".":
            kept.append(segment)
    return b"/".join(kept)
