"""Configuration files brought into a cluster (section 2.11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from . import json_reading as read
from .cluster import Cluster
from .command_execution import DATABASE_ACCESS_ERROR, run_batch
from .command_parsing import Command, normalised, sorted_options
from .configuration_reading import ChannelConfiguration, UnusableFileError, read_configuration
from .java_cursor import InexpressibleError
from .java_text import code_units
from .json_reading import UnreadableError

_FLAGS = ("addChannels", "removeChannels", "simulate", "updateChannels")


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What is asked for.

    Attributes:
        document: The configuration file.
        add: Whether channels are added that do not exist.
        remove: Whether channels are removed that the file does not name.
        simulate: Whether nothing is changed.
        update: Whether channels that exist are changed.
    """

    document: bytes
    add: bool
    remove: bool
    simulate: bool
    update: bool


def parse_import(body: Any) -> ImportRequest:
    """The request of a body.

    Raises:
        UnreadableError: It breaks a rule.
    """
    given = read.members(body, {"configurationFile", *_FLAGS})
    if "configurationFile" not in given:
        raise UnreadableError
    flags = (read.boolean(given.get(flag, False)) or False for flag in _FLAGS)
    return ImportRequest(read.binary(given["configurationFile"]), *flags)


def run_import(cluster: Cluster, asked: UUID, server_id: UUID, request: ImportRequest) -> tuple[int, dict[str, Any]]:
    """Imports a file for a server.

    Args:
        cluster: The cluster.
        asked: The server that was asked.
        server_id: The server whose channels the file is about.
        request: What is asked for.

    Returns:
        Status and body of the reply.
    """
    if not request.document:
        return 503, _reply(error="Configuration file must have non-zero length.")
    try:
        channels = read_configuration(request.document)
    except UnusableFileError as error:
        return 400, _reply(error=f"Parsing error: {error}")
    except InexpressibleError as error:
        return 501, _reply(error=f"The simulator cannot say what the server would answer: {error}")
    commands = _commands(channels, server_id, request)
    if request.remove and not cluster.can_list(server_id, asked):
        return 503, _reply(error=DATABASE_ACCESS_ERROR)
    removed = _not_named(cluster, server_id, channels) if request.remove else []
    if request.simulate:
        return 200, _reply(succeeded=(sorted({*map(_name, commands)}, key=code_units), removed))
    if not cluster.can_find_owners():
        return 503, _reply(error=DATABASE_ACCESS_ERROR)
    commands += [
        {"commandType": "remove_channel", "channelName": name, "expectedServerId": server_id} for name in removed
    ]
    return _outcome(run_batch(cluster, asked, commands))


def _name(command: Command) -> str:
    return command["channelName"]


def _commands(channels: dict[str, ChannelConfiguration], server_id: UUID, request: ImportRequest) -> list[Command]:
    if not request.add and not request.update:
        return []
    return [_command(name, channel, server_id, request) for name, channel in channels.items()]


def _command(name: str, channel: ChannelConfiguration, server_id: UUID, request: ImportRequest) -> Command:
    command: Command = {
        "channelName": name,
        "decimationLevels": list(channel.retention),
        "decimationLevelToRetentionPeriod": channel.retention,
        "enabled": channel.enabled,
        "options": sorted_options(channel.options),
    }
    if not request.add:
        expected = {"expectedControlSystemType": channel.control_system_type, "expectedServerId": server_id}
        return normalised({"commandType": "update_channel", **command, **expected})
    kind = "add_or_update_channel" if request.update else "add_channel"
    owner = {"controlSystemType": channel.control_system_type, "serverId": server_id}
    return normalised({"commandType": kind, **command, **owner})


def _not_named(cluster: Cluster, server_id: UUID, channels: dict[str, ChannelConfiguration]) -> list[str]:
    owned = cluster.owned_channels(server_id, from_database=False)
    return [channel.name for channel in owned if channel.name not in channels]


def _outcome(results: list[dict[str, Any]]) -> tuple[int, dict[str, Any]]:
    succeeded: tuple[list[str], list[str]] = ([], [])
    failed: tuple[dict[str, str | None], dict[str, str | None]] = ({}, {})
    for result in sorted(results, key=lambda result: code_units(_name(result["command"]))):
        removal = int(result["command"]["commandType"] == "remove_channel")
        name = _name(result["command"])
        if result["success"]:
            succeeded[removal].append(name)
        else:
            failed[removal][name] = result.get("errorMessage")
    return 500 if any(failed) else 200, _reply(succeeded=succeeded, failed=failed)


def _reply(
    *,
    succeeded: tuple[list[str] | None, list[str] | None] = (None, None),
    failed: tuple[dict[str, str | None] | None, dict[str, str | None] | None] = (None, None),
    error: str | None = None,
) -> dict[str, Any]:
    return {
        "addOrUpdateFailed": failed[0],
        "addOrUpdateSucceeded": succeeded[0],
        "errorMessage": error,
        "removeFailed": failed[1],
        "removeSucceeded": succeeded[1],
    }
