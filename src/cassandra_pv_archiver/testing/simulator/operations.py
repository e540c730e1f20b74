"""Which operation a request asks for, by the names of the specifications."""

from __future__ import annotations

import json
import re
from typing import Any, Literal, TypeAlias

from .admin_paths import tilde_decoded
from .container import lookup_path, percent_decode, split_target
from .messages import SimulatorRequest

Service: TypeAlias = Literal["admin", "archive"]

_ADMIN = re.compile(
    r"/admin/api/1\.0/(?:"
    r"(?P<listAllChannels>channels/all)"
    r"|channels/all/by-name/(?P<getChannel>[^/]+)"
    r"|channels/by-server/[^/]+/by-name/(?P<getChannelOfServer>[^/]+)"
    r"|(?P<exportServerConfiguration>channels/by-server/[^/]+/export)"
    r"|(?P<importServerConfiguration>channels/by-server/[^/]+/import)"
    r"|(?P<listChannelsForServer>channels/by-server/[^/]+)"
    r"|(?P<runArchiveConfigurationCommands>run-archive-configuration-commands)"
    r"|(?P<getClusterStatus>cluster-status)"
    r"|(?P<getServerStatus>server-status/this-server)"
    r")/?"
)
_ARCHIVE = re.compile(
    rb"/archive-access/api/1\.0/archive/(?:\d+/(?:"
    rb"(?P<getSamples>samples)|(?P<findChannelsByPattern>channels-by-pattern)|(?P<findChannelsByRegexp>channels-by-regexp)"
    rb")/(?P<value>.*)|(?P<listArchives>))",
    re.DOTALL,
)

OPERATIONS = frozenset({*_ADMIN.groupindex, *_ARCHIVE.groupindex} - {"value"})
"""The operations by their names in the specifications."""


def operation_of(service: Service, request: SimulatorRequest) -> tuple[str | None, frozenset[str]]:
    """The operation that a request asks for, and the names of the channels that it is about.

    The operation is None if there is no such path.
    """
    path = split_target(request.target)[0]
    return _archive_operation(path) if service == "archive" else _admin_operation(path, request.body)


def _archive_operation(path: bytes) -> tuple[str | None, frozenset[str]]:
    match = _ARCHIVE.fullmatch(path)
    if match is None:
        return None, frozenset()
    operation = next(name for name, value in match.groupdict().items() if name != "value" and value is not None)
    if operation != "getSamples":
        return operation, frozenset()
    return operation, frozenset({percent_decode(match["value"].replace(b"+", b" ")).decode(errors="replace")})


def _admin_operation(path: bytes, body: bytes) -> tuple[str | None, frozenset[str]]:
    match = _ADMIN.fullmatch(lookup_path(path))
    if match is None:
        return None, frozenset()
    operation, value = next((name, value) for name, value in match.groupdict().items() if value is not None)
    if operation == "runArchiveConfigurationCommands":
        return operation, _channels_of_commands(body)
    is_named = operation in {"getChannel", "getChannelOfServer"}
    return operation, frozenset({tilde_decoded(value)}) if is_named else frozenset()


def _channels_of_commands(body: bytes) -> frozenset[str]:
    try:
        commands: Any = json.loads(body)["commands"]
        names = (command.get(member) for command in commands for member in _NAME_MEMBERS)
        return frozenset(name for name in names if isinstance(name, str))
    except (ValueError, TypeError, KeyError, AttributeError):
        return frozenset()


_NAME_MEMBERS = ("channelName", "oldChannelName", "newChannelName")
