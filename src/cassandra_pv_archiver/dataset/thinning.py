"""Of a channel with very many samples, those that tell its values at given instants."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from cassandra_pv_archiver._sample_columns import SampleColumns

from .coverage import Span
from .selection import Held

__all__ = ["thinned", "windows"]

Integers = npt.NDArray[np.int64]


def windows(held: Sequence[Held], start: int, end: int, most: int) -> Iterator[Span]:
    """Parts of a range, end exclusive, that begin where files do and have about so many samples at most.

    Args:
        held: What there is of the channel, in the order of time.
        start: The first instant, in nanoseconds since 1970-01-01 UTC.
        end: The last instant.
        most: The number of samples, if no file has more.
    """
    edges, samples = [start], 0
    for part in held:
        if samples + part.samples > most and edges[-1] < part.first <= end:
            edges.append(part.first)
            samples = 0
        samples += part.samples
    yield from itertools.pairwise([*edges, end + 1])


def thinned(instants: Integers, spans: Sequence[Span], read: Callable[[int, int], SampleColumns]) -> SampleColumns:
    """The raw samples of a range that tell its values at some instants; one part of the range is in memory at a time.

    These are for each instant the sample in force and the one after it, whether or not they have a value, and one of
    every sort, so that what is known of all samples together, such as their types, stays the same.

    Args:
        instants: Nanoseconds since 1970-01-01 UTC, in any order.
        spans: The parts of the range, end exclusive.
        read: Reads the samples of a part, given its first and its last instant, with one before and one after it.
    """
    instants = np.sort(instants)
    found: list[SampleColumns] = []
    for place, (begin, behind) in enumerate(spans):
        columns = read(begin, behind - 1)
        first = 0 if place == 0 else int(np.searchsorted(columns.times, begin, "left"))
        last = len(columns) if place == len(spans) - 1 else int(np.searchsorted(columns.times, behind, "left"))
        own = columns.select(slice(first, last))
        inside = instants[np.searchsorted(instants, begin) : np.searchsorted(instants, behind)]
        found.append(own.select(_telling(own, inside)).compact())
    return SampleColumns.concatenate(found)


def _telling(columns: SampleColumns, instants: Integers) -> Integers:
    """The places of the samples that matter; the first and the last one do for the parts next to this one."""
    times = columns.times
    if not len(times):
        return np.empty(0, np.int64)
    in_force = np.searchsorted(times, instants, "right") - 1
    following = np.minimum(in_force + 1, len(times) - 1)
    # Of several samples at one time the last one counts.
    next_ones = np.searchsorted(times, times[np.append(following, 0)], "right") - 1
    chosen = [in_force[in_force >= 0], next_ones, np.array([0, len(times) - 1]), _one_of_each(columns)]
    return np.unique(np.concatenate(chosen))


def _one_of_each(columns: SampleColumns) -> Integers:
    lengths = columns.values.lengths
    is_array = np.zeros(len(columns), np.int64) if lengths is None else (lengths != 1).astype(np.int64)
    return np.unique(columns.numbers.astype(np.int64) * 2 + is_array, return_index=True)[1]
