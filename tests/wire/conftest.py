"""Clients of both colours against the simulator, one test body for both."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest

import cassandra_pv_archiver as package
from cassandra_pv_archiver import AdminClient, ArchiveClient, AsyncStream, ClientEvent
from cassandra_pv_archiver.testing import RunningSimulator, Simulator

SERVER_1 = "11111111-2222-3333-4444-555555555551"
SERVER_2 = "11111111-2222-3333-4444-555555555552"


class Blocking:
    """Lets a test call an asynchronous client as if it were a synchronous one."""

    def __init__(self, client: Any, runner: asyncio.Runner) -> None:
        self._client = client
        self._runner = runner

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._client, "aclose" if name == "close" else name)
        if not callable(attribute):
            return attribute

        def call(*args: Any, **kwargs: Any) -> Any:
            result = attribute(*args, **kwargs)
            if inspect.isawaitable(result):
                return self._runner.run(_wait_for(result), context=contextvars.copy_context())
            if isinstance(result, AsyncStream):
                return BlockingStream(result, self._runner)
            return Blocking(result, self._runner) if name == "with_options" else result

        return call

    def __repr__(self) -> str:
        return repr(self._client)


class BlockingStream:
    """Lets a test use an asynchronous stream as if it were a synchronous one."""

    def __init__(self, stream: AsyncStream[Any], runner: asyncio.Runner) -> None:
        self._stream = stream
        self._runner = runner

    def __iter__(self) -> BlockingStream:
        return self

    def __next__(self) -> Any:
        try:
            return self._runner.run(_wait_for(anext(self._stream)))
        except StopAsyncIteration:
            raise StopIteration from None

    def close(self) -> None:
        self._runner.run(_wait_for(self._stream.aclose()))

    def __enter__(self) -> BlockingStream:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


async def _wait_for(awaitable: Any) -> Any:
    return await awaitable


@pytest.fixture(params=["sync", "async"])
def colour(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def make(colour: str) -> Iterator[Callable[..., Any]]:
    """Makes a client of the colour under test: ``make('AdminClient', ...)``; closes it after the test."""
    clients: list[Any] = []
    with asyncio.Runner() as runner:

        def make_client(kind: str, *args: Any, **kwargs: Any) -> Any:
            if colour == "sync":
                client = getattr(package, kind)(*args, **kwargs)
            else:
                client = Blocking(getattr(package, "Async" + kind)(*args, **kwargs), runner)
            clients.append(client)
            return client

        yield make_client
        for client in clients:
            client.close()


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(servers=[SERVER_1, SERVER_2])


@pytest.fixture
def running(simulator: Simulator) -> Iterator[RunningSimulator]:
    with simulator.serve() as running:
        yield running


@pytest.fixture
def admin(make: Callable[..., Any], running: RunningSimulator) -> AdminClient:
    return cast("AdminClient", make("AdminClient", base_url=running.admin_url, password="admin"))


@pytest.fixture
def archive(make: Callable[..., Any], running: RunningSimulator) -> ArchiveClient:
    return cast("ArchiveClient", make("ArchiveClient", base_url=running.archive_url))


@pytest.fixture
def events() -> list[ClientEvent]:
    """For ``on_event=events.append``."""
    return []
