"""The simulator as a transport of httpx: clients of either colour, no sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from uuid import UUID

import httpx

from .simulator import Simulator, SimulatorRequest
from .simulator.simulator import Service


class _Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


class SimulatorTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Sends the requests of an ``httpx.Client`` or ``httpx.AsyncClient`` to one service of a simulated server.

    Args:
        simulator: The simulated cluster.
        service: ``'admin'`` or ``'archive'``.
        server: The server that is asked: its position or its ID.
    """

    def __init__(self, simulator: Simulator, service: Service, server: int | str | UUID = 0) -> None:
        self._simulator = simulator
        self._service: Service = service
        self._server = server

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answers a request."""
        return self._answer(request, request.read())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answers a request."""
        return self._answer(request, await request.aread())

    def _answer(self, request: httpx.Request, body: bytes) -> httpx.Response:
        asked = SimulatorRequest(request.method, request.url.raw_path, list(request.headers.items()), body)
        answer = self._simulator.handle(self._service, self._server, asked)
        pieces = (answer.body,) if isinstance(answer.body, bytes) else answer.body
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(pieces))
