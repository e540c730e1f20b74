"""Checks of how the administrative service is spoken to (sections 1 and 2.1 to 2.5)."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable

from .findings import NotApplicableError
from .probe import Probe
from .registry import check
from .session import KnownChannel, tilde
from .wire import Credentials, Reply

_RUN = "/run-archive-configuration-commands"
_JSON = {"Content-Type": "application/json"}
_NO_COMMANDS = b'{"commands":[]}'
_READS = {
    "/cluster-status": "getClusterStatus",
    "/server-status/this-server": "getServerStatus",
    "/channels/all": "listAllChannels",
}


@check("admin.head", "HEAD wherever GET works", "1.3")
def head(probe: Probe) -> None:
    targets = list(_READS)
    targets += [
        f"/channels/by-server/{server}{end}" for server in probe.session.server_ids()[:1] for end in ("", "/export")
    ]
    for target in targets:
        get, reply = probe.admin(target), probe.send("admin", "HEAD", target)
        same_head(probe, get, reply)


def same_head(probe: Probe, get: Reply, head: Reply) -> None:
    """Checks that HEAD is answered as GET was, without the body."""
    if head.status != get.status:
        probe.finding(head, "", f"status {get.status}, as for GET", "1.3", f"status {head.status}")
    elif head.media_type != get.media_type:
        probe.finding(head, "", f"Content-Type {get.media_type}, as for GET", "1.3", f"Content-Type {head.media_type}")
    if head.body:
        probe.finding(head, "", "no body", "1.3", f"{len(head.body)} bytes")


@check("admin.options", "OPTIONS is answered with the methods allowed", "1.3")
def options(probe: Probe) -> None:
    for target in ("/channels/all", "/cluster-status"):
        allows_get(probe, probe.send("admin", "OPTIONS", target))


def allows_get(probe: Probe, reply: Reply) -> None:
    """Checks a reply to OPTIONS."""
    if reply.status != 200:
        raise probe.stop(reply, "", "status 200", "1.3", f"status {reply.status}")
    allowed = {method.strip() for method in reply.headers.get("Allow", "").split(",")}
    if not {"GET", "HEAD"} <= allowed:
        probe.finding(reply, "", "an Allow header with GET and HEAD", "1.3", f"Allow: {reply.headers.get('Allow')}")


@check("admin.any-method", "The two status functions take other methods too", "1.3")
def any_method(probe: Probe) -> None:
    for target in ("/cluster-status", "/server-status/this-server"):
        probe.json(probe.send("admin", "POST", target), _READS[target], "1.3")


@check("admin.wrong-method", "Methods that a function does not have", "1.3")
def wrong_method(probe: Probe) -> None:
    # Only GET, and POST without credentials: nothing that could change a server that is not as it should be.
    refused_method(probe, probe.send("admin", "POST", "/channels/all"), "GET")
    refused_method(probe, probe.admin(_RUN), "POST")


def refused_method(probe: Probe, reply: Reply, allowed: str) -> None:
    """Checks the refusal of a method."""
    probe.page(reply, 405, "1.3")
    if allowed not in {method.strip() for method in reply.headers.get("Allow", "").split(",")}:
        probe.finding(reply, "", f"an Allow header with {allowed}", "1.3", f"Allow: {reply.headers.get('Allow')}")


@check("admin.unknown-path", "A path that does not exist", "1.3")
def unknown_path(probe: Probe) -> None:
    probe.page(probe.admin("/nope"), 404, "1.3")


@check("admin.trailing-slash", "Paths match with a trailing slash too", "1.3")
def trailing_slash(probe: Probe) -> None:
    for target, operation in _READS.items():
        probe.json(probe.admin(f"{target}/"), operation, "1.3")
    for server_id in probe.session.server_ids()[:1]:
        probe.json(probe.admin(f"/channels/by-server/{server_id}/"), "listChannelsForServer", "1.3")
        probe.json(probe.admin(f"/channels/by-server/{server_id}/export/"), "exportServerConfiguration", "1.3")
    channel = probe.session.some_channels(1)[0]
    _shows(probe, f"/channels/all/by-name/{tilde(channel.name)}/", channel, "1.3")


@check("admin.unknown-parameters", "Unknown query parameters are ignored", "1.3")
def unknown_parameters(probe: Probe) -> None:
    for target, operation in _READS.items():
        probe.json(probe.admin(f"{target}?unknown=1&prettyPrint"), operation, "1.3")


@check("admin.accept", "Accept decides between the reply and 406", "1.1")
def accept(probe: Probe) -> None:
    for accepted in ("application/json", "application/*", "text/html, */*;q=0.1"):
        probe.json(probe.admin("/cluster-status", headers={"Accept": accepted}), "getClusterStatus", "1.1")
    probe.page(probe.admin("/cluster-status", headers={"Accept": "text/html"}), 406, "1.1")


@check("admin.suffix", "A suffix in the path belongs to the name", "1.1")
def suffix(probe: Probe) -> None:
    name = probe.session.unknown_name
    probe.empty(probe.admin(f"/channels/all/by-name/{name}.json"), 404, "1.1")
    probe.page(probe.admin("/channels/all.json"), 404, "1.1")


@check("admin.refused-path", "Paths that are refused before the service sees them", "1.4")
def refused_path(probe: Probe) -> None:
    for part in ("a%2Fb", "a%2fb", "a%5Cb", "a%00b", "a%zzb"):
        refused(probe, probe.admin(f"/channels/all/by-name/{part}"))


def refused(probe: Probe, reply: Reply) -> None:
    """Checks a refusal by the container. A proxy may refuse such a path itself, in its own way, or change it."""
    if reply.is_proxied and (reply.status != 400 or reply.body):
        raise NotApplicableError(f"a proxy answers or changes such paths: {reply.request} gave {reply.status}")
    probe.empty(reply, 400, "1.4")


# Channel names


@check("admin.names.lower-case-hex", "Names in the tilde codec with lower-case digits", "2.4")
def lower_case_digits(probe: Probe) -> None:
    for channel in _channels(probe, lambda name: tilde(name) != _lower(tilde(name))):
        _shows(probe, f"/channels/all/by-name/{_lower(tilde(channel.name))}", channel, "2.4")


def _lower(encoded: str) -> str:
    first, *rest = encoded.split("~")
    return "~".join([first, *(part[:2].lower() + part[2:] for part in rest)])


@check("admin.names.plain-ascii", "ASCII in names, as it is and percent-encoded", "2.4")
def plain_ascii(probe: Probe) -> None:
    for channel in _channels(probe, lambda name: name != tilde(name) and _is_simple(name)):
        _shows(probe, f"/channels/all/by-name/{channel.name}", channel, "2.4")
        encoded = "".join(char if char.isalnum() else f"%{ord(char):02X}" for char in channel.name)
        _shows(probe, f"/channels/all/by-name/{encoded}", channel, "2.4")


def _is_simple(name: str) -> bool:
    return name.isascii() and all(char.isalnum() or char in ":-_" for char in name)


@check("admin.names.percent-non-ascii", "Percent-encoded letters beyond ASCII do not reach a channel", "2.4")
def percent_non_ascii(probe: Probe) -> None:
    name = probe.session.unknown_name
    probe.empty(probe.admin(f"/channels/all/by-name/{name}%C3%BC"), 404, "2.4")
    for channel in probe.session.some_channels(40):
        if channel.name.isascii() or not channel.name.isprintable() or "/" in channel.name:
            continue
        bytes_of = channel.name.encode("utf-8", "surrogatepass")
        encoded = "".join(f"%{byte:02X}" if byte > 0x7F else tilde(chr(byte)) for byte in bytes_of)
        lost = "".join(char if char.isascii() else "?" for char in channel.name)
        if lost not in probe.session.names():
            probe.empty(probe.admin(f"/channels/all/by-name/{encoded}"), 404, "2.4")


@check("admin.names.undecodable", "Names that are not in the tilde codec never fail to decode", "2.4")
def undecodable(probe: Probe) -> None:
    for part in ("~", "~1g", "a~4", "~FF", "~C3"):
        probe.empty(probe.admin(f"/channels/all/by-name/{probe.session.unknown_name}{part}"), 404, "2.4")


def _channels(probe: Probe, wanted: Callable[[str], bool]) -> list[KnownChannel]:
    found = [channel for channel in probe.session.some_channels(40) if wanted(channel.name)][:4]
    if not found:
        raise NotApplicableError("no channel has such a name")
    return found


def _shows(probe: Probe, target: str, channel: KnownChannel, section: str) -> None:
    reply = probe.admin(target)
    if reply.status in {404, 503} and channel not in probe.session.channels(again=True):
        return
    shown = probe.json(reply, "getChannel", section)
    probe.equal(reply, "/channelName", shown["channelName"], channel.name, section)


# Credentials


@check("admin.credentials.wrong", "Wrong credentials are refused, for reads too", "2.1")
def wrong_credentials(probe: Probe) -> None:
    nobody = Credentials("cpva-contract-nobody", secrets.token_hex(8))
    for target in ("/cluster-status", "/nope"):
        reply = probe.admin(target, credentials=nobody)
        if reply.is_proxied and reply.status != 403:
            raise NotApplicableError(f"a proxy looks at credentials or removes them: status {reply.status}")
        probe.page(reply, 403, "2.1")
    garbage = probe.admin("/cluster-status", headers={"Authorization": "Basic !"})
    probe.page(garbage, 403, "2.1")


@check("admin.credentials.other-scheme", "Other schemes than Basic, in this spelling, count as none", "2.1")
def other_scheme(probe: Probe) -> None:
    token = base64.b64encode(b"cpva-contract-nobody:x").decode("ascii")
    for header in (f"basic {token}", "Bearer x"):
        reply = probe.admin("/cluster-status", headers={"Authorization": header})
        if reply.is_proxied and reply.status in {400, 401, 403}:
            raise NotApplicableError(f"a proxy looks at credentials: status {reply.status}")
        probe.json(reply, "getClusterStatus", "2.1")


@check("admin.anonymous.commands", "A batch of no commands without credentials", "2.1")
def anonymous_commands(probe: Probe) -> None:
    probe.page(probe.send("admin", "POST", _RUN, headers=_JSON, body=_NO_COMMANDS), 403, "2.1")


@check("admin.anonymous.order", "Without credentials, media type and body are checked first", "2.1")
def anonymous_order(probe: Probe) -> None:
    text = {"Content-Type": "text/plain"}
    probe.page(probe.send("admin", "POST", _RUN, headers=text, body=_NO_COMMANDS), 415, "2.1")
    for body in (b'{"commands":', b'{"commands":null}', b'{"commands":[],"unknown":1}', b""):
        probe.page(probe.send("admin", "POST", _RUN, headers=_JSON, body=body), 400, "2.1")


@check("admin.anonymous.import", "An import without credentials", "2.1")
def anonymous_import(probe: Probe) -> None:
    # It could change nothing even if it were let through: it is about no server, and only simulated.
    target = "/channels/by-server/00000000-0000-4000-8000-000000000000/import"
    body = b'{"configurationFile":"PG9vcHM=","simulate":true}'
    probe.page(probe.send("admin", "POST", target, headers=_JSON, body=body), 403, "2.1")
    probe.page(probe.send("admin", "POST", target, headers=_JSON, body=b'{"simulate":true}'), 400, "2.11")
    refused_method(probe, probe.admin(target), "POST")
