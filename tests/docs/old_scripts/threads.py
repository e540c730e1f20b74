"""Reads several channels at once, in threads that share one client."""

import sys
import threading
import time

from cassandra_pv_archiver.archive_client import ArchiveClient

host, admin_port, archive_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

client = ArchiveClient(host, archive_port)
end = int(time.time()) * 10**9
numbers = {}


def read(name):
    numbers[name] = len(client.get_samples(name, end - 3600 * 10**9, end))


threads = [threading.Thread(target=read, args=(name,)) for name in client.find_channels_by_pattern('*:VAC:*')]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
for name in sorted(numbers):
    print(name, 'has samples' if numbers[name] > 100 else numbers[name])
