"""Reads of samples over a client of either colour, spread over the servers that it knows."""

from __future__ import annotations

import asyncio
import copy
import time
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace
from datetime import tzinfo
from functools import partial
from typing import Any, TypeVar

import numpy as np

from cassandra_pv_archiver._http import LimitOptions
from cassandra_pv_archiver.archive_client import ArchiveClient, AsyncArchiveClient
from cassandra_pv_archiver.errors import (
    ConnectionFailedError,
    InterruptedReplyError,
    InvalidReplyError,
    RedirectError,
    RequestTimeoutError,
    ServerFailedError,
    UnavailableError,
)
from cassandra_pv_archiver.events import Cancel, ProgressHandler
from cassandra_pv_archiver.read_results import CancelledReadError
from cassandra_pv_archiver.series import SampleSeries
from cassandra_pv_archiver.settings import ClientSettings

from .manifest import Query
from .windows import ReadSamples

__all__ = ["async_reads", "options_of", "servers_of", "settings_of", "sync_reads", "time_zone_of"]

_AVOIDED = 30.0
"""Seconds for which others are asked rather than a server that has failed."""
_OF_THE_SERVER = (
    ConnectionFailedError,
    InterruptedReplyError,
    InvalidReplyError,
    RedirectError,
    RequestTimeoutError,
    ServerFailedError,
    UnavailableError,
)

Client = TypeVar("Client", ArchiveClient, AsyncArchiveClient)


def servers_of(client: ArchiveClient | AsyncArchiveClient) -> str:
    """The addresses of the servers that a client asks."""
    return ", ".join(map(str, client._driver.connection.addresses))  # pyright: ignore[reportPrivateUsage]  # noqa: SLF001


def time_zone_of(client: ArchiveClient | AsyncArchiveClient) -> tzinfo | str | None:
    """The zone in which a client reads times without an offset."""
    return client._driver.limits.time_zone  # pyright: ignore[reportPrivateUsage]  # noqa: SLF001 -- as its own methods do


def settings_of(client: ArchiveClient | AsyncArchiveClient) -> ClientSettings:
    """Settings with which another process reads from the same servers.

    Raises:
        ValueError: The client has something that stays in its process.
    """
    driver: Any = client._driver  # pyright: ignore[reportPrivateUsage]  # noqa: SLF001 -- no user needs such settings
    if driver.of_this_process:
        given = ", ".join(driver.of_this_process)
        raise ValueError(
            f"The workers of Dask make clients of their own, which cannot have {given} of this one. Use a client"
            " without; workers take proxies from their environment."
        )
    return ClientSettings(archive_url=servers_of(client), verify=driver.verify)


def options_of(client: ArchiveClient | AsyncArchiveClient) -> LimitOptions:
    """The limits that such a process has to keep."""
    limits = client._driver.limits  # pyright: ignore[reportPrivateUsage]  # noqa: SLF001
    return {
        "timeout": limits.timeouts,
        "largest_reply": limits.largest_reply,
        "largest_sample": limits.largest_sample,
    }


def sync_reads(client: ArchiveClient, executor: Executor) -> ReadSamples:
    """Reads with a client whose methods return when they are done, each in a thread."""

    async def run(view: ArchiveClient, **arguments: Any) -> SampleSeries:
        return await asyncio.get_running_loop().run_in_executor(executor, partial(view.get_samples, **arguments))

    return _spread(_views(client), run)


def async_reads(client: AsyncArchiveClient) -> ReadSamples:
    """Reads with a client whose methods are awaited."""

    async def run(view: AsyncArchiveClient, **arguments: Any) -> SampleSeries:
        return await view.get_samples(**arguments)

    return _spread(_views(client), run)


def _views(client: Client) -> list[Client]:
    """A view of a client for each server, which asks that one first and the others if it fails.

    They repeat nothing: whoever reads this way has to know about each failure.
    """
    views: list[Client] = []
    driver: Any = client._driver  # pyright: ignore[reportPrivateUsage]  # noqa: SLF001 -- no user needs such a view
    addresses: Sequence[Any] = driver.connection.addresses
    for first in range(len(addresses)):
        view = copy.copy(client.with_options(retry=0))
        order = [*addresses[first:], *addresses[:first]]
        view._driver.connection = replace(driver.connection, addresses=order, _current=0)  # pyright: ignore[reportPrivateUsage]  # noqa: SLF001
        views.append(view)
    return views


def _spread(views: list[Any], run: Any) -> ReadSamples:
    """Reads with that view which has the fewest requests under way, and has not just failed."""
    running = [0] * len(views)
    avoided_until = [0.0] * len(views)

    def chosen() -> int:
        now = time.monotonic()
        return min(range(len(views)), key=lambda place: (max(avoided_until[place] - now, 0.0), running[place]))

    async def read(
        channel: str, begin: int, end: int, query: Query, cancel: Cancel, progress: ProgressHandler
    ) -> SampleSeries:
        place = chosen()
        running[place] += 1
        try:
            series = await run(
                views[place],
                channel_name=channel,
                start_time=begin,
                end_time=end,
                spacing=None if query.spacing_ns is None else np.timedelta64(query.spacing_ns, "ns"),
                archive_key=query.archive_key,
                cancel=cancel,
                progress=progress,
            )
        except _OF_THE_SERVER as failure:
            if not isinstance(failure, CancelledReadError):
                avoided_until[place] = time.monotonic() + _AVOIDED
            raise
        else:
            avoided_until[place] = 0.0
            return series
        finally:
            running[place] -= 1

    return read
