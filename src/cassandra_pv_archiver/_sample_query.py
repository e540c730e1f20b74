"""What was asked for when samples were read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ._sample_values import Kind

__all__ = ["ReadNotes", "SampleQuery", "joined", "joined_notes"]


@dataclass(frozen=True, slots=True)
class SampleQuery:
    """What was asked of the archive-access service.

    Attributes:
        channel_name: The channel.
        archive_key: The archive.
        start: The first instant of the range, in nanoseconds since 1970-01-01 UTC.
        end: The last instant of the range, likewise.
        count: The number of samples wished for, or 0 for raw samples.
        spacing_ns: The spacing that was asked for instead of ``count``, in nanoseconds; None if there was none.
    """

    channel_name: str
    archive_key: int
    start: int
    end: int
    count: int = 0
    spacing_ns: int | None = None


@dataclass(frozen=True, slots=True)
class ReadNotes:
    """What a client found out while it read samples.

    Attributes:
        begins_late: Whether there is no raw sample at or before the start.
        earlier_decimated: Whether decimated samples reach further back than raw ones; None if that was not looked up.
        tail_begins: Where raw samples that follow the last decimated one begin, in nanoseconds since 1970-01-01 UTC;
            None if there are none.
        stream_kind: What the values of a stream are, whatever those of this part are; None if this is not one.
    """

    begins_late: bool = False
    earlier_decimated: bool | None = None
    tail_begins: int | None = None
    stream_kind: Kind | None = None


def joined(queries: Sequence[SampleQuery]) -> SampleQuery:
    """What several queries ask for together.

    Raises:
        ValueError: There is none, or they are not about one channel of one archive.
    """
    if len({(query.channel_name, query.archive_key) for query in queries}) != 1:
        raise ValueError("Only series of one channel of one archive, and at least one, can be joined.")
    counts = {(query.count, query.spacing_ns) for query in queries}
    count, spacing_ns = counts.pop() if len(counts) == 1 else (0, None)
    return SampleQuery(
        queries[0].channel_name,
        queries[0].archive_key,
        min(query.start for query in queries),
        max(query.end for query in queries),
        count,
        spacing_ns,
    )


def joined_notes(notes: Sequence[ReadNotes]) -> ReadNotes:
    """What was found out about several parts, the earliest of which comes first, together."""
    return replace(notes[0], tail_begins=notes[-1].tail_begins, stream_kind=None)
