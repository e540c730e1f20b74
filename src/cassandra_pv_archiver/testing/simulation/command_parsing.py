"""Reads commands as the server does: lenient about scalars, strict about everything else (sections 2.3 and 3.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, cast
from uuid import UUID

from .cluster import utf16_order

Command: TypeAlias = dict[str, Any]
"""A normalised command: levels as sets and maps of integers, IDs as UUIDs, members that were null left out."""


class BadCommandError(Exception):
    """The request cannot be turned into commands; the client sees a bare 400."""


def integer(value: Any) -> int:
    """An integer of 32 bits, as a number or as text."""
    if isinstance(value, bool):
        raise BadCommandError
    if isinstance(value, str):
        if not re.fullmatch(r"\s*[+-]?[0-9]+\s*", value):
            raise BadCommandError
        value = int(value)
    if not isinstance(value, int | float) or not -(2**31) <= int(value) < 2**31:
        raise BadCommandError
    return int(value)


def boolean(value: Any) -> bool:
    """A boolean, as itself, as text or as a number."""
    if isinstance(value, bool | int):
        return bool(value)
    if value in {"true", "True", "false", "False"}:
        return str(value).lower() == "true"
    raise BadCommandError


def text(value: Any) -> str:
    """A text; numbers and booleans are converted."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise BadCommandError


def name(value: Any) -> str:
    """A text that is not empty."""
    converted = text(value)
    if not converted:
        raise BadCommandError
    return converted


def server_id(value: Any) -> UUID:
    """A UUID of 36 characters."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", value):
        raise BadCommandError
    return UUID(value)


def levels(value: Any) -> list[int]:
    """Decimation levels, ascending, each once."""
    found = {integer(element) for element in _list(value)}
    if any(level < 0 for level in found):
        raise BadCommandError
    return sorted(found)


def periods(value: Any) -> dict[int, int]:
    """Retention periods by level; negative ones become 0."""
    found = {integer(level): max(integer(period), 0) for level, period in _object(value).items()}
    if any(level < 0 for level in found):
        raise BadCommandError
    return dict(sorted(found.items()))


def options(value: Any) -> dict[str, str]:
    """Options, sorted by name."""
    found = {option: text(setting) for option, setting in _object(value).items()}
    return dict(sorted(found.items(), key=lambda item: utf16_order(item[0])))


def option_names(value: Any) -> list[str]:
    """Names of options, sorted, each once."""
    return sorted({text(element) for element in _list(value)}, key=utf16_order)


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise BadCommandError
    return cast("list[Any]", value)


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadCommandError
    return cast("dict[str, Any]", value)


Reader: TypeAlias = Callable[[Any], Any]
_ADD: dict[str, tuple[Reader, bool]] = {
    "channelName": (name, True),
    "controlSystemType": (text, True),
    "decimationLevels": (levels, False),
    "decimationLevelToRetentionPeriod": (periods, False),
    "enabled": (boolean, True),
    "options": (options, False),
    "serverId": (server_id, True),
}
# Members in the order of the echo, with their reader and whether they are required.
_MEMBERS: dict[str, dict[str, tuple[Reader, bool]]] = {
    "add_channel": _ADD,
    "add_or_update_channel": _ADD,
    "move_channel": {
        "channelName": (name, True),
        "expectedOldServerId": (server_id, False),
        "newServerId": (server_id, True),
    },
    "refresh_channel": {"channelName": (name, True), "serverId": (server_id, True)},
    "remove_channel": {"channelName": (name, True), "expectedServerId": (server_id, False)},
    "rename_channel": {
        "expectedServerId": (server_id, False),
        "newChannelName": (name, True),
        "oldChannelName": (name, True),
    },
    "update_channel": {
        "channelName": (name, True),
        "expectedControlSystemType": (text, False),
        "expectedServerId": (server_id, False),
        "decimationLevels": (levels, False),
        "addDecimationLevels": (levels, False),
        "removeDecimationLevels": (levels, False),
        "decimationLevelToRetentionPeriod": (periods, False),
        "enabled": (boolean, False),
        "options": (options, False),
        "addOptions": (options, False),
        "removeOptions": (option_names, False),
    },
}


def parse_command(given: Any) -> Command:
    """Reads and normalises one command.

    Raises:
        BadCommandError: It breaks a rule.
    """
    members = dict(_object(given))
    kind = members.pop("commandType", None)
    if not isinstance(kind, str) or kind not in _MEMBERS or members.keys() - _MEMBERS[kind].keys():
        raise BadCommandError
    command: Command = {"commandType": kind}
    for member, (read, required) in _MEMBERS[kind].items():
        if members.get(member) is not None:
            command[member] = read(members[member])
        elif required:
            raise BadCommandError
    if kind in {"add_channel", "add_or_update_channel"}:
        return _normal_add(command)
    return _normal_update(command) if kind == "update_channel" else command


def _in_order(command: Command) -> Command:
    kind = command["commandType"]
    return {"commandType": kind} | {member: command[member] for member in _MEMBERS[kind] if member in command}


def _normal_add(command: Command) -> Command:
    wanted = sorted({0, *command.get("decimationLevels", ())})
    given = command.get("decimationLevelToRetentionPeriod", {})
    command["decimationLevels"] = wanted
    command["decimationLevelToRetentionPeriod"] = {level: given.get(level, 0) for level in wanted}
    command.setdefault("options", {})
    if ascending_problem(command["decimationLevelToRetentionPeriod"]) is not None:
        raise BadCommandError
    return _in_order(command)


def _normal_update(command: Command) -> Command:
    _check_exclusions(command, "decimationLevels", "addDecimationLevels", "removeDecimationLevels")
    _check_exclusions(command, "options", "addOptions", "removeOptions")
    given: dict[int, int] = command.get("decimationLevelToRetentionPeriod", {})
    if "decimationLevels" in command:
        command["decimationLevels"] = sorted({0, *command["decimationLevels"]})
        given = {level: given.get(level, 0) for level in command["decimationLevels"]}
    elif "addDecimationLevels" in command or "removeDecimationLevels" in command:
        added = [level for level in command.get("addDecimationLevels", ()) if level]
        removed = [level for level in command.get("removeDecimationLevels", ()) if level]
        if set(added) & set(removed):
            raise BadCommandError
        command["addDecimationLevels"], command["removeDecimationLevels"] = added, removed
        given = {level: period for level, period in given.items() if level not in removed}
        given = dict(sorted((dict.fromkeys(added, 0) | given).items()))
    if "addOptions" in command or "removeOptions" in command:
        command.setdefault("addOptions", {})
        command.setdefault("removeOptions", [])
        if command["addOptions"].keys() & set(command["removeOptions"]):
            raise BadCommandError
    if ascending_problem(given) is not None:
        raise BadCommandError
    command["decimationLevelToRetentionPeriod"] = given
    return _in_order(command)


def _check_exclusions(command: Command, whole: str, *parts: str) -> None:
    if whole in command and any(part in command for part in parts):
        raise BadCommandError


def ascending_problem(retention: Mapping[int, int]) -> str | None:
    """The message R1 of section 3.3 if a longer level has a shorter retention period, where 0 is infinite."""
    previous: tuple[int, int] | None = None
    for level, period in sorted(retention.items()):
        if previous is not None and (period or 2**31) < (previous[1] or 2**31):
            shown = "unbounded" if previous[1] == 0 else previous[1]
            return (
                f"Decimation level {level} has a retention period of {period} which is less than the retention "
                f"period of decimation level {previous[0]} which is {shown}."
            )
        previous = level, period
    return None


def echo(command: Command) -> dict[str, Any]:
    """A command as it stands in a result."""
    return {member: _wire(value) for member, value in command.items()}


def _wire(value: Any) -> Any:
    match value:
        case bool() | str():
            return value
        case int() | UUID():
            return str(value)
        case dict():
            return {str(key): _wire(member) for key, member in cast("dict[Any, Any]", value).items()}
        case list():
            return [_wire(element) for element in cast("list[Any]", value)]
        case _:
            raise TypeError(f"{value!r} is no part of a command")


def quoted(channel: str) -> str:
    """A name in quotation marks, escaped as in the server's messages (section 3.3)."""
    escaped = "".join(_escape(unit) for unit in _utf16_units(channel))
    return f'"{escaped}"'


def _utf16_units(channel: str) -> list[int]:
    raw = channel.encode("utf-16-be", errors="surrogatepass")
    return [int.from_bytes(raw[place : place + 2], "big") for place in range(0, len(raw), 2)]


_SHORT = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}


def _escape(unit: int) -> str:
    if unit in _SHORT:
        return _SHORT[unit]
    return chr(unit) if 0x20 <= unit <= 0x7F else f"\\u{unit:04X}"
