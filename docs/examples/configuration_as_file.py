"""Writes what a cluster archives into a file for people, and reads it back."""

import sys
import tempfile
from pathlib import Path

from cassandra_pv_archiver import AdminClient
from cassandra_pv_archiver.configuration import (
    configuration_of_cluster,
    read_configuration_file,
    read_xml,
    write_configuration_file,
)

with AdminClient(base_url=sys.argv[1], password="admin") as admin, tempfile.TemporaryDirectory() as folder:
    servers = admin.get_cluster_status().servers
    listed = {server.server_id: admin.list_channels_for_server(server.server_id) for server in servers}
    live = configuration_of_cluster(listed, servers=servers)

    path = Path(folder, "cluster.toml")
    path.write_bytes(write_configuration_file(live, "toml"))
    file = read_configuration_file(path, wrong_options="warning")
    print(len(file.configuration.channels), "channels; the same:", file.configuration == live)
    print("RING:CURRENT is in line", file.places["RING:CURRENT"].line)
    print("in the state error:", [warning.channel for warning in file.warnings])

    server = servers[0].server_id
    exported = read_xml(admin.export_server_configuration(server) or b"", server=server)
    print("the export says the same:", exported.configuration.channels == live.of_server(server))
