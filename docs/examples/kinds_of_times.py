"""Names one range of time in several ways."""

import datetime as dt
import sys

import numpy as np

from cassandra_pv_archiver import ArchiveClient

with ArchiveClient(base_url=sys.argv[2], time_zone="Europe/Berlin") as archive:
    for start, end in (
        (1767225600_000000000, 1767229200_000000000),
        (dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2026, 1, 1, 1, tzinfo=dt.UTC)),
        (np.datetime64("2026-01-01T00:00"), np.datetime64("2026-01-01T01:00")),
        ("2026-01-01T00:00:00Z", "2026-01-01T02:00:00+01:00"),
        ("2026-01-01 01:00", "2026-01-01 02:00"),
    ):
        series = archive.get_samples("RING:MODE", start, end)
        assert (series.start, series.end) == (1767225600_000000000, 1767229200_000000000)

    recent = archive.get_samples("RING:MODE", "-1h30m", "now")
    print((recent.end - recent.start) / 1e9, "seconds")

    try:
        archive.get_samples("RING:MODE", "2025-10-26 02:30", "now")
    except ValueError as error:
        print(error)
