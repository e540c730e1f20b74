"""Which sample tells the value of a channel at an instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ._last_instants import is_decimated, last_instants
from ._severity import Severity
from .series import SampleSeries
from .times import LATEST

__all__ = ["Integers", "Mask", "Picks", "ValuesInForce"]

Integers: TypeAlias = npt.NDArray[np.int64]
Mask: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Picks:
    """For each instant, the sample that was picked for it.

    Attributes:
        places: The place of the sample in the series; any where there is none, or -1.
        valid: Whether there is one.
    """

    places: Integers
    valid: Mask


@dataclass(frozen=True, slots=True)
class ValuesInForce:
    """When each sample of a series is in force: until the next one, and a decimated one for its period.

    Attributes:
        series: The samples; of several at one instant the last alone.
        last: The last instant of each sample, inclusive.
        valid: Which samples have a value.
    """

    series: SampleSeries
    last: Integers
    valid: Mask

    @classmethod
    def of(cls, series: SampleSeries, max_severity: Severity | None = None) -> ValuesInForce:
        """The samples of a series that are ever in force, which is the last of several at one instant.

        Args:
            series: The samples.
            max_severity: Samples of a higher severity have no value; None: all severities are alike.
        """
        times = series.times
        is_last = np.append(times[1:] != times[:-1], [True] * bool(len(times)))
        only = series if bool(is_last.all()) else series[is_last.astype(np.bool_)]
        valid = only.valid if max_severity is None else only.valid & (only.severities <= max_severity)
        return cls(only, last_instants(only.times, only.qualities), valid)

    @property
    def followed_at_once(self) -> Mask:
        """Which samples have a value and are followed without a gap by one that also has."""
        times = self.series.times
        joined = self.valid[:-1] & self.valid[1:] & (self.last[:-1] + 1 == times[1:])
        return np.append(joined, np.zeros(min(len(times), 1), np.bool_))

    @property
    def positions(self) -> Integers:
        """Where on the axis of time the value of each sample belongs.

        That is the middle of what it stands for if it is decimated, else its own time.
        """
        times = self.series.times
        bounded = is_decimated(self.series.qualities) & (self.last < LATEST)
        return np.where(bounded, times + (self.last - times) // 2, times)

    def at(self, instants: Integers) -> Picks:
        """The sample in force at each instant; there is none in gaps and outside of the range that was asked for."""
        series = self.series
        places = np.searchsorted(series.times, instants, side="right") - 1
        inside = (instants >= series.start) & (instants <= series.end)
        if not len(series):
            return Picks(places, np.zeros(len(instants), np.bool_))
        return Picks(places, inside & (places >= 0) & self.valid[places] & (instants <= self.last[places]))
