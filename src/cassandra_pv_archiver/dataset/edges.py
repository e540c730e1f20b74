"""The samples next to the whole range: for each channel one before its begin, and one after its end."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from cassandra_pv_archiver.series import SampleSeries

from .layout import month_of, table_file
from .manifest import ChannelPart, Entry, Manifest, Query, versions
from .storage import Storage
from .to_table import columns_of, to_table, weight_of
from .writing import TableFile

__all__ = ["Edge", "missing_edges", "stale_edges", "wanted_edges", "write_edges"]

Side: TypeAlias = Literal["before", "after"]


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """Where a sample next to the range is wanted.

    Attributes:
        side: ``'before'`` for the newest sample before the time, unless there is one just then; ``'after'`` for the
            oldest one at or after it.
        channel: The channel.
        at: The time, in nanoseconds since 1970-01-01 UTC.
    """

    side: Side
    channel: str
    at: int


def wanted_edges(entries: Iterable[Entry]) -> set[Edge]:
    """The edges of what a dataset has; there is none at an end that is open."""
    parts: dict[str, list[tuple[ChannelPart, bool]]] = {}
    for entry in entries:
        if entry.kind == "samples":
            for channel, part in entry.channels.items():
                parts.setdefault(channel, []).append((part, entry.open))
    edges: set[Edge] = set()
    for channel, found in parts.items():
        edges.add(Edge("before", channel, min(part.begin for part, _ in found)))
        last, is_open = max(found, key=lambda each: each[0].final_end)
        if not is_open:
            edges.add(Edge("after", channel, last.final_end))
    return edges


def edges_of(entry: Entry) -> set[Edge]:
    """The edges that an entry tells."""
    if entry.kind == "samples":
        return set()
    side: Side = entry.kind
    return {Edge(side, channel, part.begin) for channel, part in entry.channels.items()}


def stale_edges(entries: Iterable[Entry], wanted: set[Edge]) -> list[Entry]:
    """The entries of which any edge is not one any more."""
    return [entry for entry in entries if not edges_of(entry) <= wanted]


def missing_edges(entries: Iterable[Entry], wanted: set[Edge]) -> list[Edge]:
    """The edges that no entry tells, in order."""
    return sorted(wanted.difference(*(edges_of(entry) for entry in entries)))


def write_edges(
    storage: Storage, manifest: Manifest, query: Query, server: str, found: Mapping[Edge, SampleSeries | None]
) -> list[Entry]:
    """Writes the samples of edges of one side, a file for each month that has any, and records them."""
    by_month: dict[str, list[Edge]] = {}
    for edge, series in sorted(found.items()):
        by_month.setdefault("" if series is None else month_of(int(series.times[0])), []).append(edge)
    return [_write(storage, manifest, query, server, month, edges, found) for month, edges in by_month.items()]


def _write(
    storage: Storage,
    manifest: Manifest,
    query: Query,
    server: str,
    month: str,
    edges: list[Edge],
    found: Mapping[Edge, SampleSeries | None],
) -> Entry:
    side = edges[0].side
    identity = json.dumps([side, month, [(edge.channel, edge.at) for edge in edges]])
    name = f"{side}-{hashlib.sha256(identity.encode()).hexdigest()[:20]}"
    times = [int(series.times[0]) for edge in edges if (series := found[edge]) is not None]
    entry = Entry(
        name=name,
        kind=side,
        file=None,
        begin=min(edge.at for edge in edges),
        end=max(edge.at for edge in edges),
        channels={edge.channel: _part(edge, found[edge]) for edge in edges},
        first=min(times, default=None),
        last=max(times, default=None),
        query=query,
        server=server,
        written=time.time_ns(),
        versions=versions(),
    )
    if times:
        file = TableFile(storage, table_file(month, name))
        try:
            file.write(_rows(edges, found))
        except BaseException:
            file.abandon()
            raise
        written = file.finish()
        entry = replace(entry, file=written.name, samples=written.rows, bytes=written.bytes, sha256=written.sha256)
    manifest.add(entry)
    return entry


def _rows(edges: list[Edge], found: Mapping[Edge, SampleSeries | None]) -> list[Any]:
    return [to_table(edge.channel, columns_of(series)) for edge in edges if (series := found[edge]) is not None]


def _part(edge: Edge, series: SampleSeries | None) -> ChannelPart:
    if series is None:
        return ChannelPart(edge.at, edge.at, state="empty")
    time_ = int(series.times[0])
    return ChannelPart(edge.at, edge.at, 1, weight_of(columns_of(series)), time_, time_)
