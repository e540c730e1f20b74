"""``cpva search``: which channels there are."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cassandra_pv_archiver.cli.frame import examples
from cassandra_pv_archiver.cli.session import Session, session_of
from cassandra_pv_archiver.errors import NotFoundError

if TYPE_CHECKING:
    from cassandra_pv_archiver import AdminClient, ChannelInformation, ServerChannelInformation

_FEW = 10
"""Channels that are asked for one by one, rather than with all others of their servers."""


@examples("cpva search 'RING:*'", "cpva search --regexp 'RING:S0[1-3]:.*'", "cpva search 'ring:*' --long")
def search(
    context: typer.Context,
    pattern: Annotated[
        str, typer.Argument(metavar="PATTERN", help="'*' stands for any characters and '?' for one, in any case.")
    ],
    regexp: Annotated[
        bool, typer.Option("--regexp", help="PATTERN is a regular expression that the whole name must match.")
    ] = False,
    long: Annotated[
        bool, typer.Option("--long", help="Add type, server, state and decimation levels, from the admin service.")
    ] = False,
) -> None:
    """Find channels by a pattern.

    Names are printed one a line, in the order of the archive. Quote the pattern, so that the shell leaves it alone.
    Finding nothing is no failure.
    """
    session = session_of(context)
    with session.progress("Searching"):
        with session.archive() as archive:
            find = archive.find_channels_by_regexp if regexp else archive.find_channels_by_pattern
            names = find(pattern)
        rows = _details(session, names) if long and names else []
    if long:
        _show(session, rows)
    elif session.as_json:
        session.output.json(names)
    else:
        for name in names:
            session.output.line(name)
    if not names:
        session.output.note(f"No channel matches {pattern!r}.")


def _details(session: Session, names: list[str]) -> list[dict[str, Any]]:
    """What is told of each channel; archive and administrative service may know different ones for a moment."""
    with session.admin() as admin:
        known = _known(admin, names)
    unknown: dict[str, Any] = {"server_name": None, "control_system_type": None, "state": None, "decimation_levels": []}
    return [{"channel_name": name, **known.get(name, unknown)} for name in names]


def _known(admin: AdminClient, names: list[str]) -> dict[str, dict[str, Any]]:
    if len(names) <= _FEW:
        known: dict[str, dict[str, Any]] = {}
        for name in names:
            with suppress(NotFoundError):
                channel = admin.get_channel(name)
                known[name] = _row(channel, channel.server_name)
        return known
    wanted = set(names)
    servers = {
        channel.server_id: channel.server_name
        for channel in admin.list_all_channels()
        if channel.channel_name in wanted
    }
    return {
        channel.channel_name: _row(channel, server_name)
        for server_id, server_name in servers.items()
        for channel in admin.list_channels_for_server(server_id)
        if channel.channel_name in wanted
    }


def _row(channel: ChannelInformation | ServerChannelInformation, server_name: str) -> dict[str, Any]:
    return {
        "server_name": server_name,
        "control_system_type": channel.control_system_type,
        "state": channel.state,
        "decimation_levels": sorted(channel.decimation_level_to_retention_period),
    }


def _show(session: Session, rows: list[dict[str, Any]]) -> None:
    if session.as_json:
        session.output.json(rows)
    elif rows:
        cells = [[*list(row.values())[:4], " ".join(map(str, row["decimation_levels"]))] for row in rows]
        session.output.table(("Channel", "Server", "Type", "State", "Levels"), cells, optional=("Levels", "Type"))
