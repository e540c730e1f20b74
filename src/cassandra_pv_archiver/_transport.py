"""The two drivers of flows. With ``_http``, the only place with sockets, clocks, sleep, randomness and threads."""

from __future__ import annotations

import asyncio
import copy
import socket
import ssl
import threading
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Generic, Self, TypeVar, Unpack

import httpx

from ._http import (
    Connection,
    ConnectionOptions,
    Deadline,
    LimitOptions,
    answer,
    check_http_client,
    own_client_options,
    phase_limits,
    read_headers,
    read_limits,
    translated,
)
from ._steps import Call, Close, Flow, Limits, Open, Pause, Read, Reply, Step
from .errors import ArchiverError

T = TypeVar("T")
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


class _Driver(Generic[HttpClient]):
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


class _Steps(Generic[HttpClient]):
    """What performing the steps of one flow needs."""

    def __init__(self, client: HttpClient, connection: Connection, limits: Limits) -> None:
        self._client = client
        self._connection = connection
        self._limits = limits
        self._deadline = Deadline(limits.deadline)
        self._open: list[Reply] = []


class SyncDriver(_Driver[httpx.Client]):
    """Runs flows in the calling thread. Threads may share it."""

    def __init__(self, connection: Connection, **options: Unpack[SyncOptions]) -> None:
        super().__init__(httpx.Client, connection, **options)

    def close(self) -> None:
        """Closes the connections, if they are ours, and refuses further flows."""
        if self._owned:
            self.connection.closed = True
            self._client.close()

    def run(self, flow: Flow[T]) -> T:
        """Does what the flow asks for, and returns its result."""
        self.connection.check_open()
        steps = _SyncSteps(self._client, self.connection, self.limits)
        try:
            step = next(flow)
            while True:
                try:
                    answered = steps.perform(step)
                except ArchiverError as failure:
                    step = flow.throw(failure)
                else:
                    step = flow.send(answered)
        except StopIteration as stop:
            return stop.value
        finally:
            flow.close()
            steps.close()


class _SyncSteps(_Steps[httpx.Client]):
    """Performs the steps of one flow, and knows which replies are open."""

    def perform(self, step: Step) -> Any:
        match step:
            case Open(call):
                return self._send(call)
            case Read(reply):
                return self._read(reply)
            case Close(reply):
                self._open.remove(reply)
                return reply.stream.close()
            case Pause(seconds):
                return time.sleep(self._deadline.check_pause(seconds))
            case _:
                return answer(step, self._connection, self._limits)

    def close(self) -> None:
        while self._open:
            self._open.pop().stream.close()

    def _send(self, call: Call[Any]) -> Reply:
        self._deadline.check()
        limits = self._deadline.cap(phase_limits(call, self._limits.timeouts))

        def cap_phase(*_: object) -> None:
            # httpcore looks up the limit of each phase when the phase begins. It also calls this while it cleans up,
            # so nothing may be raised here.
            limits.update(self._deadline.cap(limits))

        extensions: dict[str, Any] = {"timeout": limits}
        if self._limits.deadline is not None:
            extensions["trace"] = cap_phase
        request = self._connection.request(self._client, call, extensions)
        with translated(self._connection.address.server, self._deadline):
            response = self._client.send(request, stream=True, follow_redirects=False)
        reply = self._connection.reply(response, _SyncStream(response, self._deadline))
        self._open.append(reply)
        return reply

    def _read(self, reply: Reply) -> bytes | None:
        with translated(self._connection.address.server, self._deadline):
            chunk = next(reply.stream.chunks, None)
        # A connection cut by the watchdog can look like the regular end of a body.
        self._deadline.check()
        return chunk


class _SyncStream:
    """The body of a reply, cut off when the deadline passes while nothing arrives."""

    def __init__(self, response: httpx.Response, deadline: Deadline) -> None:
        self.chunks = response.iter_bytes()
        self._response = response
        self._watchdog: threading.Timer | None = None
        left = deadline.left()
        network = response.extensions.get("network_stream")
        if left is not None and network is not None:
            self._watchdog = threading.Timer(max(left, 0.0), _cut, [network.get_extra_info("socket")])
            self._watchdog.daemon = True
            self._watchdog.start()

    def close(self) -> None:
        if self._watchdog is not None:
            self._watchdog.cancel()
            self._watchdog.join()
        self._response.close()


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):  # closed already
        # An SSLSocket's own method would pull its TLS state from under the reading thread.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


class AsyncDriver(_Driver[httpx.AsyncClient]):
    """Runs flows in the current task. Tasks of one event loop may share it."""

    def __init__(self, connection: Connection, **options: Unpack[AsyncOptions]) -> None:
        super().__init__(httpx.AsyncClient, connection, **options)

    async def aclose(self) -> None:
        """Closes the connections, if they are ours, and refuses further flows."""
        if self._owned:
            self.connection.closed = True
            await self._client.aclose()

    async def run(self, flow: Flow[T]) -> T:
        """Does what the flow asks for, and returns its result."""
        self.connection.check_open()
        steps = _AsyncSteps(self._client, self.connection, self.limits)
        try:
            step = next(flow)
            while True:
                try:
                    answered = await steps.perform(step)
                except ArchiverError as failure:
                    step = flow.throw(failure)
                else:
                    step = flow.send(answered)
        except StopIteration as stop:
            return stop.value
        finally:
            flow.close()
            await steps.aclose()


class _AsyncSteps(_Steps[httpx.AsyncClient]):
    """Performs the steps of one flow, and knows which replies are open."""

    async def perform(self, step: Step) -> Any:
        match step:
            case Open(call):
                return await self._send(call)
            case Read(reply):
                async with self._bounded():
                    return await anext(reply.stream.chunks, None)
            case Close(reply):
                self._open.remove(reply)
                return await reply.stream.response.aclose()
            case Pause(seconds):
                return await asyncio.sleep(self._deadline.check_pause(seconds))
            case _:
                return answer(step, self._connection, self._limits)

    async def aclose(self) -> None:
        while self._open:
            await self._open.pop().stream.response.aclose()

    async def _send(self, call: Call[Any]) -> Reply:
        extensions = {"timeout": phase_limits(call, self._limits.timeouts)}
        request = self._connection.request(self._client, call, extensions)
        async with self._bounded():
            response = await self._client.send(request, stream=True, follow_redirects=False)
        reply = self._connection.reply(response, _AsyncStream(response))
        self._open.append(reply)
        return reply

    @asynccontextmanager
    async def _bounded(self) -> AsyncGenerator[None]:
        bound = asyncio.timeout(self._deadline.check())
        try:
            with translated(self._connection.address.server, self._deadline):
                async with bound:
                    yield
        except TimeoutError as error:
            if bound.expired():
                raise self._deadline.passed() from error
            raise


class _AsyncStream:
    """The body of a reply."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.chunks = response.aiter_bytes()
