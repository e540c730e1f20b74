"""Many channels of a dataset in one table, with the samples of only a few of them in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypedDict

import numpy as np
import numpy.typing as npt

from cassandra_pv_archiver._aligned_columns import AlignedColumn
from cassandra_pv_archiver._time_arrays import every, parse_times
from cassandra_pv_archiver.aligned_samples import AlignedSamples
from cassandra_pv_archiver.alignment import AlignmentMethod, SeverityName, TimesLike, align
from cassandra_pv_archiver.models import Severity
from cassandra_pv_archiver.series import SampleSeries
from cassandra_pv_archiver.times import DurationLike

__all__ = ["AT_ONCE", "AlignOptions", "align_groups"]

AT_ONCE = 20_000_000
"""Samples that are held in memory at once; some 400 MB."""


class AlignOptions(TypedDict, total=False):
    """Options of `align` that make sense for datasets, with the same meaning.

    Attributes:
        times: The instants of the rows.
        step: The distance of the rows, such as ``'10s'``.
        method: For all channels, or for each by its name.
        tolerance: The age at which a value is not taken any more.
        max_severity: The highest severity of samples that give values.
        labels: Whether the states of enums are given as labels.
    """

    times: TimesLike | None
    step: DurationLike | None
    method: AlignmentMethod | Mapping[str, AlignmentMethod]
    tolerance: DurationLike | None
    max_severity: Severity | SeverityName | None
    labels: bool


def align_groups(
    sizes: Mapping[str, int],
    start: int,
    end: int,
    read: Callable[[list[str]], Mapping[str, SampleSeries]],
    read_thinned: Callable[[str, npt.NDArray[np.int64]], SampleSeries] | None,
    options: AlignOptions,
) -> AlignedSamples:
    """Aligns channels, a group at a time if the rows are known beforehand, and a single large one in parts.

    Args:
        sizes: The number of samples of each channel.
        start: The first instant, in nanoseconds since 1970-01-01 UTC.
        end: The last instant.
        read: Reads the series of some channels.
        read_thinned: Reads of a channel's series what tells its values at some instants; None: samples cannot be left
            out.
        options: Those of `align`.
    """
    times, step = options.get("times"), options.get("step")
    if times is not None and step is not None:
        raise ValueError("Give either times or a step.")
    if times is None and step is None:
        return align(read(list(sizes)), **_all(options))
    instants = parse_times(times, parameter="times") if times is not None else every(_given(step), start, end)
    columns: dict[str, AlignedColumn] = {}
    for group in _groups(sizes):
        own: dict[str, Any] = {**_all(options), "times": instants, "step": None}
        methods = options.get("method")
        if isinstance(methods, Mapping):
            own["method"] = {name: method for name, method in methods.items() if name in group}
        if read_thinned is not None and sum(sizes[name] for name in group) > AT_ONCE:
            series = {name: read_thinned(name, instants) for name in group}
        else:
            series = read(group)
        columns.update(align(series, **own)._columns)  # pyright: ignore[reportPrivateUsage]  # noqa: SLF001 -- puts columns together
    return AlignedSamples(instants, start, end, {name: columns[name] for name in sizes})


def _all(options: AlignOptions) -> dict[str, Any]:
    return dict(options)


def _given(step: DurationLike | None) -> DurationLike:
    assert step is not None
    return step


def _groups(sizes: Mapping[str, int]) -> Iterator[list[str]]:
    """Channels in the order of their names, which are in the same files then."""
    group: list[str] = []
    samples = 0
    for name in sorted(sizes):
        if group and samples + sizes[name] > AT_ONCE:
            yield group
            group, samples = [], 0
        group.append(name)
        samples += sizes[name]
    if group:
        yield group
