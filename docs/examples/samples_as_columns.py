"""Reads samples and computes with their columns."""

import sys

import numpy as np

from cassandra_pv_archiver import ArchiveClient, Severity

with ArchiveClient(base_url=sys.argv[2]) as archive:
    series = archive.get_samples("RING:CURRENT", "-6h", "now")
    print(f"{len(series.inside) > 1000=}, mean {np.nanmean(series.values):.0f} {series.units}")

    alarms = series[series.severities >= Severity.MAJOR]
    print(sorted(set(alarms.statuses)), f"for {(alarms.times[-1] - alarms.times[0]) / 60e9:.0f} minutes")
    print(alarms[0])

    hourly = archive.get_samples("RING:LIFETIME", "-6h", "now", count=24)
    aggregates = hourly[hourly.qualities == "Interpolated"]
    print(bool((aggregates.minimums <= aggregates.values).all()), hourly.is_decimated)

    modes = archive.get_samples("RING:MODE", "-6h", "now")
    print(modes.values.dtype, sorted(set(modes.labels)))

    pressure = archive.get_samples("RING:S03:VAC:PRESSURE", "-3h", "now")
    for gap in pressure.gaps:
        print(gap.reason, f"{((gap.end or pressure.end) - gap.start) / 60e9:.0f} minutes")
    print(int((~pressure.valid).sum()), "marker among", pressure.values.dtype)
