"""Uses an HTTP client of one's own, with its limits and hooks."""

import sys

import httpx

from cassandra_pv_archiver import ArchiveClient


def show(response: httpx.Response) -> None:
    print(response.request.method, response.status_code, response.headers["Content-Type"])


limits = httpx.Limits(max_connections=4, keepalive_expiry=5)
with httpx.Client(limits=limits, event_hooks={"response": [show]}) as http_client:
    archive = ArchiveClient(base_url=sys.argv[2], http_client=http_client)
    print(archive.find_channels_by_pattern("*:MODE"))
