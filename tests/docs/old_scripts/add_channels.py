"""Adds the channels of a list and says which ones failed."""

import sys

from cassandra_pv_archiver.admin_client import AdminClient, ArchiveConfigurationCommands

host, admin_port, archive_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

client = AdminClient(host, admin_port, password='admin')
server_id = client.get_server_status()['serverId']
commands = ArchiveConfigurationCommands()
for name in ['NEW:A', 'NEW:B', 'RING:CURRENT']:
    commands.add_channel(name, 'channel_access', server_id, decimation_levels=[0, 30, 300])
results = client.run_archive_configuration_commands(commands)
assert len(results) == len(commands) == 3
for result in results:
    if not result['success']:
        print('%s: %s' % (result['command']['channelName'], result.get('errorMessage', 'unknown problem')))
if not all(result['success'] for result in results):
    print('There were failures.')
assert client.get_channel('NEW:A')['decimationLevelToRetentionPeriod'] == {'0': '0', '30': '0', '300': '0'}
