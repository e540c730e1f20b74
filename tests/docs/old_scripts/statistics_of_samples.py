"""Computes statistics of a channel, without markers and bad values."""

import statistics
import sys
import time

from cassandra_pv_archiver.archive_client import ArchiveClient

host, admin_port, archive_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

client = ArchiveClient(host, archive_port)
end = int(time.time()) * 10**9
start = end - 4 * 3600 * 10**9
samples = client.get_samples('RING:S03:VAC:PRESSURE', start, end)
markers = [sample for sample in samples if not sample['severity']['hasValue']]
print('%d marker, %s' % (len(markers), markers[0]['value'][0]))
values = []
for index in range(len(samples)):
    sample = samples[index]
    if sample['type'] == 'double' and sample['severity']['level'] != 'INVALID':
        assert sample['metaData']['warnLow'] == 'NaN' and sample['quality'] == 'Original'
        values.append(float(sample['value'][0]))
print('mean %.0e %s' % (statistics.mean(values), samples[-1]['metaData']['units']))
means = client.get_samples('RING:LIFETIME', start, end, count=16)
for sample in means:
    if sample['type'] == 'minMaxDouble':
        assert sample['minimum'] <= sample['value'][0] <= sample['maximum']
print('decimated:', 'Interpolated' in set(sample['quality'] for sample in means))
