"""``cpva add``: new channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cassandra_pv_archiver.cli.changes import count_of, make_changes, parse_levels, parse_options
from cassandra_pv_archiver.cli.frame import examples
from cassandra_pv_archiver.cli.inventory import levels_text
from cassandra_pv_archiver.cli.lookup import channel_names, find_server
from cassandra_pv_archiver.cli.options import Channels, ChannelsFile, Yes
from cassandra_pv_archiver.cli.session import session_of

if TYPE_CHECKING:
    from cassandra_pv_archiver import AdminClient, ArchiveConfigurationCommands


@examples(
    "cpva add RING:BPM:X --server archiver-1.example.org --levels 0=90d,30=365d,900 --yes",
    "cpva add RING:BPM:Y RING:BPM:Z --server archiver-2.example.org --disabled --option minUpdatePeriod=1 --yes",
)
def add(
    context: typer.Context,
    channels: Channels = None,
    server: Annotated[
        str, typer.Option("--server", metavar="ID|NAME", help="The server that is to own the channels.")
    ] = ...,  # pyright: ignore[reportArgumentType] -- typer's way to say that it must be given
    control_system_type: Annotated[
        str, typer.Option("--type", metavar="TYPE", help="The control-system support.")
    ] = "channel_access",
    levels: Annotated[
        str,
        typer.Option(
            "--levels",
            metavar="LEVEL=KEPT,...",
            help="Decimation levels in seconds (0: raw samples), and how long samples are kept: 0=90d,30.",
        ),
    ] = "0",
    option: Annotated[
        list[str] | None,
        typer.Option("--option", metavar="NAME=VALUE", help="Option of the control-system support."),
    ] = None,
    disabled: Annotated[bool, typer.Option("--disabled", help="Do not archive yet.")] = False,
    channels_file: ChannelsFile = None,
    yes: Yes = False,
) -> None:
    """Add channels to a server.

    Without a period, samples of a level are kept for ever. Options are not checked by the server: a wrong one puts the
    channel into error.
    """
    session = session_of(context)
    names = channel_names(channels or (), channels_file)
    retention, options = parse_levels(levels), parse_options(option or ())

    def build(admin: AdminClient, commands: ArchiveConfigurationCommands) -> list[str]:
        owner = find_server(admin, server)
        for name in names:
            commands.add_channel(
                name,
                control_system_type,
                owner.server_id,
                decimation_levels=list(retention),
                decimation_level_to_retention_period=retention,
                enabled=not disabled,
                options=options,
            )
        kept = levels_text({0: 0} | retention)
        return [f"add {name} to {owner.server_name}: {control_system_type}, levels {kept}" for name in names]

    make_changes(session, build, question=lambda number: f"Add {count_of(number)}?", yes=yes)
