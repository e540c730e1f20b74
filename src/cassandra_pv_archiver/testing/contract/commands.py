"""What the checks that change something have in common: commands, their results, and what comes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from .findings import NotApplicableError, StopCheckError, pointer_to
from .probe import Probe
from .session import KnownChannel, members_of, percent, tilde
from .wire import Reply

OPERATION = "runArchiveConfigurationCommands"
TYPE = "channel_access"
_ATTEMPTS = 6
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
_T = TypeVar("_T")

Members = dict[str, Any]


def adding(name: str, server_id: str, *, kind: str = "add_channel", **members: Any) -> Members:
    """A command that creates a disabled channel."""
    return {
        "commandType": kind,
        "channelName": name,
        "controlSystemType": TYPE,
        "enabled": False,
        "serverId": server_id,
        **members,
    }


def add(probe: Probe, ending: str, server_id: str | None = None, **members: Any) -> str:
    """Creates a channel and gives its name.

    Raises:
        StopCheckError: It could not be created.
    """
    name = probe.writer.name(ending)
    reply = probe.writer.do(adding(name, server_id or probe.session.this_server(), **members))
    if not succeeded(probe, reply):
        raise StopCheckError
    return name


def results(probe: Probe, reply: Reply, status: int, section: str = "3.1") -> list[Members]:
    """The results of a batch that was carried out."""
    body = probe.json(reply, OPERATION, section, status=status)
    if body["errorMessage"] is not None or body["results"] is None:
        raise probe.stop(reply, "/errorMessage", "null, and results", section, str(body["errorMessage"]))
    for index, result in enumerate(body["results"]):
        if result["success"] and "errorMessage" in result:
            probe.finding(reply, pointer_to("results", index, "errorMessage"), "no such member", "3.1", "one")
    return body["results"]


def succeeded(probe: Probe, reply: Reply, *echoes: Mapping[str, Any], section: str = "3.2") -> bool:
    """Checks that all commands of a batch succeeded, and how they are echoed."""
    found = results(probe, reply, 200)
    for index, result in enumerate(found):
        pointer = pointer_to("results", index, "success")
        probe.equal(reply, pointer, result["success"], True, section)
    if echoes:
        _check_echoes(probe, reply, found, echoes, section)
    return bool(found) and all(result["success"] for result in found)


def _check_echoes(
    probe: Probe, reply: Reply, found: Sequence[Members], echoes: Sequence[Mapping[str, Any]], section: str
) -> None:
    probe.equal(reply, "/results", len(found), len(echoes), "3.1")
    for index, (result, echo) in enumerate(zip(found, echoes, strict=False)):
        shown: Members = result["command"]
        for member in dict.fromkeys([*echo, *shown]):
            pointer = pointer_to("results", index, "command", member)
            if member not in shown:
                probe.finding(reply, pointer, str(echo[member]), section, "no such member")
            elif member not in echo:
                probe.finding(reply, pointer, "no such member", section, str(shown[member]))
            else:
                probe.equal(reply, pointer, shown[member], echo[member], section)


def failed(
    probe: Probe, reply: Reply, message: str, section: str = "3.3", *, echo: Mapping[str, Any] | None = None
) -> None:
    """Checks that the only command of a batch failed with a message, and how it is echoed if that is given."""
    found = results(probe, reply, 500)
    probe.equal(reply, "/results", len(found), 1, "3.1")
    if echo is not None:
        _check_echoes(probe, reply, found, [echo], "3.2")
    for result in found[:1]:
        probe.equal(reply, "/results/0/success", result["success"], False, section)
        probe.equal(reply, "/results/0/errorMessage", result.get("errorMessage", ""), message, section)


def quoted(name: str) -> str:
    """A text as messages quote it (section 3.3)."""
    return '"' + "".join(map(_escaped, name)) + '"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if " " <= char <= "~" or char == "\x7f":
        return char
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{int.from_bytes(units[at : at + 2]):04X}" for at in range(0, len(units), 2))


def shown(probe: Probe, name: str, section: str = "3.1") -> tuple[Reply, Members]:
    """The channel as the service shows it after a change.

    It may take a moment: behind a proxy because it may be another server, and of a channel that is just being moved
    the configuration may be missing (503, section 2.9).
    """

    def read() -> Reply | None:
        reply = probe.admin(f"/channels/all/by-name/{tilde(name)}")
        is_early = reply.status == 503 or (reply.status != 200 and probe.session.is_proxied)
        return None if is_early else reply

    reply = eventually(probe, read) or probe.admin(f"/channels/all/by-name/{tilde(name)}")
    return reply, probe.json(reply, "getChannel", section)


def has_settings(probe: Probe, name: str, section: str = "3.4", **settings: Any) -> Members:
    """Checks settings of a channel by the names of their members, and gives all members."""
    reply, members = shown(probe, name)
    for member, expected in settings.items():
        probe.equal(reply, pointer_to(member), members[member], expected, section)
    return members


def is_gone(probe: Probe, name: str, section: str = "3.4") -> None:
    """Checks that there is no channel of this name."""
    probe.empty(probe.admin(f"/channels/all/by-name/{tilde(name)}"), 404, section)


def eventually(probe: Probe, read: Callable[[], _T | None]) -> _T | None:
    """What is read once it is there; None if it does not come."""
    for attempt in range(_ATTEMPTS):
        found = read()
        if found is not None:
            return found
        if attempt < _ATTEMPTS - 1:
            probe.session.wait(3)
    return None


def is_found(probe: Probe, name: str) -> None:
    """Checks that the archive-access service knows a channel, which has no samples; another server may lag."""
    if not KnownChannel(name, "", TYPE, is_supported=True).can_be_read:
        return
    target = f"/archive/1/samples/{percent(name)}?start=0&end=9000000000000000000"

    def read() -> Reply | None:
        reply = probe.archive(target)
        return reply if reply.status == 200 else None

    reply = eventually(probe, read) or probe.archive(target)
    samples = probe.json(reply, "getSamples", "3.1")
    probe.equal(reply, "", samples, [], "7.1")
    if not set(name) & set("*?"):
        searched = probe.archive(f"/archive/1/channels-by-pattern/{percent(name)}")
        if name not in probe.json(searched, "findChannelsByPattern", "5.3"):
            probe.finding(searched, "", f"{name!r} among the names", "5.3", "names without it")


def other_server(probe: Probe, owner: str) -> str:
    """Another server that is online, and answers the one that is asked.

    Raises:
        NotApplicableError: There is none.
    """
    for server in probe.session.servers():
        if server.get("online") is True and server["serverId"] != owner:
            # One that has just died looks online for up to 15 s (section 9.2).
            listed = members_of(probe.admin(f"/channels/by-server/{server['serverId']}"))
            if listed.get("statusAvailable") is True:
                return server["serverId"]
    raise NotApplicableError("there is no other server that is online")
