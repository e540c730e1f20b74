"""Samples one by one: as validated objects, dictionaries of the wire, records, labels of enum states."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from ._sample_columns import SampleColumns, SampleContext
from .models import (
    DoubleSample,
    EnumMetaData,
    EnumSample,
    LongSample,
    MinMaxDoubleSample,
    Sample,
    StringSample,
)

__all__ = ["enum_labels", "record_array", "samples_of", "wire_dicts_of"]

_CLASSES: dict[str, type[Any]] = {
    "double": DoubleSample,
    "enum": EnumSample,
    "long": LongSample,
    "minMaxDouble": MinMaxDoubleSample,
    "string": StringSample,
}


def samples_of(columns: SampleColumns) -> list[Sample]:
    """The samples as objects. All that goes into them has been validated, so they are not validated again."""
    makers = {number: _maker(columns.contexts[number]) for number in columns.used_numbers}
    return [makers[number](time, value, low, high) for number, time, value, low, high in _rows(columns)]


def _rows(columns: SampleColumns) -> Iterator[tuple[int, int, list[Any], float, float]]:
    return zip(
        columns.numbers.tolist(),
        columns.times.tolist(),
        columns.values.all(columns.kinds),
        columns.filled(columns.minimums).tolist(),
        columns.filled(columns.maximums).tolist(),
        strict=True,
    )


def _maker(context: SampleContext) -> Callable[[int, list[Any], float, float], Sample]:
    class_ = _CLASSES[context.type]
    is_aggregate = context.type == "minMaxDouble"
    members = {name: getattr(context, name) for name in ("severity", "status", "quality", "type", "meta_data")}
    given = {name: member for name, member in members.items() if member is not None}
    extremes = {"minimum": 0.0, "maximum": 0.0} if is_aggregate else {}
    # As unpickling and model_construct do it, but several times as fast.
    state = class_.model_construct(time=0, **given, value=(), **extremes).__getstate__()
    pattern: dict[str, Any] = state.pop("__dict__")
    (first, first_state), (second, second_state), (third, third_state) = state.items()
    new, set_attribute = object.__new__, object.__setattr__

    def make(time: int, value: list[Any], minimum: float, maximum: float) -> Sample:
        own: dict[str, Any] = {**pattern, "time": time, "value": tuple(value)}
        if is_aggregate:
            own["minimum"], own["maximum"] = minimum, maximum
        sample: Any = new(class_)
        set_attribute(sample, first, first_state)
        set_attribute(sample, second, second_state)
        set_attribute(sample, third, third_state)
        set_attribute(sample, "__dict__", own)
        return sample

    return make


def wire_dicts_of(columns: SampleColumns) -> list[dict[str, Any]]:
    """The samples as a JSON parser gives them, each with objects of its own."""
    makers = {number: _dict_maker(columns.contexts[number]) for number in columns.used_numbers}
    return [makers[number](time, value, low, high) for number, time, value, low, high in _rows(columns)]


def _dict_maker(context: SampleContext) -> Callable[[int, list[Any], float, float], dict[str, Any]]:
    severity = context.severity.to_dict()
    meta_data = None if context.meta_data is None else context.meta_data.to_dict()
    has_floats = context.type in {"double", "minMaxDouble"}

    def make(time: int, value: list[Any], low: float, high: float) -> dict[str, Any]:
        sample: dict[str, Any] = {
            "time": time,
            "severity": severity.copy(),
            "status": context.status,
            "quality": context.quality,
        }
        if meta_data is not None:
            sample["metaData"] = {name: _own(member) for name, member in meta_data.items()}
        sample["type"] = context.type
        sample["value"] = [_wire_float(number) for number in value] if has_floats else value
        if context.type == "minMaxDouble":
            sample["minimum"] = _wire_float(low)
            sample["maximum"] = _wire_float(high)
        return sample

    return make


def _own(member: Any) -> Any:
    return member.copy() if isinstance(member, list) else member  # pyright: ignore[reportUnknownVariableType] -- of a JSON value


def _wire_float(number: float) -> float | str:
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def record_array(columns: dict[str, npt.NDArray[Any]]) -> npt.NDArray[np.void]:
    """One record for each sample, with a field for each column."""
    length = len(columns["time"])
    table = np.empty(length, [(name, column.dtype, column.shape[1:]) for name, column in columns.items()])
    for name, column in columns.items():
        table[name] = column
    return table


def enum_labels(columns: SampleColumns) -> npt.NDArray[np.object_]:
    """The text of each sample's state, '' for samples that are not of an enum."""
    labels = np.full(len(columns), "", object)
    for number in columns.used_numbers:
        context = columns.contexts[number]
        if context.type != "enum" or context.is_marker:
            continue
        own = columns.numbers == number
        part = columns.select(own)
        indices = part.values.column(part.kinds, part.valid)
        if indices.ndim != 1 or indices.dtype != np.int64:
            raise ValueError("Samples of enum arrays have more than one label.")
        states = context.meta_data.states if isinstance(context.meta_data, EnumMetaData) else ()
        labels[own] = [states[index] if 0 <= index < len(states) else str(index) for index in indices.tolist()]
    return labels
