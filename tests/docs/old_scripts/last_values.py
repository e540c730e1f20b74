"""Finds channels and prints the last value of each."""

import sys
import time

from cassandra_pv_archiver.archive_client import ArchiveClient

host, admin_port, archive_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

client = ArchiveClient(host, archive_port)
now = int(time.time() * 1e9)
for name in client.find_channels_by_pattern('RING:S0?:TEMP'):
    samples = client.get_samples(name, now, now)
    if samples:
        sample = samples[-1]
        age = (now - sample['time']) / 1e9
        assert age < 3600
        print('{0}: {1:.0f} {2}'.format(name, sample['value'][0], sample['metaData']['units']))
