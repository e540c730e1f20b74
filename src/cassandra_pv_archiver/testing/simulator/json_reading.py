"""JSON as the Java server reads it: lenient about scalars, strict about everything else (section 2.3)."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar, cast
from uuid import UUID

_Value = TypeVar("_Value")
Reader: TypeAlias = Callable[[Any], _Value]
"""What reads a member; None means the same as a member that is missing."""


class UnreadableError(Exception):
    """The body cannot be turned into a request; the client sees a bare 400."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it was written, because it may turn out to be meant as text.

    Attributes:
        written: Its characters.
        value: Its value.
    """

    written: str
    value: int | float


def parse(body: bytes) -> Any:
    """The first value of a body; text behind it is ignored.

    Raises:
        UnreadableError: There is none, or it is not well-formed.
    """
    encoding = json.detect_encoding(body)
    try:
        text = body.decode(encoding, errors="surrogatepass")
    except UnicodeDecodeError as error:
        text = body[: error.start].decode(encoding, errors="surrogatepass")  # what is not read does no harm
    try:
        return _DECODER.raw_decode(text.lstrip(" \t\r\n"))[0]
    except (ValueError, RecursionError) as error:
        raise UnreadableError from error


def _integer_token(written: str) -> Number:
    # More digits than Python converts are certainly out of range, which is all that matters.
    return Number(written, int(written) if len(written) < 100 else float("inf"))


def _refuse(written: str) -> Any:
    raise ValueError(written)


def _object(given: list[tuple[str, Any]]) -> dict[str, Any]:
    if sum(name == _KIND for name, _ in given) > 1:
        raise ValueError(_KIND)  # all other members may be repeated, the last one counts
    return dict(given)


_KIND = "commandType"
_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer_token,
    parse_float=lambda written: Number(written, float(written)),
    parse_constant=_refuse,
)


def members(value: Any, known: frozenset[str] | set[str]) -> dict[str, Any]:
    """The members of an object that are not null.

    Raises:
        UnreadableError: It is no object, or has a member that is not known.
    """
    given = mapping(value)
    if given.keys() - known:
        raise UnreadableError
    return {name: member for name, member in given.items() if member is not None}


def mapping(value: Any) -> dict[str, Any]:
    """An object."""
    if not isinstance(value, dict):
        raise UnreadableError
    return cast("dict[str, Any]", value)


def elements(value: Any) -> list[Any]:
    """An array."""
    if not isinstance(value, list):
        raise UnreadableError
    return cast("list[Any]", value)


def integer(value: Any) -> int:
    """An integer of 32 bits, as a number (whose fraction is cut off) or as text."""
    if isinstance(value, str):
        return _integer_of(value.strip(_JAVA_WHITE_SPACE))
    if not isinstance(value, Number) or not _LEAST <= value.value <= _LARGEST:
        raise UnreadableError
    return int(value.value)


_LEAST, _LARGEST = -(2**31), 2**31 - 1
_JAVA_WHITE_SPACE = "".join(map(chr, range(0x21)))
"""What Java's ``trim`` removes."""
_INTEGER = re.compile(r"[+-]?0*[^\W\D\U00010000-\U0010ffff]{1,100}")
"""Digits may be those of any script, but Java does not see those beyond U+FFFF."""


def integer_key(text: str) -> int:
    """An integer of 32 bits as the name of a member, where white space is not allowed."""
    return _integer_of(text)


def _integer_of(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise UnreadableError
    digits = text.lstrip("+-").lstrip("0") or "0"
    number = -int(digits) if text.startswith("-") else int(digits)
    if not _LEAST <= number <= _LARGEST:
        raise UnreadableError
    return number


def boolean(value: Any) -> bool | None:
    """A boolean, as itself, as text or as an integer; None if the text is blank or ``null``."""
    if isinstance(value, bool):
        return value
    if isinstance(value, Number) and isinstance(value.value, int):
        return value.written != "0"  # so -0 is true
    text = value.strip(_JAVA_WHITE_SPACE) if isinstance(value, str) else None
    if text in {"", "null"}:
        return None
    if text not in {"true", "True", "false", "False"}:
        raise UnreadableError
    return text in {"true", "True"}


def text(value: Any) -> str:
    """A text; numbers and booleans are converted."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case Number():
            return value.written
        case _:
            raise UnreadableError


def name(value: Any) -> str:
    """A text that is not empty."""
    converted = text(value)
    if not converted:
        raise UnreadableError
    return converted


def server_id(value: Any) -> UUID | None:
    """A UUID of 36 characters, or of 24 in Base64; None if the text is blank."""
    if not isinstance(value, str):
        raise UnreadableError
    trimmed = value.strip(_JAVA_WHITE_SPACE)
    if not trimmed:
        return None
    if re.fullmatch(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", trimmed):
        return UUID(trimmed)
    decoded = binary(trimmed) if len(trimmed) == _LENGTH_IN_BASE64 else b""
    if len(decoded) != _BYTES:
        raise UnreadableError
    return UUID(bytes=decoded)


_LENGTH_IN_BASE64, _BYTES = 24, 16
_UNIT = r"(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)"
_BASE64 = re.compile(rf"[\x00-\x20]*+(?:{_UNIT}[\x00-\x20]*+)*+")
_BASE64_PIECE = re.compile(r"[A-Za-z0-9+/]+=*")


def binary(value: Any) -> bytes:
    """Bytes in Base64: standard alphabet, padded; white space and padding may stand between any units of four."""
    if not isinstance(value, str) or not _BASE64.fullmatch(value):
        raise UnreadableError
    pieces = _BASE64_PIECE.findall(value.translate(dict.fromkeys(range(0x21))))
    return b"".join(map(base64.b64decode, pieces))
