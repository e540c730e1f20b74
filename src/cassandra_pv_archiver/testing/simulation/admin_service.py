"""The administrative service (section 2)."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from .cluster import CONTROL_SYSTEMS, Channel, Cluster, SimulatedServer, utf16_order
from .command_execution import run_batch
from .command_parsing import BadCommandError, Command, boolean, parse_command
from .containers import path_and_query, percent_decode
from .java_json import write
from .messages import SimulatorRequest, SimulatorResponse, empty, json_reply, page
from .xml_files import BadFileError, read_file, write_file

PREFIX = "/admin/api/1.0"
_SECURITY_HEADERS = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-XSS-Protection", "1; mode=block"),
    ("Cache-Control", "no-cache, no-store, max-age=0, must-revalidate"),
    ("Pragma", "no-cache"),
    ("Expires", "0"),
    ("X-Frame-Options", "DENY"),
]
_WIDTHS = (8, 4, 4, 4, 12)
_ANY_METHOD = frozenset({"/cluster-status", "/server-status/this-server"})
Function = Callable[[Any], SimulatorResponse]
"""Answers a request, given what its body says (None for a read)."""


def tilde_decode(text: bytes) -> str:
    """Section 2.4, from the raw path segment."""
    ascii_only = "".join(
        character if character.isascii() else "?" for character in percent_decode(text).decode("utf-8", "replace")
    )
    raw = re.sub(rb"~([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), ascii_only.encode("ascii"))
    return raw.decode("utf-8", "replace")


def lenient_uuid(text: str) -> UUID | None:
    """An ID in a path: upper or lower case, groups may be short (section 2.5)."""
    match = re.fullmatch(
        r"([0-9A-Fa-f]{1,8})-([0-9A-Fa-f]{1,4})-([0-9A-Fa-f]{1,4})-([0-9A-Fa-f]{1,4})-([0-9A-Fa-f]{1,12})", text
    )
    if match is None:
        return None
    widths = (8, 4, 4, 4, 12)
    return UUID("".join(group.zfill(width) for group, width in zip(match.groups(), widths, strict=True)))


class AdminService:
    """The administrative service of one server of the cluster."""

    def __init__(self, cluster: Cluster, server: SimulatedServer) -> None:
        self._cluster = cluster
        self._server = server

    def handle(self, request: SimulatorRequest) -> SimulatorResponse:
        """Answers a request."""
        response = self._answer(request)
        response.headers[:0] = _SECURITY_HEADERS
        return response

    def _answer(self, request: SimulatorRequest) -> SimulatorResponse:
        user = self._user(request)
        if user == "wrong":
            return page(403)
        path = path_and_query(request.target)[0].decode("ascii")
        if not path.startswith(PREFIX + "/"):
            return page(404)
        path = path.removeprefix(PREFIX)
        path = path[:-1] if len(path) > 1 and path.endswith("/") else path
        found = self._route(path)
        if found is None:
            return page(404)
        methods, function = found
        if path not in _ANY_METHOD and request.method not in methods:
            if request.method == "OPTIONS":
                return SimulatorResponse(200, [("Allow", ",".join([*methods, "OPTIONS"]))])
            refused = page(405)
            refused.headers.append(("Allow", ", ".join(methods)))
            return refused
        if methods == ("POST",):
            return self._change(request, function, user)
        if not accepts_json(request):
            return page(406)
        return function(None)

    def _user(self, request: SimulatorRequest) -> str:
        header = request.header("Authorization")
        if header is None or not header.startswith("Basic "):
            return "anonymous"
        try:
            name, colon, password = base64.b64decode(header[6:], validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "wrong"
        return "administrator" if colon and self._cluster.users.get(name) == password else "wrong"

    def _route(self, path: str) -> tuple[tuple[str, ...], Function] | None:
        read = ("GET", "HEAD")
        match path.split("/")[1:]:
            case ["channels", "all"]:
                return read, lambda _: self._all_channels()
            case ["channels", "all", "by-name", name] if name:
                return read, lambda _: self._channel(name, None)
            case ["channels", "by-server", server]:
                return read, lambda _: self._channels_of(server)
            case ["channels", "by-server", server, "by-name", name] if name:
                return read, lambda _: self._channel(name, server)
            case ["channels", "by-server", server, "export"]:
                return read, lambda _: self._export(server)
            case ["channels", "by-server", server, "import"]:
                return ("POST",), lambda asked: self._import(asked, server)
            case ["run-archive-configuration-commands"]:
                return ("POST",), self._run_commands
            case ["cluster-status"]:
                return read, lambda _: self._cluster_status()
            case ["server-status", "this-server"]:
                return read, lambda _: self._server_status()
            case _:
                return None

    def _change(self, request: SimulatorRequest, function: Function, user: str) -> SimulatorResponse:
        media_type = (request.header("Content-Type") or "").partition(";")[0].strip().lower()
        if request.body and not re.fullmatch(r"application/(json|[^/ ]*\+json)", media_type):
            return page(415)
        try:
            body = json.loads(request.body)
            parsed = _check_import(body) if "/import" in request.target.decode() else _check_batch(body)
        except (ValueError, RecursionError, BadCommandError):
            return page(400)
        if user != "administrator":
            return page(403)
        reply = function(parsed)
        return reply if accepts_json(request) or not reply.body else page(406)

    def _all_channels(self) -> SimulatorResponse:
        channels = [
            {
                "channelDataId": str(channel.data_id),
                "channelName": channel.name,
                "controlSystemName": _display_name(channel),
                "controlSystemType": channel.control_system_type,
                "decimationLevels": [str(level) for level in sorted(channel.retention)],
                "serverId": str(channel.server_id),
                "serverName": self._cluster.server_name(channel.server_id),
            }
            for channel in self._cluster.sorted_channels()
        ]
        return json_reply(200, write({"channels": channels}))

    def _channels_of(self, server: str) -> SimulatorResponse:
        owned = self._owned(server)
        if owned is None:
            return empty(404)
        server_id, channels = owned
        online = self._cluster.online(server_id)
        listed = [self._information(channel, online) for channel in channels]
        return json_reply(200, write({"channels": listed, "statusAvailable": online}))

    def _owned(self, server: str) -> tuple[UUID, list[Channel]] | None:
        server_id = lenient_uuid(server)
        if server_id is None:
            return None
        channels = [channel for channel in self._cluster.sorted_channels() if channel.server_id == server_id]
        if not self._cluster.online(server_id):
            channels.sort(key=lambda channel: channel.name.encode())
        return (server_id, channels) if channels or server_id in self._cluster.servers else None

    def _channel(self, encoded: str, server: str | None) -> SimulatorResponse:
        channel = self._cluster.channels.get(tilde_decode(encoded.encode()))
        if channel is None or (server is not None and lenient_uuid(server) != channel.server_id):
            return empty(404)
        online = self._cluster.online(channel.server_id)
        information = self._information(channel, online)
        ordered: dict[str, Any] = {}
        for member, value in information.items():
            if member == "state":
                ordered["serverId"] = str(channel.server_id)
                ordered["serverName"] = self._cluster.server_name(channel.server_id)
            ordered[member] = value
        return json_reply(200, write(ordered))

    def _information(self, channel: Channel, with_status: bool) -> dict[str, Any]:
        state, error = self._state(channel)
        return {
            "channelDataId": str(channel.data_id),
            "channelName": channel.name,
            "controlSystemName": _display_name(channel),
            "controlSystemType": channel.control_system_type,
            "decimationLevelToRetentionPeriod": {
                str(level): str(period) for level, period in sorted(channel.retention.items())
            },
            "enabled": channel.enabled,
            "errorMessage": error if with_status else None,
            "options": dict(sorted(channel.options.items(), key=lambda item: utf16_order(item[0]))),
            "state": state if with_status else None,
            "totalSamplesDropped": str(channel.dropped) if with_status else None,
            "totalSamplesSkippedBack": str(channel.skipped_back) if with_status else None,
            "totalSamplesWritten": str(channel.written) if with_status else None,
        }

    def _state(self, channel: Channel) -> tuple[str, str | None]:
        if self._cluster.clock.seconds() < channel.protected_until:
            return "error", 'The channel cannot be initialized because an operation of type "protective" is pending.'
        return channel.state, channel.error_message

    def _export(self, server: str) -> SimulatorResponse:
        owned = self._owned(server)
        if owned is None:
            return empty(404)
        document = base64.b64encode(write_file(owned[1]).encode()).decode("ascii")
        return json_reply(200, write({"configurationFile": document}))

    def _import(self, asked: dict[str, Any], server: str) -> SimulatorResponse:
        server_id = lenient_uuid(server)
        if server_id is None:
            return empty(404)
        if not asked["file"]:
            return _import_result(503, error="Configuration file must have non-zero length.")
        try:
            channels = read_file(asked["file"])
        except BadFileError as error:
            return _import_result(400, error=f"Parsing error: {error}")
        commands = _import_commands(channels, asked, str(server_id))
        removed = self._not_named(server_id, channels) if asked["removeChannels"] else []
        if asked["simulate"]:
            names = channels.keys() if commands else ()
            return _import_result(200, sorted(names, key=utf16_order), None, sorted(removed, key=utf16_order), None)
        commands += [
            {"commandType": "remove_channel", "channelName": name, "expectedServerId": str(server_id)}
            for name in removed
        ]
        results = run_batch(self._cluster, self._server.server_id, [parse_command(command) for command in commands])
        succeeded: dict[bool, list[str]] = {False: [], True: []}
        failed: dict[bool, dict[str, str | None]] = {False: {}, True: {}}
        for result in sorted(results, key=lambda result: utf16_order(result["command"]["channelName"])):
            removal = result["command"]["commandType"] == "remove_channel"
            name = result["command"]["channelName"]
            if result["success"]:
                succeeded[removal].append(name)
            else:
                failed[removal][name] = result.get("errorMessage")
        status = 500 if failed[False] or failed[True] else 200
        return _import_result(status, succeeded[False], failed[False], succeeded[True], failed[True])

    def _not_named(self, server_id: UUID, channels: dict[str, Any]) -> list[str]:
        owned = (channel.name for channel in self._cluster.sorted_channels() if channel.server_id == server_id)
        return [name for name in owned if name not in channels]

    def _run_commands(self, commands: list[Command]) -> SimulatorResponse:
        results = run_batch(self._cluster, self._server.server_id, commands)
        status = 200 if all(result["success"] for result in results) else 500
        return json_reply(status, write({"errorMessage": None, "results": results}))

    def _cluster_status(self) -> SimulatorResponse:
        now_ms = self._cluster.clock.now_ns() // 1_000_000
        servers = [
            {
                "lastOnlineTime": str(server.last_online_ms(now_ms)),
                "online": server.online(now_ms),
                "serverId": str(server.server_id),
                "serverName": server.name,
            }
            for server in sorted(self._cluster.servers.values(), key=lambda server: server.server_id.int)
        ]
        return json_reply(200, write({"servers": servers}))

    def _server_status(self) -> SimulatorResponse:
        channels = [c for c in self._cluster.channels.values() if c.server_id == self._server.server_id]
        states = [self._state(channel)[0] for channel in channels]
        status = {
            "cassandraClusterName": "Simulated Cluster",
            "cassandraError": None,
            "cassandraKeyspaceName": "pv_archive",
            "channelsDisconnected": str(states.count("disconnected")),
            "channelsError": str(states.count("error")),
            "channelsTotal": str(len(channels)),
            "serverId": str(self._server.server_id),
            "serverLastOnlineTime": str(self._server.last_online_ms(self._cluster.clock.now_ns() // 1_000_000)),
            "serverName": self._server.name,
            "serverOnline": self._server.running,
            "totalSamplesDropped": str(sum(channel.dropped for channel in channels)),
            "totalSamplesWritten": str(sum(channel.written for channel in channels)),
        }
        return json_reply(200, write(status))


def accepts_json(request: SimulatorRequest) -> bool:
    """Whether the Accept header admits JSON or a wildcard (section 1.1)."""
    accept = request.header("Accept")
    if not accept:
        return True
    types = (part.partition(";")[0].strip().lower() for part in accept.split(","))
    return any(media_type in {"*/*", "application/*", "application/json", "application/*+json"} for media_type in types)


def _display_name(channel: Channel) -> str:
    return CONTROL_SYSTEMS.get(channel.control_system_type, channel.control_system_type)


_IMPORT_MEMBERS = frozenset({"addChannels", "configurationFile", "removeChannels", "simulate", "updateChannels"})


def _check_batch(body: Any) -> list[dict[str, Any]]:
    if not isinstance(body, dict) or body.keys() != {"commands"}:  # pyright: ignore[reportUnknownMemberType] -- any JSON may come
        raise BadCommandError
    commands = cast("dict[str, Any]", body)["commands"]
    if not isinstance(commands, list):
        raise BadCommandError
    return [parse_command(command) for command in cast("list[Any]", commands)]


def _check_import(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise BadCommandError
    members = cast("dict[str, Any]", body)
    file = members.get("configurationFile")
    if members.keys() - _IMPORT_MEMBERS or not isinstance(file, str):
        raise BadCommandError
    flags = {
        name: members.get(name) is not None and boolean(members[name])
        for name in _IMPORT_MEMBERS - {"configurationFile"}
    }
    return {**flags, "file": base64.b64decode(file, validate=True)}


def _import_commands(
    channels: dict[str, dict[str, Any]], asked: dict[str, Any], server_id: str
) -> list[dict[str, Any]]:
    if not asked["addChannels"] and not asked["updateChannels"]:
        return []
    commands: list[dict[str, Any]] = []
    for name, channel in channels.items():
        command: dict[str, Any] = {
            "channelName": name,
            "decimationLevels": sorted(channel["retention"]),
            "decimationLevelToRetentionPeriod": {str(level): kept for level, kept in channel["retention"].items()},
            "enabled": channel["enabled"],
            "options": channel["options"],
        }
        if asked["addChannels"]:
            kind = "add_or_update_channel" if asked["updateChannels"] else "add_channel"
            command |= {"controlSystemType": channel["controlSystemType"], "serverId": server_id}
        else:
            kind = "update_channel"
            command |= {"expectedControlSystemType": channel["controlSystemType"], "expectedServerId": server_id}
        commands.append({"commandType": kind, **command})
    return commands


def _import_result(
    status: int,
    succeeded: list[str] | None = None,
    failed: dict[str, str | None] | None = None,
    removed: list[str] | None = None,
    not_removed: dict[str, str | None] | None = None,
    *,
    error: str | None = None,
) -> SimulatorResponse:
    result = {
        "addOrUpdateFailed": failed,
        "addOrUpdateSucceeded": succeeded,
        "errorMessage": error,
        "removeFailed": not_removed,
        "removeSucceeded": removed,
    }
    return json_reply(status, write(result))
