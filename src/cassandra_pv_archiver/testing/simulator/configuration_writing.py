"""Configuration files as the server exports them, byte for byte (section 4.3)."""

from __future__ import annotations

from collections.abc import Iterable

from .channels import Channel
from .command_parsing import sorted_options

NAMESPACE = "http://www.aquenos.com/2016/xmlns/cassandra-pv-archiver-configuration"
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\r\n'
    f'<server-configuration xmlns="{NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    f'xsi:schemaLocation="{NAMESPACE} {NAMESPACE}-3.0.0.xsd">\r\n'
)


def write_configuration(channels: Iterable[Channel]) -> bytes:
    """The document for some channels."""
    text = _HEAD + "".join(map(_channel, channels)) + "</server-configuration>\r\n"
    return text.encode(errors="replace")


def _channel(channel: Channel) -> str:
    start = f'  <channel name="{_escaped(channel.name)}" control-system-type="{_escaped(channel.control_system_type)}"'
    start += "" if channel.enabled else ' enabled="false"'
    children = [
        *(_level(level, period) for level, period in sorted(channel.retention.items()) if level or period),
        *(_option(name, value) for name, value in sorted_options(channel.options).items()),
    ]
    if not children:
        return start + "/>\r\n"
    return start + ">\r\n" + "".join(f"    {child}\r\n" for child in children) + "  </channel>\r\n"


def _level(level: int, period: int) -> str:
    element = f'decimation-level decimation-period="{level}"' if level else "raw-samples"
    kept = f' retention-period="{period}"' if period else ""
    return f"<{element}{kept}/>"


def _option(name: str, value: str) -> str:
    given = f' value="{_escaped(value)}"' if value else ""
    return f'<control-system-option name="{_escaped(name)}"{given}/>'


def _escaped(text: str) -> str:
    # Tabs and line breaks stay as they are, as with the server.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
