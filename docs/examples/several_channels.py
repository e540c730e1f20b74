"""Reads several channels at once, and goes on without those that cannot be read."""

import sys

from cassandra_pv_archiver import ArchiveClient

with ArchiveClient(base_url=sys.argv[2]) as archive:
    names = [*archive.find_channels_by_pattern("RING:*:TEMP"), "RING:NO:SUCH"]
    found = archive.get_samples_for(names, "-1h", errors="collect", max_concurrency=2)
    for name, series in found.items():
        print(name, len(series.inside), series.units)
    for name, failure in found.failures.items():
        print(name, "failed:", failure)
