"""Counts the channels of the cluster by server name."""

import sys

from cassandra_pv_archiver.admin_client import AdminClient

host, admin_port, archive_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

client = AdminClient(host, admin_port)
counts = {}
for channel in client.list_all_channels():
    counts[channel["serverName"]] = counts.get(channel["serverName"], 0) + 1
for name in sorted(counts):
    print("{0}: {1}".format(name, counts[name]))
