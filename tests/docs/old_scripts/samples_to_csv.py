"""Exports samples as CSV."""

import csv
import datetime
import sys
import time

from cassandra_pv_archiver.archive_client import ArchiveClient

host, admin_port, archive_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

client = ArchiveClient(host, archive_port)
end = int(time.time()) * 1000000000
start = end - 6 * 3600 * 1000000000
writer = csv.writer(sys.stdout)
writer.writerow(['time', 'mode', 'severity', 'status'])
for sample in client.get_samples('RING:MODE', start, end):
    moment = datetime.datetime.fromtimestamp(sample['time'] / 1e9, datetime.timezone.utc)
    assert moment.year > 2000
    writer.writerow([sample['time'], sample['value'][0], sample['severity']['level'], sample['status']])
