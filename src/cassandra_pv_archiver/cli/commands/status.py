"""``cpva status``: how the cluster is, what is wrong first."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import typer

from cassandra_pv_archiver.cli.failures import Status
from cassandra_pv_archiver.cli.frame import examples
from cassandra_pv_archiver.cli.inventory import ServerInventory, all_servers, read_inventory
from cassandra_pv_archiver.cli.session import Session, session_of
from cassandra_pv_archiver.cli.times import show_time

if TYPE_CHECKING:
    from uuid import UUID

    from cassandra_pv_archiver import ClusterServer, ServerChannelInformation, ServerStatus

_MINOR = ("destroyed", "initializing", "disabled")
_FEW = 5
"""Channels that are named for each kind of problem."""


@examples("cpva status", "cpva status --json")
def status(context: typer.Context) -> None:
    """Show the cluster: what is wrong, servers, channels by state.

    What is wrong comes first, and does not change the exit status; only what could not be found out does.
    """
    session = session_of(context)
    with session.progress("Reading status"), session.admin() as admin:
        asked = admin.get_server_status()
        cluster = {server.server_id: server for server in admin.get_cluster_status().servers}
        inventory = read_inventory(admin, all_servers(admin))
    problems = [*_of_database(asked), *_of_servers(session, asked, cluster, inventory), *_of_channels(inventory)]
    if asked.total_samples_dropped:
        problems.append(f"{asked.server_name} has dropped {asked.total_samples_dropped} samples since its start.")
    if session.as_json:
        session.output.json(_as_json(asked, cluster, inventory, problems))
    else:
        _print(session, asked, cluster, inventory, problems)
    if any(part.failure for part in inventory):
        raise typer.Exit(Status.PARTIAL)


def _of_database(asked: ServerStatus) -> list[str]:
    if asked.cassandra_error is None:
        return []
    return [f"{asked.server_name} has no connection to its database: {asked.cassandra_error}"]


def _of_servers(
    session: Session, asked: ServerStatus, cluster: dict[UUID, ClusterServer], inventory: list[ServerInventory]
) -> list[str]:
    problems = [] if asked.server_online else [f"{asked.server_name} takes itself to be offline."]
    for server in cluster.values():
        if not server.online:
            since = show_time(server.last_online_time * 10**6, session.zone, digits=0)
            problems.append(f"{server.server_name} is offline since {since}.")
    for part in inventory:
        if part.server_id not in cluster:
            problems.append(f"{len(part.channels)} channels belong to server {part.server_id}, which has gone.")
        if part.failure is not None:
            problems.append(f"The channels of {part.server_name} could not be read: {part.failure}")
        elif not part.status_available and part.channels:
            problems.append(f"The states of the channels of {part.server_name} ({len(part.channels)}) are not known.")
    return problems


def _of_channels(inventory: list[ServerInventory]) -> list[str]:
    problems: list[str] = []
    for state in ("error", "disconnected"):
        found = [channel for part in inventory for channel in part.channels if channel.state == state]
        if not found:
            continue
        kind = f"in state {state}" if state == "error" else state
        problems.append(f"{_channels(len(found))} {kind}; all of them: cpva channels --state {state}")
        problems += [f"  {_named(channel)}" for channel in found[:_FEW]]
    return problems


def _channels(number: int) -> str:
    return "1 channel is" if number == 1 else f"{number} channels are"


def _named(channel: ServerChannelInformation) -> str:
    return f"{channel.channel_name}: {channel.error_message}" if channel.error_message else channel.channel_name


def _as_json(
    asked: ServerStatus, cluster: dict[UUID, ClusterServer], inventory: list[ServerInventory], problems: list[str]
) -> dict[str, object]:
    servers = [
        {
            "server_id": part.server_id,
            "server_name": part.server_name,
            "online": part.server_id in cluster and cluster[part.server_id].online,
            "last_online": cluster[part.server_id].last_online_datetime if part.server_id in cluster else None,
            "channels": len(part.channels),
            "channels_by_state": _by_state(part),
        }
        for part in inventory
    ]
    return {"problems": [text.strip() for text in problems], "asked_server": asked, "servers": servers}


def _by_state(part: ServerInventory) -> dict[str, int]:
    return dict(sorted(Counter(channel.state or "unknown" for channel in part.channels).items()))


def _print(
    session: Session,
    asked: ServerStatus,
    cluster: dict[UUID, ClusterServer],
    inventory: list[ServerInventory],
    problems: list[str],
) -> None:
    output = session.output
    if problems:
        output.heading("What is wrong")
        for problem in problems:
            output.text(problem, style="" if problem.startswith(" ") else "red")
    else:
        output.text("Nothing is wrong.", style="green")
    output.line("")
    states = sorted({state for part in inventory for state in _by_state(part)})
    rows: list[tuple[object, ...]] = []
    for part in inventory:
        server, counted = cluster.get(part.server_id), _by_state(part)
        online = "gone" if server is None else "yes" if server.online else "no"
        rows.append((part.server_name, online, len(part.channels), *(counted.get(state, 0) for state in states)))
    output.table(
        ("Server", "Online", "Channels", *states), rows, right=("Channels", *states), optional=("Channels", *_MINOR)
    )
    output.line("")
    output.fields(
        {
            "Asked server": asked.server_name,
            "Database": asked.cassandra_cluster_name,
            "Key space": asked.cassandra_keyspace_name,
            "Samples written": asked.total_samples_written,
            "Samples dropped": asked.total_samples_dropped,
        }
    )
