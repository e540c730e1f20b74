"""A bound on the requests at once that all processes of a Dask cluster keep together."""

from __future__ import annotations

import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from typing import Any, Protocol, cast
from weakref import WeakKeyDictionary

from cassandra_pv_archiver._optional_libraries import optional_library

__all__ = ["Places", "places", "slot"]


class Places(Protocol):
    """Places of which each request holds one. Threads may share it."""

    def acquire(self, *, timeout: float) -> bool:
        """Takes a place if one becomes free within some seconds."""
        ...

    def release(self) -> object:
        """Gives a place back."""
        ...


@contextmanager
def slot(name: str, most: int) -> Generator[None]:
    """Holds one of the places of `places` for as long as the block takes."""
    held = places(name, most)
    while not held.acquire(timeout=60):
        pass
    try:
        yield
    finally:
        held.release()


def places(name: str, most: int, dask_client: Any = None) -> Places:
    """The places for requests to some servers: shared by the whole cluster in a task of Dask, by the process elsewhere.

    A worker that is lost loses its places after half a minute
    (``distributed.scheduler.locks.lease-timeout``).

    Args:
        name: What the requests go to.
        most: How many places there are.
        dask_client: The client of the cluster, outside of its tasks.
    """
    full_name = f"cassandra_pv_archiver: {most} at once to {name}"
    node = dask_client if dask_client is not None else _worker()
    return _of_process(full_name, most) if node is None else _of_cluster(node, full_name, most)


def _worker() -> Any:
    """The Dask worker whose task calls this."""
    if "distributed" not in sys.modules:
        return None
    try:
        return sys.modules["distributed"].get_worker()
    except ValueError:
        return None


@cache
def _of_process(name: str, most: int) -> Places:  # noqa: ARG001 -- each name has its own
    return cast("Places", threading.BoundedSemaphore(most))


_semaphores: WeakKeyDictionary[Any, dict[str, Places]] = WeakKeyDictionary()
_guard = threading.Lock()


def _of_cluster(node: Any, name: str, most: int) -> Places:
    """One for each node, because every semaphore of Dask keeps its event loop busy for good."""
    with _guard:
        known = _semaphores.setdefault(node, {})
        if name not in known:
            make = optional_library("distributed", "dask").Semaphore
            known[name] = make(max_leases=most, name=name, scheduler_rpc=node.scheduler, loop=node.loop)
        return known[name]
