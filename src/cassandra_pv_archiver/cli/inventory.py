"""All channels of a cluster with their status, read server by server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cassandra_pv_archiver.errors import NotFoundError, RefusedError

if TYPE_CHECKING:
    from uuid import UUID

    from cassandra_pv_archiver import AdminClient, ServerChannelInformation


@dataclass(frozen=True, slots=True)
class ServerInventory:
    """The channels of one server.

    Attributes:
        server_id: The ID of the server.
        server_name: Its name.
        channels: Its channels, ordered by name.
        status_available: Whether their states are known.
        failure: Why the channels could not be read, or None.
    """

    server_id: UUID
    server_name: str
    channels: list[ServerChannelInformation]
    status_available: bool
    failure: RefusedError | None = None


def read_inventory(admin: AdminClient, servers: Iterable[tuple[UUID, str]]) -> list[ServerInventory]:
    """Reads the channels of each server, given as ID and name; a server that refuses does not hide the others."""
    read: list[ServerInventory] = []
    for server_id, name in servers:
        try:
            channels = admin.list_channels_for_server(server_id)
        except NotFoundError:  # it has gone, and no channel belongs to it
            read.append(ServerInventory(server_id, name, [], status_available=False))
        except RefusedError as error:
            read.append(ServerInventory(server_id, name, [], status_available=False, failure=error))
        else:
            read.append(ServerInventory(server_id, name, list(channels), channels.status_available))
    return read


def all_servers(admin: AdminClient) -> list[tuple[UUID, str]]:
    """ID and name of every server of the cluster, and of servers that are gone but still own channels."""
    servers = {server.server_id: server.server_name for server in admin.get_cluster_status().servers}
    for channel in admin.list_all_channels():
        servers.setdefault(channel.server_id, channel.server_name)
    return list(servers.items())


def levels_text(levels: Mapping[int, int]) -> str:
    """Writes decimation levels and how long their samples are kept, as ``cpva add --levels`` reads them.

    An example is ``raw 90d, 1min 3650d, 15min``; without a period, samples are kept for ever.
    """
    from cassandra_pv_archiver.configuration.durations import level_text, period_text

    kept = {level: f" {period_text(seconds)}" if seconds else "" for level, seconds in sorted(levels.items())}
    return ", ".join(level_text(level) + period for level, period in kept.items())
