"""Reads from whichever server of the cluster answers."""

import sys

from cassandra_pv_archiver import ArchiveClient, ClientEvent

nobody_listens = "http://127.0.0.1:1"


def show(event: ClientEvent) -> None:
    if event.kind == "failover":
        print("left", event.server)


with ArchiveClient(base_urls=[nobody_listens, sys.argv[2]], on_event=show) as archive:
    print(len(archive.get_samples("RING:LIFETIME", "-1h").inside) > 100)
    print(archive.find_channels_by_pattern("*:MODE"))
