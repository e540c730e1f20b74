"""Deviations built into a simulated server on purpose, and where they have to be found."""

from __future__ import annotations

from dataclasses import dataclass

from tests.contract.clusters import Spoil, with_body
from tests.contract.spoiling import (
    backwards,
    drop,
    each,
    each_sample,
    instead,
    later,
    nothing,
    on,
    page_of,
    plain_integers,
    put,
    rename,
    replaced,
    utf_8_order,
)

PREFIX = "contract-test:"
"""How the names of channels begin that the suite may create."""


@dataclass(frozen=True)
class Planted:
    name: str
    spoil: Spoil
    check: str
    pointer: str
    prefix: str | None = None


ALL, STATUS = "/channels/all$", "/cluster-status$"
PLANTED = (
    Planted(
        "a member renamed",
        on(ALL, each("channels", rename("serverName", "server"))),
        "admin.channels.all",
        "/channels/0/serverName",
    ),
    Planted(
        "its new name",
        on(ALL, each("channels", rename("serverName", "server"))),
        "admin.channels.all",
        "/channels/0/server",
    ),
    Planted(
        "a level that a single channel lacks",
        on("/all/by-name/demo~3Adouble$", put(decimationLevelToRetentionPeriod={"0": "864000", "60": "0"})),
        "admin.channels.by-name.consistent",
        "/decimationLevelToRetentionPeriod",
    ),
    Planted(
        "another name of a control system",
        on("555555555551/by-name/demo~3Adouble$", put(controlSystemName="Other")),
        "admin.channels.by-name.consistent",
        "/controlSystemName",
    ),
    Planted(
        "a number for a string",
        on("/server-status/this-server", put(channelsTotal=3)),
        "admin.server-status",
        "/channelsTotal",
    ),
    Planted(
        "a string for a boolean",
        on("/server-status/this-server", put(serverOnline="true")),
        "admin.server-status",
        "/serverOnline",
    ),
    Planted(
        "a number beyond 32 bits",
        on("/server-status/this-server", put(channelsError="2147483648")),
        "admin.server-status",
        "/channelsError",
    ),
    Planted(
        "a member missing", on(STATUS, each("servers", drop("online"))), "admin.cluster-status", "/servers/0/online"
    ),
    Planted(
        "a member too many", on(STATUS, each("servers", put(load="0.5"))), "admin.cluster-status", "/servers/0/load"
    ),
    Planted("a member of the envelope too many", on(ALL, put(total="3")), "admin.channels.all", "/total"),
    Planted(
        "a UUID in capitals",
        on(STATUS, each("servers", lambda one: one.update(serverId=one["serverId"].replace("1", "A")))),
        "admin.cluster-status",
        "/servers/0/serverId",
    ),
    Planted(
        "servers not sorted",
        on(STATUS, lambda body: {"servers": body["servers"][::-1]}),
        "admin.cluster-status",
        "/servers/1/serverId",
    ),
    Planted("channels not sorted", on(ALL, backwards), "admin.channels.all", "/channels/1/channelName"),
    Planted("channels in UTF-8 order", on(ALL, utf_8_order), "admin.channels.all", "/channels/*/channelName"),
    Planted(
        "levels not sorted",
        on(ALL, each("channels", lambda one: one["decimationLevels"].reverse())),
        "admin.channels.all",
        "/channels/*/decimationLevels",
    ),
    Planted(
        "a list of a server not sorted",
        on("555555551$", backwards),
        "admin.channels.by-server",
        "/channels/1/channelName",
    ),
    Planted(
        "a state in capitals",
        on("555555551$", each("channels", put(state="OK"))),
        "admin.channels.by-server",
        "/channels/0/state",
    ),
    Planted(
        "no state despite status",
        on("555555551$", each("channels", put(state=None))),
        "admin.channels.by-server",
        "/channels/0/state",
    ),
    Planted(
        "an error without the state",
        on("555555552$", each("channels", put(errorMessage="?"))),
        "admin.channels.by-server",
        "/channels/0/errorMessage",
    ),
    Planted(
        "a counter as a number",
        on("555555551$", each("channels", put(totalSamplesWritten=7))),
        "admin.channels.by-server",
        "/channels/0/totalSamplesWritten",
    ),
    Planted(
        "a retention period as a number",
        on("/all/by-name/demo~3Adouble", put(decimationLevelToRetentionPeriod={"0": 0})),
        "admin.channels.by-name",
        "/decimationLevelToRetentionPeriod/0",
    ),
    Planted("a channel without owner", on("/all/by-name/", drop("serverId")), "admin.channels.by-name", "/serverId"),
    Planted(
        "another identity",
        on("/all/by-name/", put(channelDataId="11111111-2222-3333-4444-555555555555")),
        "admin.channels.by-name.consistent",
        "/channelDataId",
    ),
    Planted(
        "a channel missing from its server",
        on("555555552$", lambda body: {**body, "channels": body["channels"][1:]}),
        "admin.channels.by-server.consistent",
        "/channels",
    ),
    Planted("a 404 with a body", instead("/by-name/cpva-contract", page_of(404), 404), "admin.channels.unknown", ""),
    Planted("a 404 without a body", instead("/all/by-name/$", nothing(404), 404), "admin.channels.empty-name", ""),
    Planted(
        "200 for an unknown server",
        instead(
            "/channels/by-server/",
            lambda response: with_body(response, b'{"channels":[],"statusAvailable":false}', status=200),
            404,
        ),
        "admin.servers.unknown",
        "",
    ),
    Planted("401 for wrong credentials", instead("/cluster-status", page_of(401), 403), "admin.credentials.wrong", ""),
    Planted("403 for a wrong body", instead("/run-archive", page_of(403), 400, 415), "admin.anonymous.order", ""),
    Planted("200 for any Accept", instead("/cluster-status", page_of(200), 406), "admin.accept", ""),
    Planted("405 without Allow", instead("/run-archive", page_of(405), 405), "admin.wrong-method", ""),
    Planted("a refused path with a body", instead("%2F", page_of(400), 400), "admin.refused-path", ""),
    Planted(
        "another content type",
        instead(
            STATUS, lambda response: with_body(response, response.read(), headers=[("Content-Type", "text/plain")]), 200
        ),
        "admin.cluster-status",
        "",
    ),
    Planted("white space", instead(STATUS, replaced(b'","', b'", "'), 200), "admin.cluster-status", ""),
    Planted(
        "literal surrogates", instead(ALL, replaced(b"\\uD83D\\uDE00", "😀".encode()), 200), "admin.channels.all", ""
    ),
    Planted("escaped letters", instead(ALL, replaced("é".encode(), b"\\u00E9"), 200), "admin.channels.all", ""),
    Planted(
        "line breaks in Base64",
        on(
            "/export",
            lambda body: {"configurationFile": body["configurationFile"][:76] + "\n" + body["configurationFile"][76:]},
        ),
        "admin.export",
        "/configurationFile",
    ),
    Planted(
        "another export",
        on("/export", lambda body: {"configurationFile": "PG9vcHM+"}),
        "admin.export.content",
        "/configurationFile",
    ),
    Planted("another description", on("/archive/$", lambda body: [{**body[0], "key": "1"}]), "archive.list", "/0/key"),
    Planted("names not sorted", on("/channels-by-pattern/*$", lambda names: names[::-1]), "archive.pattern.all", "/1"),
    Planted("a name missing", on("/channels-by-pattern/*$", lambda names: names[1:]), "archive.pattern.all", ""),
    Planted(
        "a name too many",
        on("/channels-by-regexp/", lambda names: sorted([*names, "demo:zz"])),
        "archive.regexp.case",
        "/*",
    ),
    Planted(
        "an invalid expression is found",
        instead("/channels-by-regexp/", page_of(500), 400),
        "archive.regexp.invalid",
        "",
    ),
    Planted(
        "a time as a string",
        on("/samples/", each_sample(lambda one: one.update(time=str(one["time"])))),
        "archive.samples.form",
        "/0/time",
    ),
    Planted(
        "a sample without severity",
        on("/samples/", each_sample(drop("severity"))),
        "archive.samples.form",
        "/0/severity",
    ),
    Planted(
        "a member of a severity too many",
        on("/samples/", each_sample(lambda one: one["severity"].update(code=0))),
        "archive.samples.form",
        "/0/severity/code",
    ),
    Planted(
        "an unknown level",
        on("/samples/", each_sample(lambda one: one["severity"].update(level="ok"))),
        "archive.samples.form",
        "/0/severity/level",
    ),
    Planted("an unknown type", on("/samples/", each_sample(put(type="float"))), "archive.samples.form", "/0/type"),
    Planted(
        "metadata of a text",
        on("/samples/demo%3Astring", each_sample(put(metaData={}))),
        "archive.samples.form",
        "/0/metaData",
    ),
    Planted(
        "integers for floats",
        instead("/samples/demo%3Adouble", plain_integers, 200),
        "archive.samples.form",
        "/0/metaData/displayLow",
    ),
    Planted(
        "NaN as a number", instead("/samples/demo%3Awave", replaced(b'"NaN"', b"NaN"), 200), "archive.samples.form", ""
    ),
    Planted("no sample before the start", instead("/samples/demo%3Adouble", later, 200), "archive.samples.edges", ""),
    Planted("the latest sample first", on("count=", lambda samples: samples[::-1]), "archive.samples.count.raw", ""),
    Planted("many blocks", on("count=", lambda samples: samples[::-1]), "archive.samples.count.blocks", ""),
    Planted(
        "a missing parameter is let through", instead("?start=0$", page_of(200), 400), "archive.samples.parameters", ""
    ),
    Planted(
        "an unknown channel is refused",
        instead("/samples/cpva-contract", page_of(400), 404),
        "archive.samples.unknown-channel",
        "",
    ),
    Planted(
        "the echo is not normalised",
        on("/run-archive", each("results", lambda one: one["command"].pop("options", 0)), "POST"),
        "commands.add",
        "/results/0/command/options",
        PREFIX,
    ),
    Planted(
        "the echo of a failure lacks a member",
        on(
            "/run-archive", each("results", lambda one: one["command"].pop("expectedControlSystemType", 0)), "POST", 500
        ),
        "commands.update.failures",
        "/results/0/command/expectedControlSystemType",
        PREFIX,
    ),
    Planted(
        "a null in a result",
        on("/run-archive", each("results", put(errorMessage=None)), "POST"),
        "commands.add",
        "/results/0/errorMessage",
        PREFIX,
    ),
    Planted(
        "another text",
        on("/run-archive", each("results", put(errorMessage="no")), "POST", 500),
        "commands.add.exists",
        "/results/0/errorMessage",
        PREFIX,
    ),
    Planted(
        "200 for a failure",
        instead("/run-archive", lambda response: with_body(response, response.read(), status=200), 500),
        "commands.add.exists",
        "",
        PREFIX,
    ),
    Planted("a mistake is let through", instead("/run-archive", page_of(500), 400), "commands.refused", "", PREFIX),
    Planted(
        "an import without lists",
        on("/import", put(removeSucceeded=None), "POST"),
        "import.add",
        "/removeSucceeded",
        PREFIX,
    ),
    Planted("an empty file is refused", instead("/import", page_of(400), 503), "import.unusable", "", PREFIX),
)
