"""Pieces of an export as tasks of a Dask cluster."""

from __future__ import annotations

import asyncio
import uuid
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from cassandra_pv_archiver._http import LimitOptions
from cassandra_pv_archiver._optional_libraries import optional_library
from cassandra_pv_archiver.archive_client import ArchiveClient
from cassandra_pv_archiver.errors import ArchiverError
from cassandra_pv_archiver.settings import ClientSettings

from .cluster_limit import places
from .concurrency import Gate
from .manifest import Manifest
from .piece_export import OvertakenError, PieceExport, PieceOutcome, Surroundings
from .pieces import Piece
from .servers import sync_reads
from .shared_reads import within_places
from .storage import Storage
from .takeover import Run
from .windows import Arrival, WindowReader

__all__ = ["DaskPieces", "Elsewhere", "check_dask_client"]

_RETRIES = 2
"""How often Dask repeats a piece whose task fails for other reasons than the servers."""


def check_dask_client(dask_client: Any, *, asynchronous: bool) -> None:
    """Sees to it that tasks can be given to a client of Dask.

    Args:
        dask_client: The client.
        asynchronous: Whether an asynchronous one can be used.

    Raises:
        TypeError: It cannot.
        MissingExtraError: Dask is not installed.
    """
    wanted = optional_library("distributed", "dask").Client
    if not isinstance(dask_client, wanted):
        raise TypeError(f"dask_client is a dask.distributed.Client, not {type(dask_client).__name__}.")
    if dask_client.asynchronous and not asynchronous:
        raise TypeError("This dask_client is asynchronous: use export_dataset_async with it.")


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What the exports of pieces have in common wherever they run. It can be pickled, and has no secrets.

    Attributes:
        settings: Where to read.
        options: Limits of reads.
        storage: Where the dataset is.
        server: Where samples are read, for the manifest.
        run: What they are part of.
        most: The number of requests at once that all of them together never exceed.
        max_rate: Samples per second that they do not exceed together in the long run; None for no such bound.
        patience: Seconds without any success after which a piece fails.
    """

    settings: ClientSettings
    options: LimitOptions
    storage: Storage
    server: str
    run: Run
    most: int
    max_rate: float | None
    patience: float

    def export(self, piece: Piece, number: int, ahead: int) -> PieceOutcome | ArchiverError:
        """Exports a piece in a task of Dask, which may be done again at any time, and by several workers at once.

        Returns:
            What it has brought, or why nothing can be read any more, which is no reason to repeat it.
        """
        while True:
            try:
                return asyncio.run(self._export(piece, number, ahead))
            except OvertakenError:
                continue
            except ArchiverError as failure:
                return failure

    async def _export(self, piece: Piece, number: int, ahead: int) -> PieceOutcome:
        with (
            ArchiveClient.from_settings(self.settings, **self.options) as client,
            ThreadPoolExecutor(self.most, "cassandra_pv_archiver reads") as reads,
            ThreadPoolExecutor(self.most, "cassandra_pv_archiver places") as waits,
            ThreadPoolExecutor(2, "cassandra_pv_archiver files") as files,
        ):
            read = within_places(
                sync_reads(client, reads), places(self.server, self.most), waits, self.most, self.max_rate
            )
            around = Surroundings(
                storage=self.storage,
                manifest=Manifest(self.storage),
                reader=WindowReader(read, Gate(self.most), piece.query, self.patience, 4 * piece.sizes.window),
                executor=files,
                server=self.server,
                ahead=lambda: ahead,
                on_arrival=_unwatched,
                attempt=uuid.uuid4().hex[:8],
                check=self.run.check,
            )
            return await PieceExport(piece, around, number).run()


def _unwatched(arrival: Arrival) -> None:
    """Takes note of nothing."""


@dataclass(slots=True)
class DaskPieces:
    """Gives pieces to a Dask cluster, as many as there may be requests.

    Attributes:
        dask_client: The cluster's client.
        elsewhere: What the pieces have in common.
        threads: Wait for the outcomes, one for each piece.
    """

    dask_client: Any
    elsewhere: Elsewhere
    threads: Executor
    _running: int = 0

    async def perform(self, piece: Piece, number: int) -> PieceOutcome:
        """Has a piece exported.

        Raises:
            ArchiverError: The servers have not answered for too long.
        """
        self._running += 1
        ahead = max(2 * self.elsewhere.most // self._running, 2)
        key = f"export-{piece.name}-{uuid.uuid4().hex[:8]}"
        future = self.dask_client.submit(
            self.elsewhere.export, piece, number, ahead, key=key, pure=False, retries=_RETRIES
        )
        try:
            outcome = await self._outcome(future)
        except BaseException:
            cancelled = future.cancel()
            if asyncio.iscoroutine(cancelled):
                await cancelled
            raise
        finally:
            self._running -= 1
        if isinstance(outcome, ArchiverError):
            raise outcome
        return outcome

    async def _outcome(self, future: Any) -> PieceOutcome | ArchiverError:
        if self.dask_client.asynchronous:
            return await future
        return await asyncio.get_running_loop().run_in_executor(self.threads, future.result)
