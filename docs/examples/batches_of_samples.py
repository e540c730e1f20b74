"""Goes through more samples than fit into memory: one batch at a time."""

import sys

import numpy as np

from cassandra_pv_archiver import ArchiveClient

with ArchiveClient(base_url=sys.argv[2]) as archive:
    highest, number = -np.inf, 0
    with archive.iter_batches("RING:CURRENT", "-6h", batch_size=1000) as batches:
        for series in batches:
            number += len(series)
            highest = max(highest, series.values[series.valid].max())
    print(f"{number > 4000=}, at most {highest:.0f}")
