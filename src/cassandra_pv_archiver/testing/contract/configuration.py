"""Configuration files as the server exports them (section 4.3), byte for byte."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

NAMESPACE = "http://www.aquenos.com/2016/xmlns/cassandra-pv-archiver-configuration"
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


@dataclass(frozen=True, slots=True)
class FileChannel:
    """A channel in a configuration file.

    Attributes:
        name: Its name.
        control_system_type: The type of its control system.
        enabled: Whether it is archived.
        periods: The retention period in seconds of each decimation level by its period in seconds.
        options: The options of its control-system support.
    """

    name: str
    control_system_type: str = "channel_access"
    enabled: bool = False
    periods: Mapping[int, int] = field(default_factory=dict[int, int])
    options: Mapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> FileChannel:
        """The channel that a list of a server's channels shows."""
        periods = {int(level): int(kept) for level, kept in entry["decimationLevelToRetentionPeriod"].items()}
        return cls(entry["channelName"], entry["controlSystemType"], entry["enabled"], periods, entry["options"])

    @property
    def texts(self) -> Iterator[str]:
        """All texts that stand in the file."""
        yield from (self.name, self.control_system_type)
        for name, value in self.options.items():
            yield from (name, value)


def document(channels: Iterable[FileChannel]) -> bytes:
    """The configuration file with these channels."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', *_root(list(channels))]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "replace")


def _root(channels: Sequence[FileChannel]) -> Iterator[str]:
    attributes = {
        "xmlns": NAMESPACE,
        "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
        "xsi:schemaLocation": f"{NAMESPACE} {NAMESPACE}-3.0.0.xsd",
    }
    yield from _element("server-configuration", attributes, [line for one in channels for line in _channel(one)])


def _channel(channel: FileChannel) -> Iterator[str]:
    attributes = {"name": channel.name, "control-system-type": channel.control_system_type}
    if not channel.enabled:
        attributes["enabled"] = "false"
    yield from _element("channel", attributes, list(_settings(channel)))


def _settings(channel: FileChannel) -> Iterator[str]:
    for level, kept in sorted(channel.periods.items()):
        retention = {"retention-period": str(kept)} if kept else {}
        if level:
            yield from _element("decimation-level", {"decimation-period": str(level), **retention}, [])
        elif kept:
            yield from _element("raw-samples", retention, [])
    for name, value in channel.options.items():
        yield from _element("control-system-option", {"name": name, **({"value": value} if value else {})}, [])


def _element(name: str, attributes: Mapping[str, str], content: Sequence[str]) -> Iterator[str]:
    said = "".join(f' {key}="{_escaped(value)}"' for key, value in attributes.items())
    if not content:
        yield f"<{name}{said}/>"
        return
    yield f"<{name}{said}>"
    yield from (f"  {line}" for line in content)
    yield f"</{name}>"


def _escaped(value: str) -> str:
    return re.sub(r'[&<>"]', lambda match: _ESCAPES[match[0]], value)
