"""Goes on with samples in Polars."""

import sys

import polars as pl

from cassandra_pv_archiver import ArchiveClient

with ArchiveClient(base_url=sys.argv[2]) as archive:
    current = archive.get_samples("RING:CURRENT", "-6h", "now").to_polars()
    print(current.schema["time"], current.schema["severity"])
    print(current.filter(pl.col("severity") >= "MAJOR")["status"].unique().to_list())
    print(current.group_by_dynamic("time", every="1h").agg(pl.col("value").mean()).height >= 6)

    orbits = archive.get_samples("RING:BPM:ORBIT", "-6h", "now").to_polars()
    print(orbits.schema["value"], orbits.select(pl.col("value").list.len().max()).item())
