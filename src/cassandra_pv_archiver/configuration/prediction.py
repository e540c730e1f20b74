"""What servers will answer to commands, without asking them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from cassandra_pv_archiver.commands import Command, OwnerlessRefresh, check_commands
from cassandra_pv_archiver.models import (
    AddChannelCommand,
    AddOrUpdateChannelCommand,
    ArchiveConfigurationCommand,
    RefreshChannelCommand,
)

from .channel_access_options import CHANNEL_ACCESS
from .model import ArchiveConfiguration
from .prediction_rules import ModelledCluster, RefusedCommandError

__all__ = ["PredictedResult", "Prediction", "predict"]

Checked = ArchiveConfigurationCommand | OwnerlessRefresh


@dataclass(frozen=True, slots=True)
class PredictedResult:
    """What will become of one command.

    Attributes:
        command: The command; a mapping has become an object.
        success: Whether it will succeed.
        error_message: The server's own message if it will fail (section 3.3), else None.
    """

    command: ArchiveConfigurationCommand | OwnerlessRefresh
    success: bool
    error_message: str | None = None


@dataclass(frozen=True, slots=True)
class Prediction:
    """What will become of a batch of commands.

    Attributes:
        results: One result per command, in the order of the commands.
        configuration: The channels afterwards.
        pending: Names that will refuse changes for 5 s afterwards (section 3.5): those that channels were renamed
            from, which cannot be given to channels, and channels that were changed by another server than their owner.
    """

    results: tuple[PredictedResult, ...]
    configuration: ArchiveConfiguration
    pending: frozenset[str]

    @property
    def failures(self) -> tuple[PredictedResult, ...]:
        """The results of the commands that will fail."""
        return tuple(result for result in self.results if not result.success)


def predict(
    commands: Iterable[Command],
    current: ArchiveConfiguration,
    *,
    pending: Collection[str] = (),
    control_system_types: Collection[str] | None = (CHANNEL_ACCESS,),
    online: Collection[UUID] | None = None,
    asked: UUID | None = None,
) -> Prediction:
    """Tells what a server will answer to a batch of commands, and what the channels will be afterwards.

    What is predicted are the refusals of section 3.3; failures of the database, the network and of servers cannot be.
    The server runs the commands of a batch at the same time. If several are about one channel, they are taken here in
    the order in which it lists their results.

    Args:
        commands: `ArchiveConfigurationCommands`, or any commands or their JSON forms.
        current: All channels of the cluster, each with its server.
        pending: Names that refuse changes because an operation is pending, such as `Prediction.pending` of a batch that
            was run less than 5 s before.
        control_system_types: The types whose support is installed on the servers; None: all that occur. Channels of
            other types can be added, moved and renamed, but neither changed nor removed.
        online: The servers that are online; None: all.
        asked: The server that is asked, which runs commands for owners that are offline; None: it owns none of the
            channels.

    Raises:
        TypeError: An element is neither a command nor a mapping.
        ValueError: A mapping breaks a rule of section 3.2, or a channel of ``current`` has no server.
    """
    check_servers(current)
    checked = check_commands(commands)
    cluster = ModelledCluster(current.channels, control_system_types, pending)
    groups: dict[UUID | None, list[int]] = {}
    for position, command in enumerate(checked):
        groups.setdefault(_server_of(command, cluster, asked), []).append(position)
    found: dict[int, PredictedResult] = {}
    for server, positions in groups.items():
        executed_by = server if online is None or server in online else asked
        if executed_by is None or (online is not None and executed_by not in online):
            executed_by = _NOBODY  # a server that is not online blocks what it changes as if it did not own it
        for position in positions:
            found[position] = _predicted(checked[position], cluster, executed_by)
    results = tuple(found[position] for position in range(len(checked)))
    return Prediction(results, current.with_channels(cluster.channels.values()), frozenset(cluster.pending))


_NOBODY = UUID(int=0)
"""Stands for a server that owns no channel."""


def check_servers(configuration: ArchiveConfiguration) -> None:
    """Raises ValueError if a channel does not say its server."""
    homeless = [channel.name for channel in configuration.channels if channel.server is None]
    if homeless:
        raise ValueError(
            f"The channel {homeless[0]!r} does not say its server, as {len(homeless)} channels do not: for the file of "
            "one server, use `ArchiveConfiguration.with_server`."
        )


def _server_of(command: Checked, cluster: ModelledCluster, asked: UUID | None) -> UUID | None:
    if isinstance(command, OwnerlessRefresh):
        channel = cluster.channels.get(command.channel_name)
    elif isinstance(command, RefreshChannelCommand):
        return command.server_id
    else:
        channel = cluster.channels.get(command.subject)
    if channel is not None:
        return channel.server
    return command.server_id if isinstance(command, AddChannelCommand | AddOrUpdateChannelCommand) else asked


def _predicted(command: Checked, cluster: ModelledCluster, executed_by: UUID) -> PredictedResult:
    if isinstance(command, OwnerlessRefresh):
        return PredictedResult(command, success=True)
    try:
        cluster.execute(command, executed_by)
    except RefusedCommandError as refused:
        return PredictedResult(command, success=False, error_message=str(refused))
    return PredictedResult(command, success=True)
