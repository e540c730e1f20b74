"""What samples have besides a time and a value, and how they are written (section 6)."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from .java_json import java_number, java_text, write

SEVERITIES = ("OK", "MINOR", "MAJOR", "INVALID")
SAMPLE_TYPES = frozenset({"double", "enum", "long", "minMaxDouble", "string"})
_LIMITS = ("displayLow", "displayHigh", "warnLow", "warnHigh", "alarmLow", "alarmHigh")
META_DATA_MEMBERS: dict[str, tuple[str, ...]] = {
    "numeric": ("type", "precision", "units", *_LIMITS),
    "enum": ("type", "states"),
}
"""The members of metadata by their type."""


class Aggregate(NamedTuple):
    """The value of a sample that stands for many.

    Attributes:
        mean: Their mean, weighted by time.
        minimum: The least of them.
        maximum: The greatest of them.
        covered: The fraction of the interval in which there was a value; not part of JSON.
    """

    mean: float
    minimum: float
    maximum: float
    covered: float = 1.0


@dataclass(frozen=True)
class Context:
    """Everything about a sample except its time and value.

    Attributes:
        type: The type of the sample.
        level: The level of its severity.
        has_value: Whether it has a value; markers have none.
        status: The alarm status.
        quality: ``Original`` or ``Interpolated``.
        meta_data: The metadata as compact JSON; empty if there are none.
    """

    type: str
    level: str = "OK"
    has_value: bool = True
    status: str = "NO_ALARM"
    quality: str = "Original"
    meta_data: str = ""

    @cached_property
    def before_value(self) -> str:
        """The JSON between the time and the first element of the value."""
        has_value = "true" if self.has_value else "false"
        meta_data = f',"metaData":{self.meta_data}' if self.meta_data else ""
        return (
            f',"severity":{{"level":{java_text(self.level)},"hasValue":{has_value}}},"status":{java_text(self.status)}'
            f',"quality":{java_text(self.quality)}{meta_data},"type":"{self.type}","value":['
        )

    @property
    def is_marker(self) -> bool:
        """Whether the sample says that there was nothing to archive."""
        return not self.has_value

    def after_time(self, value: Any) -> str:
        """The JSON of a sample behind its time."""
        if isinstance(value, Aggregate):
            mean, minimum, maximum = map(java_number, value[:3])
            return f'{self.before_value}{mean}],"minimum":{minimum},"maximum":{maximum}}}'
        if isinstance(value, tuple):
            return f"{self.before_value}{write(value)[1:]}}}"
        if isinstance(value, float):
            return f"{self.before_value}{java_number(value)}]}}"
        return f"{self.before_value}{write(value)}]}}"

    def sample(self, time: int, value: Any) -> dict[str, Any]:
        """The sample as it is in JSON."""
        return json.loads(f'{{"time":{time}{self.after_time(value)}', parse_float=float)


def from_json(sample: Mapping[str, Any]) -> tuple[Context, Any]:
    """The context and the value of a sample in the form of the service's JSON.

    Numbers without a form in JSON may be floats or their text.

    Raises:
        ValueError: It is no sample.
    """
    try:
        return _from_json(sample)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"{sample!r} is no sample as the service sends them ({type(error).__name__}: {error})."
        ) from error


def _from_json(sample: Mapping[str, Any]) -> tuple[Context, Any]:
    kind = sample["type"]
    if kind not in SAMPLE_TYPES:
        raise ValueError(f"{kind!r} is not the type of a sample")
    context = Context(
        type=kind,
        level=sample["severity"]["level"],
        has_value=sample["severity"]["hasValue"],
        status=sample["status"],
        quality=sample["quality"],
        meta_data=meta_data_json(sample.get("metaData")),
    )
    value = stored_value(kind, sample["value"])
    if kind == "minMaxDouble":
        value = Aggregate(value, floating(sample["minimum"]), floating(sample["maximum"]))
    return context, value


def stored_value(kind: str, elements: Sequence[Any]) -> Any:
    """The value of a sample: its only element, or a tuple of elements."""
    convert = {"double": floating, "minMaxDouble": floating, "string": str}.get(kind, whole_number)
    converted = tuple(map(convert, elements))
    return converted[0] if len(converted) == 1 else converted


def whole_number(number: Any) -> int:
    """A whole number of 64 bits."""
    try:
        whole = int(number)
    except OverflowError:  # it is infinite
        whole = 2**63
    is_cut = not isinstance(number, int | str) and whole != number
    if is_cut or not -(2**63) <= whole < 2**63:
        raise ValueError(f"{number} is no whole number of 64 bits.")
    return whole


def floating(number: Any) -> float:
    """A floating-point number, which may be given as the text that JSON needs for some."""
    return float(number)


def meta_data_json(meta_data: Mapping[str, Any] | None) -> str:
    """Metadata as compact JSON, with its members in the server's order."""
    if meta_data is None:
        return ""
    if meta_data.get("type", "numeric") == "enum":
        return write({"type": "enum", "states": list(meta_data["states"])})
    numeric: dict[str, Any] = {
        "type": "numeric",
        "precision": int(meta_data.get("precision", 0)),
        "units": str(meta_data.get("units", "")),
    }
    for limit in _LIMITS:
        numeric[limit] = floating(meta_data.get(limit, math.nan if limit not in {"displayLow", "displayHigh"} else 0.0))
    return write(numeric)
