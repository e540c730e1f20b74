"""The samples next to what was exported: for each channel one before the begin of each range, and one after its end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from .coverage import Coverage, Span
from .manifest import Entry

__all__ = ["Edge", "KnownSamples", "Side", "dangling_edges", "edges_of", "wanted_edges"]

Side: TypeAlias = Literal["before", "after"]


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """Where a sample next to a range is wanted.

    Attributes:
        side: ``'before'`` for the newest sample before the time, unless there is one just then; ``'after'`` for the
            oldest one at or after it.
        channel: The channel.
        at: The time, in nanoseconds since 1970-01-01 UTC.
    """

    side: Side
    channel: str
    at: int


@dataclass(slots=True)
class _Run:
    """A range of a channel without a gap."""

    begin: int
    end: int
    is_open: bool


def wanted_edges(entries: Iterable[Entry], planned: Mapping[str, Span] | None = None) -> set[Edge]:
    """The edges of what a dataset has; there is none at an end that is open.

    Args:
        entries: The entries of the dataset.
        planned: What it will have as well, by channel.
    """
    parts: dict[str, list[_Run]] = {}
    for entry in entries:
        if entry.kind == "samples":
            for channel, part in entry.channels.items():
                parts.setdefault(channel, []).append(_Run(part.begin, part.final_end, entry.open))
    for channel, (begin, end) in (planned or {}).items():
        parts.setdefault(channel, []).append(_Run(begin, end, is_open=True))
    edges: set[Edge] = set()
    for channel, found in parts.items():
        for run in _joined(found):
            edges.add(Edge("before", channel, run.begin))
            if not run.is_open:
                edges.add(Edge("after", channel, run.end))
    return edges


def _joined(parts: list[_Run]) -> Iterator[_Run]:
    run: _Run | None = None
    for part in sorted(parts, key=lambda each: (each.begin, each.end)):
        if run is None or part.begin > run.end:
            if run is not None:
                yield run
            run = part
        elif part.end >= run.end:
            run = _Run(run.begin, part.end, part.is_open)
    if run is not None:
        yield run


def edges_of(entry: Entry) -> set[Edge]:
    """The edges that an entry tells."""
    if entry.kind == "samples":
        return set()
    side: Side = entry.kind
    return {Edge(side, channel, part.begin) for channel, part in entry.channels.items()}


@dataclass(slots=True)
class KnownSamples:
    """Which samples have a row, as far as that matters for edges.

    Attributes:
        coverage: What was exported.
        rows: Channel and time of the samples of edges.
    """

    coverage: Coverage = field(default_factory=Coverage)
    rows: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])

    @classmethod
    def of(cls, entries: Iterable[Entry], without: frozenset[Edge] = frozenset()) -> KnownSamples:
        """Those of a dataset.

        Args:
            entries: Its entries.
            without: Edges that do not count.
        """
        known = cls()
        for entry in entries:
            if entry.kind == "samples":
                known.coverage.add(entry)
            else:
                kept = {channel: part for channel, part in entry.channels.items() if part.samples}
                known.rows |= {
                    (channel, part.first)
                    for channel, part in kept.items()
                    if part.first is not None and Edge(entry.kind, channel, part.begin) not in without
                }
        return known

    def has(self, channel: str, time: int) -> bool:
        """Whether the sample of a channel at some time has a row, if there is such a sample."""
        return (channel, time) in self.rows or not any(self.coverage.gaps(channel, time, time + 1))


def dangling_edges(entries: Iterable[Entry], known: KnownSamples) -> set[Edge]:
    """The edges that refer to a row of another file which is not there."""
    return {
        Edge(entry.kind, channel, part.begin)
        for entry in entries
        if entry.kind != "samples"
        for channel, part in entry.channels.items()
        if not part.samples and part.first is not None and not known.has(channel, part.first)
    }
