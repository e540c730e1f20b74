"""Asks which values were in force at some time, and how old they were."""

import sys

from cassandra_pv_archiver import ArchiveClient

with ArchiveClient(base_url=sys.argv[2]) as archive:
    before = archive.get_sample_at("RING:CURRENT", "-1h")
    after = archive.get_sample_at("RING:CURRENT", "-1h", direction="after")
    if before is not None and after is not None:
        print(f"{before.age / 1e9:.1f} s old, the next one {-after.age / 1e9:.1f} s later")

    for name, found in archive.get_samples_at(["RING:MODE", "RING:OPERATOR", "RING:NEW"], "-30min").items():
        print(name, "has no samples" if found is None else found.sample.scalar)
