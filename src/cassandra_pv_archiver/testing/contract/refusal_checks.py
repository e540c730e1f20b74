"""Checks of batches that are refused as a whole (sections 1.1, 2.1, 2.3 and 3.2)."""

from __future__ import annotations

import secrets
from typing import Any

from .commands import adding, has_settings, is_gone
from .probe import Probe
from .registry import check
from .wire import Credentials

_JSON = {"Content-Type": "application/json"}
_NO_COMMANDS = b'{"commands":[]}'


@check("commands.refused", "Batches with a mistake, of which nothing is carried out", "3.1, 3.2", writes=True)
def refused(probe: Probe) -> None:
    owner = probe.session.this_server()
    valid, name = adding(probe.writer.name("refused:valid"), owner), probe.writer.name("refused")
    update = {"commandType": "update_channel", "channelName": name}
    wrong: list[Any] = [
        {**adding(name, owner), "unknownMember": 1},
        {**adding(name, owner), "serverId": None},
        {**adding(name, owner), "serverId": "1-2-3-4-5"},
        {**adding(name, owner), "decimationLevels": ["-1"]},
        {**adding(name, owner), "decimationLevels": ["2147483648"]},
        {**adding(name, owner), "decimationLevels": "60"},
        {**adding(name, owner), "decimationLevels": ["60"], "decimationLevelToRetentionPeriod": {"0": "5", "60": "1"}},
        {**adding(name, owner), "options": {"minUpdatePeriod": None}},
        {member: value for member, value in adding(name, owner).items() if member != "controlSystemType"},
        {member: value for member, value in adding(name, owner).items() if member != "enabled"},
        {**adding(name, owner), "channelName": ""},
        {**adding(name, owner), "commandType": "no_command"},
        {"channelName": name},
        {**update, "decimationLevels": ["60"], "addDecimationLevels": ["30"]},
        {**update, "options": {}, "removeOptions": ["clockSource"]},
        {**update, "addDecimationLevels": ["60"], "removeDecimationLevels": ["60"]},
        {**update, "addOptions": {"clockSource": "local"}, "removeOptions": ["clockSource"]},
        None,
    ]
    for command in wrong:
        probe.page(probe.writer.refused_commands([valid, command]), 400, "3.2")
    is_gone(probe, valid["channelName"], "3.1")
    is_gone(probe, name, "3.1")


@check("commands.body", "Bodies that are no batch", "1.1, 2.3", writes=True)
def bodies(probe: Probe) -> None:
    for body in (b"", b"{", b"[]", b'{"commands":null}', b'{"commands":[null]}', b'{"commands":[],"unknown":1}', b"{}"):
        probe.page(probe.writer.post_nothing(body, _JSON), 400, "2.3")
    for headers in ({"Content-Type": "text/plain"}, {"Content-Type": "application/xml"}, {}):
        probe.page(probe.writer.post_nothing(_NO_COMMANDS, headers), 415, "1.1")
    for kind in ("application/json;charset=UTF-8", "application/vnd.example+json"):
        reply = probe.writer.post_nothing(_NO_COMMANDS, {"Content-Type": kind})
        probe.json(reply, "runArchiveConfigurationCommands", "1.1")


@check("commands.credentials", "Changes with wrong credentials, or in another spelling", "2.1", writes=True)
def credentials(probe: Probe) -> None:
    target, own = "/run-archive-configuration-commands", probe.writer.credentials
    wrong = Credentials(own.username, secrets.token_hex(16))
    reply = probe.send("admin", "POST", target, headers=_JSON, body=_NO_COMMANDS, credentials=wrong)
    probe.page(reply, 403, "2.1")
    if not probe.session.is_proxied:
        headers = {**_JSON, "Authorization": own.header.replace("Basic", "basic")}
        probe.page(probe.send("admin", "POST", target, headers=headers, body=_NO_COMMANDS), 403, "2.1")


@check("commands.accept", "A change is made although its reply is not acceptable", "1.1", writes=True)
def accept(probe: Probe) -> None:
    name = probe.writer.name("accept")
    commands = [adding(name, probe.session.this_server())]
    probe.page(probe.writer.commands(commands, headers={"Accept": "text/html"}), 406, "1.1")
    has_settings(probe, name, "1.1", channelName=name)
