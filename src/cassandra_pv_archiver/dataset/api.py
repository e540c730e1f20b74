"""Exports of samples into a dataset, for clients of either colour."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

from cassandra_pv_archiver.archive_client import ArchiveClient, AsyncArchiveClient
from cassandra_pv_archiver.limits import check_count, check_seconds
from cassandra_pv_archiver.times import DurationLike, TimeLike, parse_duration, parse_time, resolve_time

from .concurrency import Gate
from .coverage import Coverage, Span
from .exporting import Export
from .locking import locked
from .loops import run_in_thread
from .manifest import Manifest, Query
from .results import ExportProgress, ExportProgressHandler, ExportResult
from .servers import async_reads, servers_of, sync_reads, time_zone_of
from .storage import DatasetPath, Storage
from .windows import ReadSamples, WindowReader

__all__ = ["export_dataset", "export_dataset_async"]

PATIENCE = 3600.0
"""Seconds for which an export sits out an outage of the servers or of their database."""


def export_dataset(
    client: ArchiveClient,
    channels: Iterable[str] | None,
    start: TimeLike | None,
    end: TimeLike,
    path: DatasetPath,
    *,
    spacing: DurationLike | None = None,
    since: Literal["last"] | None = None,
    max_concurrency: int = 4,
    max_rate: float | None = None,
    patience: float = PATIENCE,
    archive_key: int = 1,
    progress: ExportProgressHandler | None = None,
) -> ExportResult:
    """Exports samples into a dataset of Parquet files, or adds to one what it does not have yet.

    The range is read month after month, oldest first. Every file is written aside, checked, moved into place and
    recorded in the manifest of the dataset. An export that was interrupted, however that came, goes on where it was
    when it is run again, and one that is finished does nothing. Within ten minutes before now samples may still come
    late; that end is marked as open and read again by the next run.

    The dataset holds all samples from ``start`` to ``end``, ``end`` not included, and for each channel the one before
    and the one after, as far as they exist: what `ArchiveClient.get_samples` gives. Each of them is there once.

    Outages are sat out. A channel that does not exist, or that the servers cannot read, is listed in the result and in
    the manifest, and the others go on.

    Args:
        client: Where to read. The servers of its ``base_urls`` share the load and replace each other. Its ``retry``
            does not count here.
        channels: The names of the channels. None: those that the dataset has.
        start: The beginning of the range, as in `ArchiveClient.get_samples`. None, only with ``since``: that of the
            dataset, for channels that it does not have yet.
        end: The end of the range, likewise; at most now.
        path: Where the dataset is or will be: a folder, a URI such as ``s3://bucket/folder``, or a
            ``pyarrow.fs.FileSystem``. On object stores, what the manifest does not have is not part of the dataset.
        spacing: The wanted time from sample to sample, such as ``'30s'``, for decimated samples; None for raw ones.
        since: ``'last'`` to read, of each channel that the dataset has, only what comes after that.
        max_concurrency: The number of requests at once that is never exceeded. As many are made as the servers reward,
            fewer when they are busy.
        max_rate: Samples per second that are not exceeded in the long run; None for no such bound.
        patience: Seconds for which nothing has to succeed until the export fails.
        archive_key: The archive to read.
        progress: Is told how far it has come.

    Returns:
        What was added, and what could not be read.

    Raises:
        DatasetError: The dataset has other samples than those wanted, or another process is writing to it.
        MissingExtraError: pyarrow is not installed.
        ArchiverError: The servers have not answered for too long.
        OSError: A file could not be written, for example because the disk is full.
        ValueError: An argument cannot be used.
    """
    prepared = _prepare(
        client, channels, start, end, path, spacing, since, max_concurrency, max_rate, patience, archive_key
    )

    async def run(tell: Callable[[ExportProgress], object]) -> ExportResult:
        # Threads of reads may all be waiting, and must not keep files from being written.
        with ThreadPoolExecutor(max_concurrency, "cassandra_pv_archiver reads") as threads:
            return await prepared.run(sync_reads(client, threads), tell)

    with locked(prepared.storage):
        return run_in_thread(run, progress)


async def export_dataset_async(
    client: AsyncArchiveClient,
    channels: Iterable[str] | None,
    start: TimeLike | None,
    end: TimeLike,
    path: DatasetPath,
    *,
    spacing: DurationLike | None = None,
    since: Literal["last"] | None = None,
    max_concurrency: int = 4,
    max_rate: float | None = None,
    patience: float = PATIENCE,
    archive_key: int = 1,
    progress: ExportProgressHandler | None = None,
) -> ExportResult:
    """As `export_dataset`, with an asynchronous client."""
    prepared = _prepare(
        client, channels, start, end, path, spacing, since, max_concurrency, max_rate, patience, archive_key
    )

    with locked(prepared.storage):
        return await prepared.run(async_reads(client), progress or _untold)


def _untold(progress: ExportProgress) -> None:
    """Tells nobody."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An export whose arguments have been read."""

    storage: Storage
    query: Query
    server: str
    wanted: dict[str, Span]
    now: int
    max_concurrency: int
    max_rate: float | None
    patience: float

    async def run(self, read: ReadSamples, tell: Callable[[ExportProgress], object]) -> ExportResult:
        reader = WindowReader(read, Gate(self.max_concurrency, self.max_rate), self.query, self.patience)
        with ThreadPoolExecutor(2, "cassandra_pv_archiver files") as executor:
            wanted = dict(self.wanted)
            export = Export(self.storage, reader, executor, self.server, self.max_concurrency, wanted, self.now, tell)
            return await export.run()


def _prepare(
    client: ArchiveClient | AsyncArchiveClient,
    channels: Iterable[str] | None,
    start: TimeLike | None,
    end: TimeLike,
    path: DatasetPath,
    spacing: DurationLike | None,
    since: str | None,
    max_concurrency: int,
    max_rate: float | None,
    patience: float,
    archive_key: int,
) -> _Prepared:
    check_count("max_concurrency", max_concurrency, least=1)
    check_seconds("patience", patience)
    if max_rate is not None:
        check_seconds("max_rate", max_rate)
    if isinstance(channels, str):
        raise TypeError(f"channels is a list of names, not a text; write [{channels!r}].")
    if since not in {None, "last"}:
        raise ValueError(f"since is 'last' or None, not {since!r}.")
    storage = Storage(path)
    query = Query(archive_key, None if spacing is None else _spacing(spacing))
    now = time.time_ns()
    zone = time_zone_of(client)
    bounds = [
        None if given is None else resolve_time(parse_time(given, time_zone=zone, parameter=parameter), now)
        for given, parameter in ((start, "start"), (end, "end"))
    ]
    first, behind = bounds
    assert behind is not None
    names = None if channels is None else list(dict.fromkeys(channels))
    wanted = _wanted(storage, names, first, behind, since)
    return _Prepared(storage, query, servers_of(client), wanted, now, max_concurrency, max_rate, patience)


def _spacing(spacing: DurationLike) -> int:
    length = parse_duration(spacing, parameter="spacing")
    if length <= 0:
        raise ValueError(f"spacing is a positive length of time, not {spacing!r}.")
    return length


def _wanted(
    storage: Storage, names: list[str] | None, first: int | None, behind: int, since: str | None
) -> dict[str, Span]:
    coverage = Coverage.of(Manifest(storage).entries()) if names is None or since is not None else Coverage()
    names = sorted(coverage.parts) if names is None else names
    if not names:
        raise ValueError("No channel is given, and the dataset has none.")
    if first is None:
        if since is None:
            raise ValueError("start is missing; without it, since='last' is needed.")
        begins = [bounds[0] for channel in coverage.parts if (bounds := coverage.bounds(channel)) is not None]
        if not begins:
            raise ValueError(f"There is no dataset at {storage} yet, so start is needed.")
        first = min(begins)
    if behind < first:
        raise ValueError(f"end ({behind}) lies before start ({first}); exchange them.")
    wanted = dict.fromkeys(names, (first, behind))
    for channel in names if since is not None else ():
        bounds = coverage.bounds(channel)
        if bounds is not None:
            wanted[channel] = (bounds[1], max(bounds[1], behind))
    return wanted
