"""Samples as tests give them to the simulator."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from .sample_columns import Column, column_of
from .sample_contexts import SAMPLE_TYPES, Context, meta_data_json, stored_value

_TYPES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    ((int, np.integer), "long"),
    ((float, np.floating), "double"),
    (str, "string"),
)


def double_sample(
    time_ns: int,
    value: float,
    *,
    level: str = "OK",
    status: str = "NO_ALARM",
    units: str = "A",
    precision: int = 3,
) -> dict[str, Any]:
    """A raw ``double`` sample in the form that `Simulator.add_samples` takes.

    Args:
        time_ns: Its time, in nanoseconds since 1970-01-01 UTC.
        value: Its value.
        level: The level of its severity.
        status: Its alarm status.
        units: Its units.
        precision: The digits to show behind the decimal point.
    """
    return {
        "time": time_ns,
        "severity": {"level": level, "hasValue": True},
        "status": status,
        "quality": "Original",
        "metaData": {
            "type": "numeric",
            "precision": precision,
            "units": units,
            "displayLow": 0.0,
            "displayHigh": 0.0,
            "warnLow": math.nan,
            "warnHigh": math.nan,
            "alarmLow": math.nan,
            "alarmHigh": math.nan,
        },
        "type": "double",
        "value": [value],
    }


def marker_sample(time_ns: int, text: str = "Disconnected") -> dict[str, Any]:
    """A sample that says that there is nothing to archive, in the form that `Simulator.add_samples` takes.

    Args:
        time_ns: Its time, in nanoseconds since 1970-01-01 UTC.
        text: ``Disconnected`` or ``Archive_Disabled``.
    """
    return {
        "time": time_ns,
        "severity": {"level": "INVALID", "hasValue": False},
        "status": text,
        "quality": "Original",
        "type": "string",
        "value": [text],
    }


def type_of(value: Any) -> str:
    """The type of a sample with a value that is a number, a text, or a sequence of one of them."""
    elements = _elements(value)
    element = elements[0] if elements else 0.0
    for kinds, name in _TYPES:
        if isinstance(element, kinds):
            return name
    raise TypeError(f"Samples have numbers or texts, not {element!r}.")


def context_of(kind: str, severity: str, status: str, meta_data: Mapping[str, Any] | None) -> Context:
    """The context of samples.

    Args:
        kind: Their type.
        severity: The level of their severity.
        status: Their alarm status.
        meta_data: Their metadata, of which members may be missing.
    """
    if kind not in SAMPLE_TYPES - {"minMaxDouble"}:
        raise ValueError(f"Samples of type {kind!r} cannot be made of values.")
    if kind == "string":
        return Context(kind, severity, status=status)
    default: dict[str, Any] = {"type": "enum", "states": []} if kind == "enum" else {"type": "numeric"}
    return Context(kind, severity, status=status, meta_data=meta_data_json({**default, **(meta_data or {})}))


def column_of_values(kind: str, values: Sequence[Any] | NDArray[Any]) -> Column:
    """The values of samples of one type, each a number, a text, or a sequence of them."""
    if isinstance(values, np.ndarray) and values.ndim == 1 and kind in {"double", "long", "enum"}:
        return values.astype(np.float64 if kind == "double" else np.int64)
    return column_of([value_of(kind, value) for value in values])


def value_of(kind: str, value: Any) -> Any:
    """One value in the form in which it is kept."""
    return stored_value(kind, _elements(value))


def _elements(value: Any) -> list[Any]:
    if isinstance(value, Sequence | np.ndarray) and not isinstance(value, str):
        return list(cast("Sequence[Any]", value))
    return [value]
