"""What both drivers of flows are made of."""

from __future__ import annotations

import copy
import ssl
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Generic, Self, TypeVar, Unpack

import httpx

from ._http import (
    LOCAL_STEPS,
    Connection,
    ConnectionOptions,
    Deadline,
    LimitOptions,
    answer,
    check_http_client,
    own_client_options,
    read_headers,
    read_limits,
)
from ._steps import Flow, Limits, Reply, Step
from .events import ProgressHandler, ReadProgress

PROGRESS_INTERVAL = 0.1
"""Seconds that pass at least between two calls of a progress handler, but for the last."""

HttpClient = TypeVar("HttpClient", httpx.Client, httpx.AsyncClient)


class SyncOptions(ConnectionOptions, total=False):
    """Options of `AdminClient` and `ArchiveClient`: those of `LimitOptions` and `ConnectionOptions`, and this one.

    Attributes:
        http_client: A client of your own. Its proxies, pool limits, TLS settings, hooks, authentication and
            headers apply, and it is never closed. Time limits, and that neither redirects are followed nor cookies
            sent, are set per request. Keep its ``keepalive_expiry`` at 5 s or less, so that no write goes out on
            a connection that the server is about to close.
    """

    http_client: httpx.Client


class AsyncOptions(ConnectionOptions, total=False):
    """Options of `AsyncAdminClient` and `AsyncArchiveClient`, as `SyncOptions`.

    Attributes:
        http_client: As in `SyncOptions`, but an asynchronous client.
    """

    http_client: httpx.AsyncClient


class Driver(Generic[HttpClient]):
    """What both drivers are made of."""

    def __init__(
        self,
        kind: type[HttpClient],
        connection: Connection,
        *,
        verify: bool | str | Path = True,
        ssl_context: ssl.SSLContext | None = None,
        proxy: str | None = None,
        trust_env: bool = True,
        headers: Mapping[str, str] | None = None,
        http_client: HttpClient | None = None,
        **limits: Unpack[LimitOptions],
    ) -> None:
        self.connection = connection
        self.connection.headers = read_headers(headers)
        self.limits = read_limits(Limits(), limits)
        self._owned = http_client is None
        self.verify = str(verify) if isinstance(verify, Path) else verify
        self.of_this_process = [
            name
            for name, is_given in (
                ("http_client", http_client is not None),
                ("ssl_context", ssl_context is not None),
                ("proxy", proxy is not None),
                ("trust_env", not trust_env),
                ("headers", bool(headers)),
            )
            if is_given
        ]
        if http_client is None:
            http_client = kind(**own_client_options(verify, ssl_context, proxy, trust_env))
        else:
            check_http_client(http_client, kind, connection, verify, ssl_context, proxy, trust_env)
        self._client = http_client

    def view(self, **limits: Unpack[LimitOptions]) -> Self:
        """A driver with other limits on the same connections, which stay this driver's to close."""
        view = copy.copy(self)
        view._owned = False
        view.limits = read_limits(self.limits, limits)
        return view


class Steps(Generic[HttpClient]):
    """What performing the steps of one flow needs."""

    def __init__(
        self,
        client: HttpClient,
        connection: Connection,
        limits: Limits,
        deadline: Deadline,
        progress: ProgressHandler | None,
    ) -> None:
        self._client = client
        self._connection = connection
        self._limits = limits
        self._deadline = deadline
        self._progress = progress
        self._told = 0.0
        self._open: list[Reply] = []

    def _tell(self, progress: ReadProgress) -> None:
        if self._progress is None or not (progress.finished or time.monotonic() >= self._told + PROGRESS_INTERVAL):
            return
        self._told = time.monotonic()
        self._progress(progress)


def primed(flow: Flow[Any], connection: Connection, limits: Limits) -> Step | None:
    """Runs a flow up to its first step that needs waiting, so that wrong arguments are refused at once.

    Returns:
        That step; None if the flow ends before.
    """
    try:
        step = next(flow)
        while isinstance(step, LOCAL_STEPS):
            step = flow.send(answer(step, connection, limits))
    except StopIteration:
        return None
    return step
