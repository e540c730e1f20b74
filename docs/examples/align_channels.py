"""Puts channels of different kinds into one table."""

import sys
import time

from cassandra_pv_archiver import ArchiveClient, align

NAMES = ("RING:CURRENT", "RING:MODE", "RING:S03:VAC:PRESSURE")

with ArchiveClient(base_url=sys.argv[2]) as archive:
    now = time.time_ns()  # one range for all channels
    hours = now - 3 * 3600 * 10**9, now
    series = {name: archive.get_samples(name, *hours) for name in NAMES}

    table = align(series, step="30min", method={"RING:CURRENT": "linear"}, tolerance="1h")
    print(table)
    print(table["RING:MODE"], table.units["RING:CURRENT"])
    in_gap = ~table.valid["RING:S03:VAC:PRESSURE"]
    print(
        f"rows without pressure: {in_gap.sum()}, mode seen {table.ages['RING:MODE'].max() / 60e9:.0f} min ago at most"
    )

    print(table.to_pandas("Europe/Berlin").tail(2))
    print(table.to_arrow().column_names, table.to_polars().schema["RING:MODE"])

    # All instants at which something happened, and a channel that could not be read.
    table = align({**series, "RING:SPARE": TimeoutError("no answer")}, allow_missing=True)
    print(len(table.times) > 2000, table.valid["RING:SPARE"].any())
