"""Configuration files for people, written so that what channels have in common is there once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard
from uuid import UUID

from .durations import level_text, period_text
from .model import ArchiveConfiguration, ChannelConfiguration
from .name_ranges import name_patterns

__all__ = ["write_toml", "write_yaml"]

_Settings = tuple[UUID | None, str, tuple[tuple[int, int], ...], bool, tuple[tuple[str, str], ...]]
_LONGEST_LINE = 100
_PLAIN_TEXT = re.compile(r"[A-Za-z_/][\w/.:+-]*(?<!:)", re.ASCII)
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_][\w.-]*", re.ASCII)
_PLAIN_DURATION = re.compile("[0-9]+(?:s|min|h|d)")
_BARE_KEY = re.compile("[A-Za-z0-9_-]+")
# What other readers of YAML take for something else than a text.
_WORDS = {"true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf"}
_ESCAPED = re.compile(r'["\\\x00-\x1f\x7f-\x9f\xad\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def write_yaml(configuration: ArchiveConfiguration, *, with_ranges: bool = False) -> bytes:
    """Writes a configuration file in YAML 1.2 that `read_yaml` reads back as it is.

    Channels with the same settings are a group. PyYAML is not needed.

    Args:
        configuration: The configuration.
        with_ranges: Whether three or more channels of a group whose names differ only in a number are written as one,
            with a variable: ``name: RING:S{i:02d}:TEMP``, ``for: {i: 1..24}``.
    """
    return ("\n".join(_yaml(_document(configuration, with_ranges), "")) + "\n").encode()


def write_toml(configuration: ArchiveConfiguration, *, with_ranges: bool = False) -> bytes:
    """Writes a configuration file in TOML that `read_toml` reads back as it is.

    Channels with the same settings are a group.

    Args:
        configuration: The configuration.
        with_ranges: Whether three or more channels of a group whose names differ only in a number are written as one,
            with a variable: ``name = "RING:S{i:02d}:TEMP"``, ``for = { i = "1..24" }``.
    """
    return ("\n".join(_toml(_document(configuration, with_ranges))) + "\n").lstrip("\n").encode()


def _document(configuration: ArchiveConfiguration, with_ranges: bool) -> dict[str, Any]:
    """What the file says, without what goes without saying."""
    names = {server: name for name, server in configuration.servers.items()}
    defaults = _common(configuration)
    alike: dict[_Settings, list[ChannelConfiguration]] = {}
    for channel in configuration.channels:
        alike.setdefault(_settings(channel), []).append(channel)
    groups: list[Any] = []
    single: list[Any] = []
    for settings, channels in alike.items():
        said = _said(settings, defaults, names)
        if not said:
            single += _entries(channels, with_ranges)
        elif len(channels) == 1:
            single.append(_entry(channels[0], said))
        else:
            groups.append({**said, "channels": _entries(channels, with_ranges)})
    owns = [
        {
            **({} if owned.server is None else {"server": names.get(owned.server, str(owned.server))}),
            **({} if owned.channels is None else {"channels": owned.channels}),
        }
        for owned in configuration.owns
    ]
    document = {
        "servers": {name: str(server) for name, server in configuration.servers.items()},
        "owns": owns,
        "defaults": _said(defaults, (None, "channel_access", ((0, 0),), True, ()), names),
        "groups": groups,
        "channels": single,
    }
    return {name: member for name, member in document.items() if member}


def _settings(channel: ChannelConfiguration) -> _Settings:
    return (
        channel.server,
        channel.control_system_type,
        tuple(channel.levels.items()),
        channel.enabled,
        tuple(channel.options.items()),
    )


def _common(configuration: ArchiveConfiguration) -> _Settings:
    """What most channels have in common, as far as other channels can say otherwise."""
    channels = configuration.channels
    if not channels:
        return None, "channel_access", ((0, 0),), True, ()
    has_servers = all(channel.server is not None for channel in channels)
    return (
        Counter(channel.server for channel in channels).most_common(1)[0][0] if has_servers else None,
        Counter(channel.control_system_type for channel in channels).most_common(1)[0][0],
        Counter(tuple(channel.levels.items()) for channel in channels).most_common(1)[0][0],
        True,
        (),
    )


def _said(settings: _Settings, defaults: _Settings, names: Mapping[UUID, str]) -> dict[str, Any]:
    """The members for settings, as far as they differ from the defaults."""
    server, kind, levels, enabled, options = settings
    said: dict[str, Any] = {}
    if server is not None and server != defaults[0]:
        said["server"] = names.get(server, str(server))
    if kind != defaults[1]:
        said["control_system_type"] = kind
    if levels != defaults[2]:
        said["levels"] = _Inline({level_text(level): period_text(period) for level, period in levels})
    if enabled != defaults[3]:
        said["enabled"] = enabled
    if options:
        said["options"] = _Inline(options)
    return said


def _entries(channels: list[ChannelConfiguration], with_ranges: bool) -> list[str | dict[str, Any]]:
    if not with_ranges:
        return [_entry(channel, {}) for channel in channels]
    patterns = name_patterns([channel.name for channel in channels if channel.renamed_from is None])
    renamed = [_entry(channel, {}) for channel in channels if channel.renamed_from is not None]
    return [
        *({"name": name, "for": _Inline(variables)} if variables else name for name, variables in patterns),
        *renamed,
    ]


def _entry(channel: ChannelConfiguration, said: dict[str, Any]) -> str | dict[str, Any]:
    if channel.renamed_from is None and not said:
        return channel.name
    renamed = {} if channel.renamed_from is None else {"renamed_from": channel.renamed_from}
    return {"name": channel.name, **renamed, **said}


class _Inline(dict[str, str]):
    """A small table, written in one line if it fits."""


def _is_table(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def _yaml(value: dict[str, Any], indent: str) -> Iterator[str]:
    for name, member in value.items():
        key = f"{indent}{_yaml_key(name)}:"
        if isinstance(member, _Inline):
            yield from _yaml_inline(key, member, indent)
        elif _is_table(member):
            yield key
            yield from _yaml(member, f"{indent}  ")
        elif _is_list(member):
            yield key
            for element in member:
                yield from _yaml_element(element, f"{indent}  ")
        else:
            yield f"{key} {_yaml_scalar(member)}"


def _yaml_inline(key: str, member: dict[str, str], indent: str) -> Iterator[str]:
    parts = [f"{_yaml_key(name)}: {_yaml_scalar(value)}" for name, value in member.items()]
    line = f"{key} {{{', '.join(parts)}}}"
    if len(line) <= _LONGEST_LINE:
        yield line
    else:
        yield key
        yield from (f"{indent}  {part}" for part in parts)


def _yaml_element(element: str | dict[str, Any], indent: str) -> Iterator[str]:
    if isinstance(element, str):
        yield f"{indent}- {_yaml_scalar(element)}"
        return
    first, *rest = _yaml(element, f"{indent}  ")
    yield f"{indent}- {first.lstrip(' ')}"
    yield from rest


def _yaml_scalar(value: str | bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    is_plain = _PLAIN_DURATION.fullmatch(value) or (_PLAIN_TEXT.fullmatch(value) and value.lower() not in _WORDS)
    return value if is_plain else _quoted(value)


def _yaml_key(name: str) -> str:
    is_plain = _PLAIN_DURATION.fullmatch(name) or (
        _PLAIN_KEY.fullmatch(name) and name.lower() not in _WORDS and not name[0].isdigit()
    )
    return name if is_plain else _quoted(name)


def _toml(document: dict[str, Any]) -> Iterator[str]:
    # What is not in a table of its own has to come first.
    lists = {name: member for name, member in document.items() if _is_list(member)}
    in_tables = {name for name, member in lists.items() if all(map(_is_table, member))}
    yield from _toml_members({name: member for name, member in lists.items() if name not in in_tables})
    for name, member in document.items():
        if _is_table(member):
            yield ""
            yield f"[{name}]"
            yield from _toml_members(member)
    for name, member in document.items():
        if name in in_tables:
            for element in member:
                yield ""
                yield f"[[{name}]]"
                yield from _toml_members(element)


def _toml_members(table: dict[str, Any]) -> Iterator[str]:
    for name, member in table.items():
        key = f"{_toml_key(name)} ="
        if _is_list(member):
            yield f"{key} ["
            yield from (f"    {_toml_value(element)}," for element in member)
            yield "]"
        else:
            yield f"{key} {_toml_value(member)}"


def _toml_value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if _is_table(value):
        return f"{{ {', '.join(f'{_toml_key(name)} = {_toml_value(member)}' for name, member in value.items())} }}"
    return _quoted(value)


def _toml_key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _quoted(name)


def _quoted(text: str) -> str:
    """A text in quotation marks, as YAML and TOML both read it."""
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(found: re.Match[str]) -> str:
    return _SHORT.get(found[0]) or f"\\u{ord(found[0]):04X}"
