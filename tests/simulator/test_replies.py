"""Each reply that the simulator can give is as the specifications describe it, without unknown members."""

from __future__ import annotations

import base64
import json
import math
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cassandra_pv_archiver.testing.simulator import Simulator, SimulatorRequest, SimulatorResponse
from cassandra_pv_archiver.testing.simulator.operations import Service
from tests.unit.specifications import PREFIXES, Operation, operation_for
from tests.unit.test_specs import problems_of_reply

from .recorded_cluster import CREDENTIALS, JSON_BODY, SERVER_IDS, UNKNOWN_SERVER, Story, recorded_at, request_of
from .test_exchanges import in_order

NUMERIC = {"type": "numeric", "precision": 2, "units": "°C"} | dict.fromkeys(
    ("displayLow", "displayHigh", "warnLow", "warnHigh", "alarmLow", "alarmHigh"), math.nan
)
NAMES = ["a", "b:c", "süper/\"'<&>", "\U0001f600", "new\nline"]
LATEST = 2**63 - 1

names = st.sampled_from(NAMES) | st.sampled_from(NAMES) | st.text(st.characters(codec="utf-8"), min_size=1, max_size=5)
servers = st.sampled_from([*SERVER_IDS, UNKNOWN_SERVER])
levels = st.sets(st.sampled_from([1, 10, 30, 60]), max_size=3)
times = st.integers(0, 100).map(lambda second: second * 10**9)


@st.composite
def samples(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Samples of all types in any order, some with metadata, some of them markers or arrays."""
    numbers = st.floats() | st.sampled_from([0.0, -0.0, 0.1, 1e7, 1e-4])
    integers = st.integers(-(2**63), 2**63 - 1)
    found: list[dict[str, Any]] = []
    for time in sorted(draw(st.sets(st.integers(0, 100 * 10**9), max_size=6))):
        kind = draw(st.sampled_from(["double", "long", "enum", "string", "minMaxDouble"]))
        elements = {"double": numbers, "minMaxDouble": numbers, "string": st.text(max_size=3)}.get(kind, integers)
        sample = {
            "time": time,
            "severity": {"level": draw(st.sampled_from(["OK", "MINOR", "MAJOR", "INVALID"])), "hasValue": True},
            "status": draw(st.sampled_from(["", "NO_ALARM", "HIHI"])),
            "quality": "Original",
            "type": kind,
            "value": draw(st.lists(elements, min_size=kind == "minMaxDouble", max_size=3)),
        }
        if kind == "minMaxDouble":
            sample |= {"value": sample["value"][:1], "minimum": draw(numbers), "maximum": draw(numbers)}
        if kind == "enum" and draw(st.booleans()):
            sample["metaData"] = {"type": "enum", "states": ["off", "on"]}
        if kind not in {"enum", "string"} and draw(st.booleans()):
            sample["metaData"] = NUMERIC
        found.append(sample)
    return found


@st.composite
def clusters(draw: st.DrawFn) -> Simulator:
    simulator = Simulator(SERVER_IDS, provides=lambda name: name != "a", start_time=10**18, real_time=False)
    for name in draw(st.sets(st.sampled_from(NAMES), min_size=2)):
        simulator.add_channel(
            name,
            server=draw(servers),
            control_system_type=draw(st.sampled_from(["channel_access"] * 3 + ["tango", ""])),
            decimation_levels=draw(levels),
            enabled=draw(st.booleans()),
            options=draw(st.sampled_from([{}, {"monitorMask": "value"}, {"x": ""}])),
            samples=draw(samples()),
        )
    simulator.advance(100)
    if draw(st.integers(0, 3)) == 0:
        simulator.stop_server(1)
    if draw(st.integers(0, 3)) == 0:
        simulator.stop_database()
    simulator.advance(draw(st.sampled_from([0, 1, 60])))
    return simulator


def tilde(name: str) -> str:
    return "".join(chr(byte) if chr(byte).isalnum() and byte < 128 else f"~{byte:02X}" for byte in name.encode())


@st.composite
def reads(draw: st.DrawFn) -> tuple[Service, str]:
    name, server = draw(names), draw(servers | st.sampled_from(["none", "1-2-3-4-5"]))
    escaped = quote(name, safe="/").replace("%5C", "%3F").replace("%00", "%01")
    start, end = draw(st.tuples(times, times | st.just(LATEST)).map(sorted) | st.sampled_from([(2, 1), (None, 1)]))
    bounds = {"start": start, "end": end, "count": draw(st.sampled_from([None, None, 0, 1, 3, 10**6]))}
    query = "&".join(f"{key}={value}" for key, value in bounds.items() if value is not None)
    pretty = draw(st.sampled_from(["", "&prettyPrint"]))
    admin = ["channels/all", f"channels/all/by-name/{tilde(name)}", "cluster-status", "server-status/this-server"]
    admin += [f"channels/by-server/{server}{end}" for end in ("", "/export", f"/by-name/{tilde(name)}")]
    archive = [
        "",
        "1/channels-by-pattern/*",
        "1/channels-by-regexp/(",
        f"1/channels-by-regexp/{escaped}",
        f"1/channels-by-pattern/{escaped}",
    ]
    archive += [f"1/samples/{escaped}?{query}"] * 4
    if draw(st.booleans()):
        return "admin", "/admin/api/1.0/" + draw(st.sampled_from(admin))
    target = draw(st.sampled_from(archive))
    return "archive", f"/archive-access/api/1.0/archive/{target}{'' if '?' in target else '?'}{pretty}"


@st.composite
def commands(draw: st.DrawFn) -> dict[str, Any]:
    name, server = draw(names), draw(servers)
    added = {"channelName": name, "controlSystemType": "channel_access", "enabled": True, "serverId": server}
    added["decimationLevels"] = [str(level) for level in draw(levels)]
    return draw(
        st.sampled_from(
            [
                {"commandType": "add_channel", **added},
                {"commandType": "add_or_update_channel", **added},
                {"commandType": "move_channel", "channelName": name, "newServerId": server},
                {"commandType": "refresh_channel", "channelName": name, "serverId": server},
                {"commandType": "remove_channel", "channelName": name, "expectedServerId": server},
                {"commandType": "rename_channel", "oldChannelName": name, "newChannelName": draw(names)},
                {"commandType": "update_channel", "channelName": name, "addOptions": {"x": name}, "enabled": None},
                {"commandType": "update_channel", "channelName": name, "decimationLevels": ["-1"]},
            ]
        )
    )


@st.composite
def imports(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    channels = "".join(
        f'<channel name="{name}" control-system-type="x"><decimation-level decimation-period="30"/></channel>'
        for name in draw(st.sets(st.sampled_from(["a", "b:c", "new"])))
    )
    namespace = "http://www.aquenos.com/2016/xmlns/cassandra-pv-archiver-configuration"
    whole = f'<server-configuration xmlns="{namespace}">{channels}</server-configuration>'
    file = draw(st.sampled_from([whole, whole, whole, "", "<a/>", whole[:-5], "no XML"]))
    flags = ("addChannels", "updateChannels", "removeChannels", "simulate")
    members = {flag: draw(st.booleans()) for flag in flags}
    return draw(servers), members | {"configurationFile": base64.b64encode(file.encode()).decode()}


def problems(service: Service, method: str, target: str, response: SimulatorResponse) -> list[str]:
    operation: Operation | None = operation_for(service, method, target)
    body = response.read()
    content_type = response.header("Content-Type") or ""
    if operation is None:
        return [] if response.status in {200, 303, 404, 405} else [f"status {response.status} for no operation"]
    if method == "HEAD" or (body and not content_type.startswith("application/json")):
        body = b""
    elif not content_type:
        assert body == b""
    value = json.loads(body) if body else None
    if method == "HEAD" and content_type:
        described = operation.response(response.status) or {}
        return [] if content_type.partition(";")[0] in described["content"] else [content_type]
    return problems_of_reply(operation, response.status, content_type, value)


READ = {
    ("exportServerConfiguration", 200),
    ("exportServerConfiguration", 404),
    ("exportServerConfiguration", 503),
    ("findChannelsByPattern", 200),
    ("findChannelsByPattern", 503),
    ("findChannelsByRegexp", 200),
    ("findChannelsByRegexp", 400),
    ("findChannelsByRegexp", 503),
    ("getChannel", 200),
    ("getChannel", 404),
    ("getChannel", 503),
    ("getChannelOfServer", 404),
    ("getClusterStatus", 200),
    ("getSamples", 200),
    ("getSamples", 400),
    ("getSamples", 404),
    ("getSamples", 500),
    ("getSamples", 503),
    ("getServerStatus", 200),
    ("listAllChannels", 200),
    ("listAllChannels", 503),
    ("listArchives", 200),
    ("listChannelsForServer", 200),
    ("listChannelsForServer", 404),
    ("listChannelsForServer", 503),
}
CHANGED = {
    ("importServerConfiguration", 200),
    ("importServerConfiguration", 400),
    ("importServerConfiguration", 403),
    ("importServerConfiguration", 500),
    ("importServerConfiguration", 503),
    ("runArchiveConfigurationCommands", 200),
    ("runArchiveConfigurationCommands", 400),
    ("runArchiveConfigurationCommands", 403),
    ("runArchiveConfigurationCommands", 500),
}


OUTAGE_READS: list[tuple[Service, str]] = [
    ("admin", "/admin/api/1.0/channels/all"),
    ("admin", "/admin/api/1.0/channels/all/by-name/a"),
    ("admin", f"/admin/api/1.0/channels/by-server/{SERVER_IDS[0]}"),
    ("archive", "/archive-access/api/1.0/archive/1/channels-by-pattern/a"),
    ("archive", "/archive-access/api/1.0/archive/1/channels-by-regexp/a"),
    ("archive", "/archive-access/api/1.0/archive/1/samples/a?start=0&end=1"),
]


def after_a_long_outage() -> Simulator:
    simulator = Simulator(SERVER_IDS, real_time=False)
    simulator.add_channel("a")
    simulator.stop_database()
    simulator.advance(20)
    return simulator


@pytest.mark.one_interpreter
def test_replies_to_reads() -> None:
    seen: set[tuple[str, int]] = set()

    @settings(max_examples=250)
    @given(simulator=clusters(), asked=st.lists(reads(), min_size=5, max_size=20), server=st.sampled_from([0, 0, 1]))
    def ask(simulator: Simulator, asked: list[tuple[Service, str]], server: int) -> None:
        for service, target in asked:
            try:
                response = simulator.handle(service, server, SimulatorRequest("GET", target.encode()))
            except ConnectionRefusedError:
                continue
            assert problems(service, "GET", target, response) == [], target
            seen.add((simulator.requests[-1].operation or "", response.status))

    ask()
    # Long outages are rare among random states, and which those are depends on what else has been imported.
    ask.hypothesis.inner_test(after_a_long_outage(), OUTAGE_READS, 0)
    assert seen >= READ, READ - seen


@pytest.mark.one_interpreter
def test_replies_to_changes() -> None:
    seen: set[tuple[str, int]] = set()

    @settings(max_examples=400)
    @given(simulator=clusters(), batch=st.lists(commands(), max_size=6), file=imports(), waited=st.sampled_from([0, 6]))
    def ask(simulator: Simulator, batch: list[dict[str, Any]], file: tuple[str, dict[str, Any]], waited: float) -> None:
        changes = [
            (f"{PREFIXES['admin']}/run-archive-configuration-commands", {"commands": batch}),
            (f"{PREFIXES['admin']}/channels/by-server/{file[0]}/import", file[1]),
        ]
        for target, members in changes:
            request = SimulatorRequest("POST", target.encode(), [CREDENTIALS, JSON_BODY], json.dumps(members).encode())
            response = simulator.handle("admin", 0, request)
            assert problems("admin", "POST", target, response) == [], members
            seen.add((simulator.requests[-1].operation or "", response.status))
            simulator.advance(waited)

    ask()
    assert seen >= CHANGED, CHANGED - seen


def test_replies_to_recorded_requests() -> None:
    story = Story()
    for name in in_order():
        service, server, request = request_of(name)
        response = story.at(recorded_at(name)).handle(service, server, request)
        assert problems(service, request.method, request.target.decode(), response) == [], name
