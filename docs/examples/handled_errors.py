"""Tells apart what can go wrong."""

import sys

from cassandra_pv_archiver import (
    AdminClient,
    ArchiveClient,
    ArchiveConfigurationCommands,
    ConnectionFailedError,
    NotAuthorizedError,
    NotFoundError,
)

with AdminClient(base_url=sys.argv[1], password="wrong") as admin, ArchiveClient(base_url=sys.argv[2]) as archive:
    try:
        admin.get_channel("RING:NO:SUCH")
    except NotFoundError as error:
        print(error.status, error)

    commands = ArchiveConfigurationCommands()
    commands.remove_channel("RING:NEW")
    try:
        admin.run_archive_configuration_commands(commands)
    except NotAuthorizedError as error:
        print(error.status, error)

    try:
        archive.get_samples("RING:CURRENT", "now", "-1h")
    except ValueError as error:
        print("not sent:", error)

with AdminClient("127.0.0.1", 1, retry=0) as admin:
    try:
        admin.list_all_channels()
    except ConnectionFailedError as error:  # an OSError as well
        print("not reached:", error)
