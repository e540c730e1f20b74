"""Reads a dataset with libraries that know nothing of the archive."""

# pyright: basic

import sys
import tempfile
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow.compute as pc
import pyarrow.dataset as pads

from cassandra_pv_archiver import ArchiveClient, export_dataset

with ArchiveClient(base_url=sys.argv[2]) as archive, tempfile.TemporaryDirectory() as directory:
    path = Path(directory) / "beam"
    export_dataset(archive, ["RING:CURRENT", "RING:MODE", "RING:BPM:ORBIT"], "-6h", "-1h", path)

    samples = pl.scan_parquet(path / "**/*.parquet", hive_partitioning=True)
    current = samples.filter(pl.col("channel") == "RING:CURRENT").sort("time")
    alarms = current.filter(pl.col("severity") == "MAJOR")
    print("polars:", alarms.collect()["status"].unique().to_list(), current.collect_schema()["time"])

    modes = pd.read_parquet(path, filters=[("channel", "==", "RING:MODE")])
    print("pandas:", modes["text"].iloc[0], modes["value"].dtype)

    orbits = pads.dataset(path, partitioning="hive").to_table(
        columns=["time", "values"], filter=pc.field("channel") == "RING:BPM:ORBIT"
    )
    print("pyarrow:", orbits.num_rows, len(orbits["values"][0]))
