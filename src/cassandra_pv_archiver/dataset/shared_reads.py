"""Reads of samples that share places with other processes."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from functools import partial

from cassandra_pv_archiver.events import Cancel, ProgressHandler
from cassandra_pv_archiver.read_results import CancelledReadError, IncompleteReplyError
from cassandra_pv_archiver.series import SampleSeries

from .cluster_limit import Places
from .manifest import Query
from .windows import ReadSamples

__all__ = ["within_places"]

_LOOK_AGAIN = 1.0
"""Seconds after which a thread that waits for a place sees whether it is still wanted."""


def within_places(
    read: ReadSamples, places: Places, threads: Executor, most: int, max_rate: float | None
) -> ReadSamples:
    """Reads only while holding one of the places.

    Args:
        read: Reads samples.
        places: What all processes share.
        threads: Do the waiting.
        most: The number of places.
        max_rate: Samples per second that all processes together do not exceed in the long run: whoever has received
            more than the share of one place keeps it for so much longer. None for no such bound.
    """

    async def limited(
        channel: str, begin: int, end: int, query: Query, cancel: Cancel, progress: ProgressHandler
    ) -> SampleSeries:
        async with _place(places, threads):
            began, samples = time.monotonic(), 0
            try:
                series = await read(channel, begin, end, query, cancel, progress)
                samples = len(series)
            except (CancelledReadError, IncompleteReplyError) as failure:
                samples = len(failure.received)
                raise
            finally:
                if max_rate is not None and samples:
                    await asyncio.sleep(began + samples * most / max_rate - time.monotonic())
            return series

    return limited


@asynccontextmanager
async def _place(places: Places, threads: Executor) -> AsyncGenerator[None]:
    loop, gone = asyncio.get_running_loop(), threading.Event()
    taking = loop.run_in_executor(threads, partial(_take, places, gone))
    try:
        await asyncio.shield(taking)
        yield
    finally:
        gone.set()
        if await taking:
            await loop.run_in_executor(threads, places.release)


def _take(places: Places, gone: threading.Event) -> bool:
    while not gone.is_set():
        if places.acquire(timeout=_LOOK_AGAIN):
            return True
    return False
