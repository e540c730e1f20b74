"""Checks of the archive-access service in general (sections 1.3, 1.4, 5.1 and 5.2)."""

from __future__ import annotations

from .admin_protocol_checks import allows_get, refused, refused_method, same_head
from .findings import NotApplicableError
from .probe import Probe
from .registry import check
from .wire import Reply

_ARCHIVES = [{"key": 1, "name": "Cassandra", "description": "Cassandra PV Archive"}]
_PATTERN = "/archive/1/channels-by-pattern"


@check("archive.list", "The list of archives", "5.2")
def archives(probe: Probe) -> None:
    reply = probe.archive("/archive/")
    listed = probe.json(reply, "listArchives", "5.2")
    probe.equal(reply, "", listed, _ARCHIVES, "5.2")


@check("archive.list.pretty", "The list of archives laid out for people", "5")
def pretty_archives(probe: Probe) -> None:
    laid_out = '[ {\n  "key" : 1,\n  "name" : "Cassandra",\n  "description" : "Cassandra PV Archive"\n} ]'
    for parameter in ("prettyPrint", "prettyPrint=false"):
        reply = probe.archive(f"/archive/?{parameter}")
        probe.json(reply, "listArchives", "5", compact=False)
        if reply.body.decode("utf-8").replace("\r\n", "\n") != laid_out:
            probe.finding(reply, "", repr(laid_out), "5", repr(reply.body.decode("utf-8")))


@check("archive.list.no-slash", "The list of archives needs its trailing slash", "1.3")
def no_slash(probe: Probe) -> None:
    reply = probe.archive("/archive")
    if reply.is_proxied and 300 <= reply.status < 400:
        raise NotApplicableError(f"a proxy redirects such paths: status {reply.status}")
    probe.page(reply, 404, "1.3")


@check("archive.accept", "Accept is ignored", "1.1")
def accept(probe: Probe) -> None:
    probe.json(probe.archive("/archive/", headers={"Accept": "text/html"}), "listArchives", "1.1")


@check("archive.credentials", "Credentials are not looked at", "2")
def credentials(probe: Probe) -> None:
    reply = probe.archive("/archive/", headers={"Authorization": "Basic !"})
    if reply.is_proxied and reply.status in {400, 401, 403}:
        raise NotApplicableError(f"a proxy looks at credentials: status {reply.status}")
    probe.json(reply, "listArchives", "5")


@check("archive.head", "HEAD wherever GET works", "1.3")
def head(probe: Probe) -> None:
    name = probe.session.unknown_name
    for target in ("/archive/", f"{_PATTERN}/{name}", f"/archive/1/samples/{name}?start=0&end=1"):
        same_head(probe, probe.archive(target), probe.send("archive", "HEAD", target))


@check("archive.options", "OPTIONS is answered with the methods allowed", "1.3")
def options(probe: Probe) -> None:
    allows_get(probe, probe.send("archive", "OPTIONS", "/archive/"))


@check("archive.wrong-method", "Methods that a function does not have", "1.3")
def wrong_method(probe: Probe) -> None:
    refused_method(probe, probe.send("archive", "POST", "/archive/"), "GET")


@check("archive.unknown-path", "Paths that do not exist, and archives", "5")
def unknown_path(probe: Probe) -> None:
    for target in ("/nope", "/archive/2/channels-by-pattern/*", "/archive/2/channels-by-regexp/.*"):
        probe.page(probe.archive(target), 404, "5")
    probe.page(probe.archive("/archive/2/samples/x?start=0&end=1"), 404, "5")


@check("archive.prefix", "What precedes the data must be spelled literally", "5.1")
def literal_prefix(probe: Probe) -> None:
    for target in (
        f"//archive-access/api/1%2E0{_PATTERN}/{probe.session.unknown_name}",
        f"/archive//1/channels-by-pattern/{probe.session.unknown_name}",
    ):
        reply = probe.archive(target)
        if reply.is_proxied and reply.status == 200:
            raise NotApplicableError(f"a proxy normalises paths: {reply.request} gave {reply.status}")
        probe.page(reply, 404, "5.1")


@check("archive.refused-path.escapes", "Escapes that are refused before the service sees them", "1.4")
def refused_escapes(probe: Probe) -> None:
    for part in ("a%2Fb", "a%2fb", "a%5Cb", "a%00b", "a%zzb", "a%4"):
        refused(probe, _searched(probe, part))


@check("archive.refused-path.raw", "Characters that must not be sent as they are", "1.4")
def refused_characters(probe: Probe) -> None:
    for character in '"<>\\^`{|}':
        refused(probe, _searched(probe, f"a{character}b"))


def _searched(probe: Probe, part: str) -> Reply:
    return probe.archive(f"{_PATTERN}/{part}")
