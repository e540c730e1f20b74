"""Checks of commands that rename and move channels, and of batches (sections 3.1 and 3.3 to 3.5)."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import uuid4

from .commands import (
    Members,
    add,
    adding,
    failed,
    has_settings,
    is_gone,
    other_server,
    quoted,
    results,
    shown,
    succeeded,
)
from .findings import NotApplicableError
from .probe import Probe
from .registry import check
from .wire import Reply

_PENDING_FOR_SURE = 3.5
"""Seconds after which an operation is still pending (section 3.5), with some reserve."""


def _renaming(name: str, new_name: str, **members: str) -> Members:
    return {"commandType": "rename_channel", "newChannelName": new_name, "oldChannelName": name, **members}


@check("commands.rename", "Renaming a channel", "3.4, 3.5", writes=True)
def rename(probe: Probe) -> None:
    owner, name = probe.session.this_server(), add(probe, "rename")
    identity, new_name = shown(probe, name)[1]["channelDataId"], probe.writer.name("rename:new")
    command = _renaming(name, new_name, expectedServerId=owner)

    def again() -> Reply:
        return probe.writer.commands([adding(name, owner)])

    renamed, reply = _soon(probe, lambda: probe.writer.do(command), again)
    succeeded(probe, renamed, command)
    if reply is not None:
        message = f"Channel {quoted(name)} cannot be added because another operation for this channel is pending."
        failed(probe, reply, message, "3.5")
        is_gone(probe, name)
    has_settings(probe, new_name, channelDataId=identity, serverId=owner)
    same = _renaming(new_name, new_name)
    succeeded(probe, probe.writer.do(same), same)


def _soon(probe: Probe, first: Callable[[], Reply], second: Callable[[], Reply]) -> tuple[Reply, Reply | None]:
    """Two replies, the second one only if it came so soon that the operation of the first is pending for sure."""
    began = time.monotonic()
    replies = first(), second()
    in_time = time.monotonic() - began < _PENDING_FOR_SURE and not probe.session.is_proxied
    return replies[0], replies[1] if in_time else None


@check("commands.rename.failures", "Renamings that fail", "3.3", writes=True)
def rename_failures(probe: Probe) -> None:
    owner, other = probe.session.this_server(), str(uuid4())
    name, taken = add(probe, "rename:failures"), add(probe, "rename:taken")
    missing, new_name = probe.writer.name("rename:missing"), probe.writer.name("rename:unused")
    failed(
        probe,
        probe.writer.do(_renaming(missing, new_name)),
        f"Channel {quoted(missing)} cannot be renamed to {quoted(new_name)} because the channel does not exist.",
    )
    failed(
        probe,
        probe.writer.do(_renaming(name, taken)),
        f"Channel {quoted(name)} cannot be renamed to {quoted(taken)} because a channel with the same name already "
        "exists.",
    )
    failed(
        probe,
        probe.writer.do(_renaming(name, new_name, expectedServerId=other)),
        f"The channel {quoted(name)} is registered with the server {owner}, but the server {other} was specified.",
    )
    is_gone(probe, new_name)


def _moving(name: str, server_id: str, **members: str) -> Members:
    return {"commandType": "move_channel", "channelName": name, "newServerId": server_id, **members}


@check("commands.move", "Moving a channel to another server", "3.4, 3.5", writes=True)
def move(probe: Probe) -> None:
    owner = probe.session.this_server()
    other = other_server(probe, owner)
    name = add(probe, "move")
    identity = shown(probe, name)[1]["channelDataId"]
    command = _moving(name, other, expectedOldServerId=owner)
    update = {"commandType": "update_channel", "channelName": name, "addDecimationLevels": ["60"]}
    moved, reply = _soon(probe, lambda: probe.writer.do(command), lambda: probe.writer.commands([update]))
    succeeded(probe, moved, command)
    if reply is not None:
        message = f"Channel {quoted(name)} cannot be updated because another operation for this channel is pending."
        failed(probe, reply, message, "3.5")
    has_settings(probe, name, channelDataId=identity, serverId=other)
    succeeded(probe, probe.writer.do(_moving(name, other, expectedOldServerId=owner)))
    echo = {**update, "removeDecimationLevels": [], "decimationLevelToRetentionPeriod": {"60": "0"}}
    succeeded(probe, probe.writer.do(update), echo)
    has_settings(probe, name, serverId=other, decimationLevelToRetentionPeriod={"0": "0", "60": "0"})


@check("commands.move.failures", "Moves that fail, and one that changes nothing", "3.3", writes=True)
def move_failures(probe: Probe) -> None:
    owner, other = probe.session.this_server(), str(uuid4())
    name, missing = add(probe, "move:failures"), probe.writer.name("move:missing")
    failed(
        probe,
        probe.writer.do(_moving(missing, owner)),
        f"Channel {quoted(missing)} cannot be moved because it does not exist.",
    )
    failed(
        probe,
        probe.writer.do(_moving(name, str(uuid4()), expectedOldServerId=other)),
        f"The channel {quoted(name)} is registered with the server {owner}, but the server {other} was specified.",
    )
    same = _moving(name, owner, expectedOldServerId=other)
    succeeded(probe, probe.writer.do(same), same)
    has_settings(probe, name, serverId=owner)


@check("commands.batch.partial", "A batch of which one command fails", "3.1", writes=True)
def partial(probe: Probe) -> None:
    owner = probe.session.this_server()
    name, missing = probe.writer.name("batch:added"), probe.writer.name("batch:missing")
    batch = [adding(name, owner), {"commandType": "remove_channel", "channelName": missing}]
    reply = probe.writer.commands(batch)
    found = {result["command"]["channelName"]: result["success"] for result in results(probe, reply, 500)}
    probe.equal(reply, "/results", found, {name: True, missing: False}, "3.1")
    has_settings(probe, name, channelName=name)


@check("commands.batch.order", "The order of results", "3.1", writes=True)
def order(probe: Probe) -> None:
    owner = probe.session.this_server()
    if probe.session.is_proxied:
        raise NotApplicableError("a proxy may choose the server that is asked")
    names = [add(probe, f"batch:order:{number}") for number in (3, 1, 2)]
    commands: list[Members] = [
        {"commandType": "refresh_channel", "channelName": name, "serverId": owner} for name in names
    ]
    expected = list(names)
    try:
        other = other_server(probe, owner)
    except NotApplicableError:
        pass
    else:
        elsewhere = probe.writer.name("batch:elsewhere")
        refreshing = {"commandType": "refresh_channel", "channelName": elsewhere, "serverId": other}
        commands[1:1] = [refreshing]
        expected.append(elsewhere)
    reply = probe.writer.commands(commands)
    found = [result["command"].get("channelName") for result in results(probe, reply, 200)]
    probe.equal(reply, "/results", found, expected, "3.1")
