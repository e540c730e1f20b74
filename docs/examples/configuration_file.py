"""Exports the configuration of a server into a file, and asks what an import of it would do."""

import sys
import tempfile
from pathlib import Path

from cassandra_pv_archiver import AdminClient

with AdminClient(base_url=sys.argv[1], password="admin") as admin, tempfile.TemporaryDirectory() as folder:
    server = admin.get_server_status()
    file = Path(folder, f"{server.server_name}.xml")
    admin.export_server_configuration(server.server_id, file)
    print(file.read_text("utf-8").count("<channel "), "channels")

    result = admin.import_server_configuration(server.server_id, file, remove_channels=True, simulate=True)
    print("would be added or updated:", len(result.add_or_update_succeeded or ()))
    print("would be removed:", len(result.remove_succeeded or ()))
