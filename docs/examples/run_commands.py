"""Changes channels in one batch, and looks at what became of each command."""

import sys

from cassandra_pv_archiver import AdminClient, ArchiveConfigurationCommands, CommandsFailedError

with AdminClient(base_url=sys.argv[1], password="admin") as admin:
    owner = admin.get_server_status().server_id
    commands = ArchiveConfigurationCommands()
    commands.add_channel(
        "RING:S05:TEMP",
        "channel_access",
        owner,
        decimation_levels=[0, 60, 900],
        decimation_level_to_retention_period={0: 90 * 86400, 60: 0, 900: 0},
        options={"maxUpdatePeriod": 60},
    )
    commands.update_channel("RING:LIFETIME", enabled=False)
    commands.refresh_channel("RING:CURRENT")
    commands.rename_channel("RING:CURRENT:OLD", "RING:NO:SUCH")

    results = admin.run_archive_configuration_commands(commands)
    for result in results:
        print(result.command.command_type, result.command.subject, result.outcome)
    try:
        results.raise_for_failures()
    except CommandsFailedError as error:
        print(error)

    try:
        commands.update_channel("RING:LIFETIME", options={}, add_options={"maxUpdatePeriod": 60})
    except ValueError as error:
        print("not added:", error)
