"""Exports samples as CSV."""

import csv
import time
import sys

from cassandra_pv_archiver.archive_client import ArchiveClient

host, admin_port, archive_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

client = ArchiveClient(host, archive_port)
end = int(time.time()) * 1000000000
start = end - 3600 * 1000000000
writer = csv.writer(sys.stdout)
for sample in client.get_samples("RING:CURRENT", start, end, count=60):
    writer.writerow([sample["time"], sample["value"][0], sample["severity"]["level"], sample["status"]])
