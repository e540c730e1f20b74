"""What the samples of a channel of a scene file have in common: type, limits, metadata."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from .members import Value
from .models import Channel, Constant, Listed, SampleType, Steps

Column: TypeAlias = NDArray[Any] | list[Any]
"""One value for each sample: a number, a text, or a list of one of them."""

_WHOLE = {"long": (-(2.0**63), 2.0**63 - 1024), "enum": (-(2.0**31), 2.0**31 - 1)}
"""The least and the greatest number of a type, as floating-point numbers."""


class Alarm(NamedTuple):
    """The severity and the status of a sample."""

    severity: str = "OK"
    status: str = "NO_ALARM"


ALARMS = (Alarm(), Alarm("MINOR", "LOW"), Alarm("MINOR", "HIGH"), Alarm("MAJOR", "LOLO"), Alarm("MAJOR", "HIHI"))


class SampleValues:
    """Turns the values that a scene file names into those that samples have.

    Attributes:
        type: The type of the samples.
        has_limits: Whether severities follow from the values.
        meta_data: Their metadata by the names in JSON.

    Args:
        channel: The channel.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self.type: SampleType = _type(channel)
        is_number = self.type in {"double", "long"}
        self.has_limits: bool = is_number and not np.isnan([*channel.warning, *channel.alarm]).all()
        self.meta_data: dict[str, Any] = _numeric_meta_data(channel)
        if self.type == "enum":
            self.meta_data = {"type": "enum", "states": list(channel.states)}

    def column(self, values: Sequence[Any] | NDArray[Any]) -> Column:
        """Values as samples have them: labels as indices, and integers where the type wants them."""
        if isinstance(values, np.ndarray):
            return values if self.type == "double" else np.rint(values).clip(*_WHOLE[self.type]).astype(np.int64)
        return [self._value(value) for value in values]

    def fits(self, value: Value) -> bool:
        """Whether samples of the type can have a number."""
        low, high = _WHOLE.get(self.type, (-math.inf, math.inf))
        numbers = value if isinstance(value, tuple) else (value,)
        return all(isinstance(number, str) or self.type == "double" or low <= number <= high for number in numbers)

    def _value(self, value: Value | NDArray[Any]) -> Any:
        if isinstance(value, tuple | np.ndarray):
            return [self._element(element) for element in cast("Sequence[float | str]", value)]
        return self._element(value)

    def _element(self, element: float | str) -> float | str:
        if isinstance(element, str):
            return element if self.type == "string" else self._channel.states.index(element)
        return float(element) if self.type == "double" else round(element)

    def alarms(self, column: Column) -> NDArray[np.int64]:
        """The place in `ALARMS` of each sample's; waveforms, enums and texts have none."""
        alarms = np.zeros(len(column), np.int64)
        if not self.has_limits or not all(np.ndim(value) == 0 for value in column):
            return alarms
        numbers = np.asarray(column, np.float64)
        for first, (low, high) in ((1, self._channel.warning), (3, self._channel.alarm)):
            alarms[numbers <= low] = first
            alarms[numbers >= high] = first + 1
        return alarms


def named_values(channel: Channel) -> list[tuple[tuple[str | int, ...], Value]]:
    """All values that a channel names, each with its place in the scene file."""
    named: list[tuple[tuple[str | int, ...], Value]] = []
    for number, source in enumerate(channel.samples):
        place = ("samples", number)
        match source:
            case Constant():
                named.append(((*place, "value"), source.value))
            case Steps():
                named += [((*place, "values", each), value) for each, value in enumerate(source.values)]
            case Listed():
                named += [
                    ((*place, "samples", each, "value"), sample.value)
                    for each, sample in enumerate(source.samples)
                    if sample.value is not None
                ]
            case _:
                pass
    return named


def is_text(value: Value) -> bool:
    """Whether a value is a text, or a list of texts."""
    return isinstance(value[0] if isinstance(value, tuple) else value, str)


def _type(channel: Channel) -> SampleType:
    if channel.type is not None:
        return channel.type
    if channel.states:
        return "enum"
    return "string" if any(is_text(value) for _, value in named_values(channel)) else "double"


def _numeric_meta_data(channel: Channel) -> dict[str, Any]:
    ranges = {"display": channel.display, "warn": channel.warning, "alarm": channel.alarm}
    limits = {
        f"{name}{side}": bound for name, (low, high) in ranges.items() for side, bound in (("Low", low), ("High", high))
    }
    return {"type": "numeric", "precision": channel.precision, "units": channel.units, **limits}
