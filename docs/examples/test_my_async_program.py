"""The same for programs that use the asynchronous clients; no further plugin is needed."""

import asyncio

from cassandra_pv_archiver import AsyncAdminClient, AsyncArchiveClient
from cassandra_pv_archiver.testing import Simulator


def test_states_and_samples(
    archiver_simulator: Simulator,
    archiver_async_admin_client: AsyncAdminClient,
    archiver_async_archive_client: AsyncArchiveClient,
) -> None:
    archiver_simulator.add_channel("MY:CHANNEL", samples=3, enabled=False)

    async def use() -> tuple[str | None, int]:
        channel, series = await asyncio.gather(
            archiver_async_admin_client.get_channel("MY:CHANNEL"),
            archiver_async_archive_client.get_samples("MY:CHANNEL", 0, "now"),
        )
        return channel.state, len(series)

    assert asyncio.run(use()) == ("disabled", 3)
