"""The simulator as a transport of httpx: clients of either colour, no sockets."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager
from uuid import UUID

import httpx

from .simulator import Simulator, SimulatorRequest
from .simulator.connections import ClosedError
from .simulator.messages import SimulatorResponse
from .simulator.operations import Service


class _Waiting:
    """What faults ask to wait, collected until the transport is at a place where it can.

    Args:
        simulator: Its time goes on instead, if it does not follow real time.
        request: It says how long may be waited.
    """

    def __init__(self, simulator: Simulator, request: httpx.Request) -> None:
        self._simulator = simulator
        self._request = request
        longest = request.extensions.get("timeout", {}).get("read")
        self._longest = math.inf if longest is None else float(longest)
        self._asked = 0.0

    def ask(self, seconds: float) -> None:
        self._asked += seconds

    @contextmanager
    def due(self) -> Generator[float]:
        """The seconds of real time to wait for the next bytes; then an error if they come too late."""
        asked, self._asked = self._asked, 0.0
        seconds = min(asked, self._longest)
        if self._simulator.real_time:
            yield seconds
        else:
            self._simulator.advance(seconds)
            yield 0.0
        if asked > self._longest:
            raise httpx.ReadTimeout(f"Nothing came for {self._longest} s.", request=self._request)


class _Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    def __init__(self, response: SimulatorResponse, waiting: _Waiting, request: httpx.Request) -> None:
        self._pieces = response.pieces()
        self._waiting = waiting
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        while (piece := self._next()) is not None:
            with self._waiting.due() as seconds:
                time.sleep(seconds)
            yield piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (piece := self._next()) is not None:
            with self._waiting.due() as seconds:
                await asyncio.sleep(seconds)
            yield piece

    def _next(self) -> bytes | None:
        with _as_httpx(self._request):
            return next(self._pieces, None)

    def close(self) -> None:
        self._pieces = iter(())

    async def aclose(self) -> None:
        self.close()


class SimulatorTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Sends the requests of an ``httpx.Client`` or ``httpx.AsyncClient`` to one service of a simulated server.

    A connection that a fault refuses or breaks shows as the exception that httpx raises on a network. Delays are
    waited for without blocking an event loop, and no longer than the client's time limits allow; if the simulator does
    not follow real time (``real_time=False``), its time is put forward instead, and nobody waits.

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
        """Answers a request.

        Raises:
            httpx.TransportError: A fault of the simulator, or a server of it that is stopped.
        """
        waiting = _Waiting(self._simulator, request)
        response = self._answer(request, request.read(), waiting)
        with waiting.due() as seconds:
            time.sleep(seconds)
        return response

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answers a request.

        Raises:
            httpx.TransportError: A fault of the simulator, or a server of it that is stopped.
        """
        waiting = _Waiting(self._simulator, request)
        response = self._answer(request, await request.aread(), waiting)
        with waiting.due() as seconds:
            await asyncio.sleep(seconds)
        return response

    def _answer(self, request: httpx.Request, body: bytes, waiting: _Waiting) -> httpx.Response:
        asked = SimulatorRequest(request.method, request.url.raw_path, list(request.headers.items()), body)
        with _as_httpx(request):
            answer = self._simulator.handle(self._service, self._server, asked, wait=waiting.ask)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer, waiting, request))


@contextmanager
def _as_httpx(request: httpx.Request) -> Generator[None]:
    """Lets a broken connection look as it does on sockets."""
    try:
        yield
    except ConnectionRefusedError as error:
        raise httpx.ConnectError(str(error), request=request) from error
    except ClosedError as error:
        raise httpx.RemoteProtocolError(str(error), request=request) from error
    except ConnectionError as error:
        raise httpx.ReadError(str(error), request=request) from error
