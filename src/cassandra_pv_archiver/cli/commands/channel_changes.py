"""``cpva move``, ``refresh``, ``remove``, ``enable`` and ``disable``: channels that exist are changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cassandra_pv_archiver.cli.changes import count_of, existing_channels, make_changes
from cassandra_pv_archiver.cli.frame import examples
from cassandra_pv_archiver.cli.lookup import channel_names, find_server
from cassandra_pv_archiver.cli.options import Channels, ChannelsFile, Yes
from cassandra_pv_archiver.cli.session import session_of

if TYPE_CHECKING:
    from cassandra_pv_archiver import AdminClient, ArchiveConfigurationCommands, ChannelSummary


@examples("cpva move RING:LIFETIME --to archiver-2.example.org --yes")
def move(
    context: typer.Context,
    to: Annotated[str, typer.Option("--to", metavar="ID|NAME", help="The server that is to own the channels.")],
    channels: Channels = None,
    channels_file: ChannelsFile = None,
    yes: Yes = False,
) -> None:
    """Move channels to another server.

    Their samples stay. A moved channel is in error for about 6 s, and refuses further changes for 5 s.
    """
    session = session_of(context)
    names = channel_names(channels or (), channels_file)

    def build(admin: AdminClient, commands: ArchiveConfigurationCommands) -> list[str]:
        target = find_server(admin, to)
        found = existing_channels(session, admin, names)
        for name, channel in found.items():
            commands.move_channel(name, target.server_id, channel.server_id)
        return [f"move {name} from {channel.server_name} to {target.server_name}" for name, channel in found.items()]

    make_changes(session, build, question=lambda number: f"Move {count_of(number)}?", yes=yes)


@examples("cpva refresh RING:CURRENT RING:LIFETIME")
def refresh(context: typer.Context, channels: Channels = None, channels_file: ChannelsFile = None) -> None:
    """Restart channels from their stored configuration.

    Nothing that is stored changes; the counters of the channels begin at 0. It does nothing, and is no failure, where
    the server of a channel is not running.
    """

    def command(commands: ArchiveConfigurationCommands, channel: ChannelSummary) -> str:
        commands.refresh_channel(channel.channel_name, channel.server_id)
        return f"refresh {channel.channel_name} on {channel.server_name}"

    _change(context, channels, channels_file, command, question=None, yes=True)


@examples("cpva remove RING:OLD:MAGNET --yes")
def remove(
    context: typer.Context, channels: Channels = None, channels_file: ChannelsFile = None, yes: Yes = False
) -> None:
    """Remove channels with all their samples.

    What is removed cannot be brought back.
    """

    def command(commands: ArchiveConfigurationCommands, channel: ChannelSummary) -> str:
        commands.remove_channel(channel.channel_name, channel.server_id)
        return f"remove {channel.channel_name} of {channel.server_name} with all its samples"

    def question(number: int) -> str:
        return f"Remove {count_of(number)} with all samples, for good?"

    _change(context, channels, channels_file, command, question=question, yes=yes)


@examples("cpva enable LINAC:GUN:SPARE --yes")
def enable(
    context: typer.Context, channels: Channels = None, channels_file: ChannelsFile = None, yes: Yes = False
) -> None:
    """Archive channels that are disabled.

    The counters of the channels begin at 0.
    """
    _set_enabled(context, channels, channels_file, enabled=True, yes=yes)


@examples("cpva disable RING:LIFETIME --yes")
def disable(
    context: typer.Context, channels: Channels = None, channels_file: ChannelsFile = None, yes: Yes = False
) -> None:
    """Stop archiving channels, and keep their samples.

    The counters of the channels begin at 0.
    """
    _set_enabled(context, channels, channels_file, enabled=False, yes=yes)


def _set_enabled(
    context: typer.Context, channels: list[str] | None, file: Path | None, *, enabled: bool, yes: bool
) -> None:
    verb = "enable" if enabled else "disable"

    def command(commands: ArchiveConfigurationCommands, channel: ChannelSummary) -> str:
        commands.update_channel(channel.channel_name, enabled=enabled, expected_server_id=channel.server_id)
        return f"{verb} {channel.channel_name} of {channel.server_name}"

    def question(number: int) -> str:
        return f"{verb.capitalize()} {count_of(number)}?"

    _change(context, channels, file, command, question=question, yes=yes)


def _change(
    context: typer.Context,
    channels: list[str] | None,
    file: Path | None,
    command: Callable[[ArchiveConfigurationCommands, ChannelSummary], str],
    *,
    question: Callable[[int], str] | None,
    yes: bool,
) -> None:
    """Changes each channel by one command, which expects the owner that was looked up."""
    session = session_of(context)
    names = channel_names(channels or (), file)

    def build(admin: AdminClient, commands: ArchiveConfigurationCommands) -> list[str]:
        return [command(commands, channel) for channel in existing_channels(session, admin, names).values()]

    make_changes(session, build, question=question, yes=yes)
