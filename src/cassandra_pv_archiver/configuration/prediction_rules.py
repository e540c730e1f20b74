"""How a server executes a command (sections 3.3 to 3.5 of the reference), on plain values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cassandra_pv_archiver.models import (
    AddChannelCommand,
    AddOrUpdateChannelCommand,
    ArchiveConfigurationCommand,
    MoveChannelCommand,
    RemoveChannelCommand,
    RenameChannelCommand,
    UpdateChannelCommand,
)

from .model import ChannelConfiguration
from .rules import level_problem, quoted, sorted_by_code_units

__all__ = ["ModelledCluster", "RefusedCommandError"]


class RefusedCommandError(Exception):
    """A command is refused and changes nothing; the argument is the server's message."""


class ModelledCluster:
    """The channels of a cluster, and what commands make of them.

    Args:
        channels: The channels, each with its server.
        control_system_types: The types whose support is installed; None: all.
        pending: Names that refuse changes, because an operation is pending.

    Attributes:
        channels: The channels as they are now, by name.
        pending: The names that refuse changes now.
    """

    def __init__(
        self,
        channels: Iterable[ChannelConfiguration],
        control_system_types: Collection[str] | None = None,
        pending: Iterable[str] = (),
    ) -> None:
        self.channels: dict[str, ChannelConfiguration] = {channel.name: channel for channel in channels}
        self.pending: set[str] = set(pending)
        self._types = control_system_types

    def execute(self, command: ArchiveConfigurationCommand, executed_by: UUID | None = None) -> None:
        """Executes a command.

        Args:
            command: The command, as normalised by its model.
            executed_by: The server that executes it; None: the owner of the channel.

        Raises:
            RefusedCommandError: The server would refuse it.
        """
        match command:
            case AddChannelCommand():
                self._add(command, executed_by)
            case AddOrUpdateChannelCommand():
                if command.channel_name in self.channels:
                    self._update(_Changes.to_exactly(command), executed_by)
                else:
                    self._add(command, executed_by)
            case UpdateChannelCommand():
                self._update(_Changes.of(command), executed_by)
            case MoveChannelCommand():
                self._move(command, executed_by)
            case RemoveChannelCommand():
                self._remove(command)
            case RenameChannelCommand():
                self._rename(command, executed_by)
            case _:
                pass  # a refresh changes nothing that is stored, and never fails

    def _add(self, command: AddChannelCommand | AddOrUpdateChannelCommand, executed_by: UUID | None) -> None:
        name = command.channel_name
        if name in self.channels:
            raise RefusedCommandError(
                f"Channel {quoted(name)} cannot be added because a channel with the same name already exists."
            )
        self._check_pending(name, "added")
        channel = ChannelConfiguration(
            name=name,
            server=command.server_id,
            control_system_type=command.control_system_type,
            levels=command.decimation_level_to_retention_period or {},
            enabled=command.enabled,
            options=command.options or {},
        )
        self._put(channel, executed_by)

    def _update(self, changes: _Changes, executed_by: UUID | None) -> None:
        channel = self._existing(changes.channel_name, "updated")
        expected = changes.expected_type
        if expected is not None and expected != channel.control_system_type:
            raise RefusedCommandError(
                f"The channel {quoted(channel.name)} has the control-system type "
                f"{quoted(channel.control_system_type)}, but the control-system type {quoted(expected)} was specified."
            )
        _check_owner(channel, changes.expected_server)
        new = changes.applied_to(channel)
        if not changes.change(channel, new):
            return
        if changes.levels is None:
            problem = level_problem(changes.merged_periods(channel))
            if problem is not None:
                raise RefusedCommandError(problem)
        self._check_support(channel)
        self._check_pending(channel.name, "updated")
        self._put(channel.model_copy(update=new), executed_by)

    def _move(self, command: MoveChannelCommand, executed_by: UUID | None) -> None:
        channel = self._existing(command.channel_name, "moved")
        if channel.server == command.new_server_id:
            return
        _check_owner(channel, command.expected_old_server_id)
        self._check_pending(channel.name, "moved")
        self._put(channel.model_copy(update={"server": command.new_server_id}), executed_by or channel.server)

    def _remove(self, command: RemoveChannelCommand) -> None:
        channel = self._existing(command.channel_name, "removed")
        _check_owner(channel, command.expected_server_id)
        self._check_support(channel)
        self._check_pending(channel.name, "removed")
        del self.channels[channel.name]

    def _rename(self, command: RenameChannelCommand, executed_by: UUID | None) -> None:
        old, new = command.old_channel_name, command.new_channel_name
        failure = f"Channel {quoted(old)} cannot be renamed to {quoted(new)} because"
        if old not in self.channels:
            raise RefusedCommandError(f"{failure} the channel does not exist.")
        if old == new:
            return
        if new in self.channels:
            raise RefusedCommandError(f"{failure} a channel with the same name already exists.")
        _check_owner(self.channels[old], command.expected_server_id)
        if old in self.pending or new in self.pending:
            raise RefusedCommandError(f"{failure} another operation for this channel is pending.")
        self._put(self.channels.pop(old).model_copy(update={"name": new}), executed_by)
        self.pending.add(old)

    def _put(self, channel: ChannelConfiguration, executed_by: UUID | None) -> None:
        self.channels[channel.name] = channel
        if executed_by is not None and executed_by != channel.server:
            self.pending.add(channel.name)

    def _existing(self, name: str, verb: str) -> ChannelConfiguration:
        if name not in self.channels:
            raise RefusedCommandError(f"Channel {quoted(name)} cannot be {verb} because it does not exist.")
        return self.channels[name]

    def _check_pending(self, name: str, verb: str) -> None:
        if name in self.pending:
            raise RefusedCommandError(
                f"Channel {quoted(name)} cannot be {verb} because another operation for this channel is pending."
            )

    def _check_support(self, channel: ChannelConfiguration) -> None:
        if self._types is not None and channel.control_system_type not in self._types:
            # The misspelling is the server's.
            raise RefusedCommandError(
                f"The control-sytem support {quoted(channel.control_system_type)} is not available."
            )


def _check_owner(channel: ChannelConfiguration, expected: UUID | None) -> None:
    if expected is not None and expected != channel.server:
        raise RefusedCommandError(
            f"The channel {quoted(channel.name)} is registered with the server {channel.server}, "
            f"but the server {expected} was specified."
        )


@dataclass(frozen=True, slots=True)
class _Changes:
    """What an update is to change; None for what it does not mention."""

    channel_name: str
    expected_type: str | None
    expected_server: UUID | None
    levels: Collection[int] | None
    added: Collection[int]
    removed: Collection[int]
    periods: Mapping[int, int]
    enabled: bool | None
    options: Mapping[str, str] | None
    added_options: Mapping[str, str]
    removed_options: Collection[str]

    @classmethod
    def of(cls, command: UpdateChannelCommand) -> _Changes:
        return cls(
            command.channel_name,
            command.expected_control_system_type,
            command.expected_server_id,
            command.decimation_levels,
            command.add_decimation_levels or (),
            command.remove_decimation_levels or (),
            command.decimation_level_to_retention_period or {},
            command.enabled,
            command.options,
            command.add_options or {},
            command.remove_options or (),
        )

    @classmethod
    def to_exactly(cls, command: AddOrUpdateChannelCommand) -> _Changes:
        levels, periods = command.decimation_levels or (0,), command.decimation_level_to_retention_period or {}
        expected = command.control_system_type, command.server_id
        options = command.options or {}
        return cls(command.channel_name, *expected, levels, (), (), periods, command.enabled, options, {}, ())

    def merged_periods(self, channel: ChannelConfiguration) -> dict[int, int]:
        """What the server checks: entries for levels that the channel does not have take part in it."""
        merged = {level: period for level, period in channel.levels.items() if level not in self.removed}
        merged |= self.periods
        return {level: merged[level] for level in sorted(merged)}

    def applied_to(self, channel: ChannelConfiguration) -> dict[str, Any]:
        """The members of the channel that an update can change, as they are to be."""
        return {
            "levels": self._new_levels(channel),
            "enabled": channel.enabled if self.enabled is None else self.enabled,
            "options": self._new_options(channel),
        }

    def change(self, channel: ChannelConfiguration, new: Mapping[str, Any]) -> bool:
        """Whether anything differs."""
        return any(getattr(channel, member) != value for member, value in new.items())

    def _new_levels(self, channel: ChannelConfiguration) -> dict[int, int]:
        if self.levels is not None:
            return {level: self.periods.get(level, 0) for level in sorted({0, *self.levels})}
        kept = {level for level in channel.levels if level not in self.removed}
        merged = self.merged_periods(channel)
        return {level: merged[level] for level in sorted({*kept, *self.added})}

    def _new_options(self, channel: ChannelConfiguration) -> dict[str, str]:
        if self.options is not None:
            return dict(self.options)
        kept = {name: value for name, value in channel.options.items() if name not in self.removed_options}
        return sorted_by_code_units(kept | dict(self.added_options))
