"""How long each sample is in force: until the next one, and a decimated one for the period of its level."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ._categories import CategoricalColumn
from .times import LATEST

__all__ = ["is_decimated", "last_instants"]

Integers: TypeAlias = npt.NDArray[np.int64]
Mask: TypeAlias = npt.NDArray[np.bool_]


def is_decimated(qualities: CategoricalColumn) -> Mask:
    """Which samples are results of decimation."""
    return qualities == "Interpolated"


def last_instants(times: Integers, qualities: CategoricalColumn) -> Integers:
    """The last instant of each sample, inclusive; that of the last one is `LATEST` if nothing tells its period."""
    before_next = np.append(times[1:] - 1, np.full(min(len(times), 1), LATEST))
    if "Interpolated" not in qualities.categories or len(times) < 2:
        return before_next
    return np.minimum(before_next - times, _periods(times, is_decimated(qualities)) - 1) + times


def _periods(times: Integers, decimated: Mask) -> Integers:
    """How long each sample may be in force: decimated ones for the period of their level, which neighbours tell.

    Where a shorter level follows a longer one, the distance between the two is neither's period, so the distances on
    both sides of a sample's own are compared.
    """
    distances = np.where(decimated[:-1], np.diff(times), 0)
    before = np.concatenate(([0], distances))
    after_next = np.concatenate((distances[1:], [0, 0]))
    told = np.where(before > 0, np.maximum(before, after_next), np.append(distances, 0))
    return np.where(decimated & (told > 0), told, LATEST)
