"""The number of requests at once that servers of several kinds reward, with a clock of its own."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable

import pytest

from cassandra_pv_archiver.dataset.concurrency import AdaptiveLimit, Gate

SAMPLES = 100_000


def limits_at(
    most: int, speed: Callable[[int, float], float], seconds: float, refused_above: int | None = None
) -> list[tuple[float, int]]:
    """The limit after each request. ``speed`` gives the samples per second of so many requests together at a time."""
    now, limit = 0.0, AdaptiveLimit(most, 0.0)
    running: list[float] = []
    history: list[tuple[float, int]] = []
    numbers = itertools.count()
    while now < seconds:
        while len(running) < limit.limit:
            length = SAMPLES * max(limit.limit, 1) / speed(limit.limit, now)
            heapq.heappush(running, now + length * (0.9 + 0.02 * (next(numbers) % 11)))
        now = heapq.heappop(running)
        if refused_above is not None and len(running) + 1 > refused_above:
            limit.overloaded(now)
        else:
            limit.succeeded(SAMPLES, now)
        history.append((now, limit.limit))
    return history


def usual(history: list[tuple[float, int]]) -> float:
    late = [limit for _, limit in history[len(history) // 3 :]]
    return sum(late) / len(late)


@pytest.mark.parametrize("best", [1, 2, 4, 8])
def test_as_many_requests_as_are_rewarded(best: int) -> None:
    history = limits_at(16, lambda number, _: 30_000.0 * min(number, best), 6_000.0)
    assert best * 0.8 <= usual(history) <= best + 1.2


def test_never_more_than_the_bound() -> None:
    history = limits_at(3, lambda number, _: 30_000.0 * number, 1_000.0)
    assert max(limit for _, limit in history) == 3
    assert usual(history) > 2.9


def test_refusals_make_it_step_back() -> None:
    history = limits_at(16, lambda number, _: 30_000.0 * number, 2_000.0, refused_above=6)
    assert 2 <= usual(history) <= 6.5


def test_servers_that_become_busy_get_fewer_requests() -> None:
    def speed(number: int, now: float) -> float:
        return 30_000.0 * min(number, 8) * (0.2 if now > 1_000 else 1.0)

    history = limits_at(8, speed, 1_500.0)
    before = [limit for now, limit in history if 500 < now < 1_000]
    after = [limit for now, limit in history if 1_000 < now < 1_200]
    assert sum(before) / len(before) > 6
    assert min(after) < 0.8 * sum(before) / len(before)


def test_several_failures_at_once_are_one_sign() -> None:
    limit = AdaptiveLimit(16, 0.0)
    limit.limit = 16
    for _ in range(16):
        limit.overloaded(5.0)
    assert limit.limit == 8


def test_those_that_are_wanted_first_begin_first() -> None:
    async def run() -> list[int]:
        gate, begun = Gate(1), []

        async def one(order: int) -> None:
            async with gate.request((order,)):
                begun.append(order)
                await asyncio.sleep(0)

        await asyncio.gather(*(one(order) for order in (5, 3, 4, 1, 2)))
        return begun

    assert asyncio.run(run()) == [5, 1, 2, 3, 4]


def test_who_is_cancelled_while_waiting_takes_no_place() -> None:
    async def run() -> None:
        gate = Gate(1)
        async with gate.request((0,)):
            waiting = [asyncio.create_task(_through(gate)) for _ in range(3)]
            await asyncio.sleep(0)
            waiting[0].cancel()
        await asyncio.gather(*waiting[1:])
        await _through(gate)

    asyncio.run(asyncio.wait_for(run(), 10))


async def _through(gate: Gate) -> None:
    async with gate.request((1,)):
        await asyncio.sleep(0)


def test_the_rate_is_kept() -> None:
    async def run() -> float:
        gate = Gate(4, max_rate=1_000.0)
        began = time.monotonic()
        for _ in range(4):
            async with gate.request((0,)):
                gate.succeeded(100)
        return time.monotonic() - began

    assert asyncio.run(run()) >= 0.3
