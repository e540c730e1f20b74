"""Which samples a request gives (sections 7.1 and 7.2), as far as it can be told from a few known ones."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import floor
from typing import Any

_LONGEST = 2147483647


def level_for(levels: Sequence[int], start: int, end: int, count: int) -> int:
    """The decimation level that is looked at first.

    Args:
        levels: The decimation periods in seconds, ascending from 0.
        start: The first instant, in nanoseconds.
        end: The last instant, in nanoseconds.
        count: The number of samples wished for.
    """
    wished = (end - start) / float(count) / 1e9
    whole = _LONGEST if wished > _LONGEST else floor(wished)
    longer = next((level for level in levels if level >= whole), None)
    shorter = max(level for level in levels if level <= whole)
    if longer is None or longer == shorter:
        return shorter
    over, under = longer / wished - 1.0, -(shorter / wished - 1.0)
    return longer if over < 0.05 and over < under else shorter


def block_starts(samples: Sequence[Any]) -> list[int]:
    """Where the blocks of a reply begin: at the first sample, and wherever the time goes back."""
    return [index for index, sample in enumerate(samples) if index == 0 or sample["time"] < samples[index - 1]["time"]]


def select(times: Sequence[int], start: int, end: int) -> list[int]:
    """The times of the raw samples that a range among known consecutive ones gives.

    Args:
        times: Known times, ascending; the range lies between the first and the last of them.
        start: The first instant.
        end: The last instant.
    """
    found = [time for time, following in pairwise([*times, end + 1]) if following > start and time <= end]
    later = [time for time in times if time > end]
    return found if found and found[-1] == end else [*found, *later[:1]]
