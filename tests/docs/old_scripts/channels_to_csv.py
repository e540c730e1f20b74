"""Writes all channel names into a CSV file."""

import csv
import sys

from cassandra_pv_archiver.admin_client import AdminClient

host, admin_port, archive_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

client = AdminClient(host, admin_port)
writer = csv.DictWriter(sys.stdout, ["channelName", "controlSystemType", "serverId"], extrasaction="ignore")
writer.writeheader()
for channel in client.list_all_channels():
    writer.writerow(dict(channel))
