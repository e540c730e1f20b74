"""Runs batches of commands (sections 3.1, 3.3, 3.4 and 3.5)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from .channels import Channel
from .cluster import HALF_WAY_FOR, Cluster
from .command_parsing import Command, echo, not_ascending
from .java_text import quoted

_INTERNAL_PORT = 9813
"""Where servers talk to each other."""
DATABASE_ERROR = "All host(s) tried for query failed (no host was tried)"
DATABASE_ACCESS_ERROR = f"Database access error: {DATABASE_ERROR}"
"""What is said if a function fails as a whole."""


class CommandFailedError(Exception):
    """A command failed; the argument is the message."""


def run_batch(cluster: Cluster, asked: UUID, commands: list[Command]) -> list[dict[str, Any]]:
    """Runs commands.

    Args:
        cluster: The cluster.
        asked: The server that was asked to run them.
        commands: The commands.

    Returns:
        Their results, grouped by server in order of first appearance.
    """
    groups: dict[UUID, list[Command]] = {}
    for command in commands:
        groups.setdefault(_server_of(cluster, asked, command), []).append(command)
    results: list[dict[str, Any]] = []
    for server, group in groups.items():
        run = _executed_by(cluster, asked, server, group)
        results += [_result(command, run) for command in group]
    return results


def _server_of(cluster: Cluster, asked: UUID, command: Command) -> UUID:
    if command["commandType"] == "refresh_channel":
        return command["serverId"]
    channel = cluster.known_channel(channel_of(command))
    return command.get("serverId", asked) if channel is None else channel.server_id


def channel_of(command: Command) -> str:
    """The channel that a command is about; for a rename, under its old name."""
    return command.get("oldChannelName") or command["channelName"]


def _executed_by(cluster: Cluster, asked: UUID, server: UUID, group: list[Command]) -> Callable[[Command], None]:
    """What runs the commands of a group: their server if it is online, else the one that was asked."""
    if server != asked and not cluster.is_online(server, asked):
        server = asked
    if not cluster.life(server).running:
        return _failing(f"Failed to connect to {cluster.server_name(server, asked)}/127.0.0.1:{_INTERNAL_PORT}")
    if server not in cluster.dying:
        return Execution(cluster, server).run
    _die(cluster, server, group)
    if server == asked:
        raise ConnectionResetError(f"The server {server} died while it executed commands.")
    return _failing("Connection reset by peer")


def _failing(problem: str) -> Callable[[Command], None]:
    def fail(_: Command) -> None:
        raise CommandFailedError(problem)

    return fail


def _die(cluster: Cluster, server: UUID, group: list[Command]) -> None:
    """Lets a server execute some last commands, what they add being known to the database only, and one half-way."""
    after = cluster.dying.pop(server)
    before = set(cluster.channels)
    for command in group[:after]:
        with suppress(CommandFailedError):  # its reply never arrives
            Execution(cluster, server).run(command)
    for name in cluster.channels.keys() - before:
        cluster.hide(name)
    for command in group[after : after + 1]:
        if command["commandType"] != "refresh_channel":
            cluster.block(channel_of(command), HALF_WAY_FOR)
    cluster.stop_server(server)


def _result(command: Command, run: Callable[[Command], None]) -> dict[str, Any]:
    result: dict[str, Any] = {"command": echo(command), "success": True}
    try:
        run(command)
    except CommandFailedError as failure:
        result |= {"success": False, "errorMessage": str(failure)}
    return result


class Execution:
    """Commands as one server executes them.

    Args:
        cluster: The cluster.
        server: The server.
    """

    def __init__(self, cluster: Cluster, server: UUID) -> None:
        self._cluster = cluster
        self._server = server

    def run(self, command: Command) -> None:
        """Executes a command.

        Raises:
            CommandFailedError: It fails.
        """
        if self._cluster.database.is_down(self._cluster.clock.now_ns()):
            raise CommandFailedError(DATABASE_ERROR)
        getattr(self, f"_{command['commandType']}")(command)

    def _add_channel(self, command: Command) -> None:
        name = command["channelName"]
        if name in self._cluster.channels:
            raise CommandFailedError(
                f"Channel {quoted(name)} cannot be added because a channel with the same name already exists."
            )
        self._check_pending(name, "added")
        channel = Channel(
            name,
            command["serverId"],
            command["controlSystemType"],
            dict(command["decimationLevelToRetentionPeriod"]),
            command["enabled"],
            dict(command["options"]),
        )
        self._cluster.channels[name] = channel
        self._block_unless_owner(channel)

    def _add_or_update_channel(self, command: Command) -> None:
        if self._cluster.known_channel(command["channelName"]) is None:
            self._add_channel(command)
            return
        given = {"controlSystemType": "expectedControlSystemType", "serverId": "expectedServerId"}
        self._update_channel({given.get(member, member): value for member, value in command.items()})

    def _update_channel(self, command: Command) -> None:
        channel = self._existing(command["channelName"], "updated")
        expected_type = command.get("expectedControlSystemType", channel.control_system_type)
        if expected_type != channel.control_system_type:
            raise CommandFailedError(
                f"The channel {quoted(channel.name)} has the control-system type "
                f"{quoted(channel.control_system_type)}, but the control-system type {quoted(expected_type)} "
                "was specified."
            )
        _check_owner(channel, command.get("expectedServerId"))
        if not _changes_anything(channel, command):
            return
        retention = _new_retention(channel, command)
        _check_support(channel)
        self._check_pending(channel.name, "updated")
        self._cluster.take_in_signals(channel)
        channel.archive.change_levels(channel.retention, retention)
        channel.retention = retention
        channel.options = _new_options(channel, command)
        channel.enabled = command.get("enabled", channel.enabled)
        self._cluster.initialise(channel)
        self._block_unless_owner(channel)

    def _move_channel(self, command: Command) -> None:
        channel = self._existing(command["channelName"], "moved")
        if channel.server_id == command["newServerId"]:
            return
        _check_owner(channel, command.get("expectedOldServerId"))
        self._check_pending(channel.name, "moved")
        self._cluster.count(channel)
        channel.server_id = command["newServerId"]
        self._block_unless_owner(channel)
        self._cluster.initialise(channel)

    def _remove_channel(self, command: Command) -> None:
        channel = self._existing(command["channelName"], "removed")
        _check_owner(channel, command.get("expectedServerId"))
        _check_support(channel)
        self._check_pending(channel.name, "removed")
        self._cluster.count(channel)
        del self._cluster.channels[channel.name]

    def _rename_channel(self, command: Command) -> None:
        channels = self._cluster.channels
        old, new = command["oldChannelName"], command["newChannelName"]
        failure = f"Channel {quoted(old)} cannot be renamed to {quoted(new)} because"
        if self._cluster.known_channel(old) is None:
            raise CommandFailedError(f"{failure} the channel does not exist.")
        if old == new:
            return
        if new in channels:
            raise CommandFailedError(f"{failure} a channel with the same name already exists.")
        _check_owner(channels[old], command.get("expectedServerId"))
        if self._cluster.is_blocked(old) or self._cluster.is_blocked(new):
            raise CommandFailedError(f"{failure} another operation for this channel is pending.")
        self._cluster.take_in_signals(channels[old])
        channel = channels.pop(old)
        channel.name = new
        channels[new] = channel
        self._cluster.block(old)
        self._cluster.initialise(channel)
        self._block_unless_owner(channel)

    def _refresh_channel(self, command: Command) -> None:
        channel = self._cluster.channels.get(command["channelName"])
        if channel is not None and channel.server_id == self._server == command["serverId"]:
            self._cluster.initialise(channel)

    def _existing(self, name: str, verb: str) -> Channel:
        channel = self._cluster.known_channel(name)
        if channel is None:
            raise CommandFailedError(f"Channel {quoted(name)} cannot be {verb} because it does not exist.")
        return channel

    def _check_pending(self, name: str, verb: str) -> None:
        if self._cluster.is_blocked(name):
            raise CommandFailedError(
                f"Channel {quoted(name)} cannot be {verb} because another operation for this channel is pending."
            )

    def _is_owner(self, channel: Channel) -> bool:
        return channel.server_id == self._server and self._cluster.takes_itself_online(self._server)

    def _block_unless_owner(self, channel: Channel) -> None:
        if not self._is_owner(channel):
            self._cluster.block(channel.name)


def _check_owner(channel: Channel, expected: UUID | None) -> None:
    if expected is not None and expected != channel.server_id:
        raise CommandFailedError(
            f"The channel {quoted(channel.name)} is registered with the server {channel.server_id}, "
            f"but the server {expected} was specified."
        )


def _check_support(channel: Channel) -> None:
    if not channel.is_supported:
        raise CommandFailedError(f"The control-sytem support {quoted(channel.control_system_type)} is not available.")


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
    problem = not_ascending(kept | given)
    if problem is not None:
        raise CommandFailedError(problem)
    wanted = kept.keys() | set(command.get("addDecimationLevels", ()))
    return {level: (kept | given)[level] for level in sorted(wanted)}
