"""Files with the samples next to what was exported, and how they give way to exports of more."""

from __future__ import annotations

import hashlib
import json
import threading
import time
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from cassandra_pv_archiver.series import SampleSeries

from ._arrow import arrow
from .edges import Edge, KnownSamples, edges_of
from .layout import month_of, schema, table_file
from .manifest import ChannelPart, Entry, Manifest, Query, versions
from .storage import Storage
from .to_table import columns_of, to_table, weight_of
from .writing import TableFile

__all__ = ["drop_edges", "make_room", "write_edges"]

_one_at_a_time = threading.Lock()


def write_edges(
    storage: Storage,
    manifest: Manifest,
    query: Query,
    server: str,
    found: Mapping[Edge, SampleSeries | None],
    known: KnownSamples,
) -> list[Entry]:
    """Writes the samples of edges of one side, a file for each month that has any, and records them.

    Args:
        storage: Where the dataset is.
        manifest: Its manifest.
        query: What all its samples have in common.
        server: Where they were read.
        found: The sample of each edge; None if there is none.
        known: The samples that have a row already, to which those are added that get one here.
    """
    rows: dict[Edge, SampleSeries] = {}
    by_file: dict[tuple[str, int], list[Edge]] = {}
    edges_of_channel: dict[str, int] = {}
    for edge, series in sorted(found.items(), key=lambda each: each[0]):
        sample = None if series is None else (edge.channel, int(series.times[0]))
        if series is not None and sample is not None and not known.has(*sample):
            known.rows.add(sample)
            rows[edge] = series
        month = month_of(int(rows[edge].times[0])) if edge in rows else ""
        number = edges_of_channel[edge.channel] = edges_of_channel.get(edge.channel, -1) + 1
        by_file.setdefault((month, number), []).append(edge)
    entries: list[Entry] = []
    for (month, _), edges in by_file.items():
        entry = _entry(edges, found, rows, query, server)
        tables = [to_table(edge.channel, columns_of(rows[edge])) for edge in edges if edge in rows]
        if tables:
            entry = _written(storage, entry, table_file(month, entry.name), tables)
        manifest.add(entry)
        entries.append(entry)
    return entries


def _entry(
    edges: list[Edge],
    found: Mapping[Edge, SampleSeries | None],
    rows: Mapping[Edge, SampleSeries],
    query: Query,
    server: str,
) -> Entry:
    side = edges[0].side
    identity = json.dumps([side, [(edge.channel, edge.at) for edge in edges]])
    times = [int(rows[edge].times[0]) for edge in edges if edge in rows]
    return Entry(
        name=f"{side}-{hashlib.sha256(identity.encode()).hexdigest()[:20]}",
        kind=side,
        file=None,
        begin=min(edge.at for edge in edges),
        end=max(edge.at for edge in edges),
        channels={edge.channel: _part(edge, found[edge], has_row=edge in rows) for edge in edges},
        first=min(times, default=None),
        last=max(times, default=None),
        query=query,
        server=server,
        written=time.time_ns(),
        versions=versions(),
    )


def _part(edge: Edge, series: SampleSeries | None, *, has_row: bool) -> ChannelPart:
    if series is None:
        return ChannelPart(edge.at, edge.at, state="empty")
    first = int(series.times[0])
    weight = weight_of(columns_of(series)) if has_row else 0
    return ChannelPart(edge.at, edge.at, int(has_row), weight, first, first)


def _written(storage: Storage, entry: Entry, name: str, tables: list[Any]) -> Entry:
    file = TableFile(storage, name)
    try:
        file.write(tables)
    except BaseException:
        file.abandon()
        raise
    written = file.finish()
    return replace(entry, file=written.name, samples=written.rows, bytes=written.bytes, sha256=written.sha256)


def make_room(storage: Storage, manifest: Manifest, parts: Mapping[str, ChannelPart], keep: str) -> None:
    """Takes out what would be there twice once these parts are there: open ends, and samples next to a range.

    Args:
        storage: Where the dataset is.
        manifest: Its manifest.
        parts: What is about to be added.
        keep: The name of an entry that is replaced, not removed.
    """
    with _one_at_a_time:
        passing = [entry for entry in manifest.passing_entries() if entry.name != keep]
        manifest.remove(entry for entry in passing if entry.kind == "samples" and _overlaps(entry, parts))
        edges = [entry for entry in passing if entry.kind != "samples"]
        _drop(storage, manifest, edges, {edge for entry in edges for edge in _overlapped(entry, parts)})


def _overlaps(entry: Entry, parts: Mapping[str, ChannelPart]) -> bool:
    """Whether an open end has something that parts have as well."""
    pairs = ((entry.channels[name], part) for name, part in parts.items() if name in entry.channels)
    return entry.open and any(old.begin < new.end and new.begin < old.end for old, new in pairs)


def _overlapped(entry: Entry, parts: Mapping[str, ChannelPart]) -> Iterable[Edge]:
    """The edges whose samples parts have as well."""
    for edge in edges_of(entry):
        own, part = entry.channels[edge.channel], parts.get(edge.channel)
        if part is not None and own.samples and own.first is not None and part.begin <= own.first < part.end:
            yield edge


def drop_edges(storage: Storage, manifest: Manifest, edges: Collection[Edge]) -> None:
    """Takes edges and their samples out of the dataset."""
    if edges:
        with _one_at_a_time:
            own = [entry for entry in manifest.passing_entries() if entry.kind != "samples"]
            _drop(storage, manifest, own, edges)


def _drop(storage: Storage, manifest: Manifest, entries: Iterable[Entry], edges: Collection[Edge]) -> None:
    for entry in entries:
        dropped = {edge.channel for edge in edges_of(entry) if edge in edges}
        if len(dropped) == len(entry.channels):
            manifest.remove([entry])
        elif dropped:
            _shorten(storage, manifest, entry, dropped)


def _shorten(storage: Storage, manifest: Manifest, entry: Entry, dropped: Collection[str]) -> None:
    """Keeps the samples of the other channels, which retention may have removed from the archive meanwhile."""
    kept = {channel: part for channel, part in entry.channels.items() if channel not in dropped}
    if all(not entry.channels[channel].samples for channel in dropped):
        manifest.add(replace(entry, channels=kept))
        return
    times = [part.first for part in kept.values() if part.samples and part.first is not None]
    shorter = replace(
        entry, channels=kept, first=min(times, default=None), last=max(times, default=None), samples=0, bytes=0
    )
    shorter = replace(shorter, file=None, sha256=None)
    if times and entry.file is not None:
        # The entry of the same name decides at once which of the two files counts.
        name = f"{entry.file.rpartition('/')[0]}/{entry.name}-{uuid.uuid4().hex[:8]}.parquet"
        shorter = _written(storage, shorter, name, [_rows_without(storage, entry.file, dropped)])
    manifest.add(shorter)
    if entry.file is not None:
        storage.delete(entry.file)


def _rows_without(storage: Storage, file: str, dropped: Collection[str]) -> Any:
    compute, types = arrow("compute"), arrow().types
    texts = [column.name for column in schema() if types.is_dictionary(column.type)]
    with storage.filesystem.open_input_file(storage.path(file)) as stream:
        table = arrow("parquet").ParquetFile(stream, read_dictionary=texts).read()
    names = table.column("channel").cast(arrow().string())
    rows = table.filter(compute.invert(compute.is_in(names, value_set=arrow().array(sorted(dropped)))))
    return rows.select(schema().names).cast(schema())
