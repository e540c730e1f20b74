"""Checks of what the administrative service shows (sections 2.7 to 2.9, 2.13 and 2.14)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from .findings import NotApplicableError, pointer_to
from .probe import Probe, element
from .registry import check
from .session import KnownChannel, code_units, tilde
from .wire import Reply

_ABOUT_CHANNEL = ("channelDataId", "controlSystemName", "controlSystemType", "serverId", "serverName")
_COUNTERS = ("totalSamplesDropped", "totalSamplesSkippedBack", "totalSamplesWritten")
_PERIODS = "decimationLevelToRetentionPeriod"
_SOME = 12


@check("admin.cluster-status", "The servers of the cluster, sorted by ID", "2.13")
def cluster_status(probe: Probe) -> None:
    reply = probe.admin("/cluster-status")
    servers = probe.json(reply, "getClusterStatus", "2.13")["servers"]
    ids = [server["serverId"] for server in servers]
    probe.ascending(reply, ids, "2.13", element("servers", -1, "serverId"), order="servers in the order of their IDs")


@check("admin.server-status", "The status of the server that is asked", "2.14")
def server_status(probe: Probe) -> None:
    reply = probe.admin("/server-status/this-server")
    status = probe.json(reply, "getServerStatus", "2.14")
    not_well = int(status["channelsDisconnected"]) + int(status["channelsError"])
    if not_well > int(status["channelsTotal"]):
        wanted = f"at least {not_well}, as so many channels are disconnected or in error"
        probe.finding(reply, "/channelsTotal", wanted, "2.14", status["channelsTotal"])
    known = [server["serverId"] for server in probe.session.servers()]
    if known and status["serverId"] not in known:
        probe.finding(reply, "/serverId", "an ID that cluster-status lists", "2.13", status["serverId"])


@check("admin.channels.all", "The list of all channels", "2.7")
def all_channels(probe: Probe) -> None:
    reply = probe.admin("/channels/all")
    channels = probe.json(reply, "listAllChannels", "2.7")["channels"]
    names = [channel["channelName"] for channel in channels]
    probe.ascending(reply, names, "2.7", element("channels", -1, "channelName"))
    for index, channel in enumerate(channels):
        levels = list(map(int, channel["decimationLevels"]))
        if levels != sorted({0, *levels}):
            found = ", ".join(channel["decimationLevels"])
            pointer = pointer_to("channels", index, "decimationLevels")
            probe.finding(reply, pointer, "ascending levels from 0 on", "2.7", found)
    seen: dict[str, int] = {}
    for index, channel in enumerate(channels):
        if seen.setdefault(channel["channelDataId"], index) != index:
            pointer = pointer_to("channels", index, "channelDataId")
            probe.finding(reply, pointer, "an identity of its own", "2.7", channel["channelDataId"])


@check("admin.channels.by-server", "The channels of each server", "2.8")
def channels_by_server(probe: Probe) -> None:
    for server_id in probe.session.server_ids():
        reply = probe.admin(f"/channels/by-server/{server_id}")
        if reply.status == 404 and server_id not in [server["serverId"] for server in probe.session.servers()]:
            continue  # the last channel of an unknown owner has gone meanwhile
        listed = probe.json(reply, "listChannelsForServer", "2.8")
        names = [channel["channelName"] for channel in listed["channels"]]
        keys = (code_units,) if listed["statusAvailable"] else (code_units, _utf_8)
        order = "in code-unit order" if listed["statusAvailable"] else "in code-unit or UTF-8 order"
        probe.ascending(reply, names, "2.8", element("channels", -1, "channelName"), keys=keys, order=order)
        for index, channel in enumerate(listed["channels"]):
            place = ("channels", index)
            _check_settings(probe, reply, channel, place)
            _check_status(probe, reply, channel, place, has_status=listed["statusAvailable"])


def _utf_8(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")


def _check_settings(
    probe: Probe, reply: Reply, channel: Mapping[str, Any], place: Sequence[str | int], section: str = "2.8"
) -> None:
    levels = list(map(int, channel[_PERIODS]))
    if levels != sorted({0, *levels}):
        pointer = pointer_to(*place, _PERIODS)
        probe.finding(reply, pointer, "ascending levels from 0 on", section, ", ".join(map(str, levels)))
    options = list(channel["options"])
    if options not in (sorted(options, key=code_units), sorted(options, key=_utf_8)):
        probe.finding(reply, pointer_to(*place, "options"), "sorted by name", section, ", ".join(options))


def _check_status(
    probe: Probe, reply: Reply, channel: Mapping[str, Any], place: Sequence[str | int], *, has_status: bool
) -> None:
    for member in ("state", *_COUNTERS):
        if (channel[member] is not None) != has_status:
            wanted = "a value, as the status is available" if has_status else "null, as no status is available"
            probe.finding(reply, pointer_to(*place, member), wanted, "2.8", str(channel[member]))
    if channel["errorMessage"] is not None and channel["state"] != "error":
        pointer = pointer_to(*place, "errorMessage")
        probe.finding(reply, pointer, "null, as the state is not error", "9.1", channel["errorMessage"])


@check("admin.channels.by-server.consistent", "The lists of the servers agree with the list of all channels", "2.8")
def lists_agree(probe: Probe) -> None:
    problems = _stable_disagreements(probe)
    for _ in range(2):
        if problems:
            probe.session.wait(3)  # another server may have changed something that this one does not know yet
            problems = _stable_disagreements(probe)
    for _, reply, pointer, expected, found in problems:
        probe.finding(reply, pointer, expected, "2.8", found)


def _stable_disagreements(probe: Probe) -> list[tuple[Any, ...]]:
    before = _summaries(probe)
    problems = list[tuple[Any, ...]]()
    for server_id in probe.session.server_ids():
        problems += _disagreements(probe, server_id, before)
    after = _summaries(probe)
    return [problem for problem in problems if after.get(problem[0]) == before[problem[0]]]


def _summaries(probe: Probe) -> dict[str, Any]:
    reply = probe.admin("/channels/all")
    return {entry["channelName"]: entry for entry in probe.background(reply, "listAllChannels")["channels"]}


def _disagreements(probe: Probe, server_id: str, summaries: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    reply = probe.admin(f"/channels/by-server/{server_id}")
    if reply.status == 404:
        return []
    listed = probe.background(reply, "listChannelsForServer")
    if not listed["statusAvailable"]:
        return []  # the database may know more than the server's memory (section 3.6)
    problems: list[tuple[Any, ...]] = []
    for index, channel in enumerate(listed["channels"]):
        summary = summaries.get(channel["channelName"])
        if summary is None or summary["serverId"] != server_id:
            continue
        for member in ("channelDataId", "controlSystemType"):
            if channel[member] != summary[member]:
                pointer = pointer_to("channels", index, member)
                problems.append((channel["channelName"], reply, pointer, summary[member], channel[member]))
        if list(channel[_PERIODS]) != summary["decimationLevels"]:
            pointer = pointer_to("channels", index, _PERIODS)
            levels = ", ".join(summary["decimationLevels"])
            problems.append((channel["channelName"], reply, pointer, f"the levels {levels}", "others"))
    present = {channel["channelName"] for channel in listed["channels"]}
    for name, summary in summaries.items():
        if summary["serverId"] == server_id and name not in present:
            problems.append((name, reply, "/channels", f"the channel {name!r} as well", "no such channel"))
    return problems


@check("admin.channels.by-name", "Single channels", "2.9")
def channel_by_name(probe: Probe) -> None:
    for channel in probe.session.some_channels(_SOME):
        reply = _existing(probe, f"/channels/all/by-name/{tilde(channel.name)}", channel)
        if reply is not None:
            _check_channel(probe, reply, channel)


@check("admin.channels.by-server.by-name", "Single channels by their server", "2.9")
def channel_of_server_by_name(probe: Probe) -> None:
    for channel in probe.session.some_channels(_SOME):
        target = f"/channels/by-server/{channel.server_id}/by-name/{tilde(channel.name)}"
        reply = _existing(probe, target, channel)
        if reply is not None:
            _check_channel(probe, reply, channel, "getChannelOfServer")


def _check_channel(probe: Probe, reply: Reply, channel: KnownChannel, operation: str = "getChannel") -> None:
    shown = probe.json(reply, operation, "2.9")
    probe.equal(reply, "/channelName", shown["channelName"], channel.name, "2.9")
    _check_settings(probe, reply, shown, (), "2.9")
    _check_status(probe, reply, shown, (), has_status=shown["state"] is not None)


def _existing(probe: Probe, target: str, channel: KnownChannel, **options: Any) -> Reply | None:
    """A reply about a channel; None if the channel has been changed or removed meanwhile."""
    reply = probe.admin(target, **options)
    if reply.status in {404, 503}:
        probe.session.wait(1)
        if channel not in probe.session.channels(again=True):
            return None
        reply = probe.admin(target, **options)
    return reply


@check("admin.channels.by-name.consistent", "Single channels agree with the list of all channels", "2.9")
def channel_agrees_with_list(probe: Probe) -> None:
    for channel in probe.session.some_channels(_SOME):
        for attempt in range(3):
            before = _summaries(probe).get(channel.name)
            replies = {
                "getChannel": probe.admin(f"/channels/all/by-name/{tilde(channel.name)}"),
                "getChannelOfServer": probe.admin(
                    f"/channels/by-server/{channel.server_id}/by-name/{tilde(channel.name)}"
                ),
            }
            is_steady = all(reply.status == 200 for reply in replies.values())
            if before is None or not is_steady or _summaries(probe).get(channel.name) != before:
                break
            wrong = [problem for operation in replies for problem in _unlike(probe, replies, operation, before)]
            if not wrong:
                break
            if attempt == 2:
                for reply, member, found, expected in wrong:
                    probe.equal(reply, pointer_to(member), found, expected, "2.9")
            probe.session.wait(3)


def _unlike(
    probe: Probe, replies: Mapping[str, Reply], operation: str, summary: Mapping[str, Any]
) -> list[tuple[Reply, str, Any, Any]]:
    shown = probe.background(replies[operation], operation)
    told = [(member, shown[member], summary[member]) for member in _ABOUT_CHANNEL]
    told.append((_PERIODS, list(shown[_PERIODS]), summary["decimationLevels"]))
    return [(replies[operation], member, found, expected) for member, found, expected in told if found != expected]


@check("admin.channels.wrong-server", "A channel is not found by another server's ID", "2.9")
def wrong_server(probe: Probe) -> None:
    channel = probe.session.some_channels(1)[0]
    others = [server_id for server_id in probe.session.server_ids() if server_id != channel.server_id]
    for other in (*others[:1], str(uuid4()), "xyz"):
        probe.empty(probe.admin(f"/channels/by-server/{other}/by-name/{tilde(channel.name)}"), 404, "2.9")


@check("admin.channels.unknown", "A channel that does not exist", "2.9")
def unknown_channel(probe: Probe) -> None:
    name = probe.session.unknown_name
    probe.empty(probe.admin(f"/channels/all/by-name/{name}"), 404, "2.9")
    for server_id in probe.session.server_ids()[:1]:
        probe.empty(probe.admin(f"/channels/by-server/{server_id}/by-name/{name}"), 404, "2.9")


@check("admin.channels.empty-name", "An empty channel name", "2.9")
def empty_name(probe: Probe) -> None:
    probe.page(probe.admin("/channels/all/by-name/"), 404, "2.9")


@check("admin.servers.unknown", "A server that nobody knows, and an ID that is none", "2.8, 2.10")
def unknown_server(probe: Probe) -> None:
    for server_id in (str(uuid4()), "xyz"):
        for target in (f"/channels/by-server/{server_id}", f"/channels/by-server/{server_id}/export"):
            probe.empty(probe.admin(target), 404, "2.10" if target.endswith("export") else "2.8")


@check("admin.servers.id-forms", "Server IDs in upper case and with short groups", "2.5")
def forms_of_ids(probe: Probe) -> None:
    servers = probe.session.servers()
    if not servers:
        raise NotApplicableError("the cluster status lists no server")
    server_id = servers[0]["serverId"]
    probe.json(probe.admin(f"/channels/by-server/{server_id.upper()}"), "listChannelsForServer", "2.5")
    short = "-".join(group.lstrip("0") or "0" for group in server_id.split("-"))
    probe.json(probe.admin(f"/channels/by-server/{short}"), "listChannelsForServer", "2.5")
    probe.empty(probe.admin("/channels/by-server/1-2-3-4-5"), 404, "2.5")
