"""Goes on with samples in pandas."""

# pyright: basic

import sys

from cassandra_pv_archiver import ArchiveClient

with ArchiveClient(base_url=sys.argv[2]) as archive:
    current = archive.get_samples("RING:CURRENT", "-6h", "now").to_pandas(tz="Europe/Berlin")
    print(current["value"].dtype, current.index.dtype, current.attrs["units"])
    print(current.loc[current["severity"] >= "MAJOR", "status"].unique().tolist())
    print(current["value"].resample("1h").mean().round(0).head(3))

    modes = archive.get_samples("RING:MODE", "-6h", "now").to_pandas()
    print(modes["value"].dtype, modes["label"].value_counts().to_dict())

    hourly = archive.get_samples("RING:LIFETIME", "-6h", "now", count=24).to_pandas()
    print((hourly["maximum"] - hourly["minimum"]).max() < 2)
