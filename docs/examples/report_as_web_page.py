"""Puts what notebooks show into a web page of one's own, here for a report by mail."""

import sys
from pathlib import Path
from typing import Any

from cassandra_pv_archiver import AdminClient, ArchiveClient

with AdminClient(base_url=sys.argv[1]) as admin, ArchiveClient(base_url=sys.argv[2]) as archive:
    shown: list[Any] = [
        archive.get_samples("RING:CURRENT", "-6h", "now"),
        archive.get_samples("RING:LIFETIME", "-6h", "now", count=24),
        archive.get_samples("RING:MODE", "-6h", "now"),
        archive.get_samples("RING:S03:VAC:PRESSURE", "-6h", "now"),
        archive.get_samples("RING:OPERATOR", "-6h", "now"),
        admin.get_cluster_status(),
        admin.get_server_status(),
        admin.list_all_channels(),
        admin.list_channels_for_server(admin.get_server_status().server_id),
        admin.get_channel("RING:OLD:MAGNET"),
    ]
page = "<!doctype html><meta charset=utf-8><title>Report</title>" + "<hr>".join(each._repr_html_() for each in shown)
if len(sys.argv) > 3:
    Path(sys.argv[3]).write_text(page, "utf-8")
print(page.count("<svg"), "curves,", page.count("<table"), "tables")
