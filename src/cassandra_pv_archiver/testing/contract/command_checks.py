"""Checks of the commands that add, change, refresh and remove channels (sections 3.2 to 3.4)."""

from __future__ import annotations

from uuid import uuid4

from .admin_checks import all_channels, channels_by_server
from .commands import Members, add, adding, failed, has_settings, is_found, is_gone, quoted, results, shown, succeeded
from .export_checks import export_content
from .findings import pointer_to
from .probe import Probe
from .registry import check
from .schemas import told
from .session import tilde

_NAMES = (
    "name:a b",
    "name:a+b",
    "name:a/b",
    "name:a.b",
    "name:a;b=c",
    "name:a%20b",
    "name:a~41",
    "name:A{B}C-D",
    'name:"q"',
    "name:a&b<c>",
    "name:été",
    "name:日本",
    "name:😀",
    "name:｡",
)
_EMPTY = {"0": "0"}


@check("commands.none", "A batch of no commands", "3.1", writes=True)
def no_commands(probe: Probe) -> None:
    reply = probe.writer.commands([])
    probe.equal(reply, "/results", results(probe, reply, 200), [], "3.1")


@check("commands.add", "Adding a channel: echo, what is shown, where it is found", "3.2", writes=True)
def add_channel(probe: Probe) -> None:
    owner = probe.session.this_server()
    name = probe.writer.name("add")
    reply = probe.writer.do(adding(name, owner))
    full: Members = {"decimationLevels": ["0"], "decimationLevelToRetentionPeriod": _EMPTY, "options": {}}
    succeeded(probe, reply, adding(name, owner, **full))
    expected: Members = {
        "channelName": name,
        "controlSystemType": "channel_access",
        "decimationLevelToRetentionPeriod": _EMPTY,
        "enabled": False,
        "options": {},
        "serverId": owner,
    }
    members = has_settings(probe, name, **expected)
    _check_lists(probe, name, owner, members["channelDataId"])
    is_found(probe, name)


def _check_lists(probe: Probe, name: str, owner: str, identity: str) -> None:
    for target, operation in (
        ("/channels/all", "listAllChannels"),
        (f"/channels/by-server/{owner}", "listChannelsForServer"),
    ):
        reply = probe.admin(target)
        channels = probe.json(reply, operation, "3.1")["channels"]
        found = [index for index, channel in enumerate(channels) if channel["channelName"] == name]
        if len(found) != 1:
            probe.finding(reply, "/channels", f"{told(name)} once", "3.1", f"{len(found)} times")
        for index in found:
            pointer = pointer_to("channels", index, "channelDataId")
            probe.equal(reply, pointer, channels[index]["channelDataId"], identity, "2.7")


@check("commands.add.normalised", "Levels, retention periods and options of an added channel", "3.2", writes=True)
def add_normalised(probe: Probe) -> None:
    owner = probe.session.this_server()
    name = probe.writer.name("add:normalised")
    given: Members = {
        "decimationLevels": ["60", "30", "30"],
        "decimationLevelToRetentionPeriod": {"30": "-5", "60": "0", "90": "7"},
        "options": {"minUpdatePeriod": "2", "clockSource": "local"},
    }
    periods = {"0": "0", "30": "0", "60": "0"}
    normalised: Members = {**given, "decimationLevels": ["0", "30", "60"], "decimationLevelToRetentionPeriod": periods}
    succeeded(probe, probe.writer.do(adding(name, owner, **given)), adding(name, owner, **normalised))
    has_settings(probe, name, decimationLevelToRetentionPeriod=periods, options=given["options"])


@check("commands.add.exists", "Adding a channel that exists", "3.3", writes=True)
def add_existing(probe: Probe) -> None:
    name = add(probe, "add:exists")
    reply = probe.writer.commands([adding(name, probe.session.this_server())])
    failed(probe, reply, f"Channel {quoted(name)} cannot be added because a channel with the same name already exists.")


@check("commands.add.names", "Names with all kinds of characters", "2.4, 5.1", writes=True)
def names(probe: Probe) -> None:
    owner = probe.session.this_server()
    endings = list(_NAMES) if probe.session.is_proxied else [*_NAMES, "name:x/../y", "name:x//y"]
    wanted = [probe.writer.name(ending) for ending in endings]
    reply = probe.writer.commands([adding(name, owner) for name in wanted])
    if not succeeded(probe, reply):
        return
    for name in wanted:
        has_settings(probe, name, "2.4", channelName=name)
        is_found(probe, name)
    again = probe.writer.commands([adding(name, owner) for name in wanted])
    texts = {result["command"]["channelName"]: result.get("errorMessage") for result in results(probe, again, 500)}
    for name in wanted:
        text = f"Channel {quoted(name)} cannot be added because a channel with the same name already exists."
        if texts.get(name) != text:
            probe.finding(again, "/results", text, "3.3", str(texts.get(name)))
    all_channels(probe)
    channels_by_server(probe)
    export_content(probe)


@check("commands.add.unknown-owner", "A channel with an owner that nobody knows", "3.3", writes=True)
def unknown_owner(probe: Probe) -> None:
    owner = str(uuid4())
    name = add(probe, "add:unknown-owner", owner)
    has_settings(probe, name, "2.6", serverId=owner, serverName="unknown", state=None, totalSamplesWritten=None)
    reply = probe.admin(f"/channels/by-server/{owner}")
    listed = probe.json(reply, "listChannelsForServer", "2.8")
    probe.equal(reply, "/statusAvailable", listed["statusAvailable"], False, "2.8")
    probe.equal(reply, "/channels", [channel["channelName"] for channel in listed["channels"]], [name], "2.8")
    probe.json(probe.admin(f"/channels/by-server/{owner}/export"), "exportServerConfiguration", "2.10")


@check("commands.add-or-update", "Adding or updating a channel", "3.2", writes=True)
def add_or_update(probe: Probe) -> None:
    owner, kind = probe.session.this_server(), "add_or_update_channel"
    name = probe.writer.name("add-or-update")
    for levels in ({"0": "0", "60": "0"}, {"0": "100", "300": "200"}):
        command = adding(name, owner, kind=kind, decimationLevels=list(levels), options={})
        command["decimationLevelToRetentionPeriod"] = levels
        succeeded(probe, probe.writer.do(command), command)
        has_settings(probe, name, decimationLevelToRetentionPeriod=levels)
    other = str(uuid4())
    message = f"The channel {quoted(name)} is registered with the server {owner}, but the server {other} was specified."
    failed(probe, probe.writer.do(adding(name, other, kind=kind)), message)


@check("commands.update", "Changing levels, retention periods and options of a channel", "3.2, 3.4", writes=True)
def update(probe: Probe) -> None:
    options = {"clockSource": "local", "minUpdatePeriod": "1"}
    periods = {"0": "100", "60": "200", "900": "0"}
    name = add(
        probe,
        "update",
        decimationLevels=list(periods),
        decimationLevelToRetentionPeriod=periods,
        options=options,
    )
    identity = shown(probe, name)[1]["channelDataId"]
    command = {
        "commandType": "update_channel",
        "channelName": name,
        "addDecimationLevels": ["0", "30"],
        "removeDecimationLevels": ["900"],
        "decimationLevelToRetentionPeriod": {"30": "150"},
        "addOptions": {"maxUpdatePeriod": "60"},
        "removeOptions": ["clockSource", "monitorMask"],
    }
    succeeded(probe, probe.writer.do(command), {**command, "addDecimationLevels": ["30"]})
    options = {"maxUpdatePeriod": "60", "minUpdatePeriod": "1"}
    periods = {"0": "100", "30": "150", "60": "200"}
    settings: Members = {"decimationLevelToRetentionPeriod": periods, "options": options, "channelDataId": identity}
    has_settings(probe, name, **settings)
    unchanged = {"commandType": "update_channel", "channelName": name, "enabled": False}
    echo: Members = {**unchanged, "decimationLevelToRetentionPeriod": {}}
    succeeded(probe, probe.writer.do(unchanged), echo)
    has_settings(probe, name, **settings)


@check("commands.update.complete", "Replacing all levels and options of a channel", "3.2", writes=True)
def update_completely(probe: Probe) -> None:
    periods = {"0": "100", "60": "200"}
    given: Members = {"decimationLevels": list(periods), "decimationLevelToRetentionPeriod": periods}
    name = add(probe, "update:complete", options={"minUpdatePeriod": "1"}, **given)
    command: Members = {
        "commandType": "update_channel",
        "channelName": name,
        "decimationLevels": ["300"],
        "options": {},
    }
    periods = {"0": "0", "300": "0"}
    echo = {**command, "decimationLevels": list(periods), "decimationLevelToRetentionPeriod": periods}
    succeeded(probe, probe.writer.do(command), echo)
    has_settings(probe, name, decimationLevelToRetentionPeriod=periods, options={})


@check("commands.update.failures", "Updates that fail", "3.3", writes=True)
def update_failures(probe: Probe) -> None:
    owner, other = probe.session.this_server(), str(uuid4())
    periods = {"0": "100", "60": "200"}
    given: Members = {"decimationLevels": list(periods), "decimationLevelToRetentionPeriod": periods}
    name, missing = add(probe, "update:failures", **given), probe.writer.name("update:missing")
    about = {"commandType": "update_channel", "channelName": name}
    failed(
        probe,
        probe.writer.do({**about, "channelName": missing, "enabled": False}),
        f"Channel {quoted(missing)} cannot be updated because it does not exist.",
    )
    other_type: Members = {**about, "expectedControlSystemType": "other"}
    failed(
        probe,
        probe.writer.do(other_type),
        f'The channel {quoted(name)} has the control-system type "channel_access", but the control-system type "other" '
        "was specified.",
        echo={**other_type, "decimationLevelToRetentionPeriod": {}},
    )
    failed(
        probe,
        probe.writer.do({**about, "expectedServerId": other}),
        f"The channel {quoted(name)} is registered with the server {owner}, but the server {other} was specified.",
    )
    failed(
        probe,
        probe.writer.do({**about, "decimationLevelToRetentionPeriod": {"0": "500"}}),
        "Decimation level 60 has a retention period of 200 which is less than the retention period of decimation level "
        "0 which is 500.",
    )
    has_settings(probe, name, decimationLevelToRetentionPeriod=periods)


@check("commands.refresh", "Refreshing a channel, and one that does not exist", "3.3", writes=True)
def refresh(probe: Probe) -> None:
    owner, name = probe.session.this_server(), add(probe, "refresh")
    for refreshed in (name, probe.writer.name("refresh:missing")):
        command = {"commandType": "refresh_channel", "channelName": refreshed, "serverId": owner}
        succeeded(probe, probe.writer.do(command), command)
    has_settings(probe, name, channelName=name)


@check("commands.remove", "Removing a channel, and adding it again at once", "3.4, 3.5", writes=True)
def remove(probe: Probe) -> None:
    owner, other = probe.session.this_server(), str(uuid4())
    name = add(probe, "remove")
    command = {"commandType": "remove_channel", "channelName": name}
    message = f"The channel {quoted(name)} is registered with the server {owner}, but the server {other} was specified."
    failed(probe, probe.writer.do({**command, "expectedServerId": other}), message)
    succeeded(probe, probe.writer.do({**command, "expectedServerId": owner}), {**command, "expectedServerId": owner})
    is_gone(probe, name)
    failed(probe, probe.writer.do(command), f"Channel {quoted(name)} cannot be removed because it does not exist.")
    succeeded(probe, probe.writer.commands([adding(name, owner)]), section="3.5")
    probe.json(probe.admin(f"/channels/all/by-name/{tilde(name)}"), "getChannel", "3.5")
    succeeded(probe, probe.writer.do(command), command)
