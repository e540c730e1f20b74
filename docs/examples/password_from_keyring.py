"""Takes the password from the keyring of the desktop each time it is needed; wants the extra `keyring`.

Store it once with: keyring set archiver admin
"""

import sys

import keyring

from cassandra_pv_archiver import AdminClient, ArchiveConfigurationCommands


def password() -> str:
    return keyring.get_password("archiver", "admin") or ""


commands = ArchiveConfigurationCommands()
commands.refresh_channel("RING:CURRENT")
with AdminClient(base_url=sys.argv[1], password=password) as admin:
    print(admin.run_archive_configuration_commands(commands)[0].success)
