"""``cpva channels``: which channels a server has, and how they are."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cassandra_pv_archiver.cli.failures import Failure
from cassandra_pv_archiver.cli.frame import examples
from cassandra_pv_archiver.cli.inventory import ServerInventory, all_servers, levels_text, read_inventory
from cassandra_pv_archiver.cli.lookup import find_server
from cassandra_pv_archiver.cli.options import Server
from cassandra_pv_archiver.cli.output import plain
from cassandra_pv_archiver.cli.session import Session, session_of

_STATES = ("initializing", "ok", "disabled", "disconnected", "error", "destroyed")


@examples("cpva channels --state error", "cpva channels --server archiver-1.example.org --enabled")
def channels(
    context: typer.Context,
    server: Server = None,
    state: Annotated[
        list[str] | None,
        typer.Option("--state", metavar="STATE", help=f"Only channels in this state: {', '.join(_STATES)}."),
    ] = None,
    enabled: Annotated[
        bool | None, typer.Option("--enabled/--disabled", help="Only channels that are, or are not, to be archived.")
    ] = None,
) -> None:
    """List channels with their state and configuration.

    The state is empty for channels of a server that is not running. --state can be given several times.
    """
    session = session_of(context)
    wanted = {text.lower() for text in state or ()}
    with session.progress("Reading channels"), session.admin() as admin:
        servers = all_servers(admin)
        if server is not None:
            found = find_server(admin, server)
            servers = [(found.server_id, found.server_name)]
        inventory = read_inventory(admin, servers)
    rows = sorted(
        (
            {"server_id": part.server_id, "server_name": part.server_name, **plain(channel)}
            for part in inventory
            for channel in part.channels
            if (not wanted or channel.state in wanted) and enabled in {None, channel.enabled}
        ),
        key=lambda row: row["channel_name"],
    )
    _show(session, rows, wanted)
    _tell_failures(inventory)


def _show(session: Session, rows: list[dict[str, Any]], wanted: set[str]) -> None:
    if session.as_json:
        session.output.json(rows)
        return
    wrong = any(row["error_message"] for row in rows)
    columns = ("Channel", "State", *(("What is wrong",) if wrong else ()), "Server", "Type", "Levels")
    unknown = ", ".join(sorted(wanted - set(_STATES)))
    session.output.table(
        columns,
        [
            (
                row["channel_name"],
                row["state"],
                *((row["error_message"],) if wrong else ()),
                row["server_name"],
                row["control_system_type"],
                levels_text({int(level): kept for level, kept in row["decimation_level_to_retention_period"].items()}),
            )
            for row in rows
        ],
        wrap=("What is wrong",),
        optional=("Levels", "Type", "Server"),
        empty=f"No channel is in state {unknown}; the known ones are: {', '.join(_STATES)}."
        if unknown
        else "There is no such channel.",
    )


def _tell_failures(inventory: list[ServerInventory]) -> None:
    failed = [part for part in inventory if part.failure is not None]
    if failed:
        names = ", ".join(part.server_name for part in failed)
        raise Failure(
            f"The channels of {names} could not be read: {failed[0].failure}", "cpva status shows what is wrong."
        ) from failed[0].failure
