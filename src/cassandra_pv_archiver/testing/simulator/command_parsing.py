"""Reads commands, checks them and brings them into their normal form (section 3.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias, cast
from uuid import UUID

from . import json_reading as read
from .java_text import code_units
from .json_reading import UnreadableError

Command: TypeAlias = dict[str, Any]
"""A command in its normal form.

Levels are ascending lists of integers, retention periods a mapping of integers, IDs are UUIDs; members that were null
are left out. The members are in the order in which they are echoed.
"""


def _levels(value: Any) -> list[int]:
    return sorted(_not_negative(map(read.integer, read.elements(value))))


def _retention_periods(value: Any) -> dict[int, int]:
    given = {read.integer_key(level): max(read.integer(period), 0) for level, period in read.mapping(value).items()}
    _not_negative(given)
    return dict(sorted(given.items()))


def _not_negative(levels: Iterable[int]) -> set[int]:
    found = set(levels)
    if any(level < 0 for level in found):
        raise UnreadableError
    return found


def _options(value: Any) -> dict[str, str]:
    return sorted_options({option: read.text(setting) for option, setting in read.mapping(value).items()})


def _option_names(value: Any) -> list[str]:
    return sorted({read.text(element) for element in read.elements(value)}, key=code_units)


def sorted_options(options: Mapping[str, str]) -> dict[str, str]:
    """Options in the order of their names."""
    return dict(sorted(options.items(), key=lambda option: code_units(option[0])))


_REQUIRED, _OPTIONAL = True, False
_ADD: dict[str, tuple[read.Reader[Any], bool]] = {
    "channelName": (read.name, _REQUIRED),
    "controlSystemType": (read.text, _REQUIRED),
    "decimationLevels": (_levels, _OPTIONAL),
    "decimationLevelToRetentionPeriod": (_retention_periods, _OPTIONAL),
    "enabled": (read.boolean, _REQUIRED),
    "options": (_options, _OPTIONAL),
    "serverId": (read.server_id, _REQUIRED),
}
# Members in the order of the echo.
_MEMBERS: dict[str, dict[str, tuple[read.Reader[Any], bool]]] = {
    "add_channel": _ADD,
    "add_or_update_channel": _ADD,
    "move_channel": {
        "channelName": (read.name, _REQUIRED),
        "expectedOldServerId": (read.server_id, _OPTIONAL),
        "newServerId": (read.server_id, _REQUIRED),
    },
    "refresh_channel": {"channelName": (read.name, _REQUIRED), "serverId": (read.server_id, _REQUIRED)},
    "remove_channel": {"channelName": (read.name, _REQUIRED), "expectedServerId": (read.server_id, _OPTIONAL)},
    "rename_channel": {
        "expectedServerId": (read.server_id, _OPTIONAL),
        "newChannelName": (read.name, _REQUIRED),
        "oldChannelName": (read.name, _REQUIRED),
    },
    "update_channel": {
        "channelName": (read.name, _REQUIRED),
        "expectedControlSystemType": (read.text, _OPTIONAL),
        "expectedServerId": (read.server_id, _OPTIONAL),
        "decimationLevels": (_levels, _OPTIONAL),
        "addDecimationLevels": (_levels, _OPTIONAL),
        "removeDecimationLevels": (_levels, _OPTIONAL),
        "decimationLevelToRetentionPeriod": (_retention_periods, _OPTIONAL),
        "enabled": (read.boolean, _OPTIONAL),
        "options": (_options, _OPTIONAL),
        "addOptions": (_options, _OPTIONAL),
        "removeOptions": (_option_names, _OPTIONAL),
    },
}


def parse_commands(body: Any) -> list[Command]:
    """The commands of a request's body.

    Raises:
        UnreadableError: The body, or any command of it, breaks a rule.
    """
    commands = read.members(body, {"commands"}).get("commands")
    return [_parse_command(command) for command in read.elements(commands)]


def _parse_command(given: Any) -> Command:
    kind = read.mapping(given).get("commandType")
    if not isinstance(kind, str) or kind not in _MEMBERS:
        raise UnreadableError
    known = _MEMBERS[kind]
    found = read.members(given, {"commandType", *known})
    command: Command = {"commandType": kind}
    for member, (reader, required) in known.items():
        value = reader(found[member]) if member in found else None
        if value is not None:
            command[member] = value
        elif required:
            raise UnreadableError
    return normalised(command)


def normalised(command: Command) -> Command:
    """A command in its normal form.

    Args:
        command: The command, of which members that are optional may be missing.

    Raises:
        UnreadableError: Its members contradict each other.
    """
    kind = command["commandType"]
    if kind in {"add_channel", "add_or_update_channel"}:
        _complete_add(command)
    elif kind == "update_channel":
        _complete_update(command)
    return {member: command[member] for member in ("commandType", *_MEMBERS[kind]) if member in command}


def _complete_add(command: Command) -> None:
    command["decimationLevels"] = sorted({0, *command.get("decimationLevels", ())})
    command.setdefault("options", {})
    _set_retention(command, _of_exactly(command["decimationLevels"], command))


def _complete_update(command: Command) -> None:
    _check_exclusion(command, "decimationLevels", ("addDecimationLevels", "removeDecimationLevels"))
    _check_exclusion(command, "options", ("addOptions", "removeOptions"))
    if "addOptions" in command or "removeOptions" in command:
        added, removed = command.setdefault("addOptions", {}), command.setdefault("removeOptions", [])
        _check_disjoint(added, removed)
    if "decimationLevels" in command:
        command["decimationLevels"] = sorted({0, *command["decimationLevels"]})
        retention = _of_exactly(command["decimationLevels"], command)
    else:
        retention = _of_changes(command)
    _set_retention(command, retention)


def _check_exclusion(command: Command, whole: str, parts: tuple[str, str]) -> None:
    if whole in command and any(part in command for part in parts):
        raise UnreadableError


def _check_disjoint(added: Iterable[Any], removed: Iterable[Any]) -> None:
    if set(added) & set(removed):
        raise UnreadableError


def _of_exactly(levels: list[int], command: Command) -> dict[int, int]:
    given = command.get("decimationLevelToRetentionPeriod", {})
    return {level: given.get(level, 0) for level in levels}


def _of_changes(command: Command) -> dict[int, int]:
    given: dict[int, int] = command.get("decimationLevelToRetentionPeriod", {})
    if "addDecimationLevels" not in command and "removeDecimationLevels" not in command:
        return given
    added = [level for level in command.get("addDecimationLevels", ()) if level]
    removed = [level for level in command.get("removeDecimationLevels", ()) if level]
    _check_disjoint(added, removed)
    command["addDecimationLevels"], command["removeDecimationLevels"] = added, removed
    kept = {level: period for level, period in given.items() if level not in removed}
    return dict(sorted((dict.fromkeys(added, 0) | kept).items()))


def _set_retention(command: Command, retention: dict[int, int]) -> None:
    if not_ascending(retention) is not None:
        raise UnreadableError
    command["decimationLevelToRetentionPeriod"] = retention


def not_ascending(retention: Mapping[int, int]) -> str | None:
    """The server's message if a longer level has a shorter retention period, where 0 is infinite; else None."""
    previous: tuple[int, int] | None = None
    for level, period in sorted(retention.items()):
        if previous is not None and 0 < period < (previous[1] or 2**31):
            shown = previous[1] or "unbounded"
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
        case _:
            return [_wire(element) for element in value]
