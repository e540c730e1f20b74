"""Computes with samples of several channels on the workers of a Dask cluster."""

# pyright: basic

import sys
import tempfile
from pathlib import Path

from dask.distributed import Client

from cassandra_pv_archiver import ArchiveClient, ClientSettings, dask_frame, export_dataset

CHANNELS = ["RING:CURRENT", "RING:LIFETIME", "RING:MODE"]

settings = ClientSettings(archive_url=sys.argv[2])  # or ClientSettings.from_profile()

# On a cluster: Client("tcp://scheduler.example.com:8786")
with Client(processes=False, n_workers=1, threads_per_worker=2, dashboard_address=None) as cluster:
    frame = dask_frame(settings, CHANNELS, "-6h", "-1h", window="2h", max_concurrency=2)
    print(frame.npartitions, frame.dtypes["value"], frame.dtypes["text"])
    print(frame.groupby("channel")["value"].count().compute().sort_index().to_dict())

    current = dask_frame(settings, ["RING:CURRENT"], "-6h", "-1h", window="1h", columns=["value"])
    print(current.known_divisions, current["value"].resample("30min").mean().compute().max() > 100)

    with ArchiveClient.from_settings(settings) as archive, tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "beam"
        print(export_dataset(archive, CHANNELS, "-6h", "-1h", path, dask_client=cluster).samples > 1000)
        modes = dask_frame(path, ["RING:MODE"], in_force=True).compute()
        print(modes["text"].iloc[0], modes.index.dtype)
