"""Threads may share a synchronous client, tasks an asynchronous one."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from cassandra_pv_archiver import ArchiveClient, AsyncArchiveClient
from cassandra_pv_archiver.testing import RunningSimulator, Simulator


def test_threads(simulator: Simulator, running: RunningSimulator) -> None:
    for number in range(8):
        simulator.add_channel(f"x{number}", samples=number)
    with ArchiveClient(base_url=running.archive_url) as client, ThreadPoolExecutor(8) as pool:
        reads = pool.map(lambda number: len(client.get_samples(f"x{number % 8}", 1, 100)), range(64))
        assert list(reads) == [number % 8 for number in range(64)]


def test_tasks_and_cancellation(simulator: Simulator, running: RunningSimulator) -> None:
    simulator.add_channel("x", samples=5)

    async def use() -> None:
        async with AsyncArchiveClient(base_url=running.archive_url) as client:
            reads = await asyncio.gather(*(client.get_samples("x", 1, 100) for _ in range(32)))
            assert {len(series) for series in reads} == {5}
            task = asyncio.create_task(client.get_samples("x", 1, 100))
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()
            assert len(await client.get_samples("x", 1, 100)) == 5

    asyncio.run(use())
