"""The configuration of a running cluster, from what its servers reply."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from uuid import UUID

from cassandra_pv_archiver.models import ClusterServer, ServerChannelInformation

from .model import ArchiveConfiguration, ChannelConfiguration

__all__ = ["configuration_of_cluster"]


def configuration_of_cluster(
    channels: Mapping[UUID, Iterable[ServerChannelInformation]], *, servers: Iterable[ClusterServer] = ()
) -> ArchiveConfiguration:
    """The configuration that the channels of a running cluster have.

    Args:
        channels: By the ID of each server its channels, as ``AdminClient.list_channels_for_server`` gives them. (The
            list of all channels does not say how they are archived.)
        servers: The servers, as ``AdminClient.get_cluster_status`` gives them, so that files have their host names.
            A name that several of them have is left out.

    Returns:
        The configuration, which owns nothing. It says the same as the exports of the servers.

    Raises:
        pydantic.ValidationError: A channel is there twice, because it was moved between two replies; it is a
            ``ValueError``.
    """
    named = list(servers)
    times = Counter(server.server_name for server in named)
    return ArchiveConfiguration(
        channels=tuple(_channel(server, channel) for server, listed in channels.items() for channel in listed),
        servers={server.server_name: server.server_id for server in named if times[server.server_name] == 1},
    )


def _channel(server: UUID, channel: ServerChannelInformation) -> ChannelConfiguration:
    return ChannelConfiguration(
        name=channel.channel_name,
        server=server,
        control_system_type=channel.control_system_type,
        levels=dict(channel.decimation_level_to_retention_period),
        enabled=channel.enabled,
        options=dict(channel.options),
    )
