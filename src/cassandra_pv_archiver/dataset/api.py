"""Exports of samples into a dataset, for clients of either colour."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from cassandra_pv_archiver._http import LimitOptions
from cassandra_pv_archiver.archive_client import ArchiveClient, AsyncArchiveClient
from cassandra_pv_archiver.limits import check_count, check_seconds
from cassandra_pv_archiver.settings import ClientSettings
from cassandra_pv_archiver.times import DurationLike, TimeLike

from .arguments import gate, query_of, span_of, wanted_spans
from .cluster_limit import places
from .concurrency import Gate
from .coverage import Span
from .dask_pieces import DaskPieces, Elsewhere, check_dask_client
from .exporting import Export
from .locking import locked
from .loops import run_in_thread
from .manifest import Query
from .pieces import ROW_GROUP, Sizes
from .results import ExportProgress, ExportProgressHandler, ExportResult
from .servers import async_reads, options_of, servers_of, settings_of, sync_reads
from .shared_reads import within_places
from .storage import DatasetPath, Storage
from .takeover import Run
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
    dask_client: Any = None,
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
        dask_client: A ``dask.distributed.Client`` whose workers read and write, all of them to the same ``path``. They
            make clients of their own for the servers of ``client``, and keep ``max_concurrency`` and ``max_rate``
            together. What a lost worker was doing is done again by another.
        progress: Is told how far it has come; with ``dask_client`` whenever a part of a month is done.

    Returns:
        What was added, and what could not be read.

    Raises:
        DatasetError: The dataset has other samples than those wanted, or another process is writing to it.
        MissingExtraError: pyarrow is not installed, or Dask.
        ArchiverError: The servers have not answered for too long.
        OSError: A file could not be written, for example because the disk is full.
        ValueError: An argument cannot be used, for example a client with an ``http_client`` together with
            ``dask_client``.
    """
    prepared = _prepare(
        client, channels, start, end, path, spacing, since, max_concurrency, max_rate, patience, archive_key, row_group
    )
    if dask_client is not None:
        check_dask_client(dask_client, asynchronous=False)
        prepared = replace(prepared, cluster=_cluster(client, dask_client, max_rate))
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
    dask_client: Any = None,
    progress: ExportProgressHandler | None = None,
) -> ExportResult:
    """As `export_dataset`, with an asynchronous client. ``dask_client`` may be an asynchronous one as well."""
    prepared = _prepare(
        client, channels, start, end, path, spacing, since, max_concurrency, max_rate, patience, archive_key, row_group
    )
    if dask_client is not None:
        check_dask_client(dask_client, asynchronous=True)
        prepared = replace(prepared, cluster=_cluster(client, dask_client, max_rate))
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
class _Cluster:
    """Who exports the pieces, and how they get at the servers."""

    dask_client: Any
    settings: ClientSettings
    options: LimitOptions
    max_rate: float | None


def _cluster(client: ArchiveClient | AsyncArchiveClient, dask_client: Any, max_rate: float | None) -> _Cluster:
    return _Cluster(dask_client, settings_of(client), options_of(client), max_rate)


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
    cluster: _Cluster | None = None

    def with_client(self, client: ArchiveClient, progress: ExportProgressHandler | None) -> ExportResult:
        async def run(tell: Callable[[ExportProgress], object]) -> ExportResult:
            # Threads of reads may all be waiting, and must not keep files from being written.
            with ThreadPoolExecutor(self.max_concurrency, "cassandra_pv_archiver reads") as threads:
                return await self.run(sync_reads(client, threads), tell)

        with locked(self.storage):
            return run_in_thread(run, progress)

    async def run(self, read: ReadSamples, tell: Callable[[ExportProgress], object]) -> ExportResult:
        with ThreadPoolExecutor(2, "cassandra_pv_archiver files") as executor:
            if self.cluster is None:
                return await self._export(read, executor, tell).run()
            async with self._pieces(self.cluster, executor) as pieces:
                shared = places(self.server, self.max_concurrency, self.cluster.dask_client)
                read = within_places(read, shared, pieces.threads, self.max_concurrency, self.cluster.max_rate)
                export = self._export(read, executor, tell)
                export.perform, export.at_once = pieces.perform, lambda: self.max_concurrency
                return await export.run()

    @asynccontextmanager
    async def _pieces(self, cluster: _Cluster, executor: Executor) -> AsyncGenerator[DaskPieces]:
        loop = asyncio.get_running_loop()
        run = await loop.run_in_executor(executor, Run.begin, self.storage)
        elsewhere = Elsewhere(
            settings=cluster.settings,
            options=cluster.options,
            storage=self.storage,
            server=self.server,
            run=run,
            most=self.max_concurrency,
            max_rate=cluster.max_rate,
            patience=self.patience,
        )
        try:
            with ThreadPoolExecutor(2 * self.max_concurrency, "cassandra_pv_archiver Dask") as threads:
                yield DaskPieces(cluster.dask_client, elsewhere, threads)
        finally:
            await loop.run_in_executor(executor, run.end)

    def _export(self, read: ReadSamples, executor: Executor, tell: Callable[[ExportProgress], object]) -> Export:
        return Export(
            storage=self.storage,
            reader=WindowReader(read, self.gate, self.query, self.patience, 4 * self.sizes.window),
            executor=executor,
            server=self.server,
            most=self.max_concurrency,
            wanted=dict(self.wanted),
            now=self.now,
            tell=tell,
            sizes=self.sizes,
        )


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
