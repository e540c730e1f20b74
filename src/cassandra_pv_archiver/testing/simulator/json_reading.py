"""JSON as the Java server reads it: lenient about scalars, strict about everything else (section 2.3)."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar, cast
from uuid import UUID

_Value = TypeVar("_Value")
Reader: TypeAlias = Callable[[Any], _Value]


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
    try:
        text = body.decode(json.detect_encoding(body))
        return _DECODER.raw_decode(text.lstrip(" \t\r\n"))[0]
    except (ValueError, RecursionError) as error:
        raise UnreadableError from error


def _integer_token(written: str) -> Number:
    # More digits than Python converts are certainly out of range, which is all that matters.
    return Number(written, int(written) if len(written) < 100 else float("inf"))


def _refuse(written: str) -> Any:
    raise ValueError(written)


_DECODER = json.JSONDecoder(
    parse_int=_integer_token, parse_float=lambda written: Number(written, float(written)), parse_constant=_refuse
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
    if not isinstance(value, Number) or not -(2**31) <= value.value < 2**31:
        raise UnreadableError
    return int(value.value)


_JAVA_WHITE_SPACE = "".join(map(chr, range(0x21)))
"""What Java's ``trim`` removes."""


def integer_key(text: str) -> int:
    """An integer of 32 bits as the name of a member, where white space is not allowed."""
    return _integer_of(text)


def _integer_of(text: str) -> int:
    if not re.fullmatch(r"[+-]?\d{1,100}", text) or not -(2**31) <= int(text) < 2**31:
        raise UnreadableError
    return int(text)


def boolean(value: Any) -> bool:
    """A boolean, as itself, as text or as a number."""
    if isinstance(value, bool):
        return value
    if isinstance(value, Number):
        return value.value != 0
    text = value.strip(_JAVA_WHITE_SPACE) if isinstance(value, str) else None
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


def server_id(value: Any) -> UUID:
    """A UUID of 36 characters, or of 24 in Base64."""
    if not isinstance(value, str):
        raise UnreadableError
    trimmed = value.strip(_JAVA_WHITE_SPACE)
    if re.fullmatch(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", trimmed):
        return UUID(trimmed)
    if len(trimmed) == 24:
        return UUID(bytes=_decoded(trimmed, 16))
    raise UnreadableError


def binary(value: Any) -> bytes:
    """Bytes in Base64: standard alphabet, padded, without line breaks."""
    if not isinstance(value, str):
        raise UnreadableError
    return _decoded(value)


def _decoded(encoded: str, length: int | None = None) -> bytes:
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnreadableError from error
    if length is not None and len(decoded) != length:
        raise UnreadableError
    return decoded
