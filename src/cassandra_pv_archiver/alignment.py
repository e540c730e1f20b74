"""Brings the samples of several channels to common instants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from ._aligned_columns import AlignedColumn, AlignmentMethod, aligned_column, has_only_steps, missing_column
from ._severity import Severity
from ._time_arrays import TimesLike, ascending, every, parse_times
from .aligned_samples import AlignedSamples
from .series import SampleSeries
from .times import DurationLike, parse_duration

__all__ = ["AlignedSamples", "AlignmentMethod", "SeverityName", "TimesLike", "align"]

SeverityName: TypeAlias = Literal["OK", "MINOR", "MAJOR", "INVALID"]
"""A severity as text."""


def align(
    series_by_channel: Mapping[str, SampleSeries | BaseException],
    times: TimesLike | None = None,
    *,
    step: DurationLike | None = None,
    method: AlignmentMethod | Mapping[str, AlignmentMethod] = "previous",
    tolerance: DurationLike | None = None,
    max_severity: Severity | SeverityName | None = None,
    labels: bool = True,
    allow_missing: bool = False,
) -> AlignedSamples:
    """Puts several channels into one table: a row for each instant, a column for each channel.

    The range of the table reaches from the earliest ``start`` to the latest ``end`` that the series were asked for.
    In it, a channel has no value (see `AlignedSamples.valid`)

    - outside of the range that its own series was asked for;
    - before its first sample. The sample before ``start``, which replies have, is in force from ``start`` on;
    - in gaps, from a marker (or a sample beyond ``max_severity``) to the next sample that has a value;
    - after the period of a decimated sample that no other one follows. A decimated sample at T stands for
      [T, T + P), where P, the period of its level, is told by the distance to its neighbours. A raw sample is in
      force until the next one, the last one until ``end``.

    Of several samples at one instant the last one counts. Samples outside of a channel's range give no rows of
    their own.

    Args:
        series_by_channel: The series, and the name that the column of each has. In place of a series there may be
            the exception that reading it ended with. If the mapping has an attribute ``failures``, a mapping from
            names to exceptions, these are taken for further channels.
        times: The instants of the rows, in any order: an array of nanoseconds since 1970-01-01 UTC or of
            ``datetime64``, or any iterable of times (not counting from now). Instants outside of the range get rows
            without values. None, without a ``step`` either: every instant within the range at which any channel has
            a sample or a marker, ascending.
        step: The distance of the rows, such as ``'10s'``; the first one is at the start of the range.
        method: For all channels, or for each by its name (``'previous'`` for those that the mapping leaves out):

            - ``'previous'``: the value in force;
            - ``'nearest'``: that of the nearest sample before or after the instant, of two equally near ones the
              earlier. The sample after ``end`` may be one of them. No value is taken across or into a gap, but the
              instants before the first sample get the value of that one;
            - ``'linear'``: on the straight line between the two samples around the instant, as ``float64``. Where
              one of the two is missing, the value in force.

            For the last two, the place of a decimated sample is the middle of its period, because it is a mean.
            Texts, states of enums, and arrays have nothing between them: they always follow ``'previous'``.
        tolerance: The longest distance between the time of a sample (for ``'linear'`` the one in force) and an
            instant that it gives a value for, such as ``'1min'``. None: any.
        max_severity: The highest severity of samples that give values. From a sample of a higher one to the next sample
            there is a gap: ``'MAJOR'`` leaves out what is ``INVALID``. Decimated samples have the highest severity of
            their period. None: all give values.
        labels: Whether states of enums are given as labels, those in force at each sample. If not, as indices.
        allow_missing: Whether channels that failed get a column without values.

    Raises:
        TypeError: There is something else than series and exceptions in the mapping, or an argument is of another
            type.
        ValueError: There is no channel; a channel failed and that is not allowed; ``times`` and ``step`` are both
            given; a method is unknown, is for a channel that is not there, or is asked by name for a channel that has
            nothing between its values; a time or duration is none; or no series tells the range that is needed.

    Examples:
        >>> table = align({"RING:CURRENT": current, "RING:MODE": mode}, step="10min")
        >>> table["RING:MODE"].tolist()
        ['Injection', 'User run', 'User run']
        >>> table["RING:CURRENT"].tolist()
        [100.0, 200.0, 200.0]
        >>> table.ages["RING:CURRENT"].tolist()
        [0, 0, 600000000000]
    """
    members = _members(series_by_channel)
    series = {name: each for name, each in members.items() if isinstance(each, SampleSeries)}
    if not allow_missing:
        _refuse_failures(members)
    methods = _methods(series, members, method)
    instants = _instants(list(series.values()), times, step)
    start, end = _range(list(series.values()), instants)
    reach = None if tolerance is None else parse_duration(tolerance, parameter="tolerance")
    worst = _severity(max_severity)
    columns: dict[str, AlignedColumn] = {
        name: aligned_column(series[name], instants, methods[name], labels=labels, tolerance=reach, max_severity=worst)
        if name in series
        else missing_column(instants)
        for name in members
    }
    return AlignedSamples(instants, start, end, columns)


def _members(given: Any) -> dict[str, SampleSeries | BaseException]:
    failures: Mapping[str, Any] = getattr(given, "failures", {})
    if not isinstance(given, Mapping):
        raise TypeError("align takes a mapping from names to series, such as {series.channel_name: series}.")
    listed: dict[str, Any] = {**given, **failures}
    if not listed:
        raise ValueError("There is no channel to align.")
    for name, each in listed.items():
        if not isinstance(each, SampleSeries | BaseException):
            raise TypeError(f"{name!r} must be a SampleSeries or an exception, not {type(each).__name__}.")
    return listed


def _refuse_failures(members: Mapping[str, SampleSeries | BaseException]) -> None:
    failures = {name: each for name, each in members.items() if isinstance(each, BaseException)}
    for name, failure in failures.items():
        others = f" and {len(failures) - 1} more" if len(failures) > 1 else ""
        raise ValueError(
            f"There are no samples of {name!r}{others}: {failure} With allow_missing=True the column is empty."
        ) from failure


def _methods(
    series: Mapping[str, SampleSeries], members: Mapping[str, Any], method: str | Mapping[str, AlignmentMethod]
) -> dict[str, AlignmentMethod]:
    """The method of each series."""
    by_name = method if isinstance(method, Mapping) else dict.fromkeys(members, method)
    known = get_args(AlignmentMethod)
    for name, each in by_name.items():
        if name not in members:
            raise ValueError(f"method names {name!r}, of which there is no series.")
        if each not in known:
            raise ValueError(f"method is {', '.join(map(repr, known[:-1]))} or {known[-1]!r}, not {each!r}.")
    methods: dict[str, Any] = {name: by_name.get(name, "previous") for name in series}
    for name, each in methods.items():
        if each != "previous" and has_only_steps(series[name]):
            if isinstance(method, Mapping):
                raise ValueError(
                    f"{name!r} has texts, states or arrays, with nothing between them: its method is 'previous', "
                    f"not {each!r}."
                )
            methods[name] = "previous"
    return methods


def _severity(given: str | None) -> Severity | None:
    if given is None:
        return None
    if given not in list(Severity):
        raise ValueError(f"max_severity is {', '.join(map(repr, map(str, Severity)))} or None, not {given!r}.")
    return Severity(given)


def _range(series: list[SampleSeries], instants: npt.NDArray[np.int64] | None) -> tuple[int, int]:
    if series:
        return min(each.start for each in series), max(each.end for each in series)
    if instants is None or not len(instants):
        return 0, 0
    return int(instants.min()), int(instants.max())


def _instants(series: list[SampleSeries], times: TimesLike | None, step: DurationLike | None) -> npt.NDArray[np.int64]:
    if times is not None and step is not None:
        raise ValueError("Give either times or a step.")
    if times is not None:
        return parse_times(times, parameter="times")
    if step is not None:
        if not series:
            raise ValueError("No series tells the range in which rows lie a step apart; give times instead.")
        return every(step, *_range(series, None))
    inside = [each.inside.times for each in series]
    return ascending(np.concatenate([np.empty(0, np.int64), *inside]))
