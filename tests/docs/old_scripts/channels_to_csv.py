"""Writes a table of all channels as CSV."""

import csv
import sys

from cassandra_pv_archiver.admin_client import AdminClient

host, admin_port, archive_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

client = AdminClient(host, admin_port)
columns = ['channelName', 'controlSystemType', 'serverId', 'decimationLevels']
writer = csv.DictWriter(sys.stdout, columns, extrasaction='ignore')
writer.writeheader()
for channel in client.list_all_channels():
    writer.writerow(channel)
