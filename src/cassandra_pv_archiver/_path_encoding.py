"""How names become part of a path. The two services differ (sections 2.4 and 5.1)."""

from __future__ import annotations

import re
from urllib.parse import quote
from uuid import UUID

LONGEST_TARGET = 8000
"""Bytes that path and query may have; the container refuses requests whose head is longer than about 8 KiB."""

_TILDE_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
# Everything else is percent-encoded. A slash must be sent raw, because %2F is refused (section 1.4).
_ARCHIVE_SAFE = "/!$&'()*,:=@~"
_UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_RENAME = "only the administrative service can address such a channel, for instance to rename it"


def tilde_encode(name: str) -> str:
    """Encodes a channel name for a path of the administrative service.

    Raises:
        TypeError: The name is not text.
        ValueError: The name is empty or cannot be written as UTF-8.
    """
    raw = _utf8("channel_name", name)
    if not raw:
        raise ValueError("channel_name is empty.")
    return "".join(chr(byte) if byte in _TILDE_SAFE else f"~{byte:02X}" for byte in raw)


def archive_path_encode(text: str, parameter: str) -> str:
    """Encodes a channel name, a pattern or an expression for the end of a path of the archive-access service.

    Args:
        text: What is to be encoded; may be empty.
        parameter: The argument it came from: ``channel_name``, ``pattern`` or ``regular_expression``.

    Raises:
        TypeError: It is not text.
        ValueError: It cannot be written as UTF-8, or cannot be addressed on this service. The message says what to
            write instead.
    """
    raw = _utf8(parameter, text)
    for character, name in (("\\", "a backslash"), ("\0", "a NUL character")):
        if character in text:
            any_character = {"pattern": "?", "regular_expression": "."}.get(parameter)
            instead = f"write {any_character}, which matches any character" if any_character else _RENAME
            raise ValueError(
                f"{parameter} {text!r} has {name} at position {text.index(character)}, which the server does not "
                f"accept there: {instead}."
            )
    if _leaves_prefix(text):
        instead = {
            "pattern": "write ? for one of the dots, which matches any character",
            "regular_expression": "write [.] for a literal dot, and .{1} or .{2} for one or two characters",
        }.get(parameter, _RENAME)
        raise ValueError(
            f"{parameter} {text!r} cannot be sent, because the server takes . and .. between slashes for steps in "
            f"the path, and these lead out of it: {instead}."
        )
    return quote(raw, safe=_ARCHIVE_SAFE)


def _leaves_prefix(text: str) -> bool:
    # The container resolves dot segments, also those written as %2E, to see which service is meant; the service
    # itself reads the raw path. So a/../b works, but a/.. does not (section 11, row 23).
    segments = text.split("/")
    depth = 0
    for segment in segments:
        depth += {"..": -1, ".": 0, "": 0}.get(segment, 1)
        if depth < 0:
            return True
    return depth == 0 and not {".", ".."}.isdisjoint(segments)


def _utf8(parameter: str, text: str) -> bytes:
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers without a type checker
        raise TypeError(f"{parameter} is text, not {text!r}.")
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"{parameter} {text!r} has half of a surrogate pair at position {error.start}.") from None


def check_target(target: str) -> str:
    """Gives a target back unless it is too long for the server.

    Raises:
        ValueError: It has more than `LONGEST_TARGET` bytes.
    """
    if len(target) > LONGEST_TARGET:
        raise ValueError(
            f"Path and query would have {len(target)} bytes; the server takes {LONGEST_TARGET}. "
            "The channel name, pattern or expression is too long."
        )
    return target


def parse_server_id(server_id: str | UUID) -> UUID:
    """Reads the ID of a server.

    Raises:
        TypeError: It is neither text nor a UUID.
        ValueError: The text is not a UUID.
    """
    if isinstance(server_id, UUID):
        return server_id
    if not isinstance(server_id, str):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers without a type checker
        raise TypeError(f"server_id is a UUID or its text, not {server_id!r}.")
    # UUID() itself is laxer: it takes underscores, signs and digits of other scripts.
    if not _UUID.fullmatch(server_id):
        raise ValueError(f"server_id {server_id!r} is not a UUID such as 82c711df-632b-49a3-85c2-d3249555eb57.")
    return UUID(server_id)
