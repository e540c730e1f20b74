"""What the administrative service shows of servers and channels (sections 2.7 to 2.10, 2.13 and 2.14)."""

from __future__ import annotations

from typing import Any, TypeAlias
from uuid import UUID

from .channels import Channel
from .cluster import Cluster
from .command_parsing import sorted_options

Members: TypeAlias = dict[str, Any]

CASSANDRA_CLUSTER = "Test Cluster"
CASSANDRA_KEYSPACE = "pv_archive"
_MILLISECOND = 1_000_000


class UnavailableError(Exception):
    """Neither the server's memory nor the database can tell."""


class AdminViews:
    """What one server of the cluster knows.

    Args:
        cluster: The cluster.
        server_id: The server that is asked.
    """

    def __init__(self, cluster: Cluster, server_id: UUID) -> None:
        self._cluster = cluster
        self._server_id = server_id

    @property
    def _now(self) -> int:
        return self._cluster.clock.now_ns()

    def _check_channels_are_known(self) -> None:
        if not self._cluster.database.channels_are_known(self._now):
            raise UnavailableError

    def all_channels(self) -> Members:
        """All channels of the cluster."""
        self._check_channels_are_known()
        channels = [
            {
                "channelDataId": str(channel.data_id),
                "channelName": channel.name,
                "controlSystemName": channel.control_system_name,
                "controlSystemType": channel.control_system_type,
                "decimationLevels": [str(level) for level in sorted(channel.retention)],
                "serverId": str(channel.server_id),
                "serverName": self._cluster.server_name(channel.server_id, self._server_id),
            }
            for channel in self._cluster.known_channels()
        ]
        return {"channels": channels}

    def owned(self, server_id: UUID) -> tuple[list[Channel], bool] | None:
        """The channels of a server, and whether their status is known; None if there is no such server.

        Raises:
            UnavailableError: Nobody can tell.
        """
        if not self._cluster.can_list(server_id, self._server_id):
            raise UnavailableError
        has_status = self._cluster.is_reachable(server_id, self._server_id)
        channels = self._cluster.owned_channels(server_id, from_database=not has_status)
        is_known = any(server.server_id == server_id for server in self._cluster.known_servers(self._server_id))
        return (channels, has_status) if channels or is_known else None

    def channels_of(self, server_id: UUID) -> Members | None:
        """The channels of a server, or None if there is no such server."""
        owned = self.owned(server_id)
        if owned is None:
            return None
        channels, has_status = owned
        return {
            "channels": [self._information(channel, has_status) for channel in channels],
            "statusAvailable": has_status,
        }

    def channel(self, name: str, server_id: UUID | None = None) -> Members | None:
        """One channel, or None if there is none, or it belongs to another server than the given one."""
        self._check_channels_are_known()
        channel = self._cluster.known_channel(name)
        if channel is None or server_id not in {None, channel.server_id}:
            return None
        if not self._cluster.can_list(channel.server_id, self._server_id):
            raise UnavailableError
        has_status = self._cluster.is_reachable(channel.server_id, self._server_id)
        server_name = self._cluster.server_name(channel.server_id, self._server_id)
        owner = {"serverId": str(channel.server_id), "serverName": server_name}
        return self._information(channel, has_status, owner)

    def _information(self, channel: Channel, has_status: bool, owner: Members | None = None) -> Members:
        self._cluster.take_in_signals(channel)
        state, error = self._cluster.state_of(channel) if has_status else (None, None)
        return {
            "channelDataId": str(channel.data_id),
            "channelName": channel.name,
            "controlSystemName": channel.control_system_name,
            "controlSystemType": channel.control_system_type,
            "decimationLevelToRetentionPeriod": {
                str(level): str(period) for level, period in sorted(channel.retention.items())
            },
            "enabled": channel.enabled,
            "errorMessage": error,
            "options": sorted_options(channel.options),
            **(owner or {}),
            "state": state,
            "totalSamplesDropped": str(channel.dropped) if has_status else None,
            "totalSamplesSkippedBack": str(channel.skipped_back) if has_status else None,
            "totalSamplesWritten": str(channel.written) if has_status else None,
        }

    def cluster_status(self) -> Members:
        """All servers of the cluster."""
        servers = [
            {
                "lastOnlineTime": str(
                    self._cluster.last_registration(server.server_id, self._server_id) // _MILLISECOND
                ),
                "online": self._cluster.is_online(server.server_id, self._server_id),
                "serverId": str(server.server_id),
                "serverName": server.name,
            }
            for server in self._cluster.known_servers(self._server_id)
        ]
        return {"servers": servers}

    def server_status(self) -> Members:
        """The server itself."""
        life = self._cluster.life(self._server_id)
        loaded = self._cluster.is_reachable(self._server_id, self._server_id)
        owned = self._cluster.owned_channels(self._server_id, from_database=False)
        for channel in owned:
            self._cluster.take_in_signals(channel)
        states = [self._cluster.state_of(channel)[0] for channel in owned] if loaded else []
        return {
            "cassandraClusterName": CASSANDRA_CLUSTER,
            "cassandraError": None,
            "cassandraKeyspaceName": CASSANDRA_KEYSPACE,
            "channelsDisconnected": str(states.count("disconnected")),
            "channelsError": str(states.count("error")),
            "channelsTotal": str(len(states)),
            "serverId": str(self._server_id),
            "serverLastOnlineTime": str(max(life.registered(self._now), 0) // _MILLISECOND),
            "serverName": self._cluster.servers[self._server_id].name,
            "serverOnline": life.takes_itself_online(self._now),
            "totalSamplesDropped": str(life.dropped + sum(channel.dropped for channel in owned)),
            "totalSamplesWritten": str(life.written + sum(channel.written for channel in owned)),
        }
