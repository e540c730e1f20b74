"""Looks up in the archive what lies at the edges of the parts of a dataset."""

from __future__ import annotations

import bisect
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cassandra_pv_archiver.archive_client import ArchiveClient
from cassandra_pv_archiver.times import format_time

from .manifest import Entry, Query

__all__ = ["EdgeCheck", "chosen_edges", "edge_differs"]

_CHANNELS_OF_FILE = 100
"""Of a file with more channels, so many are left to chance."""


@dataclass(frozen=True, slots=True)
class EdgeCheck:
    """What a dataset has next to an edge of one of its parts.

    Attributes:
        channel: The channel.
        at: The edge, in nanoseconds since 1970-01-01 UTC.
        entries: The entries that meet there.
        before: The time of the newest sample before; None if there is none.
        knows_before: Whether `before` is known.
        after: The time of the oldest sample at or after the edge; None if there is none.
        reach: Up to where `after` is known.
    """

    channel: str
    at: int
    entries: tuple[Entry, ...]
    before: int | None
    knows_before: bool
    after: int | None
    reach: int


def chosen_edges(entries: Iterable[Entry], chooser: random.Random) -> list[EdgeCheck]:
    """The edges of all parts that are there for good, of some channels of each file."""
    of_channel: dict[str, list[Entry]] = {}
    chosen: dict[str, set[str]] = {}
    for entry in entries:
        for channel in entry.channels:
            of_channel.setdefault(channel, []).append(entry)
        if entry.kind == "samples" and not entry.open:
            names = sorted(entry.channels)
            some = names if len(names) <= _CHANNELS_OF_FILE else chooser.sample(names, _CHANNELS_OF_FILE)
            for channel in some:
                chosen.setdefault(channel, set()).add(entry.name)
    return [
        check for channel, own in of_channel.items() for check in _of_channel(channel, own, chosen.get(channel, set()))
    ]


def _of_channel(channel: str, entries: Sequence[Entry], chosen: set[str]) -> list[EdgeCheck]:
    parts = [(entry, entry.channels[channel]) for entry in entries]
    known = sorted({time for _, part in parts for time in (part.first, part.last) if time is not None})
    begins = {part.begin: part for entry, part in parts if entry.kind == "before"}
    ranges = sorted(
        ((part.begin, part.final_end, entry) for entry, part in parts if entry.kind == "samples"),
        key=lambda each: each[:2],
    )
    checks: list[EdgeCheck] = []
    edges = {edge for begin, end, entry in ranges if entry.name in chosen and end > begin for edge in (begin, end)}
    for at in sorted(edges):
        meeting = tuple(entry for begin, end, entry in ranges if at in {begin, end})
        place = bisect.bisect_left(known, at)
        before = known[place - 1] if place else None
        has_part_before = any(end == at for _, end, _ in ranges)
        if not has_part_before and at in begins:
            before = begins[at].first
        after = known[place] if place < len(known) else None
        checks.append(
            EdgeCheck(channel, at, meeting, before, has_part_before or at in begins, after, _reach(at, ranges))
        )
    return checks


def _reach(at: int, ranges: Sequence[tuple[int, int, Entry]]) -> int:
    """The end of what is there without a gap from some time on."""
    for begin, end, _ in ranges:
        if begin <= at < end:
            at = end
    return at


def edge_differs(client: ArchiveClient, query: Query, check: EdgeCheck) -> str | None:
    """What the archive has in another way next to an edge; None if it is alike.

    Raises:
        ArchiverError: The archive does not answer.
    """
    series = client.get_samples(check.channel, check.at, check.at, archive_key=query.archive_key)
    times: list[int] = series.times.tolist()
    earlier = max((time for time in times if time < check.at), default=None)
    later = min((time for time in times if time >= check.at), default=None)
    has_expired = earlier is None and later != check.at  # the retention period removes the oldest samples
    is_right = _before_is_right(check, earlier, later) and _after_is_right(check, later, has_expired)
    if is_right:
        return None
    return f"{check.channel!r} at {format_time(check.at)}: the archive has other samples next to it than the dataset."


def _before_is_right(check: EdgeCheck, earlier: int | None, later: int | None) -> bool:
    # A sample just at the edge hides those before it.
    hidden = earlier is None or later == check.at
    return hidden or not check.knows_before or earlier == check.before


def _after_is_right(check: EdgeCheck, later: int | None, has_expired: bool) -> bool:
    own = check.after if check.after is not None and check.after < check.reach else None
    theirs = later if later is not None and later < check.reach else None
    if has_expired and own is not None:
        return theirs is None or theirs >= own
    return theirs == own
