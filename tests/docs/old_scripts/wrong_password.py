"""Tries a change and goes on if it is refused."""

import sys

from cassandra_pv_archiver.admin_client import AdminClient, ArchiveConfigurationCommands

host, admin_port, archive_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

commands = ArchiveConfigurationCommands()
commands.remove_channel('RING:NEW')
for password in ['', 'wrong', 'admin']:
    try:
        AdminClient(host, admin_port, password=password).run_archive_configuration_commands(commands)
        print('removed')
    except Exception:
        print('refused')
