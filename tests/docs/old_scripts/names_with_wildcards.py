"""Copies the names that match some patterns into a file, without repetitions."""

import sys

from cassandra_pv_archiver.archive_client import ArchiveClient

host, admin_port, archive_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

client = ArchiveClient(host, archive_port)
names = []
for pattern in ['*:CURRENT', 'RING:*', 'ring:s01:*', 'NO:SUCH:*']:
    names = names + client.find_channels_by_pattern(pattern)
unique = sorted(set(names))
print(len(unique), 'names, the first is', unique[0])
