"""The operations of the administrative service (section 2), as calls and flows."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Any, TypeVar

from ._configuration_files import ConfigurationSource, FilePath, read_configuration, write_configuration
from ._exchange import JsonFormat, exchange
from ._model_html import channels_html
from ._path_encoding import check_target, parse_server_id, tilde_encode
from ._steps import Call, Flow, Server
from .command_results import CommandResults, match_results
from .commands import Command, OwnerlessRefresh, ServerId, check_commands
from .errors import ArchiverError, InvalidReplyError, ServerFailedError
from .models import (
    ArchiveConfigurationCommand,
    ArchiveConfigurationCommandsReply,
    ArchiveConfigurationCommandsRequest,
    ChannelInformation,
    ChannelSummary,
    ChannelSummaryList,
    ClusterStatus,
    RefreshChannelCommand,
    ServerChannelInformation,
    ServerChannelList,
    ServerConfigurationExport,
    ServerConfigurationImportRequest,
    ServerConfigurationImportResult,
    ServerStatus,
)

T = TypeVar("T")

SERVICE_PATH = "/admin/api/1.0"
# 500 is the status of a reply in which some commands failed and others succeeded (sections 2.11 and 3.1).
_PARTIAL_FAILURE = frozenset({200, 500})


class ChannelsOfServer(list[ServerChannelInformation]):
    """The channels of one server, ordered by name.

    Attributes:
        status_available: Whether the list came from the running server. If not, it is the configuration in the
            database, and ``state`` and the counters of all channels are None.
    """

    status_available: bool

    def __init__(self, channels: Iterable[ServerChannelInformation] = (), status_available: bool = True) -> None:
        super().__init__(channels)
        self.status_available = status_available

    def __reduce__(self) -> tuple[Any, ...]:
        return ChannelsOfServer, (list(self), self.status_available)

    def _repr_html_(self) -> str:
        """What notebooks show: how many channels have which state, and the first of them."""
        return channels_html(self, "" if self.status_available else "only their configuration is known")


class ChannelsOfCluster(list[ChannelSummary]):
    """The channels of the cluster, ordered by name."""

    def _repr_html_(self) -> str:
        """What notebooks show: how many channels each server has, and the first of them."""
        return channels_html(self)


def list_all_channels() -> Flow[ChannelsOfCluster]:
    """All channels of the cluster."""
    reply = yield from exchange(_read("list_all_channels", "/channels/all", ChannelSummaryList))
    return ChannelsOfCluster(reply.channels)


def list_channels_for_server(server_id: ServerId) -> Flow[ChannelsOfServer]:
    """The channels of one server."""
    path = f"/channels/by-server/{parse_server_id(server_id)}"
    reply = yield from exchange(_read("list_channels_for_server", path, ServerChannelList))
    return ChannelsOfServer(reply.channels, reply.status_available)


def get_channel(channel_name: str, server_id: ServerId | None = None) -> Flow[ChannelInformation]:
    """One channel."""
    scope = "all" if server_id is None else f"by-server/{parse_server_id(server_id)}"
    path = f"/channels/{scope}/by-name/{tilde_encode(channel_name)}"
    return exchange(_read("get_channel", path, ChannelInformation, channel_name))


def get_cluster_status() -> Flow[ClusterStatus]:
    """All servers."""
    return exchange(_read("get_cluster_status", "/cluster-status", ClusterStatus))


def get_server_status() -> Flow[ServerStatus]:
    """The server that is asked."""
    return exchange(_read("get_server_status", "/server-status/this-server", ServerStatus))


def export_server_configuration(server_id: ServerId, configuration_file: FilePath | None = None) -> Flow[bytes | None]:
    """The configuration file of a server, as bytes or written to a path."""
    path = f"/channels/by-server/{parse_server_id(server_id)}/export"
    reply = yield from exchange(_read("export_server_configuration", path, ServerConfigurationExport))
    try:
        content = base64.b64decode(reply.configuration_file, validate=True)
    except binascii.Error as error:
        raise InvalidReplyError(
            f"export_server_configuration: the reply is not Base64: {error}.", "/configurationFile"
        ) from error
    if configuration_file is None:
        return content
    write_configuration(content, configuration_file)
    return None


def import_server_configuration(
    server_id: ServerId,
    configuration_file: ConfigurationSource,
    add_channels: bool,
    remove_channels: bool,
    update_channels: bool,
    simulate: bool,
) -> Flow[ServerConfigurationImportResult]:
    """Imports a configuration file."""
    request = ServerConfigurationImportRequest(
        configuration_file=base64.b64encode(read_configuration(configuration_file)).decode("ascii"),
        add_channels=bool(add_channels),
        remove_channels=bool(remove_channels),
        update_channels=bool(update_channels),
        simulate=bool(simulate),
    )
    path = f"/channels/by-server/{parse_server_id(server_id)}/import"
    return exchange(_write("import_server_configuration", path, request, ServerConfigurationImportResult))


def run_archive_configuration_commands(commands: Iterable[Command]) -> Flow[CommandResults]:
    """Runs a batch of commands, and brings the results into their order."""
    checked = check_commands(commands)
    ready: list[ArchiveConfigurationCommand] = []
    for command in checked:
        owned = yield from _with_owner(command)
        ready.append(owned)
    request = ArchiveConfigurationCommandsRequest(commands=tuple(ready))
    reply = yield from exchange(
        _write(
            "run_archive_configuration_commands",
            "/run-archive-configuration-commands",
            request,
            ArchiveConfigurationCommandsReply,
        )
    )
    if reply.results is None:
        raise _without_results((yield Server()), reply.error_message)
    return match_results(ready, reply.results)


def _without_results(server: str, message: str | None) -> ArchiverError:
    """Why a reply to commands has no results: the server says so, or the reply is not as it should be."""
    about = f"run_archive_configuration_commands at {server}"
    if message is None:
        return InvalidReplyError(f"{about}: the reply has no results.", "/results")
    # With status 503 it would not have got here, and with 200 there are results (section 3.1).
    return ServerFailedError(500, f"{about}: status 500: {message.rstrip('.')}.")


def _with_owner(command: ArchiveConfigurationCommand | OwnerlessRefresh) -> Flow[ArchiveConfigurationCommand]:
    if not isinstance(command, OwnerlessRefresh):
        return command
    channel = yield from get_channel(command.channel_name)
    return RefreshChannelCommand(channel_name=command.channel_name, server_id=channel.server_id)


def _read(operation: str, path: str, model: type[T], channel: str | None = None) -> Call[T]:
    target = check_target(SERVICE_PATH + path)
    return Call(operation, "GET", target, JsonFormat(model), channel)


def _write(operation: str, path: str, request: Any, model: type[T]) -> Call[T]:
    return Call(
        operation,
        "POST",
        check_target(SERVICE_PATH + path),
        JsonFormat(model),
        body=request.to_request_json(),
        credentials=True,
        repeatable=False,
        statuses=_PARTIAL_FAILURE,
    )
