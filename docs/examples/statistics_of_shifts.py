"""Sums up channels over some hours, and hour by hour."""

import sys

from cassandra_pv_archiver import ArchiveClient, Severity, statistics, time_in_state

with ArchiveClient(base_url=sys.argv[2]) as archive:
    current = archive.get_samples("RING:CURRENT", "-6h", "now")
    whole = statistics(current)
    print(f"mean {whole.mean:.0f} {whole.units}, dose {whole.integral / 3.6e6:.1f} Ah")
    print(f"in alarm for {whole.time_in_alarm / 60:.0f} min, MAJOR {whole.seconds_by_severity[Severity.MAJOR]:.0f} s")

    hourly = statistics(current, bins=6)
    print(hourly.mean.round(), hourly.minimum.min())
    print(hourly.to_pandas("Europe/Berlin").tail(2))

    pressure = statistics(archive.get_samples("RING:S03:VAC:PRESSURE", "-3h", "now"))
    print(f"a pressure is known for {pressure.coverage:.0%} of the time")

    lifetime = archive.get_samples("RING:LIFETIME", "-6h", "now", count=24)
    print(f"{statistics(lifetime).maximum > float(lifetime.values.max())=}")

    modes = time_in_state(archive.get_samples("RING:MODE", "-6h", "now"))
    print({mode: f"{seconds / 3600:.0f} h" for mode, seconds in modes.items()})
