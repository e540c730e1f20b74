"""The cluster of a scene file on real sockets, for whatever speaks HTTP."""

import urllib.request
from pathlib import Path

from cassandra_pv_archiver import ArchiveClient
from cassandra_pv_archiver.testing import Simulator, load_scene

scene = load_scene(Path(__file__).with_name("scene.yaml"))
with Simulator(scene=scene).serve() as running:
    with ArchiveClient(base_url=running.archive_url) as archive:
        print(archive.find_channels_by_pattern("*"))
        print(sorted(set(archive.get_samples("RING:SHUTTER", "-1h", "now").labels)))
    with urllib.request.urlopen(f"{running.archive_url}/archive-access/api/1.0/archive/") as reply:
        print(reply.status, reply.headers["Content-Type"])
