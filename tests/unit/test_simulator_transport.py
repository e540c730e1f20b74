"""The simulator behind an httpx client: streaming, faults and waiting, in both colours."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

import httpx
import pytest

from cassandra_pv_archiver.testing import Simulator, SimulatorResponse, SimulatorTransport
from cassandra_pv_archiver.testing.simulator import Exchange, faults

SAMPLES = "http://simulator/archive-access/api/1.0/archive/1/samples/x?start=0&end=9"
MANY = 20_000


class Get(Protocol):
    """Reads a reply piece by piece; the pieces, and the error that ended them."""

    def __call__(
        self, simulator: Simulator, /, timeout: float | None = 5.0
    ) -> tuple[list[bytes], httpx.HTTPError | None]: ...


def sync_get(simulator: Simulator, /, timeout: float | None = 5.0) -> tuple[list[bytes], httpx.HTTPError | None]:
    pieces: list[bytes] = []
    with httpx.Client(transport=SimulatorTransport(simulator, "archive"), timeout=timeout) as client:
        try:
            with client.stream("GET", SAMPLES) as reply:
                pieces.extend(reply.iter_raw())
        except httpx.HTTPError as error:
            return pieces, error
    return pieces, None


def async_get(simulator: Simulator, /, timeout: float | None = 5.0) -> tuple[list[bytes], httpx.HTTPError | None]:
    pieces: list[bytes] = []

    async def get() -> httpx.HTTPError | None:
        async with httpx.AsyncClient(transport=SimulatorTransport(simulator, "archive"), timeout=timeout) as client:
            try:
                async with client.stream("GET", SAMPLES) as reply:
                    async for piece in reply.aiter_raw():
                        pieces.append(piece)  # noqa: PERF401 -- what came before an error is kept
            except httpx.HTTPError as error:
                return error
        return None

    return pieces, asyncio.run(get())


@pytest.fixture(params=[sync_get, async_get], ids=["sync", "async"])
def get(request: pytest.FixtureRequest) -> Get:
    return request.param


@pytest.fixture
def simulator() -> Simulator:
    simulator = Simulator(real_time=False)
    simulator.add_channel("x", samples=5)
    return simulator


def test_a_large_reply_comes_in_pieces() -> None:
    simulator = Simulator()
    simulator.add_channel("x", samples=MANY)
    url = SAMPLES.replace("end=9", f"end={MANY}")
    with httpx.Client(transport=SimulatorTransport(simulator, "archive")) as client, client.stream("GET", url) as reply:
        sizes = [len(piece) for piece in reply.iter_raw()]
    assert sum(sizes) > 100 * MANY
    assert max(sizes) < sum(sizes) / 10


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.Refuse(), httpx.ConnectError),
        (faults.Break(), httpx.ReadError),
        (faults.Break(how="close"), httpx.RemoteProtocolError),
        (faults.Break(after=7), httpx.ReadError),
        (faults.Break(after=7, how="close"), httpx.RemoteProtocolError),
    ],
    ids=repr,
)
def test_broken_connections_look_as_on_a_network(
    get: Get, simulator: Simulator, fault: faults.Break, error: type[httpx.HTTPError]
) -> None:
    simulator.faults.add(fault)
    pieces, raised = get(simulator)
    assert type(raised) is error
    assert raised is not None
    assert raised.request.url == SAMPLES
    sent = getattr(fault, "after", None)
    assert len(b"".join(pieces)) == (0 if sent is None else sent)


def test_a_stopped_server_refuses(get: Get, simulator: Simulator) -> None:
    simulator.stop_server(0)
    assert isinstance(get(simulator)[1], httpx.ConnectError)


def test_time_that_stands_still_is_put_forward_instead_of_waiting(get: Get, simulator: Simulator) -> None:
    simulator.faults.add(faults.Delay(before=1000, between=10, size=100))
    began, real = simulator.now_ns, time.monotonic()
    pieces, error = get(simulator, timeout=None)
    assert error is None
    assert time.monotonic() - real < 2
    dripped = sum(1 for piece in pieces if piece)
    assert dripped > 5
    assert simulator.now_ns - began == (1000 + 10 * dripped) * 1_000_000_000


@pytest.mark.parametrize("real_time", [True, False])
@pytest.mark.parametrize("fault", [faults.Delay(before=30), faults.Delay(between=30)], ids=repr)
def test_nothing_waits_longer_than_the_client_allows(get: Get, fault: faults.Delay, real_time: bool) -> None:
    simulator = Simulator(real_time=real_time)
    simulator.add_channel("x", samples=5)
    simulator.faults.add(fault)
    real = time.monotonic()
    _, error = get(simulator, timeout=0.05)
    assert isinstance(error, httpx.ReadTimeout)
    assert time.monotonic() - real < 5


def test_a_delay_does_not_block_the_event_loop() -> None:
    simulator = Simulator()
    simulator.add_channel("x", samples=5)
    waits = asyncio.Event()

    def wait(exchange: Exchange) -> SimulatorResponse:
        waits.set()
        return faults.Delay(before=30)(exchange)

    simulator.faults.add(wait, nth=1)

    async def use() -> None:
        async with httpx.AsyncClient(transport=SimulatorTransport(simulator, "archive")) as client:
            slow = asyncio.create_task(client.get(SAMPLES, timeout=None))
            await waits.wait()
            assert (await client.get(SAMPLES)).status_code == 200
            assert not slow.done()
            slow.cancel()
            with pytest.raises(asyncio.CancelledError):
                await slow

    asyncio.run(use())


def test_a_reply_that_is_left_early_can_be_closed(simulator: Simulator) -> None:
    simulator.faults.add(faults.Delay(between=1, size=10))
    with httpx.Client(transport=SimulatorTransport(simulator, "archive")) as client:
        began = simulator.now_ns
        with client.stream("GET", SAMPLES) as reply:
            next(reply.iter_raw())
        assert simulator.now_ns - began < 3_000_000_000
        assert client.get(SAMPLES).status_code == 200
