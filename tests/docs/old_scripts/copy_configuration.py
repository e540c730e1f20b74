"""Exports the configuration of a server into a file and looks what an import of it would do."""

import os
import sys
import tempfile

from cassandra_pv_archiver.admin_client import AdminClient

host, admin_port, archive_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

client = AdminClient(host, admin_port, password='admin')
server_id = client.get_server_status()['serverId']
with tempfile.TemporaryDirectory() as directory:
    path = os.path.join(directory, 'configuration.xml')
    client.export_server_configuration(server_id, path)
    with open(path, 'rb') as file:
        content = file.read()
    result = client.import_server_configuration(server_id, path, remove_channels=True, simulate=True)
assert content == client.export_server_configuration(server_id)
assert content.startswith(b'<?xml')
print(len(result['addOrUpdateSucceeded']), 'channels in the file,', len(result['removeSucceeded']), 'not in it')
assert result['addOrUpdateFailed'] is None and result['errorMessage'] is None
