"""Runs batches of commands (sections 3.1, 3.3, 3.4, 3.5)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from .channel_access import option_problem
from .cluster import CONTROL_SYSTEMS, PROTECTED_FOR, Channel, Cluster
from .command_parsing import Command, ascending_problem, echo, quoted


class _FailedError(Exception):
    """A command failed; the argument is the message."""


def run_batch(cluster: Cluster, asked: UUID, commands: list[Command]) -> list[dict[str, Any]]:
    """Runs commands and gives their results, grouped by server in order of first appearance."""
    groups: dict[UUID, list[Command]] = {}
    for command in commands:
        groups.setdefault(_server_of(cluster, asked, command), []).append(command)
    return [_result(cluster, asked, server, command) for server, group in groups.items() for command in group]


def _server_of(cluster: Cluster, asked: UUID, command: Command) -> UUID:
    if command["commandType"] == "refresh_channel":
        return command["serverId"]
    channel = cluster.channels.get(command.get("oldChannelName", command.get("channelName", "")))
    if channel is not None:
        return channel.server_id
    return command.get("serverId", asked)


def _result(cluster: Cluster, asked: UUID, server: UUID, command: Command) -> dict[str, Any]:
    executing = server if cluster.online(server) else asked
    result: dict[str, Any] = {"command": echo(command), "success": True}
    try:
        _COMMANDS[command["commandType"]](cluster, executing, command)
    except _FailedError as failure:
        result |= {"success": False, "errorMessage": str(failure)}
    return result


def _block_unless_owner_runs(cluster: Cluster, executing: UUID, channel: Channel) -> None:
    if executing != channel.server_id or not cluster.online(executing):
        cluster.block(channel.name)


def _add(cluster: Cluster, executing: UUID, command: Command) -> None:
    channel_name = command["channelName"]
    if channel_name in cluster.channels:
        raise _FailedError(
            f"Channel {quoted(channel_name)} cannot be added because a channel with the same name already exists."
        )
    if cluster.is_blocked(channel_name):
        raise _FailedError(
            f"Channel {quoted(channel_name)} cannot be added because another operation for this channel is pending."
        )
    channel = Channel(
        channel_name,
        command["serverId"],
        command["controlSystemType"],
        dict(command["decimationLevelToRetentionPeriod"]),
        command["enabled"],
        dict(command["options"]),
    )
    initialise(channel)
    cluster.channels[channel_name] = channel
    _block_unless_owner_runs(cluster, executing, channel)


def _add_or_update(cluster: Cluster, executing: UUID, command: Command) -> None:
    if command["channelName"] not in cluster.channels:
        _add(cluster, executing, command)
        return
    changes = dict(command)
    changes["expectedControlSystemType"] = changes.pop("controlSystemType")
    changes["expectedServerId"] = changes.pop("serverId")
    _update(cluster, executing, changes)


def _existing(cluster: Cluster, channel_name: str, verb: str) -> Channel:
    channel = cluster.channels.get(channel_name)
    if channel is None:
        raise _FailedError(f"Channel {quoted(channel_name)} cannot be {verb} because it does not exist.")
    return channel


def _check_owner(channel: Channel, expected: UUID | None) -> None:
    if expected is not None and expected != channel.server_id:
        raise _FailedError(
            f"The channel {quoted(channel.name)} is registered with the server {channel.server_id}, "
            f"but the server {expected} was specified."
        )


def _check_pending(cluster: Cluster, channel: Channel, verb: str) -> None:
    if cluster.is_blocked(channel.name):
        raise _FailedError(
            f"Channel {quoted(channel.name)} cannot be {verb} because another operation for this channel is pending."
        )


def _check_support(channel: Channel) -> None:
    if channel.control_system_type not in CONTROL_SYSTEMS:
        raise _FailedError(f"The control-sytem support {quoted(channel.control_system_type)} is not available.")


def _update(cluster: Cluster, executing: UUID, command: Command) -> None:
    channel = _existing(cluster, command["channelName"], "updated")
    expected_type = command.get("expectedControlSystemType")
    if expected_type is not None and expected_type != channel.control_system_type:
        raise _FailedError(
            f"The channel {quoted(channel.name)} has the control-system type {quoted(channel.control_system_type)}, "
            f"but the control-system type {quoted(expected_type)} was specified."
        )
    _check_owner(channel, command.get("expectedServerId"))
    if not _changes_anything(channel, command):
        return
    retention = _new_retention(channel, command)
    _check_support(channel)
    _check_pending(cluster, channel, "updated")
    for gone in channel.retention.keys() - retention.keys():
        channel.levels.pop(gone, None)
    channel.retention = retention
    channel.options = _new_options(channel, command)
    channel.enabled = command.get("enabled", channel.enabled)
    initialise(channel)
    _block_unless_owner_runs(cluster, executing, channel)


def _new_options(channel: Channel, command: Command) -> dict[str, str]:
    if "options" in command:
        return dict(command["options"])
    removed = command.get("removeOptions", ())
    kept = {option: value for option, value in channel.options.items() if option not in removed}
    return kept | command.get("addOptions", {})


def _changes_anything(channel: Channel, command: Command) -> bool:
    given = command["decimationLevelToRetentionPeriod"]
    return (
        ("decimationLevels" in command and set(command["decimationLevels"]) != channel.retention.keys())
        or any(level not in channel.retention for level in command.get("addDecimationLevels", ()))
        or any(level in channel.retention for level in command.get("removeDecimationLevels", ()))
        or any(channel.retention.get(level, period) != period for level, period in given.items())
        or command.get("enabled", channel.enabled) != channel.enabled
        or _new_options(channel, command) != channel.options
    )


def _new_retention(channel: Channel, command: Command) -> dict[int, int]:
    given = command["decimationLevelToRetentionPeriod"]
    if "decimationLevels" in command:
        return dict(given)
    removed = command.get("removeDecimationLevels", ())
    kept = {level: period for level, period in channel.retention.items() if level not in removed}
    # Entries for levels that the channel does not have take part in the check, and are dropped afterwards.
    problem = ascending_problem(kept | given)
    if problem is not None:
        raise _FailedError(problem)
    wanted = kept.keys() | set(command.get("addDecimationLevels", ()))
    return {level: (kept | given)[level] for level in sorted(wanted)}


def _move(cluster: Cluster, executing: UUID, command: Command) -> None:
    channel = _existing(cluster, command["channelName"], "moved")
    if channel.server_id == command["newServerId"]:
        return
    _check_owner(channel, command.get("expectedOldServerId"))
    _check_pending(cluster, channel, "moved")
    channel.server_id = command["newServerId"]
    initialise(channel)
    if executing != channel.server_id or not cluster.online(executing):
        cluster.block(channel.name)
        channel.protected_until = cluster.clock.seconds() + PROTECTED_FOR


def _remove(cluster: Cluster, executing: UUID, command: Command) -> None:  # noqa: ARG001 -- as all commands
    channel = _existing(cluster, command["channelName"], "removed")
    _check_owner(channel, command.get("expectedServerId"))
    _check_support(channel)
    _check_pending(cluster, channel, "removed")
    del cluster.channels[channel.name]


def _rename(cluster: Cluster, executing: UUID, command: Command) -> None:
    old, new = command["oldChannelName"], command["newChannelName"]
    verb = f"Channel {quoted(old)} cannot be renamed to {quoted(new)} because"
    channel = cluster.channels.get(old)
    if channel is None:
        raise _FailedError(f"{verb} the channel does not exist.")
    if old == new:
        return
    if new in cluster.channels:
        raise _FailedError(f"{verb} a channel with the same name already exists.")
    _check_owner(channel, command.get("expectedServerId"))
    if cluster.is_blocked(old) or cluster.is_blocked(new):
        raise _FailedError(f"{verb} another operation for this channel is pending.")
    del cluster.channels[old]
    channel.name = new
    cluster.channels[new] = channel
    cluster.block(old)
    initialise(channel)
    _block_unless_owner_runs(cluster, executing, channel)


def _refresh(cluster: Cluster, executing: UUID, command: Command) -> None:
    channel = cluster.channels.get(command["channelName"])
    if channel is not None and channel.server_id == executing:
        initialise(channel)


def initialise(channel: Channel) -> None:
    """Starts a channel: its counters begin at 0, and its options are read."""
    channel.reset_counters()
    channel.error_message = None
    if channel.control_system_type not in CONTROL_SYSTEMS:
        channel.state = "error"
        channel.error_message = f"Control system support {quoted(channel.control_system_type)} could not be found."
        return
    problem = option_problem(channel.options)
    if problem is not None:
        channel.state, channel.error_message = "error", problem
    else:
        channel.state = "ok" if channel.enabled else "disabled"


_COMMANDS = {
    "add_channel": _add,
    "add_or_update_channel": _add_or_update,
    "move_channel": _move,
    "refresh_channel": _refresh,
    "remove_channel": _remove,
    "rename_channel": _rename,
    "update_channel": _update,
}
