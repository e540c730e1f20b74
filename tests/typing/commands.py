"""Commands and what became of them. `main` runs as a test; every type is checked by pyright."""

from __future__ import annotations

import asyncio
from typing import Any, Literal, assert_never, assert_type
from uuid import UUID

from cassandra_pv_archiver import (
    AddChannelCommand,
    AddOrUpdateChannelCommand,
    AdminClient,
    ArchiveConfigurationCommand,
    ArchiveConfigurationCommands,
    AsyncAdminClient,
    CommandResult,
    CommandResults,
    CommandsFailedError,
    MoveChannelCommand,
    RefreshChannelCommand,
    RemoveChannelCommand,
    RenameChannelCommand,
    UpdateChannelCommand,
)


def every_kind(server_id: UUID) -> ArchiveConfigurationCommands:
    commands = ArchiveConfigurationCommands()
    commands.add_channel("A", "channel_access", server_id, [0, 30], {0: 86400, 30: 0}, True, {"maxUpdatePeriod": 60})
    commands.add_channel("B", "channel_access", str(server_id), decimation_levels={"30", "300"})
    commands.add_or_update_channel("C", "channel_access", server_id, enabled=False)
    commands.move_channel("RING:LIFETIME", server_id, expected_old_server_id=str(server_id))
    commands.refresh_channel("RING:CURRENT")
    commands.refresh_channel("RING:MODE", server_id)
    commands.remove_channel("RING:NEW", expected_server_id=server_id)
    commands.rename_channel("RING:NEWEST", "RING:SHOTS")
    commands.update_channel("RING:S01:TEMP", decimation_level_to_retention_period={"900": "0"}, remove_options=["x"])
    commands.append({"commandType": "remove_channel", "channelName": "RING:NO:SUCH"})
    commands.append(RemoveChannelCommand(channel_name="RING:NO:SUCH:EITHER"))
    return commands


def kind(command: ArchiveConfigurationCommand) -> str:
    """Leaving out a kind is an error of the type checker."""
    match command:
        case AddChannelCommand() | AddOrUpdateChannelCommand():
            assert_type(command.server_id, UUID)
            assert_type(command.enabled, bool)
            return "added"
        case UpdateChannelCommand(enabled=enabled):
            assert_type(enabled, bool | None)
            return "changed"
        case MoveChannelCommand():
            assert_type(command.expected_old_server_id, UUID | None)
            return "moved"
        case RenameChannelCommand(old_channel_name=old, new_channel_name=new):
            assert_type((old, new), tuple[str, str])
            return "renamed"
        case RefreshChannelCommand() | RemoveChannelCommand():
            assert_type(command.channel_name, str)
            return "refreshed or removed"
        case _:
            assert_never(command)


def results(found: CommandResults) -> None:
    assert_type(found[0], CommandResult)
    assert_type(found.failures, list[CommandResult])
    for result in found:
        assert_type(result.success, bool)
        assert_type(result.error_message, str | None)
        assert_type(result.command.subject, str)
        assert_type(result["success"], Any)
        assert_type(result.outcome, Literal["succeeded", "refused", "unknown"])
        print(kind(result.command), result.outcome)
    try:
        found.raise_for_failures()
    except CommandsFailedError as error:
        assert_type(error.failures, tuple[CommandResult, ...])
        assert_type(error.message, str)


async def asynchronous(admin_url: str) -> None:
    async with AsyncAdminClient(base_url=admin_url, password="admin") as admin:
        assert_type(await admin.run_archive_configuration_commands([]), CommandResults)


def main(admin_url: str, archive_url: str) -> None:
    with AdminClient(base_url=admin_url, password="admin") as admin:
        commands = every_kind(admin.get_server_status().server_id)
        found = admin.run_archive_configuration_commands(commands)
        assert_type(found, CommandResults)
        results(found)
        assert [result.success for result in found] == [True] * 9 + [False] * 2
    asyncio.run(asynchronous(admin_url))
