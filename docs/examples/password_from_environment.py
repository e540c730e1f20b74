"""Takes the password from the environment."""

import os
import sys

from cassandra_pv_archiver import AdminClient, ArchiveConfigurationCommands

commands = ArchiveConfigurationCommands()
commands.refresh_channel("RING:CURRENT")
with AdminClient(base_url=sys.argv[1], password=os.environ["ARCHIVER_PASSWORD"]) as admin:
    print(admin.run_archive_configuration_commands(commands)[0].success)
