"""Batches of commands that change the configuration of the archive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from ._command_base import CommandBase
from .models import (
    ArchiveConfigurationCommand,
)

__all__ = ["ArchiveConfigurationCommands", "Command", "DecimationLevels", "Options", "RetentionPeriods", "ServerId"]

ServerId: TypeAlias = str | UUID
"""The ID of a server, as UUID or as its text."""
DecimationLevels: TypeAlias = Iterable[int | str]
"""Decimation periods in seconds, as numbers or decimal text; 0 stands for raw samples."""
RetentionPeriods: TypeAlias = Mapping[int, int | str] | Mapping[str, int | str]
"""Retention periods in seconds by decimation period in seconds; 0 keeps samples for ever."""
Options: TypeAlias = Mapping[str, str | int | float | bool]
"""Options of the control-system support, by name. Numbers and booleans are written as the server reads them."""
Command: TypeAlias = ArchiveConfigurationCommand | Mapping[str, Any]
"""A command, or its JSON form as a mapping."""

_any_command: TypeAdapter[ArchiveConfigurationCommand] = TypeAdapter(ArchiveConfigurationCommand)


class ArchiveConfigurationCommands(list[Command]):
    """A list of commands, with a method for each kind that checks a command and appends it.

    The server runs the commands of a list at the same time, so no two of them should be about one channel. The
    rules checked are those of section 3.2 of the reference: the server answers a violation of any of them by
    refusing the whole list without saying why.

    Mappings in the JSON form of the service may be appended as well. They are checked when the list is run.
    """

    def add_channel(
        self,
        channel_name: str,
        control_system_type: str,
        server_id: ServerId,
        decimation_levels: DecimationLevels | None = None,
        decimation_level_to_retention_period: RetentionPeriods | None = None,
        enabled: bool = True,
        options: Options | None = None,
    ) -> None:
        """Appends a command that adds a channel, which fails if the channel exists.

        Args:
            channel_name: A name that no channel of the cluster has.
            control_system_type: The control-system support, such as ``'channel_access'``.
            server_id: The server that is to own the channel.
            decimation_levels: Decimation periods in seconds; 0, for raw samples, is always added. None: raw only.
            decimation_level_to_retention_period: Seconds that the samples of each level are kept; 0, and a level
                that is not named, means for ever. A longer level must not have a shorter retention period. Entries
                for levels that the channel does not have are dropped, and negative periods become 0.
            enabled: Whether samples are to be archived.
            options: Options of the control-system support.

        Raises:
            ValueError: A value breaks a rule; the message names command, member and rule.
        """
        self._append_add(
            "add_channel",
            channel_name,
            control_system_type,
            server_id,
            decimation_levels,
            decimation_level_to_retention_period,
            enabled,
            options,
        )

    def add_or_update_channel(
        self,
        channel_name: str,
        control_system_type: str,
        server_id: ServerId,
        decimation_levels: DecimationLevels | None = None,
        decimation_level_to_retention_period: RetentionPeriods | None = None,
        enabled: bool = True,
        options: Options | None = None,
    ) -> None:
        """Appends a command that adds a channel, or brings the existing one to exactly the given settings.

        An existing channel loses the levels that are not named, with their samples. The command fails if the
        channel belongs to another server or has another control-system type.

        Args:
            channel_name: The name of the channel.
            control_system_type: As in `add_channel`.
            server_id: The server that is to own the channel, or owns it.
            decimation_levels: As in `add_channel`.
            decimation_level_to_retention_period: As in `add_channel`.
            enabled: As in `add_channel`.
            options: As in `add_channel`.

        Raises:
            ValueError: A value breaks a rule; the message names command, member and rule.
        """
        self._append_add(
            "add_or_update_channel",
            channel_name,
            control_system_type,
            server_id,
            decimation_levels,
            decimation_level_to_retention_period,
            enabled,
            options,
        )

    def move_channel(
        self, channel_name: str, new_server_id: ServerId, expected_old_server_id: ServerId | None = None
    ) -> None:
        """Appends a command that makes another server the owner of a channel.

        Samples stay. The channel is in state ``error`` for some 6 s, and refuses changes for 5 s.

        Args:
            channel_name: The name of the channel.
            new_server_id: The new owner. The server does not check that there is such a server.
            expected_old_server_id: Fail unless this server owns the channel. None: whoever owns it.

        Raises:
            ValueError: A name is empty, or an ID is not a UUID.
        """
        self._append(
            "move_channel",
            channelName=channel_name,
            newServerId=new_server_id,
            expectedOldServerId=expected_old_server_id,
        )

    def refresh_channel(self, channel_name: str, server_id: ServerId | None = None) -> None:
        """Appends a command that restarts a channel from its stored configuration.

        Args:
            channel_name: The name of the channel.
            server_id: The server that owns the channel. None: the owner is looked up when the commands are run.

        Raises:
            ValueError: The name is empty, or the ID is not a UUID.
        """
        if server_id is None:
            self.append({"commandType": "refresh_channel", "channelName": OwnerlessRefresh.check(channel_name)})
        else:
            self._append(
                "refresh_channel",
                channelName=channel_name,
                serverId=server_id,
            )

    def remove_channel(self, channel_name: str, expected_server_id: ServerId | None = None) -> None:
        """Appends a command that removes a channel with all its samples, for good.

        Args:
            channel_name: The name of the channel.
            expected_server_id: Fail unless this server owns the channel. None: whoever owns it.

        Raises:
            ValueError: The name is empty, or the ID is not a UUID.
        """
        self._append(
            "remove_channel",
            channelName=channel_name,
            expectedServerId=expected_server_id,
        )

    def rename_channel(
        self, new_channel_name: str, old_channel_name: str, expected_server_id: ServerId | None = None
    ) -> None:
        """Appends a command that renames a channel, which keeps its samples. Note that the new name comes first.

        Args:
            new_channel_name: A name that no channel of the cluster has.
            old_channel_name: The present name.
            expected_server_id: Fail unless this server owns the channel. None: whoever owns it.

        Raises:
            ValueError: A name is empty, or the ID is not a UUID.
        """
        self._append(
            "rename_channel",
            oldChannelName=old_channel_name,
            newChannelName=new_channel_name,
            expectedServerId=expected_server_id,
        )

    def update_channel(
        self,
        channel_name: str,
        add_decimation_levels: DecimationLevels | None = None,
        add_options: Options | None = None,
        decimation_levels: DecimationLevels | None = None,
        decimation_level_to_retention_period: RetentionPeriods | None = None,
        enabled: bool | None = None,
        expected_control_system_type: str | None = None,
        expected_server_id: ServerId | None = None,
        options: Options | None = None,
        remove_decimation_levels: DecimationLevels | None = None,
        remove_options: Iterable[str] | None = None,
    ) -> None:
        """Appends a command that changes a channel. What is None stays as it is.

        A command that changes something re-initialises the channel, so its counters start again at 0.

        Args:
            channel_name: The name of the channel.
            add_decimation_levels: Decimation periods in seconds to add. Without an entry in
                ``decimation_level_to_retention_period`` their samples are kept for ever, also if the level exists.
            add_options: Options to set or overwrite.
            decimation_levels: The complete new set of levels; others are removed with their samples. Retention
                periods that are not named are reset to 0. Excludes adding and removing levels.
            decimation_level_to_retention_period: Seconds that the samples of each named level are kept.
            enabled: Whether samples are to be archived.
            expected_control_system_type: Fail unless the channel has this type.
            expected_server_id: Fail unless this server owns the channel.
            options: The complete new set of options. Excludes adding and removing options.
            remove_decimation_levels: Levels to remove, with their samples. Raw samples cannot be removed.
            remove_options: Names of options to remove.

        Raises:
            ValueError: A value breaks a rule; the message names command, member and rule.
        """
        self._append(
            "update_channel",
            channelName=channel_name,
            addDecimationLevels=_listed("add_decimation_levels", add_decimation_levels),
            addOptions=_written("add_options", add_options),
            decimationLevels=_listed("decimation_levels", decimation_levels),
            decimationLevelToRetentionPeriod=decimation_level_to_retention_period,
            enabled=None if enabled is None else bool(enabled),
            expectedControlSystemType=expected_control_system_type,
            expectedServerId=expected_server_id,
            options=_written("options", options),
            removeDecimationLevels=_listed("remove_decimation_levels", remove_decimation_levels),
            removeOptions=_listed("remove_options", remove_options),
        )

    def _append(self, kind: str, **members: Any) -> None:
        self.append(_command({"commandType": kind, **members}))

    def _append_add(
        self,
        kind: str,
        channel_name: str,
        control_system_type: str,
        server_id: ServerId,
        decimation_levels: DecimationLevels | None,
        decimation_level_to_retention_period: RetentionPeriods | None,
        enabled: bool,
        options: Options | None,
    ) -> None:
        self._append(
            kind,
            channelName=channel_name,
            controlSystemType=control_system_type,
            decimationLevels=_listed("decimation_levels", decimation_levels),
            decimationLevelToRetentionPeriod=decimation_level_to_retention_period,
            enabled=bool(enabled),
            options=_written("options", options),
            serverId=server_id,
        )


@dataclass(frozen=True, slots=True)
class OwnerlessRefresh:
    """A refresh of a channel whose owner is still to be looked up."""

    channel_name: str

    @staticmethod
    def check(channel_name: object) -> str:
        """Gives the name back, or raises ValueError if it cannot be one."""
        if not isinstance(channel_name, str) or not channel_name:
            raise ValueError(f"refresh_channel: channelName is a text that is not empty, not {channel_name!r}.")
        return channel_name


def check_commands(commands: Iterable[Command]) -> list[ArchiveConfigurationCommand | OwnerlessRefresh]:
    """Checks the commands of a batch and turns mappings into commands.

    Raises:
        TypeError: An element is neither a command nor a mapping.
        ValueError: A mapping breaks a rule; the message names its position, the member and the rule.
    """
    return [_check(position, command) for position, command in enumerate(commands)]


def _check(position: int, command: Command) -> ArchiveConfigurationCommand | OwnerlessRefresh:
    if isinstance(command, CommandBase):
        return command
    if not isinstance(command, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers without a type checker
        raise TypeError(f"commands[{position}] is neither a command nor a mapping: {command!r}.")
    given = dict(command)
    if given.get("commandType") == "refresh_channel" and given.get("serverId") is None:
        return OwnerlessRefresh(OwnerlessRefresh.check(given.get("channelName")))
    try:
        return _command(given)
    except ValueError as error:
        raise ValueError(f"commands[{position}]: {error}") from error


def _command(members: Mapping[str, Any]) -> ArchiveConfigurationCommand:
    try:
        return _any_command.validate_python(dict(members))
    except ValidationError as error:
        raise ValueError("; ".join(_problems(error))) from error


def _problems(error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_url=False, include_input=False, include_context=False):
        # A broken rule names command and member itself.
        named = problem["type"] in {"broken_rule", "unknown_member"}
        where = "" if named else ".".join(str(part) for part in problem["loc"])
        yield f"{where}: {problem['msg']}" if where else problem["msg"]


def _listed(parameter: str, values: Iterable[Any] | None) -> list[Any] | None:
    if values is None:
        return None
    # A text is iterable as well, but its characters are not what is meant.
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers without a type checker
        raise TypeError(f"{parameter} is a list, a tuple or a set, not {values!r}.")
    return list(values)


def _written(parameter: str, options: Options | None) -> dict[str, str] | None:
    if options is None:
        return None
    if not isinstance(options, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers without a type checker
        raise TypeError(f"{parameter} is a mapping from names to values, not {options!r}.")
    return {name: _text(parameter, name, value) for name, value in options.items()}


def _text(parameter: str, name: str, value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int | float):
        raise TypeError(f"{parameter} {name!r} is text, a number or a boolean, not {value!r}.")
    return str(value)
