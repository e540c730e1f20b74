"""Which samples are returned (sections 7.1 and 7.2)."""

from __future__ import annotations

import math

from .channels import Channel
from .sample_columns import SampleColumns

_LONGEST = 2**31 - 1


def select(level: SampleColumns, low: int, high: int, *, extra: bool) -> SampleColumns:
    """The samples of one level for a range of times, with a neighbour on each side unless one lies on the border."""
    begin = max(level.place_after(low) - 1, 0)
    end = max(level.place_after(high), begin)
    if extra and (end == begin or level.times[end - 1] < high):
        end += 1
    return level.part(begin, end)


def select_samples(channel: Channel, start: int, end: int, count: int | None) -> list[SampleColumns]:
    """Blocks of samples in the order in which the server sends them."""
    if count is None:
        return [select(channel.archive.level(0, channel.retention), start, end, extra=True)]
    blocks: list[SampleColumns] = []
    best = _best_level(sorted(channel.retention), start, end, count)
    for level in sorted(level for level in channel.retention if level >= best):
        columns = channel.archive.level(level, channel.retention)
        if blocks:
            rows = select(columns, start, int(blocks[-1].times[0]) - 1, extra=False)
        else:
            rows = select(columns, start, end, extra=True)
        if not len(rows):
            continue
        blocks.append(rows)
        if rows.times[0] <= start:
            break
    return blocks


def _best_level(levels: list[int], start: int, end: int, count: int) -> int:
    period = (end - start) / float(count) / 1e9
    whole = _LONGEST if period > _LONGEST else math.floor(period)
    longer = next((level for level in levels if level >= whole), None)
    shorter = max(level for level in levels if level <= whole)
    if longer is None or longer == shorter:
        return shorter
    over = longer / period - 1.0
    under = -(shorter / period - 1.0)
    return longer if over < 0.05 and over < under else shorter
