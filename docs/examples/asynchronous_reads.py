"""The same methods within an event loop."""

import asyncio
import sys

from cassandra_pv_archiver import AsyncArchiveClient


async def main() -> None:
    async with AsyncArchiveClient(base_url=sys.argv[2]) as archive:
        found = await archive.get_samples_for(["RING:CURRENT", "RING:LIFETIME"], "-1h", spacing="60s")
        print({name: series.units for name, series in found.items()})

        number = 0
        async with archive.iter_batches("RING:CURRENT", "-6h", batch_size=1000) as batches:
            async for series in batches:
                number += len(series)
        print(number > 4000)

        try:
            async with asyncio.timeout(0.5), archive.follow("RING:MODE") as news:
                async for name, series in news:
                    print(name, len(series))
        except TimeoutError:
            print("nothing new")


asyncio.run(main())
