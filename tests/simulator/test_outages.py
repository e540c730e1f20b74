"""Outages of the database from beginning to end (section 5.5 of the reference, `outage_*` of the recordings)."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest

from cassandra_pv_archiver.testing.simulator import (
    Simulator,
    SimulatorRequest,
    SimulatorResponse,
    double_sample,
)

from .asking import (
    FIRST,
    START,
    UNKNOWN_SERVER,
    admin,
    channel_of,
    fails,
    new_simulator,
    read,
    read_samples,
    run,
)
from .recorded_cluster import CREDENTIALS, JSON_BODY
from .server_status import counters, online, own_opinion


@pytest.fixture
def filled() -> Simulator:
    simulator = new_simulator()
    simulator.add_channel("x", decimation_levels=[10], samples=[double_sample(START, 1.0)], samples_written=4)
    return simulator


def statuses(simulator: Simulator) -> list[int]:
    """Of the channel list, the channels of a server, a search, samples, samples with count."""
    archive = [
        "channels-by-pattern/*",
        f"samples/x?start={START}&end={START}",
        f"samples/x?start={START}&end={START}&count=1",
    ]
    paths = [f"/archive-access/api/1.0/archive/1/{path}".encode() for path in archive]
    return [
        admin(simulator, "channels/all").status,
        admin(simulator, f"channels/by-server/{FIRST}").status,
        *(simulator.handle("archive", 0, SimulatorRequest("GET", path)).status for path in paths),
    ]


def test_an_outage_of_the_database_from_beginning_to_end(filled: Simulator) -> None:
    assert statuses(filled) == [200] * 5
    filled.stop_database()
    assert statuses(filled) == [200, 200, 200, 200, 500]
    assert read_samples(filled, "x", START, START) == []
    filled.advance(14.9)
    assert statuses(filled)[0] == 200
    filled.advance(5.1)
    assert statuses(filled) == [503] * 5
    assert online(filled) == [False, False]
    assert not own_opinion(filled)
    assert read(filled, "server-status/this-server")["channelsTotal"] == "0"
    filled.start_database()
    filled.advance(14.9)
    assert statuses(filled)[0] == 503
    filled.advance(0.2)
    assert statuses(filled) == [200] * 5
    assert online(filled) == [True, True]
    assert own_opinion(filled)
    assert channel_of(filled, "x")["totalSamplesWritten"] == "0"
    assert counters(filled) == (4, 0)


def test_a_short_outage_leaves_no_trace(filled: Simulator) -> None:
    filled.stop_database()
    filled.stop_database()
    filled.advance(7)
    filled.start_database()
    filled.start_database()
    assert statuses(filled) == [200] * 5
    assert online(filled) == [True, True]
    assert channel_of(filled, "x")["totalSamplesWritten"] == "4"


def test_an_outage_during_recovery_delays_it(filled: Simulator) -> None:
    filled.stop_database()
    filled.advance(20)
    filled.start_database()
    filled.advance(12)
    filled.stop_database()
    filled.advance(1)
    filled.start_database()
    filled.advance(5)
    assert statuses(filled)[0] == 503
    filled.advance(10.1)
    assert statuses(filled) == [200] * 5
    filled.stop_database()
    filled.advance(1)
    assert statuses(filled)[0] == 200


def test_a_server_that_is_started_during_an_outage_knows_nothing(filled: Simulator) -> None:
    filled.stop_server(0)
    filled.stop_database()
    filled.advance(2)
    filled.start_server(0)
    assert read(filled, "cluster-status")["servers"] == []
    shown = read(filled, "server-status/this-server")
    assert (shown["serverLastOnlineTime"], shown["channelsTotal"]) == ("0", "0")
    filled.advance(6)
    assert not own_opinion(filled)
    filled.start_database()
    filled.advance(5)
    assert online(filled) == [True, True]
    filled.advance(6)
    assert own_opinion(filled)


def test_a_reply_that_is_being_sent_is_cut_when_the_database_goes_down() -> None:
    simulator = new_simulator()
    simulator.add_channel("x")
    simulator.add_samples("x", times=START + np.arange(10_000), values=np.zeros(10_000))
    target = f"/archive-access/api/1.0/archive/1/samples/x?start={START}&end={START + 9_999}".encode()
    response = simulator.handle("archive", 0, SimulatorRequest("GET", target))
    pieces = response.pieces()
    body = next(pieces)
    simulator.stop_database()
    body += b"".join(pieces)
    assert response.status == 200
    assert 0 < len(json.loads(body)) < 10_000


def test_commands_during_an_outage_fail_one_by_one_or_as_a_whole(filled: Simulator) -> None:
    run(filled)  # the user is remembered
    filled.stop_database()
    update = {"commandType": "update_channel", "channelName": "x", "enabled": False}
    assert fails(filled, update).startswith("All host(s) tried for query failed")
    filled.advance(20)
    filled.start_database()
    assert run(filled, update) == [None]  # the owner is found in the database
    filled.stop_database()
    response = post(filled, "run-archive-configuration-commands", {"commands": [update]})
    assert response.status == 503
    shown = json.loads(response.read())
    assert shown["results"] is None
    assert shown["errorMessage"].startswith("Database access error: ")


def post(simulator: Simulator, path: str, body: Any) -> SimulatorResponse:
    request = SimulatorRequest(
        "POST", f"/admin/api/1.0/{path}".encode(), [CREDENTIALS, JSON_BODY], json.dumps(body).encode()
    )
    return simulator.handle("admin", 0, request)


@pytest.mark.parametrize("simulate", [False, True])
def test_imports_during_an_outage(filled: Simulator, simulate: bool) -> None:
    namespace = "http://www.aquenos.com/2016/xmlns/cassandra-pv-archiver-configuration"
    file = f'''<server-configuration xmlns="{namespace}"><channel name="n" control-system-type="t"/>'''
    document = base64.b64encode(f"{file}</server-configuration>".encode()).decode()
    body = {"configurationFile": document, "addChannels": True, "removeChannels": True, "simulate": simulate}

    def imported(server: str) -> tuple[int, Any, Any]:
        response = post(filled, f"channels/by-server/{server}/import", body)
        shown = json.loads(response.read())
        return response.status, shown["errorMessage"] and shown["errorMessage"][:21], shown["addOrUpdateSucceeded"]

    run(filled)  # the user is remembered
    filled.stop_database()
    assert imported(UNKNOWN_SERVER) == (503, "Database access error", None)
    assert imported(FIRST) == ((200, None, ["n"]) if simulate else (500, None, []))
    filled.advance(20)
    filled.start_database()
    run(filled)
    filled.stop_database()
    assert imported(FIRST)[0] == 503
