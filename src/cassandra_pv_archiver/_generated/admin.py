# Generated, do not edit. Change the specification and run: python codegen/generate.py
#   spec/admin.yaml (SHA-256 d35d46d7ddb87ff14ce19c207c0b76a85c84849c0fcaff442f58e0736d4f9fa0)
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from cassandra_pv_archiver._command_base import (
    AddChannelBase,
    ChannelCommandBase,
    CommandResultBase,
    RenameChannelBase,
    RequestModel,
    UpdateChannelBase,
)
from cassandra_pv_archiver._server_base import ClusterServerBase, ServerConfigurationExportBase, ServerStatusBase
from cassandra_pv_archiver._wire_model import WireModel
from cassandra_pv_archiver._wire_types import UUID, DecimalInt32, DecimalInt64, Sequence

ErrorPage: TypeAlias = str
"""An HTML page. Nothing in it is a contract; its title has the status and a paragraph may have a message."""


class ChannelSummary(WireModel, frozen=True):
    """What the list of all channels tells about one channel."""

    channel_data_id: UUID
    """The internal identity of the channel's data; survives renaming and moving."""
    channel_name: str
    """The name of the channel, unique in the cluster."""
    control_system_name: str
    """The display name of the control-system support, such as `Channel Access`. Equals the type if that support is
    not installed on the server that was asked.
    """
    control_system_type: str
    """The type of the control-system support, such as `channel_access`."""
    decimation_levels: Sequence[DecimalInt32]
    """The decimation periods in seconds, ascending. Always has 0, which stands for raw samples."""
    server_id: UUID
    """The ID of the server that owns the channel."""
    server_name: str
    """The host name of that server; `unknown` if it is not in the asked server's view of the cluster."""


ChannelState: TypeAlias = Literal["initializing", "ok", "disabled", "disconnected", "error", "destroyed"]
"""The known states of a channel: being started (`initializing`), connected and archiving (`ok`), switched off by
its configuration or its enabling channel (`disabled`), not provided by its control system at present
(`disconnected`), not working (`error`), shut down or being restarted (`destroyed`). Open, servers may add
others.
"""


class ServerConfigurationExport(ServerConfigurationExportBase, frozen=True):
    """The configuration file of a server."""

    configuration_file: Annotated[
        str, Field(json_schema_extra={"contentEncoding": "base64", "contentMediaType": "application/xml"})
    ]
    """The XML document in UTF-8, as padded Base64 without line breaks."""


class ServerConfigurationImportRequest(RequestModel, frozen=True):
    """A configuration file and what is to be done with it."""

    add_channels: bool = False
    """Add channels of the file that do not exist. If only this is set, existing channels fail."""
    configuration_file: Annotated[
        str, Field(json_schema_extra={"contentEncoding": "base64", "contentMediaType": "application/xml"})
    ]
    """The XML document in the encoding that it declares, as padded Base64 without line breaks."""
    remove_channels: bool = False
    """Remove the channels of this server that the file does not name, with all their samples."""
    simulate: bool = False
    """Change nothing, and tell what would be attempted; failures are not predicted."""
    update_channels: bool = False
    """Bring existing channels to the state given in the file. If only this is set, channels that do not exist
    fail.
    """


class ServerConfigurationImportResult(WireModel, frozen=True):
    """What an import did. All members but `errorMessage` are null if the import as a whole failed."""

    add_or_update_failed: Mapping[str, str | None] | None
    """For each channel that could not be added or updated the reason, null if it is not known; sorted by name.
    Null with `simulate`.
    """
    add_or_update_succeeded: Sequence[str] | None
    """The channels that were added or updated, sorted by name; an update need not have changed anything. With
    `simulate` those of the file.
    """
    error_message: str | None
    """A problem of the import as a whole, such as a file that cannot be parsed."""
    remove_failed: Mapping[str, str | None] | None
    """For each channel that could not be removed the reason, null if it is not known. Null with `simulate`."""
    remove_succeeded: Sequence[str] | None
    """The channels that were removed, sorted by name; with `simulate` those that would be removed."""


class AddChannelCommand(AddChannelBase, frozen=True):
    """Adds a channel; fails if it exists."""

    command_type: Literal["add_channel"] = "add_channel"
    """The kind of command."""
    channel_name: Annotated[str, Field(min_length=1)]
    """The name of the channel."""
    control_system_type: str
    """The type of the control-system support, such as `channel_access`. Not checked by the server."""
    decimation_levels: Sequence[DecimalInt32] | None = None
    """The decimation periods in seconds; 0, for raw samples, is always added."""
    decimation_level_to_retention_period: Mapping[DecimalInt32, DecimalInt32] | None = None
    """For decimation levels, by period in seconds, the seconds for which samples are kept. 0, and no entry, keeps
    them for ever. Negative periods become 0, entries for other levels are dropped. A longer level must not have
    a shorter retention period.
    """
    enabled: bool
    """Whether samples are to be archived."""
    options: Mapping[str, str] | None = None
    """Options of the control-system support. Not checked by the server; a bad one puts the channel into error."""
    server_id: UUID
    """The server that is to own the channel. Not checked by the server."""


class AddOrUpdateChannelCommand(AddChannelBase, frozen=True):
    """Adds a channel, or brings the existing one to exactly these settings."""

    command_type: Literal["add_or_update_channel"] = "add_or_update_channel"
    """The kind of command."""
    channel_name: Annotated[str, Field(min_length=1)]
    """The name of the channel."""
    control_system_type: str
    """The type of the control-system support. The command fails if an existing channel has another one."""
    decimation_levels: Sequence[DecimalInt32] | None = None
    """The decimation periods in seconds; 0 is always added. An existing channel loses its other levels with their
    samples.
    """
    decimation_level_to_retention_period: Mapping[DecimalInt32, DecimalInt32] | None = None
    """For decimation levels, by period in seconds, the seconds for which samples are kept. 0, and no entry, keeps
    them for ever. Negative periods become 0, entries for other levels are dropped. A longer level must not have
    a shorter retention period.
    """
    enabled: bool
    """Whether samples are to be archived."""
    options: Mapping[str, str] | None = None
    """Options of the control-system support. Not checked by the server; a bad one puts the channel into error."""
    server_id: UUID
    """The server that is to own the channel, or owns it. The command fails if an existing channel belongs to
    another one.
    """


class MoveChannelCommand(ChannelCommandBase, frozen=True):
    """Makes another server the owner of a channel."""

    command_type: Literal["move_channel"] = "move_channel"
    """The kind of command."""
    channel_name: Annotated[str, Field(min_length=1)]
    """The name of the channel."""
    expected_old_server_id: UUID | None = None
    """Fail unless this server owns the channel; null for any."""
    new_server_id: UUID
    """The new owner. Not checked by the server."""


class RefreshChannelCommand(ChannelCommandBase, frozen=True):
    """Restarts a channel from its stored configuration."""

    command_type: Literal["refresh_channel"] = "refresh_channel"
    """The kind of command."""
    channel_name: Annotated[str, Field(min_length=1)]
    """The name of the channel."""
    server_id: UUID
    """The server that owns the channel. With another one nothing happens, and the command succeeds."""


class RemoveChannelCommand(ChannelCommandBase, frozen=True):
    """Removes a channel with all its samples."""

    command_type: Literal["remove_channel"] = "remove_channel"
    """The kind of command."""
    channel_name: Annotated[str, Field(min_length=1)]
    """The name of the channel."""
    expected_server_id: UUID | None = None
    """Fail unless this server owns the channel; null for any."""


class RenameChannelCommand(RenameChannelBase, frozen=True):
    """Renames a channel, which keeps its samples."""

    command_type: Literal["rename_channel"] = "rename_channel"
    """The kind of command."""
    expected_server_id: UUID | None = None
    """Fail unless this server owns the channel; null for any."""
    new_channel_name: Annotated[str, Field(min_length=1)]
    """The new name, which no channel of the cluster has."""
    old_channel_name: Annotated[str, Field(min_length=1)]
    """The present name."""


class UpdateChannelCommand(UpdateChannelBase, frozen=True):
    """Changes a channel. What is null or missing stays as it is. If anything changes, the channel is
    re-initialised and its counters start at 0.
    """

    command_type: Literal["update_channel"] = "update_channel"
    """The kind of command."""
    channel_name: Annotated[str, Field(min_length=1)]
    """The name of the channel."""
    expected_control_system_type: str | None = None
    """Fail unless the channel has this type; null for any."""
    expected_server_id: UUID | None = None
    """Fail unless this server owns the channel; null for any."""
    decimation_levels: Sequence[DecimalInt32] | None = None
    """The complete new set of levels, by period in seconds; 0 is added, other levels are removed with their
    samples. Excludes `addDecimationLevels` and `removeDecimationLevels`.
    """
    add_decimation_levels: Sequence[DecimalInt32] | None = None
    """Levels to add, by period in seconds; 0 is dropped. Without an entry among the retention periods, the one of
    the level becomes 0, even if the level exists.
    """
    remove_decimation_levels: Sequence[DecimalInt32] | None = None
    """Levels to remove, with their samples; 0 is dropped, and levels that do not exist are ignored."""
    decimation_level_to_retention_period: Mapping[DecimalInt32, DecimalInt32] | None = None
    """For decimation levels, by period in seconds, the seconds for which samples are kept; 0 keeps them for ever.
    With `decimationLevels`, levels that are not named get 0; otherwise they stay as they are. A longer level
    must not have a shorter retention period.
    """
    enabled: bool | None = None
    """Whether samples are to be archived."""
    options: Mapping[str, str] | None = None
    """The complete new set of options. Excludes `addOptions` and `removeOptions`."""
    add_options: Mapping[str, str] | None = None
    """Options to set or overwrite."""
    remove_options: Sequence[str] | None = None
    """Names of options to remove; unknown ones are ignored."""


ArchiveConfigurationCommand: TypeAlias = Annotated[
    AddChannelCommand
    | AddOrUpdateChannelCommand
    | MoveChannelCommand
    | RefreshChannelCommand
    | RemoveChannelCommand
    | RenameChannelCommand
    | UpdateChannelCommand,
    Field(discriminator="command_type"),
]
"""A command that changes the configuration of a channel."""


class ArchiveConfigurationCommandsRequest(RequestModel, frozen=True):
    """A batch of commands."""

    commands: Sequence[ArchiveConfigurationCommand]
    """The commands, at most one about each channel, because they run at the same time. May be empty."""


class CommandResult(CommandResultBase, frozen=True):
    """What became of one command."""

    command: ArchiveConfigurationCommand
    """The command as the server understood it, normalised; members that are null are left out."""
    success: bool
    """Whether the command succeeded."""
    error_message: str | None = None
    """Why the command failed. Absent on success, and if no reason is known. A text that is not one of the server's
    refusals, such as that of a broken connection, means that the command may have been executed.
    """


class ClusterServer(ClusterServerBase, frozen=True):
    """One server as another one sees it."""

    last_online_time: DecimalInt64
    """When the server last registered, in milliseconds since 1970-01-01 UTC, by its own clock."""
    online: bool
    """Whether that is at most 15 s ago by the clock of the server that was asked."""
    server_id: UUID
    """The ID of the server."""
    server_name: str
    """The host name of the server."""


class ServerStatus(ServerStatusBase, frozen=True):
    """The status of the server that was asked."""

    cassandra_cluster_name: str | None
    """The name of the database cluster; null until there was a connection."""
    cassandra_error: str | None
    """Why there is no connection to the database, or why the key space could not be opened; null once that
    succeeded.
    """
    cassandra_keyspace_name: str | None
    """The name of the key space; null until there was a connection."""
    channels_disconnected: DecimalInt32
    """Channels of this server in state `disconnected`."""
    channels_error: DecimalInt32
    """Channels of this server in state `error`."""
    channels_total: DecimalInt32
    """Channels of this server; 0 while it has not loaded them."""
    server_id: UUID
    """The ID of the server."""
    server_last_online_time: DecimalInt64
    """When it last registered, in milliseconds since 1970-01-01 UTC; 0 if not since its start."""
    server_name: str
    """The host name of the server."""
    server_online: bool
    """Whether the server takes itself to be online. May differ from what others see, in particular while it
    starts.
    """
    total_samples_dropped: DecimalInt64
    """Samples lost since the start of the server because they came faster than they could be written."""
    total_samples_written: DecimalInt64
    """Samples written since the start of the server."""


class ChannelSummaryList(WireModel, frozen=True):
    """All channels of the cluster."""

    channels: Sequence[ChannelSummary]
    """The channels, sorted by name in the order of UTF-16 code units."""


class ServerChannelInformation(WireModel, frozen=True):
    """Configuration and status of a channel of a known server."""

    channel_data_id: UUID
    """The internal identity of the channel's data; survives renaming and moving."""
    channel_name: str
    """The name of the channel, unique in the cluster."""
    control_system_name: str
    """The display name of the control-system support, such as `Channel Access`. Equals the type if that support is
    not installed on the server that was asked.
    """
    control_system_type: str
    """The type of the control-system support, such as `channel_access`."""
    decimation_level_to_retention_period: Mapping[DecimalInt32, DecimalInt32]
    """For each decimation level (its period in seconds, 0 for raw samples), ascending, the seconds for which its
    samples are kept; 0 keeps them for ever.
    """
    enabled: bool
    """Whether samples are archived."""
    error_message: str | None
    """What is wrong. Null unless `state` is `error`, and sometimes even then."""
    options: Mapping[str, str]
    """The options of the control-system support, sorted by name; empty if none are set."""
    state: ChannelState | str | None
    """The state of the channel, see `ChannelState`; null if only the stored configuration is known."""
    total_samples_dropped: DecimalInt64 | None
    """Samples that were lost because they came faster than they could be written, since the channel was last
    initialised; null without status.
    """
    total_samples_skipped_back: DecimalInt64 | None
    """Samples that were left out because their time was not after that of the one before, since the channel was
    last initialised; null without status.
    """
    total_samples_written: DecimalInt64 | None
    """Samples written since the channel was last initialised; null without status."""


class ChannelInformation(WireModel, frozen=True):
    """Configuration and status of one channel, with its server."""

    channel_data_id: UUID
    """The internal identity of the channel's data; survives renaming and moving."""
    channel_name: str
    """The name of the channel, unique in the cluster."""
    control_system_name: str
    """The display name of the control-system support, such as `Channel Access`. Equals the type if that support is
    not installed on the server that was asked.
    """
    control_system_type: str
    """The type of the control-system support, such as `channel_access`."""
    decimation_level_to_retention_period: Mapping[DecimalInt32, DecimalInt32]
    """For each decimation level (its period in seconds, 0 for raw samples), ascending, the seconds for which its
    samples are kept; 0 keeps them for ever.
    """
    enabled: bool
    """Whether samples are archived."""
    error_message: str | None
    """What is wrong. Null unless `state` is `error`, and sometimes even then."""
    options: Mapping[str, str]
    """The options of the control-system support, sorted by name; empty if none are set."""
    server_id: UUID
    """The ID of the server that owns the channel."""
    server_name: str
    """The host name of that server; `unknown` if it is not in the asked server's view of the cluster."""
    state: ChannelState | str | None
    """The state of the channel, see `ChannelState`; null if only the stored configuration is known."""
    total_samples_dropped: DecimalInt64 | None
    """Samples that were lost because they came faster than they could be written, since the channel was last
    initialised; null without status.
    """
    total_samples_skipped_back: DecimalInt64 | None
    """Samples that were left out because their time was not after that of the one before, since the channel was
    last initialised; null without status.
    """
    total_samples_written: DecimalInt64 | None
    """Samples written since the channel was last initialised; null without status."""


class ArchiveConfigurationCommandsReply(WireModel, frozen=True):
    """What became of a batch of commands."""

    error_message: str | None
    """A problem of the batch as a whole; no command ran then."""
    results: Sequence[CommandResult] | None
    """A result for each command, grouped by server in the order of first appearance; within a server in the order
    of the request. Null with `errorMessage`.
    """


class ClusterStatus(WireModel, frozen=True):
    """The servers of the cluster."""

    servers: Sequence[ClusterServer]
    """The servers, sorted by ID. Empty while the server that is asked starts."""


class ServerChannelList(WireModel, frozen=True):
    """The channels of one server."""

    channels: Sequence[ServerChannelInformation]
    """The channels, sorted by name. Either all of them have a status or none has."""
    status_available: bool
    """Whether the list came from a running server. If not, it is the configuration in the database, and `state`
    and the counters are null.
    """
