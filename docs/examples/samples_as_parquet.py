"""Keeps samples in a Parquet file, and reads them as what they were."""

# pyright: basic

import sys
import tempfile
from pathlib import Path

import pyarrow.parquet as pq

from cassandra_pv_archiver import ArchiveClient, SampleSeries

with ArchiveClient(base_url=sys.argv[2]) as archive, tempfile.TemporaryDirectory() as directory:
    pressure = archive.get_samples("RING:S03:VAC:PRESSURE", "-6h", "now")
    table = pressure.to_arrow()
    print(table.schema.field("time"), table.schema.field("status"), sep="\n")

    file = Path(directory) / "pressure.parquet"
    pq.write_table(table, file)
    kept = SampleSeries.from_arrow(pq.read_table(file))
    print(kept == pressure, kept.units, [gap.reason for gap in kept.gaps])

    alarms = pq.read_table(file, filters=[("severity", "!=", "OK")])
    print(SampleSeries.from_arrow(alarms) == pressure[pressure.severities != "OK"])
