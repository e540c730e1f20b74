"""Sets an option of many channels at once."""

import sys

from cassandra_pv_archiver.admin_client import AdminClient, ArchiveConfigurationCommands

host, admin_port, archive_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

client = AdminClient(host, admin_port, password='admin')
commands = ArchiveConfigurationCommands()
for channel in client.list_all_channels():
    if ':VAC:' in channel['channelName']:
        commands.append(
            {
                'commandType': 'update_channel',
                'channelName': channel['channelName'],
                'addOptions': {'maxUpdatePeriod': '60'},
                'expectedServerId': channel['serverId'],
            }
        )
results = client.run_archive_configuration_commands(commands)
print([result['command']['addOptions'] for result in results if result['success']])
assert client.get_channel('RING:S01:VAC:PRESSURE')['options'] == {'maxUpdatePeriod': '60'}
