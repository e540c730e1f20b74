"""The administrative service in both colours. `main` runs as a test; every type is checked by pyright."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, assert_type
from uuid import UUID

from cassandra_pv_archiver import (
    AdminClient,
    AsyncAdminClient,
    ChannelInformation,
    ChannelsOfServer,
    ChannelSummary,
    ClusterServer,
    ClusterStatus,
    ServerChannelInformation,
    ServerConfigurationImportResult,
    ServerStatus,
)


def every_method(admin: AdminClient, folder: Path) -> None:
    status = admin.get_cluster_status()
    assert_type(status, ClusterStatus)
    assert_type(status.servers, tuple[ClusterServer, ...])
    server = status.servers[0]
    assert_type(server.server_id, UUID)
    assert_type(server.last_online_time, int)
    assert_type(server.last_online_datetime, dt.datetime)
    assert_type(server.online, bool)

    assert_type(admin.list_all_channels(), list[ChannelSummary])
    channels = admin.list_channels_for_server(server.server_id)
    assert_type(channels, ChannelsOfServer)
    assert_type(channels.status_available, bool)
    assert_type(channels[0], ServerChannelInformation)
    assert_type(admin.list_channels_for_server(str(server.server_id))[0].channel_name, str)

    name = channels[0].channel_name
    assert_type(admin.get_channel(name), ChannelInformation)
    assert_type(admin.get_channel(name, server.server_id), ChannelInformation)
    assert_type(admin.get_channel(channel_name=name, server_id=str(server.server_id)), ChannelInformation)

    document = admin.export_server_configuration(server.server_id)
    assert_type(document, bytes)
    file = folder / "configuration.xml"
    assert_type(admin.export_server_configuration(server.server_id, file), None)
    assert_type(admin.export_server_configuration(server.server_id, str(file)), None)
    for source in (document, file, str(file), io.BytesIO(document)):
        result = admin.import_server_configuration(server.server_id, source, simulate=True)
        assert_type(result, ServerConfigurationImportResult)
        assert_type(result.add_or_update_succeeded, tuple[str, ...] | None)
        assert_type(result.add_or_update_failed, Mapping[str, str | None] | None)


async def every_method_awaited(admin: AsyncAdminClient, folder: Path) -> None:
    status = await admin.get_cluster_status()
    assert_type(status, ClusterStatus)
    server_id = status.servers[0].server_id
    assert_type(await admin.get_server_status(), ServerStatus)
    assert_type(await admin.list_all_channels(), list[ChannelSummary])
    channels = await admin.list_channels_for_server(server_id)
    assert_type(channels, ChannelsOfServer)
    assert_type(await admin.get_channel(channels[0].channel_name, server_id), ChannelInformation)
    document = await admin.export_server_configuration(server_id)
    assert_type(document, bytes)
    assert_type(await admin.export_server_configuration(server_id, folder / "awaited.xml"), None)
    result = await admin.import_server_configuration(server_id, document, simulate=True)
    assert_type(result, ServerConfigurationImportResult)


def attributes_of_a_channel(channel: ChannelInformation) -> None:
    assert_type(channel.channel_data_id, UUID)
    assert_type(channel.channel_name, str)
    assert_type(channel.control_system_name, str)
    assert_type(channel.control_system_type, str)
    assert_type(channel.decimation_level_to_retention_period, Mapping[int, int])
    assert_type(channel.enabled, bool)
    assert_type(channel.error_message, str | None)
    assert_type(channel.options, Mapping[str, str])
    assert_type(channel.server_id, UUID)
    assert_type(channel.server_name, str)
    assert_type(channel.total_samples_dropped, int | None)
    assert_type(channel.total_samples_skipped_back, int | None)
    assert_type(channel.total_samples_written, int | None)
    # The known states complete in editors, and a state that a server may add is a text as well.
    assert_type(
        channel.state, Literal["initializing", "ok", "disabled", "disconnected", "error", "destroyed"] | str | None
    )


def attributes_of_a_server(server: ServerStatus) -> None:
    assert_type(server.channels_total, int)
    assert_type(server.channels_error, int)
    assert_type(server.channels_disconnected, int)
    assert_type(server.cassandra_error, str | None)
    assert_type(server.cassandra_cluster_name, str | None)
    assert_type(server.server_last_online_datetime, dt.datetime | None)
    assert_type(server.total_samples_dropped, int)


def items_for_older_scripts(channel: ChannelInformation) -> None:
    """Items have the values of the JSON, of which a type checker knows nothing."""
    assert_type(channel["channelName"], Any)
    assert_type(channel.get("state"), Any)
    assert_type(channel.to_dict(), dict[str, Any])
    assert_type(channel.to_json(), str)
    assert_type(len(channel), int)
    for key in channel:
        assert_type(key, str)
    for key, value in channel.items():
        assert_type(key, str)
        assert_type(value, Any)
    copy: dict[str, Any] = dict(channel.items())
    assert copy == channel
    assert "channelName" in channel


async def asynchronous(admin_url: str, folder: Path) -> None:
    async with AsyncAdminClient(base_url=admin_url, password="admin") as admin:
        assert_type(admin, AsyncAdminClient)
        await every_method_awaited(admin, folder)


def main(admin_url: str, archive_url: str) -> None:
    import asyncio

    with AdminClient(base_url=admin_url, password="admin") as admin, tempfile.TemporaryDirectory() as folder:
        assert_type(admin, AdminClient)
        every_method(admin, Path(folder))
        channel = admin.get_channel("RING:CURRENT")
        attributes_of_a_channel(channel)
        items_for_older_scripts(channel)
        attributes_of_a_server(admin.get_server_status())
        asyncio.run(asynchronous(admin_url, Path(folder)))
