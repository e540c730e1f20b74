"""Many times at once: instants in any form as an array, and instants at equal distances."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from .times import DurationLike, RelativeTime, TimeLike, parse_duration, parse_time

__all__ = ["TimesLike", "ascending", "equal_parts", "every", "parse_times"]

TimesLike: TypeAlias = "Iterable[TimeLike] | npt.NDArray[np.int64] | npt.NDArray[np.datetime64]"
"""Several times: an array of nanoseconds since 1970-01-01 UTC or of ``datetime64`` (which is UTC), a pandas
``DatetimeIndex``, or any iterable of single times. None of them counts from now."""


def parse_times(times: TimesLike, *, parameter: str) -> npt.NDArray[np.int64]:
    """Reads several times.

    Args:
        times: The times, in any order.
        parameter: The name of the argument, for messages.

    Returns:
        Nanoseconds since 1970-01-01 UTC, from 0 to `LATEST`; a new array.

    Raises:
        TypeError: There is something else among them, for instance a float.
        ValueError: One is out of range, has no offset, or counts from now; or the array has several dimensions.
    """
    if isinstance(times, str):
        raise TypeError(f"{parameter} is a list or an array of times, not the text {times!r}.")
    array = _array(times)
    if array is None:
        return np.array([_instant(time, parameter) for time in times], np.int64)
    if array.ndim != 1:
        raise ValueError(f"{parameter} has one dimension, not {array.ndim}.")
    if array.dtype.kind not in "iuM":
        return np.array([_instant(time, parameter) for time in array.tolist()], np.int64)
    if len(array):
        # What holds for the earliest and for the latest holds for all; NaT is the smallest number.
        numbers = array.astype(np.int64) if array.dtype.kind == "M" else array
        for place in (numbers.argmin(), numbers.argmax()):
            _instant(array[place], parameter)
    return array.astype("datetime64[ns]" if array.dtype.kind == "M" else np.int64).view(np.int64)


def _array(times: Any) -> npt.NDArray[Any] | None:
    if isinstance(times, np.ndarray):
        return cast("npt.NDArray[Any]", times)
    # A DatetimeIndex with a zone gives its instants in UTC; one without is read time by time, and refused.
    return times.tz_convert(None).to_numpy() if getattr(times, "tz", None) is not None else None


def _instant(time: TimeLike, parameter: str) -> int:
    parsed = parse_time(time, parameter=parameter)
    if isinstance(parsed, RelativeTime):
        raise ValueError(f"{parameter} must not count from now here, as {time!r} does.")
    return parsed


def ascending(instants: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Each of the instants once, in order."""
    # np.unique takes ten times as long, because it does not see that parts are in order already.
    in_order = np.sort(instants, kind="stable")
    return in_order[np.append(np.ones(min(len(in_order), 1), np.bool_), in_order[1:] != in_order[:-1])]


def every(step: DurationLike, start: int, end: int) -> npt.NDArray[np.int64]:
    """The instants from ``start`` on that lie a step apart, up to ``end``, which may be one of them.

    Raises:
        TypeError: The step is not a duration.
        ValueError: The step is not a duration, or has no length.
    """
    nanoseconds = parse_duration(step, parameter="step")
    if nanoseconds == 0:
        raise ValueError("step must be longer than nothing.")
    return start + np.arange((end - start) // nanoseconds + 1, dtype=np.int64) * nanoseconds


def equal_parts(number: int, start: int, end: int) -> npt.NDArray[np.int64]:
    """The edges of so many parts of equal length, to the nanosecond.

    Raises:
        ValueError: There would be no part, or parts without length.
    """
    if number < 1:
        raise ValueError(f"bins is at least 1, not {number}.")
    whole, rest = divmod(end - start, number)
    if whole == 0:
        raise ValueError(f"A range of {end - start} ns has no {number} parts.")
    parts = np.arange(number + 1, dtype=np.int64)
    return start + whole * parts + rest * parts // number
