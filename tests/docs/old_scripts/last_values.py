"""Finds channels and prints the last value of each."""

import time
import sys

from cassandra_pv_archiver.archive_client import ArchiveClient

host, admin_port, archive_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

client = ArchiveClient(host, archive_port)
now = int(time.time() * 1e9)
for name in client.find_channels_by_pattern("RING:S0?:VAC:*"):
    samples = client.get_samples(name, now, now)
    if samples:
        print(name, samples[0]["time"], samples[0]["value"][0], samples[0]["metaData"]["units"])
