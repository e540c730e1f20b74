"""Series made of few words, for tests of what is computed with them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from cassandra_pv_archiver.series import SampleQuery, SampleSeries
from tests.unit.sample_replies import compact, decoded

LIMITS = ("displayLow", "displayHigh", "warnLow", "warnHigh", "alarmLow", "alarmHigh")
NUMERIC = {"type": "numeric", "precision": 3, "units": "mA", **dict.fromkeys(LIMITS, "NaN")}
STATES = ("off", "on", "fault")


def sample(time: int, value: Any, *, kind: str | None = None, level: str = "OK", **members: Any) -> dict[str, Any]:
    """A sample of the wire; None is a marker, a list an array."""
    if value is None:
        severity = {"level": "INVALID", "hasValue": False}
        marker = {"time": time, "severity": severity, "status": "Disconnected", "quality": "Original"}
        return {**marker, "type": "string", "value": ["Disconnected"], **members}
    elements = value if isinstance(value, list) else [value]
    kind = kind or {float: "double", int: "long", str: "string"}[type(elements[0])]
    meta_data = {"string": None, "enum": {"type": "enum", "states": list(STATES)}}.get(kind, NUMERIC)
    return {
        "time": time,
        "severity": {"level": level, "hasValue": True},
        "status": "NO_ALARM",
        "quality": "Original",
        **({} if meta_data is None else {"metaData": meta_data}),
        "type": kind,
        "value": elements,
        **members,
    }


def decimated(time: int, value: float, minimum: float = 0.0, maximum: float = 0.0, **members: Any) -> dict[str, Any]:
    extremes = {"minimum": minimum, "maximum": maximum}
    return sample(time, value, kind="minMaxDouble", quality="Interpolated", **extremes, **members)


def series_of(samples: Sequence[dict[str, Any]], start: int, end: int, name: str = "a channel") -> SampleSeries:
    # Texts stand for numbers without a JSON form.
    plain = [{**each, "value": [_wire(element) for element in each["value"]]} for each in samples]
    return dataclasses.replace(decoded(compact(plain)), query=SampleQuery(name, 1, start, end))


def _wire(element: Any) -> Any:
    if element in (float("inf"), -float("inf")):
        return "Infinity" if element > 0 else "-Infinity"
    return "NaN" if element != element else element
