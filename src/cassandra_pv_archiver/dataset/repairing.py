"""Repairs a dataset: removes what is wrong, and reads it again, as far as the archive still has it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from cassandra_pv_archiver.archive_client import ArchiveClient
from cassandra_pv_archiver.errors import NotFoundError

from .api import export_spans
from .coverage import Coverage, Span
from .layout import DAMAGED
from .locking import locked
from .manifest import ChannelPart, Entry, Failure, Manifest, Query
from .problems import Found
from .storage import Storage
from .wanted import missing_spans, remember_wanted

__all__ = ["repaired"]

_KEPT = "The archive does not have all of it any more, so it was left as it was."
_SET_ASIDE = f"The archive does not have all of it any more. The file is kept in {DAMAGED}, and what is left was read."


def repaired(
    storage: Storage, query: Query, client: ArchiveClient | None, found: Sequence[Found], max_concurrency: int
) -> tuple[list[Found], tuple[Failure, ...]]:
    """The problems, repaired as far as possible, and what could not be read for that.

    Raises:
        DatasetError: Another process is writing to the dataset.
        ArchiverError: The servers did not answer.
        ValueError: There is something to read and no client.
    """
    entries = {entry.name: entry for each in found for entry in each.entries}
    spans: dict[str, list[Span]] = {}
    for each in found:
        _add(spans, each.spans)
    if client is None:
        if entries or spans:
            raise ValueError(f"{max(len(entries), 1)} files have to be read again, and no client is given.")
        lost: set[str] = set()
    else:
        lost = _lost(client, query, list(entries.values()), max_concurrency)
    sound = {entry.name for each in found if each.problem.kind in {"differs", "overlap"} for entry in each.entries} - {
        entry.name for each in found if each.problem.kind not in {"differs", "overlap"} for entry in each.entries
    }
    removed = [entry for name, entry in entries.items() if name not in lost & sound]
    for entry in removed:
        if entry.kind == "samples":
            _add(spans, {channel: [(part.begin, part.end)] for channel, part in entry.channels.items()})
    with locked(storage):
        _remove(storage, found, removed, lost, spans)
    failures: tuple[Failure, ...] = ()
    if client is not None:
        failures = _read_again(client, storage, query, spans, max_concurrency)
    failed = {failure.channel for failure in failures}
    return [_after(each, lost, sound, failed) for each in found], failures


def _add(spans: dict[str, list[Span]], more: Mapping[str, Sequence[Span]]) -> None:
    for channel, some in more.items():
        spans.setdefault(channel, []).extend(some)


def _lost(client: ArchiveClient, query: Query, entries: Sequence[Entry], max_concurrency: int) -> set[str]:
    """The names of entries of which the archive has lost something since."""
    parts = [
        (entry.name, channel, part)
        for entry in entries
        for channel, part in entry.channels.items()
        if part.samples and part.first is not None
    ]

    def is_lost(each: tuple[str, str, ChannelPart]) -> bool:
        return _has_lost(client, query, each[1], each[2])

    with ThreadPoolExecutor(max_concurrency, "cassandra_pv_archiver repair") as executor:
        return {part[0] for part, lost in zip(parts, executor.map(is_lost, parts), strict=True) if lost}


def _has_lost(client: ArchiveClient, query: Query, channel: str, part: ChannelPart) -> bool:
    assert part.first is not None
    spacing = None if query.spacing_ns is None else np.timedelta64(query.spacing_ns, "ns")
    try:
        series = client.get_samples(
            channel, max(part.first, 0), max(part.first, 0), archive_key=query.archive_key, spacing=spacing
        )
    except NotFoundError:
        return True
    return not bool((series.times <= part.first).any())


def _remove(
    storage: Storage,
    found: Sequence[Found],
    removed: Sequence[Entry],
    lost: Collection[str],
    spans: Mapping[str, Sequence[Span]],
) -> None:
    """Takes out what is wrong. What has to be read is recorded before, so that a repair can be interrupted, too."""
    for each in found:
        if each.delete is not None:
            storage.delete(each.delete)
    remember_wanted(storage, spans, max((end for some in spans.values() for _, end in some), default=0))
    manifest = Manifest(storage)
    for entry in removed:
        if entry.name in lost and entry.file is not None:
            storage.move(entry.file, f"{DAMAGED}/{entry.file.rpartition('/')[2]}")
            entry = replace(entry, file=None)  # noqa: PLW2901
        manifest.remove([entry])


def _read_again(
    client: ArchiveClient,
    storage: Storage,
    query: Query,
    spans: Mapping[str, Sequence[Span]],
    max_concurrency: int,
) -> tuple[Failure, ...]:
    coverage = Coverage()
    for entry in Manifest(storage).entries():
        if entry.kind == "samples":
            coverage.add(entry)
    gaps = missing_spans(spans, coverage)
    failures: dict[str, Failure] = {}
    for place in range(max(map(len, gaps.values()), default=1)):
        own = {channel: some[place] for channel, some in gaps.items() if place < len(some) and channel not in failures}
        result = export_spans(client, own, storage, query, max_concurrency)
        failures |= {failure.channel: failure for failure in result.failures}
    return tuple(failures.values())


def _after(found: Found, lost: Collection[str], sound: Collection[str], failed: Collection[str]) -> Found:
    names = {entry.name for entry in found.entries}
    channels = {channel for entry in found.entries for channel in entry.channels} | found.spans.keys()
    problem = found.problem
    if not names.isdisjoint(lost):
        kept = not names.isdisjoint(set(lost) & set(sound))
        return replace(found, problem=replace(problem, message=f"{problem.message} {_KEPT if kept else _SET_ASIDE}"))
    is_right = problem.kind != "unchecked" and channels.isdisjoint(failed)
    return replace(found, problem=replace(problem, repaired=is_right))
