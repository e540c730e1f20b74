"""The scalars of the wire whose Python form differs from their JSON form.

All models are validated strictly, so that ``'yes'`` is no boolean and ``True`` no number. Where Python code may
reasonably write a value in another form than JSON has, the types here say so.
"""

from __future__ import annotations

import math
import operator
import re
import uuid
from typing import Annotated, Any, SupportsIndex, TypeAlias, TypeVar

from pydantic import BeforeValidator, Field, PlainSerializer, Strict
from pydantic_core import PydanticCustomError

from ._severity import Severity

__all__ = ["UUID", "DecimalInt32", "DecimalInt64", "Float64", "OpenSeverity", "Sequence", "TimeNs"]

T = TypeVar("T")

_INT32 = Field(ge=-(2**31), le=2**31 - 1)
_INT64 = Field(ge=-(2**63), le=2**63 - 1)
_DECIMAL = re.compile(r"[+-]?[0-9]{1,40}")
_SPECIAL = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def _read_decimal(value: Any) -> Any:
    if type(value) is int:  # asking for SupportsIndex takes ten times as long
        return value
    if isinstance(value, str):
        if not _DECIMAL.fullmatch(value):
            raise PydanticCustomError(
                "decimal_text", "Input should be an integer or its decimal digits as text, such as 30 or '30'"
            )
        return int(value)
    # Also the integers of numpy, but no booleans.
    return operator.index(value) if isinstance(value, SupportsIndex) and not isinstance(value, bool) else value


def _read_float(value: Any) -> Any:
    if isinstance(value, str):
        if value not in _SPECIAL:
            raise PydanticCustomError(
                "special_number", "Input should be a number, or one of the texts 'NaN', 'Infinity' and '-Infinity'"
            )
        return _SPECIAL[value]
    return value


def wire_float(value: float) -> float | str:
    """The JSON form of a floating-point number."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


_as_text = PlainSerializer(str, return_type=str, when_used="json")
_as_number_or_text = PlainSerializer(wire_float, when_used="json")

DecimalInt32: TypeAlias = Annotated[int, _INT32, BeforeValidator(_read_decimal), _as_text]
"""A 32-bit integer, which is decimal text in JSON."""
DecimalInt64: TypeAlias = Annotated[int, _INT64, BeforeValidator(_read_decimal), _as_text]
"""A 64-bit integer, which is decimal text in JSON."""
TimeNs: TypeAlias = Annotated[int, _INT64]
"""An instant, in nanoseconds since 1970-01-01 UTC, without leap seconds."""
Float64: TypeAlias = Annotated[float, BeforeValidator(_read_float), _as_number_or_text]
"""A floating-point number; in JSON, ``NaN``, ``Infinity`` and ``-Infinity`` are texts."""
UUID: TypeAlias = Annotated[uuid.UUID, Strict(False)]
"""A UUID; given as one or as text with hyphens, in JSON lower-case text."""
OpenSeverity: TypeAlias = Annotated[Severity, Strict(False)]
"""The level of a severity, in JSON its text."""
Sequence: TypeAlias = Annotated[tuple[T, ...], Strict(False)]
"""What is an array in JSON, as an immutable tuple; given as any list, tuple or set."""
