"""Time cut into pieces in which a channel has one value, for sums over bins that are weighted by time."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, SupportsIndex

import numpy as np
import numpy.typing as npt

from ._time_arrays import TimesLike, ascending, equal_parts, parse_times
from ._values_in_force import Integers, Mask, ValuesInForce
from .series import SampleSeries

__all__ = ["Segments", "bin_edges"]

Floats = npt.NDArray[np.float64]


def bin_edges(series: SampleSeries, bins: SupportsIndex | TimesLike | None) -> Integers:
    """The edges of the bins, of which there is one more than bins.

    Raises:
        TypeError: The bins are neither a number nor times.
        ValueError: There is no bin, or one has no length.
    """
    if bins is None:
        return np.array([series.start, series.end], np.int64)
    if isinstance(bins, Iterable):
        return _ascending_edges(bins)
    if isinstance(bins, bool) or not hasattr(bins, "__index__"):
        raise TypeError(f"bins is a number of bins or an array of their edges, not {bins!r}.")
    return equal_parts(operator.index(bins), series.start, series.end)


def _ascending_edges(bins: TimesLike) -> Integers:
    edges = parse_times(bins, parameter="bins")
    if len(edges) < 2 or not bool(np.all(edges[1:] > edges[:-1])):
        raise ValueError("Edges of bins are at least two times, each later than the one before.")
    return edges


@dataclass(frozen=True, slots=True)
class Segments:
    """The pieces of time in bins, in order: in none of them the value changes, and each lies in one bin.

    The instant at which the range of the series ends is a piece without duration.

    Attributes:
        edges: The edges of the bins, in nanoseconds since 1970-01-01 UTC.
        series: The samples, of several at one instant the last alone.
        places: The sample of each piece; any if the piece has no value.
        has_value: Which pieces have a value.
        durations: The length of each piece in nanoseconds; 0 if it has no value.
        firsts: The first piece of each bin. Each bin has one.
    """

    edges: Integers
    series: SampleSeries
    places: Integers
    has_value: Mask
    durations: Integers
    firsts: Integers

    @classmethod
    def of(cls, series: SampleSeries, edges: Integers) -> Segments:
        """Cuts the bins between these edges."""
        force = ValuesInForce.of(series)
        low, high = int(edges[0]), int(edges[-1])
        changes = [force.series.times, force.last[force.last < high] + 1, np.array([series.start, series.end])]
        inner = np.concatenate(changes)
        cuts = ascending(np.concatenate([edges, inner[(inner > low) & (inner < high)]]))
        last = min(series.end, high)
        if last >= max(series.start, low):
            cuts = np.insert(cuts, np.searchsorted(cuts, last), last)
        begins, ends = cuts[:-1], cuts[1:]
        picks = force.at(begins)
        has_value = picks.valid & (ends <= series.end)
        durations = np.where(has_value, ends - begins, 0)
        return cls(edges, force.series, picks.places, has_value, durations, np.searchsorted(begins, edges[:-1]))

    def of_each(self, column: npt.NDArray[Any], filler: Any) -> npt.NDArray[Any]:
        """What each piece has of a column of the series; the filler if it has no value."""
        pieces = np.full(len(self.places), filler, column.dtype)
        pieces[self.has_value] = column[self.places[self.has_value]]
        return pieces

    def seconds(self, chosen: Mask | None = None) -> Floats:
        """How long there is a value in each bin, or one of the chosen pieces."""
        durations = self.durations if chosen is None else np.where(chosen, self.durations, 0)
        return self.sums(durations) / 1e9

    def sums(self, pieces: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The sum over the pieces of each bin."""
        return np.add.reduceat(pieces, self.firsts)

    def to_pieces(self, of_bins: Floats) -> Floats:
        """For each piece, what its bin has."""
        return np.repeat(of_bins, np.diff(self.firsts, append=len(self.places)))
