"""Imports a configuration file and reports what became of each channel."""

import sys

from cassandra_pv_archiver.admin_client import AdminClient

host, admin_port, archive_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

client = AdminClient(host, admin_port, password='admin')
first, second = [server['serverId'] for server in client.get_cluster_status()['servers']]
configuration = client.export_server_configuration(first)
# The channels of the first server cannot be added to the second one.
result = client.import_server_configuration(second, configuration, add_channels=True, update_channels=False)
for name in result['addOrUpdateSucceeded']:
    print('added', name)
for name, message in sorted(result['addOrUpdateFailed'].items()):
    print('failed {0}: {1}'.format(name, message))
try:
    client.import_server_configuration(second, b'this is no XML')
except Exception as error:
    print('refused' if 'Parsing error' in str(error) else error)
