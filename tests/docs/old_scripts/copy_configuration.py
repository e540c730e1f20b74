"""Copies the configuration of a server through a file."""

import os
import tempfile
import sys

from cassandra_pv_archiver.admin_client import AdminClient

host, admin_port, archive_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

client = AdminClient(host, admin_port, password="admin")
server_id = client.get_server_status()["serverId"]
path = os.path.join(tempfile.mkdtemp(), "configuration.xml")
client.export_server_configuration(server_id, path)
assert client.export_server_configuration(server_id) == open(path, "rb").read()
result = client.import_server_configuration(server_id, path, simulate=True)
print(len(result["addOrUpdateSucceeded"]), result["addOrUpdateFailed"], result["errorMessage"])
