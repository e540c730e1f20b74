"""What samples can do beyond holding their members: the base classes of the generated sample types."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from ._severity import Severity
from ._wire_model import WireModel
from .times import format_time, to_datetime

__all__ = [
    "AggregateSampleBase",
    "EnumSampleBase",
    "FloatSampleBase",
    "IntegerSampleBase",
    "SampleBase",
    "SeverityBase",
    "TextSampleBase",
]

T = TypeVar("T")

_SHOWN = 4
_LARGEST_FIXED = 1e15


class SeverityBase(WireModel, frozen=True):
    """Severities of samples compare by their level, with each other and with a `Severity`."""

    if TYPE_CHECKING:
        level: Severity
        has_value: bool

    def __lt__(self, other: SeverityBase | str) -> bool:
        return self.level < _level(other)

    def __le__(self, other: SeverityBase | str) -> bool:
        return self.level <= _level(other)

    def __gt__(self, other: SeverityBase | str) -> bool:
        return self.level > _level(other)

    def __ge__(self, other: SeverityBase | str) -> bool:
        return self.level >= _level(other)


def _level(severity: SeverityBase | str) -> str:
    return severity.level if isinstance(severity, SeverityBase) else severity


class _NumericMetaData(Protocol):
    @property
    def precision(self) -> int: ...
    @property
    def units(self) -> str: ...


class _EnumMetaData(Protocol):
    @property
    def states(self) -> tuple[str, ...]: ...


class SampleBase(WireModel, frozen=True):
    """What all types of samples have in common."""

    if TYPE_CHECKING:
        time: int
        severity: SeverityBase
        status: str
        value: tuple[Any, ...]

    @property
    def datetime(self) -> dt.datetime:
        """The time as a ``datetime`` in UTC; what is finer than microseconds is cut off."""
        return to_datetime(self.time)

    @property
    def is_marker(self) -> bool:
        """Whether the sample has no value, but tells that the channel was disconnected or not archived."""
        return not self.severity.has_value

    def __str__(self) -> str:
        """Time, value and units, and the alarm if there is one, in one line."""
        alarm = "" if self.severity.level == Severity.OK else f"  {self.severity.level} {self.status}"
        return f"{format_time(self.time)}  {self._value_text()}{alarm.rstrip()}"

    def _value_text(self) -> str:
        texts = [self._element_text(element) for element in self.value[:_SHOWN]]
        if len(self.value) == 1:
            return f"{texts[0]} {self._units()}".rstrip()
        more = ", ..." if len(self.value) > _SHOWN else ""
        return f"[{', '.join(texts)}{more}] {self._units()}".rstrip() + f" ({len(self.value)} elements)"

    def _units(self) -> str:
        return ""

    def _element_text(self, element: Any) -> str:
        return repr(element)

    def _only(self, value: Sequence[T]) -> T | None:
        if self.is_marker:
            return None
        if len(value) != 1:
            raise ValueError(f"The sample at {format_time(self.time)} has {len(value)} elements; use .value.")
        return value[0]


class _NumericSampleBase(SampleBase, frozen=True):
    if TYPE_CHECKING:
        meta_data: _NumericMetaData | None

    def _units(self) -> str:
        return "" if self.meta_data is None else self.meta_data.units


class FloatSampleBase(_NumericSampleBase, frozen=True):
    """Samples of floating-point numbers."""

    if TYPE_CHECKING:
        value: tuple[float, ...]

    @property
    def scalar(self) -> float | None:
        """The number; None for a marker.

        Raises:
            ValueError: The sample is of an array, which does not have exactly one element.
        """
        return self._only(self.value)

    def _element_text(self, element: float) -> str:
        # Precision 0 is what channels have that do not care, so it does not mean that fractions are of no interest.
        precision = 0 if self.meta_data is None else self.meta_data.precision
        if not 0 < precision <= 17 or not math.isfinite(element) or abs(element) >= _LARGEST_FIXED:
            return f"{element:g}"
        return f"{element:.{precision}f}"


class AggregateSampleBase(FloatSampleBase, frozen=True):
    """Samples that stand for all samples of an interval; their value is the mean."""

    if TYPE_CHECKING:
        minimum: float
        maximum: float

    def _value_text(self) -> str:
        extremes = f"{self._element_text(self.minimum)} to {self._element_text(self.maximum)}"
        return f"{super()._value_text()} ({extremes})"


class IntegerSampleBase(_NumericSampleBase, frozen=True):
    """Samples of integers."""

    if TYPE_CHECKING:
        value: tuple[int, ...]

    @property
    def scalar(self) -> int | None:
        """The number; None for a marker.

        Raises:
            ValueError: The sample is of an array, which does not have exactly one element.
        """
        return self._only(self.value)


class EnumSampleBase(SampleBase, frozen=True):
    """Samples of states that have a number and a label."""

    if TYPE_CHECKING:
        meta_data: _EnumMetaData | None
        value: tuple[int, ...]

    @property
    def scalar(self) -> str | None:
        """The label of the state, or its number as text if it has no label; None for a marker.

        Raises:
            ValueError: The sample is of an array, which does not have exactly one element.
        """
        state = self._only(self.value)
        return None if state is None else self._label(state)

    def _label(self, state: int) -> str:
        labels = () if self.meta_data is None else self.meta_data.states
        return labels[state] if 0 <= state < len(labels) else str(state)

    def _element_text(self, element: int) -> str:
        return f"{element} {self._label(element)!r}"


class TextSampleBase(SampleBase, frozen=True):
    """Samples of texts, and markers."""

    if TYPE_CHECKING:
        value: tuple[str, ...]

    @property
    def scalar(self) -> str | None:
        """The text; None for a marker.

        Raises:
            ValueError: The sample is of an array, which does not have exactly one element.
        """
        return self._only(self.value)

    def _value_text(self) -> str:
        return "no value" if self.is_marker else super()._value_text()
