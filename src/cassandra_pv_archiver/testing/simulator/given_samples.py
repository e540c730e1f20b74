"""Samples as tests give them to the simulator."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from .sample_columns import Column, column_of
from .sample_contexts import META_DATA_MEMBERS, SAMPLE_TYPES, SEVERITIES, Context, meta_data_json, stored_value

_TYPES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    ((int, np.integer, np.bool_), "long"),
    ((float, np.floating), "double"),
    (str, "string"),
)
_VALUE_TYPES = tuple(name for _, name in _TYPES)
_LATEST = 2**63 - 1


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
        ValueError: One does not fit into 64 bits.
    """
    given = np.asarray(times)
    if given.dtype.kind == "M":
        return _of_datetimes(given)
    if given.dtype.kind not in "iu" and given.size:
        raise TypeError(
            f"Times are integers (nanoseconds since 1970-01-01 UTC) or numpy.datetime64, not {given.dtype}."
        )
    if given.size and int(given.max()) > _LATEST:
        raise ValueError(f"Times are at most {_LATEST} ns since 1970-01-01 UTC, not {given.max()}.")
    return given.astype(np.int64)


def _of_datetimes(given: NDArray[np.datetime64]) -> NDArray[np.int64]:
    try:
        found = given.astype("datetime64[ns]")
    except OverflowError:  # which NumPy raises since 2.5; before, it gave other times
        found = None
    if found is None or np.isnat(found).any() or (found.astype(given.dtype) != given).any():
        raise ValueError("Times lie between 1678 and 2262, and NaT is none.")
    return found.astype(np.int64)


def type_of(value: Any) -> str:
    """The type of a sample with a value that is a number, a text, or a sequence of one of them."""
    return type_of_all([value])


def type_of_all(values: Sequence[Any] | NDArray[Any]) -> str:
    """The type of samples with such values; that of floats if some are integers and some are floats.

    Raises:
        TypeError: They are something else, or some are texts and some are numbers.
    """
    if isinstance(values, np.ndarray) and values.dtype != object:
        values = values[:1]
    examples: dict[type[Any], Any] = {type(value): value for value in values}
    if any(map(_is_sequence, examples.values())):
        examples = {type(element): element for value in values for element in _elements(value)}
    names = set(map(_type_of_element, examples.values())) or {"double"}
    if names == {"long", "double"}:
        return "double"
    if len(names) > 1:
        raise TypeError("Samples that are added at once have either numbers or texts, not both.")
    return names.pop()


def _type_of_element(element: Any) -> str:
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
    known = META_DATA_MEMBERS[default["type"]]
    for member in meta_data or ():
        if member not in known:
            raise ValueError(f"Metadata of type {default['type']} have no member {member!r}, only {', '.join(known)}.")
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
    if isinstance(values, np.ndarray) and values.ndim == 1 and values.dtype.kind in "biuf" and kind != "string":
        return values.astype(np.float64) if kind == "double" else _whole_numbers(values)
    return column_of([value_of(kind, value) for value in values])


def _whole_numbers(values: NDArray[Any]) -> NDArray[np.int64]:
    with np.errstate(invalid="ignore"):
        converted = values.astype(np.int64)
    for value in values[converted != values][:1]:
        raise ValueError(f"{value} is no whole number of 64 bits.")
    return converted


def value_of(kind: str, value: Any) -> Any:
    """One value in the form in which it is kept."""
    return stored_value(kind, _elements(value))


def _elements(value: Any) -> list[Any]:
    return list(cast("Sequence[Any]", value)) if _is_sequence(value) else [value]


def _is_sequence(value: Any) -> bool:
    return isinstance(value, Sequence | np.ndarray) and not isinstance(value, str)
