"""Renames channels; the new name comes first."""

import sys

from cassandra_pv_archiver.admin_client import AdminClient, ArchiveConfigurationCommands

host, admin_port, archive_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

client = AdminClient(host, admin_port, password='admin')
commands = ArchiveConfigurationCommands()
for number in (3, 4):
    commands.rename_channel('RING:T{0}'.format(number), 'RING:S0{0}:TEMP'.format(number))
results = client.run_archive_configuration_commands(commands)
for command, result in zip(commands, results):
    assert command['oldChannelName'] == result['command']['oldChannelName']
    print(command['oldChannelName'], '->', command['newChannelName'], 'done' if result['success'] else 'failed')
