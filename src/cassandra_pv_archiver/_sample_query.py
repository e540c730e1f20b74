"""What was asked for when samples were read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["SampleQuery", "joined"]


@dataclass(frozen=True, slots=True)
class SampleQuery:
    """What was asked of the archive-access service.

    Attributes:
        channel_name: The channel.
        archive_key: The archive.
        start: The first instant of the range, in nanoseconds since 1970-01-01 UTC.
        end: The last instant of the range, likewise.
        count: The number of samples wished for, or 0 for raw samples.
    """

    channel_name: str
    archive_key: int
    start: int
    end: int
    count: int = 0


def joined(queries: Sequence[SampleQuery]) -> SampleQuery:
    """What several queries ask for together.

    Raises:
        ValueError: There is none, or they are not about one channel of one archive.
    """
    if len({(query.channel_name, query.archive_key) for query in queries}) != 1:
        raise ValueError("Only series of one channel of one archive, and at least one, can be joined.")
    counts = {query.count for query in queries}
    return SampleQuery(
        queries[0].channel_name,
        queries[0].archive_key,
        min(query.start for query in queries),
        max(query.end for query in queries),
        counts.pop() if len(counts) == 1 else 0,
    )
