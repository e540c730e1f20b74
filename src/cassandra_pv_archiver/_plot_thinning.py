"""Fewer samples that look the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ._plot_traces import Trace

__all__ = ["merged", "thinned"]


def merged(trace: Trace) -> Trace:
    """One sample for each time in which nothing changes."""
    changes = np.ones(len(trace.begins), np.bool_)
    columns = (trace.values, trace.lows, trace.highs, trace.ranks)
    same = np.logical_and.reduce([column[1:] == column[:-1] for column in columns])
    changes[1:] = ~(same & trace.joined[:-1])
    return _kept(trace, changes)


def thinned(trace: Trace, columns: int) -> Trace:
    """Of each of so many parts of the range at most the first, the last, the lowest, the highest and the worst sample.

    That is all that a line shows if each part is no wider than a point of the picture.
    """
    if len(trace.begins) <= 5 * columns:
        return trace
    share = (trace.begins - trace.start) / max(trace.end - trace.start, 1)
    firsts = np.flatnonzero(np.diff(np.floor(share * columns), prepend=-1))
    lasts = np.append(firsts[1:], len(share)) - 1
    kept = np.zeros(len(share), np.bool_)
    kept[firsts] = kept[lasts] = True
    absent = ~trace.has_value
    for sizes in (-trace.lows, trace.highs, trace.ranks):
        kept[_largest(np.where(absent, -np.inf, sizes), firsts)] = True
    # Where a line ends, and where the next one begins.
    ends = ~trace.joined & trace.has_value
    kept |= ends
    kept[1:] |= ends[:-1]
    return _kept(trace, kept)


def _largest(sizes: npt.NDArray[Any], firsts: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """The place of the largest of each part."""
    part = np.repeat(np.arange(len(firsts)), np.diff(firsts, append=len(sizes)))
    order = np.lexsort((sizes, part))
    return order[np.append(firsts[1:], len(sizes)) - 1]


def _kept(trace: Trace, kept: npt.NDArray[np.bool_]) -> Trace:
    """Some of the samples, each up to where the last one ended that is left out behind it."""
    places = np.flatnonzero(kept)
    ends = trace.ends[np.append(places[1:], len(kept))[: len(places)] - 1]
    return replace(trace.select(places), ends=ends)
