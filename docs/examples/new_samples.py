"""Prints samples as they are archived; here only until there are some of both channels."""

import sys

from cassandra_pv_archiver import ArchiveClient

channels = {"RING:CURRENT", "RING:LIFETIME"}
with (
    ArchiveClient(base_url=sys.argv[2]) as archive,
    archive.follow(channels, start="-1min", interval="2s") as news,
):
    for channel_name, series in news:
        print(channel_name, len(series) > 0, series.units)
        channels.discard(channel_name)
        if not channels:
            break
