"""Turns events into spans: what a tracing library's exporter would get."""

import sys
import time

from cassandra_pv_archiver import ArchiveClient, ClientEvent

spans: list[dict[str, object]] = []


def trace(event: ClientEvent) -> None:
    """Takes one event; its end is now."""
    if event.kind == "request":
        end = time.time()
        attributes = {"server": event.server, "channel": event.channel, "samples": event.samples}
        spans.append({"name": event.operation, "start": end - event.seconds, "end": end, "attributes": attributes})


with ArchiveClient(base_url=sys.argv[2], on_event=trace) as archive:
    archive.get_samples("RING:CURRENT", "-5min", "now")
for span in spans:
    print(span["name"], span["attributes"])
