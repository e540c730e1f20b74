"""Counts the channels of the cluster by server and control system."""

import collections
import sys

from cassandra_pv_archiver.admin_client import AdminClient

host, admin_port, archive_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

client = AdminClient(host, admin_port)
channels = client.list_all_channels()
counts = collections.Counter((channel['serverName'], channel['controlSystemName']) for channel in channels)
for (server, control_system), number in sorted(counts.items()):
    print('%-25s %-20s %5d' % (server, control_system, number))
print('%d channels' % len(channels))
