"""Looks for the first sample of some kind, and reads no further."""

import sys

from cassandra_pv_archiver import ArchiveClient, Severity

with ArchiveClient(base_url=sys.argv[2]) as archive:
    with archive.iter_samples("RING:CURRENT", "-6h") as samples:
        first = next((sample for sample in samples if sample.severity >= Severity.MAJOR), None)
    if first is not None:
        print("first alarm:", first.scalar, first.status)
