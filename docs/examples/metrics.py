"""Counts requests, failures and bytes by operation: the shape of any metrics library."""

import sys
from collections import Counter

from cassandra_pv_archiver import AdminClient, ClientEvent

requests: Counter[tuple[str, str]] = Counter()
seconds: Counter[str] = Counter()


def measure(event: ClientEvent) -> None:
    """Takes one event; called in the thread of the request."""
    if event.kind == "request":
        requests[event.operation, str(event.status)] += 1
        seconds[event.operation] += event.seconds


with AdminClient(base_url=sys.argv[1], on_event=measure) as admin:
    admin.get_cluster_status()
    admin.list_all_channels()
for (operation, status), number in sorted(requests.items()):
    print(f"archiver_requests{{operation={operation!r},status={status!r}}} {number}")
