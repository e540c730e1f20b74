"""Ends a read from outside, here one that waits for a server that is down."""

import threading

from cassandra_pv_archiver import ArchiveClient, CancelledReadError, RetryPolicy

stop = threading.Event()  # for example set by a button, or by a handler of signals
threading.Timer(0.5, stop.set).start()

with ArchiveClient("127.0.0.1", 1, retry=RetryPolicy(patience=3600)) as archive:
    try:
        archive.get_samples("RING:CURRENT", "-1h", cancel=stop)
    except CancelledReadError as error:
        print("stopped;", len(error.received), "samples had arrived")
