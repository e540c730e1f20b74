"""Exports of samples into a dataset, for clients of either colour."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Literal

from cassandra_pv_archiver.archive_client import ArchiveClient, AsyncArchiveClient
from cassandra_pv_archiver.limits import check_count, check_seconds
from cassandra_pv_archiver.times import DurationLike, TimeLike

from .arguments import gate, query_of, span_of, wanted_spans
from .concurrency import Gate
from .coverage import Span
from .exporting import Export
from .locking import locked
from .loops import run_in_thread
from .manifest import Query
from .pieces import ROW_GROUP, Sizes
from .results import ExportProgress, ExportProgressHandler, ExportResult
from .servers import async_reads, servers_of, sync_reads
from .storage import DatasetPath, Storage
from .windows import ReadSamples, WindowReader

__all__ = ["export_dataset", "export_dataset_async", "export_spans"]

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
    row_group: int = ROW_GROUP,
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
        row_group: Samples of a row group, an array counting as often as it has elements. The memory that is needed is
            about ``max_concurrency`` times one row group, whatever the range and however many the channels. Files
            have some four row groups.
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
        client, channels, start, end, path, spacing, since, max_concurrency, max_rate, patience, archive_key, row_group
    )

    return prepared.with_client(client, progress)


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
    row_group: int = ROW_GROUP,
    progress: ExportProgressHandler | None = None,
) -> ExportResult:
    """As `export_dataset`, with an asynchronous client."""
    prepared = _prepare(
        client, channels, start, end, path, spacing, since, max_concurrency, max_rate, patience, archive_key, row_group
    )
    with locked(prepared.storage):
        return await prepared.run(async_reads(client), progress or _untold)


def export_spans(
    client: ArchiveClient, wanted: Mapping[str, Span], storage: Storage, query: Query, max_concurrency: int
) -> ExportResult:
    """Exports a range of its own for each channel, and what lies next to all that the dataset has."""
    prepared = _Prepared(
        storage=storage,
        query=query,
        server=servers_of(client),
        wanted=wanted,
        now=time.time_ns(),
        max_concurrency=max_concurrency,
        gate=gate(max_concurrency, None),
        patience=PATIENCE,
    )
    return prepared.with_client(client, None)


def _untold(progress: ExportProgress) -> None:
    """Tells nobody."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An export whose arguments have been read."""

    storage: Storage
    query: Query
    server: str
    wanted: Mapping[str, Span]
    now: int
    max_concurrency: int
    gate: Gate
    patience: float
    sizes: Sizes = field(default_factory=Sizes)

    def with_client(self, client: ArchiveClient, progress: ExportProgressHandler | None) -> ExportResult:
        async def run(tell: Callable[[ExportProgress], object]) -> ExportResult:
            # Threads of reads may all be waiting, and must not keep files from being written.
            with ThreadPoolExecutor(self.max_concurrency, "cassandra_pv_archiver reads") as threads:
                return await self.run(sync_reads(client, threads), tell)

        with locked(self.storage):
            return run_in_thread(run, progress)

    async def run(self, read: ReadSamples, tell: Callable[[ExportProgress], object]) -> ExportResult:
        reader = WindowReader(read, self.gate, self.query, self.patience, 4 * self.sizes.window)
        with ThreadPoolExecutor(2, "cassandra_pv_archiver files") as executor:
            export = Export(
                storage=self.storage,
                reader=reader,
                executor=executor,
                server=self.server,
                most=self.max_concurrency,
                wanted=dict(self.wanted),
                now=self.now,
                tell=tell,
                sizes=self.sizes,
            )
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
    row_group: int,
) -> _Prepared:
    check_seconds("patience", patience)
    check_count("row_group", row_group, least=1)
    storage = Storage(path)
    first, last, now = span_of(client, start, end)
    return _Prepared(
        storage=storage,
        query=query_of(archive_key, spacing),
        server=servers_of(client),
        wanted=wanted_spans(storage, channels, first, last, since),
        now=now,
        max_concurrency=max_concurrency,
        gate=gate(max_concurrency, max_rate),
        patience=patience,
        sizes=Sizes(row_group),
    )
