"""Disables channels, with commands written as plain dictionaries."""

import sys

from cassandra_pv_archiver.admin_client import AdminClient

host, admin_port, archive_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

client = AdminClient(host, admin_port, 'admin', 'admin')
commands = []
for channel in client.list_all_channels():
    if channel['channelName'].endswith(':TEMP'):
        commands.append(
            {'commandType': 'update_channel', 'channelName': channel['channelName'], 'enabled': False, 'options': None}
        )
for result in client.run_archive_configuration_commands(commands):
    print(result['command']['channelName'], result['success'])
assert client.get_channel('RING:S01:TEMP')['enabled'] is False
