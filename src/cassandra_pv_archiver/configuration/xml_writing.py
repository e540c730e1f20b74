"""Configuration files as the server exports them (section 4.3 of the reference)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from uuid import UUID

from .model import ArchiveConfiguration, ChannelConfiguration
from .problems import ConfigurationProblem, InvalidConfigurationError
from .xml_reading import NAMESPACE

__all__ = ["iter_xml", "write_xml"]

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\r\n'
    f'<server-configuration xmlns="{NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    f'xsi:schemaLocation="{NAMESPACE} {NAMESPACE}-3.0.0.xsd">\r\n'
)
_FOOT = "</server-configuration>\r\n"
_SPECIAL = re.compile('[&<>"\t\n\r]')
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_xml(configuration: ArchiveConfiguration, *, server: UUID | None = None) -> bytes:
    """Writes the configuration file of a server, byte for byte as the server exports it.

    Only tabs and line breaks in names and options are written in another way, because the server's own export loses
    them. The file holds neither the server nor ``renamed_from``, nor what the configuration owns.

    Args:
        configuration: The configuration.
        server: The server whose channels are written; None if all channels are those of one server.

    Raises:
        ValueError: The channels are those of several servers, and none is chosen.
        InvalidConfigurationError: Names or options have characters that XML cannot hold.
    """
    return b"".join(iter_xml(configuration, server=server))


def iter_xml(configuration: ArchiveConfiguration, *, server: UUID | None = None) -> Iterator[bytes]:
    """Writes the configuration file of a server piece by piece; see `write_xml`.

    Raises:
        ValueError: The channels are those of several servers, and none is chosen; before the first piece.
        InvalidConfigurationError: Names or options have characters that XML cannot hold; before the first piece.
    """
    channels = _chosen(configuration, server)
    problems = list(_inexpressible(channels))
    if problems:
        raise InvalidConfigurationError(problems)
    return _pieces(channels)


def _chosen(configuration: ArchiveConfiguration, server: UUID | None) -> tuple[ChannelConfiguration, ...]:
    if server is not None:
        return configuration.of_server(server)
    servers = {channel.server for channel in configuration.channels}
    if len(servers) > 1:
        named = ", ".join(sorted(str(each) for each in servers if each is not None))
        raise ValueError(f"A file is for one server: choose one with server=, out of {named}.")
    return configuration.channels


def _inexpressible(channels: Iterable[ChannelConfiguration]) -> Iterator[ConfigurationProblem]:
    for channel in channels:
        texts = {"name": channel.name, "control_system_type": channel.control_system_type}
        for name, value in channel.options.items():
            texts |= {f"options.{name}": name + value}
        for member, text in texts.items():
            found = _FORBIDDEN.search(text)
            if found is not None:
                message = f"XML cannot hold the character U+{ord(found[0]):04X}."
                yield ConfigurationProblem(message, channel=channel.name, member=member)


def _pieces(channels: tuple[ChannelConfiguration, ...]) -> Iterator[bytes]:
    yield _HEAD.encode()
    for start in range(0, len(channels), 500):
        yield "".join(map(_channel, channels[start : start + 500])).encode()
    yield _FOOT.encode()


def _channel(channel: ChannelConfiguration) -> str:
    start = f'  <channel name="{_escaped(channel.name)}" control-system-type="{_escaped(channel.control_system_type)}"'
    if not channel.enabled:
        start += ' enabled="false"'
    children = [_level(level, period) for level, period in channel.levels.items() if level or period]
    children += [_option(name, value) for name, value in channel.options.items()]
    if not children:
        return f"{start}/>\r\n"
    return f"{start}>\r\n" + "".join(f"    {child}\r\n" for child in children) + "  </channel>\r\n"


def _level(level: int, period: int) -> str:
    element = f'decimation-level decimation-period="{level}"' if level else "raw-samples"
    return f'<{element} retention-period="{period}"/>' if period else f"<{element}/>"


def _option(name: str, value: str) -> str:
    written = f'<control-system-option name="{_escaped(name)}"'
    return f'{written} value="{_escaped(value)}"/>' if value else f"{written}/>"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: _ESCAPES[found[0]], text)
