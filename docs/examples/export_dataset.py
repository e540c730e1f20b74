"""Exports samples of several channels into Parquet files, adds what is new, and reads them."""

import sys
import tempfile
from pathlib import Path

from cassandra_pv_archiver import ArchiveClient, estimate_dataset, export_dataset, open_dataset, verify_dataset

CHANNELS = ["RING:CURRENT", "RING:LIFETIME", "RING:MODE", "RING:BPM:ORBIT", "RING:NO:SUCH"]

with ArchiveClient(base_url=sys.argv[2]) as archive, tempfile.TemporaryDirectory() as directory:
    path = Path(directory) / "beam"
    print(estimate_dataset(archive, CHANNELS, "-6h", "-1h").samples > 1000)

    result = export_dataset(archive, CHANNELS, "-6h", "-1h", path)
    print(result.samples > 1000, [f"{failure.channel} is {failure.reason}" for failure in result.failures])
    print(export_dataset(archive, CHANNELS[:-1], None, "-30min", path, since="last").samples > 100)

    dataset = open_dataset(path)
    series = dataset.series("RING:CURRENT")
    print(series == archive.get_samples("RING:CURRENT", series.start, series.end), series.units)

    start, end = dataset.range("RING:MODE")
    in_force = dataset.value_at("RING:MODE", start)
    print("in force at the beginning:", in_force is not None and in_force.sample.scalar)

    table = dataset.align(["RING:CURRENT", "RING:LIFETIME", "RING:MODE"], start, end, step="1min").to_pandas()
    print(table.columns.tolist(), len(table) > 60)

    print(verify_dataset(path, archive).is_right)
