"""Which samples a request selects, and in which order (section 7)."""

from __future__ import annotations

import math

from .cluster import Channel, Sample

_LARGEST_INT32 = 2**31 - 1


def best_level(levels: list[int], start: int, end: int, count: int) -> int:
    """The decimation level whose spacing comes nearest to what is wished for."""
    period = (end - start) / count / 1e9
    whole = _LARGEST_INT32 if period > _LARGEST_INT32 else math.floor(period)
    longer = min((level for level in levels if level >= whole), default=None)
    shorter = max(level for level in levels if level <= whole)
    if longer is None or longer == shorter:
        return shorter
    over = longer / period - 1.0
    under = -(shorter / period - 1.0)
    return longer if over < 0.05 and over < under else shorter


def select_samples(channel: Channel, start: int, end: int, count: int | None) -> list[Sample]:
    """The samples in the order of the reply."""
    if count is None:
        return channel.level(0).select(start, end, extra=True)
    levels = sorted(channel.retention)
    best = best_level(levels, start, end, count)
    found: list[Sample] = []
    earliest: int | None = None
    for level in (level for level in levels if level >= best):
        if earliest is None:
            rows = channel.level(level).select(start, end, extra=True)
        else:
            rows = channel.level(level).select(start, earliest - 1, extra=False)
        if not rows:
            continue
        if earliest is None or rows[0]["time"] < earliest:
            found += rows
            earliest = rows[0]["time"]
        if rows[0]["time"] <= start:
            break
    return found
