"""Computes the time spent in each state of an enum channel."""

import sys
import time

from cassandra_pv_archiver.archive_client import ArchiveClient

host, admin_port, archive_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

client = ArchiveClient(host, archive_port)
end = int(time.time() * 1e9)
samples = client.get_samples('RING:MODE', end - 6 * 3600 * 10**9, end)
spent = {}
for first, second in zip(samples[:-1], samples[1:]):
    state = first['metaData']['states'][first['value'][0]]
    spent[state] = spent.get(state, 0) + second['time'] - first['time']
for state, nanoseconds in sorted(spent.items()):
    print('{0}: {1:.2f} h'.format(state, nanoseconds / 3.6e12))
