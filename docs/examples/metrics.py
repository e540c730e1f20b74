"""Counts requests, repetitions and bytes by operation, and prints them in the text format of Prometheus."""

import sys
import threading
from collections import defaultdict

from cassandra_pv_archiver import AdminClient, ArchiveClient, ClientEvent


class Metrics:
    """Counters that the threads of a program add to."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counters: defaultdict[str, float] = defaultdict(float)

    def on_event(self, event: ClientEvent) -> None:
        operation = f'operation="{event.operation}"'
        with self._lock:
            if event.kind == "retry":
                self._counters[f"archiver_retries_total{{{operation}}}"] += 1
            elif event.kind == "request":
                outcome = "succeeded" if event.failure is None else "failed"
                self._counters[f'archiver_requests_total{{{operation},outcome="{outcome}"}}'] += 1
                self._counters[f"archiver_request_seconds_total{{{operation}}}"] += event.seconds
                self._counters[f"archiver_received_bytes_total{{{operation}}}"] += event.bytes
                self._counters[f"archiver_samples_total{{{operation}}}"] += event.samples or 0

    def text(self) -> str:
        with self._lock:
            return "".join(f"{name} {value:g}\n" for name, value in sorted(self._counters.items()))


metrics = Metrics()
with AdminClient(base_url=sys.argv[1], on_event=metrics.on_event) as admin:
    admin.get_cluster_status()
    admin.list_all_channels()
with ArchiveClient(base_url=sys.argv[2], on_event=metrics.on_event) as archive:
    for name in ("RING:CURRENT", "RING:LIFETIME"):
        archive.get_samples(name, "-1h", "now", count=60)
print(metrics.text(), end="")
