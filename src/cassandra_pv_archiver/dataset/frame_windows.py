"""The partitions of a frame: for each channel windows of time."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from .coverage import Span
from .manifest import ChannelPart
from .selection import Held

__all__ = ["PARTITION", "FramePart", "equal_windows", "even_windows", "windows_of_equal_weight"]

PARTITION = 500_000
"""Samples that a partition is meant to have, an array counting as often as it has elements. As rates change, some have
more."""
_MOST = 100_000


@dataclass(frozen=True, slots=True)
class FramePart:
    """What becomes one partition.

    Attributes:
        channel: The channel.
        begin: The first instant, in nanoseconds since 1970-01-01 UTC.
        end: The end, which does not belong to it.
        in_force: Whether the sample in force at the begin comes first.
        held: Of a dataset, where the samples are.
    """

    channel: str
    begin: int
    end: int
    in_force: bool = False
    held: tuple[Held, ...] = ()


def equal_windows(span: Span, length: int) -> list[Span]:
    """Windows of one length; the last one may be shorter.

    Raises:
        ValueError: There would be too many.
    """
    begin, end = span
    number = _checked(-(-(end - begin) // length))
    return _spans([*(begin + place * length for place in range(max(number, 1))), end])


def even_windows(span: Span, rate: float, known_end: int) -> list[Span]:
    """Windows with a handy number of samples each.

    Args:
        span: The range.
        rate: The weight that samples have in a nanosecond.
        known_end: Where the samples end for which this is so.

    Raises:
        ValueError: There would be too many.
    """
    begin, end = span
    length = max(min(end, known_end) - begin, 0)
    number = max(min(_checked(math.ceil(rate * length / PARTITION)), length), 1)
    return _spans([*(begin + length * place // number for place in range(number)), end])


def windows_of_equal_weight(span: Span, parts: Iterable[ChannelPart]) -> list[Span]:
    """Windows with as many samples each, as far as a manifest tells."""
    begin, end = span
    places, sums = [0], [0.0]
    for part in parts:
        first, last = max(part.begin, begin), min(part.end, end)
        if first < last:
            weight = part.weight * (last - first) / (part.end - part.begin)
            places += [first - begin, last - begin]
            sums += [sums[-1], sums[-1] + weight]
    number = max(math.ceil(sums[-1] / PARTITION), 1)
    wanted = sums[-1] * np.arange(1, number) / number
    inner: list[int] = np.interp(wanted, sums, places).astype(np.int64).tolist()
    edges = {begin, *(begin + place for place in inner if 0 < place < end - begin), end}
    return _spans(sorted(edges)) if begin < end else [span]


def _spans(edges: Sequence[int]) -> list[Span]:
    return list(itertools.pairwise(edges))


def _checked(number: int) -> int:
    if number > _MOST:
        raise ValueError(
            f"A channel would have {number:,} partitions, which are more than {_MOST:,}. Ask for a longer window or a "
            "shorter range."
        )
    return number
