"""Times without values, as the markers among the samples tell."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ._sample_columns import SampleColumns
from .times import to_datetime

__all__ = ["Gap", "gaps_of"]


@dataclass(frozen=True, slots=True)
class Gap:
    """A time without values.

    Attributes:
        start: When the first marker was written, in nanoseconds since 1970-01-01 UTC.
        end: The time of the next sample that has a value or another reason; None if there is none in the series.
        reason: The status of the markers: ``'Disconnected'`` or ``'Archive_Disabled'``.
    """

    start: int
    end: int | None
    reason: str

    @property
    def start_datetime(self) -> dt.datetime:
        """`start` as a ``datetime`` in UTC; what is finer than microseconds is cut off."""
        return to_datetime(self.start)

    @property
    def end_datetime(self) -> dt.datetime | None:
        """`end` likewise; None if there is none in the series."""
        return None if self.end is None else to_datetime(self.end)


def gaps_of(columns: SampleColumns) -> Iterator[Gap]:
    """The gaps in order; markers of one reason that follow each other make one gap."""
    reasons = [context.status if context.is_marker else None for context in columns.contexts]
    codes = columns.by_context([reasons.index(reason) for reason in reasons], np.intp)
    edges = [0, *(np.flatnonzero(codes[1:] != codes[:-1]) + 1).tolist(), len(codes)]
    for begin, end in itertools.pairwise(edges):
        reason = reasons[int(codes[begin])] if begin < end else None
        if reason is not None:
            until = int(columns.times[end]) if end < len(columns) else None
            yield Gap(int(columns.times[begin]), until, reason)
