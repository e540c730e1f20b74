"""Compares parts of a dataset with the archive."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Self

import numpy as np

from cassandra_pv_archiver.archive_client import ArchiveClient
from cassandra_pv_archiver.series import SampleSeries
from cassandra_pv_archiver.times import format_time

from .manifest import ChannelPart, Entry
from .reading import Dataset

__all__ = ["ArchiveCheck", "differs"]

_COMPARED = 1000
"""Samples that are compared one by one."""


@dataclass(frozen=True, slots=True)
class ArchiveCheck:
    """What is to be compared.

    Attributes:
        entry: The file.
        channel: A channel that it has.
        middle: An instant of it, in nanoseconds since 1970-01-01 UTC.
    """

    entry: Entry
    channel: str
    middle: int

    @classmethod
    def random(cls, entry: Entry, channel: str, chooser: random.Random) -> Self:
        """A check at an instant that is left to chance."""
        part = entry.channels[channel]
        return cls(entry, channel, chooser.randrange(part.begin, part.final_end))

    @property
    def part(self) -> ChannelPart:
        """What the file has of the channel."""
        return self.entry.channels[self.channel]


def differs(client: ArchiveClient, dataset: Dataset, check: ArchiveCheck) -> str | None:
    """What the archive has in another way; None if all that was looked at is alike.

    Raises:
        ArchiverError: The archive does not answer.
    """
    part = check.part
    length = (part.final_end - part.begin) * _COMPARED // max(part.weight, 1)
    begin = max(check.middle - length // 2, part.begin)
    stretches = [
        (part.begin, part.begin),
        (part.final_end - 1, part.final_end - 1),
        (begin, min(begin + length, part.final_end - 1)),
    ]
    for start, end in stretches:
        message = _compared(client, dataset, check, start, max(start, end))
        if message is not None:
            return message
    return None


def _compared(client: ArchiveClient, dataset: Dataset, check: ArchiveCheck, start: int, end: int) -> str | None:
    query, channel = dataset.info.query, check.channel
    spacing = None if query.spacing_ns is None else np.timedelta64(query.spacing_ns, "ns")
    theirs = client.get_samples(channel, start, end, archive_key=query.archive_key, spacing=spacing)
    ours = dataset.series(channel, start, end, allow_missing=True)
    if theirs.begins_late:  # what the retention period has removed since
        ours = ours[ours.times >= int(theirs.times[0])] if len(theirs) else ours[:0]
    # Which level the neighbours of decimated samples come from depends on the whole range, and where samples have
    # expired, the next one is another.
    has_neighbours = spacing is None and not theirs.begins_late
    bounds = (check.part.begin, check.part.final_end) if has_neighbours else (start, end + 1)
    ours, theirs = (_within(series, *bounds) for series in (ours, theirs))
    if ours == theirs:
        return None
    return (
        f"{channel!r} from {format_time(start)} to {format_time(end)}: the archive has {len(theirs):,} samples, the "
        f"dataset {len(ours):,}" + (", with other values." if len(ours) == len(theirs) else ".")
    )


def _within(series: SampleSeries, begin: int, end: int) -> SampleSeries:
    return series[(series.times >= begin) & (series.times < end)]
