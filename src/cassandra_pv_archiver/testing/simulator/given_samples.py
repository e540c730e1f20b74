"""Samples as tests give them to the simulator."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from .sample_columns import Column, column_of
from .sample_contexts import SAMPLE_TYPES, SEVERITIES, Context, meta_data_json, stored_value

_TYPES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    ((int, np.integer), "long"),
    ((float, np.floating), "double"),
    (str, "string"),
)
_VALUE_TYPES = tuple(name for _, name in _TYPES)


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


def times_of(times: Sequence[int] | NDArray[Any]) -> NDArray[np.int64]:
    """Times as integers.

    Raises:
        TypeError: They are floats, which cannot tell nanoseconds apart, or no numbers.
    """
    given = np.asarray(times)
    if given.dtype.kind == "M":
        return given.astype("datetime64[ns]").astype(np.int64)
    if given.dtype.kind not in "iu" and given.size:
        raise TypeError(
            f"Times are integers (nanoseconds since 1970-01-01 UTC) or numpy.datetime64, not {given.dtype}."
        )
    return given.astype(np.int64)


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
        raise ValueError(f"Samples of type {kind!r} cannot be made of values; give them as JSON.")
    if severity not in SEVERITIES:
        raise ValueError(f"{severity!r} is no severity; there are {', '.join(SEVERITIES)}.")
    if kind == "string":
        return Context(kind, severity, status=status)
    default: dict[str, Any] = {"type": "enum", "states": []} if kind == "enum" else {"type": "numeric"}
    return Context(kind, severity, status=status, meta_data=meta_data_json({**default, **(meta_data or {})}))


def sampled(
    signal: Callable[[float], Any], kind: str | None, severity: str, status: str, meta_data: Mapping[str, Any] | None
) -> Callable[[float], tuple[Any, Context] | None]:
    """A signal that gives values with their contexts.

    Args:
        signal: Gives a value at a time in seconds since 1970-01-01 UTC, or None.
        kind: The type of all samples; None: what fits each value.
        severity: The level of their severity.
        status: Their alarm status.
        meta_data: Their metadata, of which members may be missing.
    """
    contexts = {known: context_of(known, severity, status, meta_data) for known in ([kind] if kind else _VALUE_TYPES)}

    def sample(seconds: float) -> tuple[Any, Context] | None:
        value = signal(seconds)
        if value is None:
            return None
        found = kind or type_of(value)
        return value_of(found, value), contexts[found]

    return sample


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
