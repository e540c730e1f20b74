"""Checks of exported configuration files (sections 2.10 and 4.3)."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from .configuration import FileChannel, document
from .findings import NotApplicableError
from .probe import Probe
from .registry import check
from .wire import Reply

_FILE = "/configurationFile"
_UNCERTAIN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u2028]")


@check("admin.export", "The configuration file of each server: Base64 of XML in UTF-8", "2.10")
def export(probe: Probe) -> None:
    for server_id in probe.session.server_ids():
        exported = _exported(probe, server_id)
        if exported is not None:
            reply, file = exported
            if file.startswith(b"\xef\xbb\xbf"):
                probe.finding(reply, _FILE, "no byte-order mark", "4.3", "one")
            try:
                file.decode("utf-8")
            except UnicodeDecodeError as error:
                probe.finding(reply, _FILE, "UTF-8", "4.3", str(error))


def _exported(probe: Probe, server_id: str) -> tuple[Reply, bytes] | None:
    reply = probe.admin(f"/channels/by-server/{server_id}/export")
    if reply.status == 404 and server_id not in [server["serverId"] for server in probe.session.servers()]:
        return None
    text = probe.json(reply, "exportServerConfiguration", "2.10")["configurationFile"]
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise probe.stop(reply, _FILE, "Base64", "2.10", str(error)) from error
    if base64.b64encode(decoded).decode("ascii") != text:
        probe.finding(reply, _FILE, "padded Base64 without line breaks", "2.10", text)
    return reply, decoded


@check("admin.export.content", "The configuration file agrees byte for byte with the list of channels", "4.3")
def export_content(probe: Probe) -> None:
    compared = False
    for server_id in probe.session.server_ids():
        for attempt in range(3):
            target = f"/channels/by-server/{server_id}"
            before, exported, after = probe.admin(target), _exported(probe, server_id), probe.admin(target)
            if exported is None or before.status == 404:
                break
            settings = _settings(probe, before)
            if settings != _settings(probe, after):
                continue  # somebody changes channels
            channels = list(map(FileChannel.of, settings))
            if not channels or any(_UNCERTAIN.search(text) for channel in channels for text in channel.texts):
                break
            compared = True
            expected = document(channels)
            if exported[1] == expected:
                break
            if attempt == 2:
                _difference(probe, exported[0], expected, exported[1])
            probe.session.wait(2)
    if not compared:
        raise NotApplicableError("no server has channels that stand still and whose texts XML can show as they are")


def _settings(probe: Probe, reply: Reply) -> list[dict[str, Any]]:
    wanted = ("channelName", "controlSystemType", "decimationLevelToRetentionPeriod", "enabled", "options")
    listed = probe.background(reply, "listChannelsForServer")["channels"]
    return [{member: channel[member] for member in wanted} for channel in listed]


def _difference(probe: Probe, reply: Reply, expected: bytes, found: bytes) -> None:
    lines = list(zip(expected.split(b"\n"), found.split(b"\n"), strict=False))
    number = next((number for number, (one, other) in enumerate(lines) if one != other), len(lines))
    one, other = ((text.split(b"\n") + [b"nothing"] * (number + 1))[number] for text in (expected, found))
    wanted = f"in line {number + 1} {one.decode('utf-8', 'replace')!r}"
    probe.finding(reply, _FILE, wanted, "4.3", repr(other.decode("utf-8", "replace")))
