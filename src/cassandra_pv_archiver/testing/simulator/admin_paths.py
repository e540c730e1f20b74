"""The variable parts of administrative paths (sections 2.4 and 2.5)."""

from __future__ import annotations

import re
from uuid import UUID

_LONGEST_ID = 36
_LARGEST_GROUP = 2**63 - 1


def tilde_decoded(text: str) -> str:
    """A channel name from a path segment. Decoding never fails.

    Args:
        text: The segment, with percent sequences already decoded.
    """
    raw = text.encode("ascii", errors="replace")
    raw = re.sub(rb"~([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), raw)
    return raw.decode(errors="replace")


def lenient_server_id(text: str) -> UUID | None:
    """A server ID from a path segment; None if it is none.

    Digits may be in upper or lower case. Groups may be short, have a sign, or be long, of which the end counts.
    """
    match = re.fullmatch("-".join([r"\+?([0-9A-Fa-f]+)"] * 5), text)
    if match is None or len(text) > _LONGEST_ID or any(int(group, 16) > _LARGEST_GROUP for group in match.groups()):
        return None
    digits = (group.zfill(width)[-width:] for group, width in zip(match.groups(), (8, 4, 4, 4, 12), strict=True))
    return UUID("".join(digits))
