"""Servers as they come, go and lose their database (sections 2.6 to 2.14, 5.5 and 9.2 of the reference)."""

from __future__ import annotations

import base64
import json
import socket
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest

from cassandra_pv_archiver.testing.simulator import SimulatedServer, Simulator, SimulatorRequest, double_sample

from .asking import (
    FIRST,
    SECOND,
    SECOND_SERVER,
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

THIRD = "11111111-2222-3333-4444-555555555553"


def online(simulator: Simulator, *, server: int = 0) -> list[bool]:
    return [shown["online"] for shown in read(simulator, "cluster-status", server=server)["servers"]]


def own_opinion(simulator: Simulator, server: int = 0) -> bool:
    return read(simulator, "server-status/this-server", server=server)["serverOnline"]


def seconds_until(simulator: Simulator, reached: Any, step: float = 0.5) -> float:
    """How much time passes until something is so."""
    for number in range(200):
        if reached():
            return number * step
        simulator.advance(step)
    pytest.fail("It never happens.")


# -- whether a server is online --


@pytest.mark.parametrize("after", [0, 0.7, 1.3, 2.9, 4.99])
def test_a_stopped_server_turns_offline_10_to_15_seconds_later(after: float) -> None:
    simulator = new_simulator()
    simulator.advance(after)
    simulator.stop_server(1)
    assert 10 <= seconds_until(simulator, lambda: not online(simulator)[1]) <= 15.5
    with pytest.raises(ConnectionRefusedError):
        online(simulator, server=1)


@pytest.mark.parametrize("after", [0, 0.7, 4.99])
def test_a_server_that_is_started_again_is_seen_within_5_seconds_and_takes_itself_online_after_5(after: float) -> None:
    simulator = new_simulator()
    simulator.stop_server(1)
    simulator.advance(30 + after)
    simulator.start_server(1)
    assert not own_opinion(simulator, 1)
    assert online(simulator, server=1) == [True, True]
    assert seconds_until(simulator, lambda: online(simulator)[1]) <= 5
    assert own_opinion(simulator, 1) == (simulator.now_ns > START + (35 + after) * SECOND)
    simulator.advance(5.1)
    assert own_opinion(simulator, 1)


def test_stopping_and_starting_twice_is_the_same_as_once() -> None:
    simulator = new_simulator()
    for _ in range(2):
        simulator.stop_server(SECOND_SERVER)
    simulator.advance(20)
    for _ in range(2):
        simulator.start_server(SECOND_SERVER)
        simulator.advance(6)
    assert online(simulator) == [True, True]
    assert own_opinion(simulator, 1)


def test_servers_register_every_five_seconds() -> None:
    simulator = new_simulator()
    seen: set[int] = set()
    for _ in range(40):
        simulator.advance(0.5)
        shown = read(simulator, "server-status/this-server", server=1)
        seen.add(int(shown["serverLastOnlineTime"]))
        assert simulator.now_ns - int(shown["serverLastOnlineTime"]) * 1_000_000 < 5 * SECOND
    gaps = np.diff(sorted(seen))
    assert len(gaps) == 4
    assert set(gaps) == {5000}


def test_an_added_server_is_unknown_to_the_others_until_they_look() -> None:
    simulator = new_simulator()
    simulator.advance(1)
    added = simulator.add_server(SimulatedServer(name="third"))
    path = f"channels/by-server/{added.server_id}"
    simulator.add_channel("x", server=2)
    simulator.add_channel("other", server=UNKNOWN_SERVER)
    assert simulator.servers[2] == added
    assert len(online(simulator)) == 2
    assert channel_of(simulator, "x")["serverName"] == "unknown"
    assert channel_of(simulator, "x")["state"] is None
    assert channel_of(simulator, "x", server=2)["serverName"] == "third"
    simulator.advance(5)
    assert len(online(simulator)) == 3
    assert read(simulator, path)["statusAvailable"] is True
    assert channel_of(simulator, "x")["state"] == "ok"
    with pytest.raises(ValueError, match="already"):
        simulator.add_server(added)
    simulator.reset()
    assert len(simulator.servers) == 2
    assert admin(simulator, path).status == 404


def test_servers_are_listed_in_the_order_of_their_ids() -> None:
    simulator = new_simulator(servers=[THIRD, FIRST, SECOND_SERVER])
    shown = read(simulator, "cluster-status")["servers"]
    assert [server["serverId"] for server in shown] == [FIRST, SECOND_SERVER, THIRD]
    assert read(simulator, "server-status/this-server")["serverId"] == THIRD


def test_time_may_begin_at_the_epoch() -> None:
    simulator = Simulator(start_time=0, real_time=False)
    simulator.add_channel("x")
    assert online(simulator) == [True, True]
    assert own_opinion(simulator)
    assert channel_of(simulator, "x")["state"] == "ok"
    with pytest.raises(ValueError, match="does not go back"):
        simulator.advance(-1)


def test_names_of_servers_that_do_not_exist() -> None:
    simulator = new_simulator()
    with pytest.raises(KeyError, match=UNKNOWN_SERVER):
        simulator.stop_server(UNKNOWN_SERVER)
    with pytest.raises(ValueError, match="at least one"):
        Simulator([])


def accepts(url: str) -> bool:
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    try:
        socket.create_connection((parts.hostname, parts.port)).close()
    except ConnectionRefusedError:
        return False
    return True


def test_ports_are_open_while_a_server_runs_and_keep_their_numbers() -> None:
    simulator = new_simulator()
    with simulator.serve() as running:
        simulator.add_server(THIRD)
        urls = [server.archive_url for server in running.servers]
        assert [accepts(url) for url in urls] == [True, True, True]
        for server in (0, 2):
            simulator.stop_server(server)
        assert [accepts(url) for url in urls] == [False, True, False]
        simulator.start_server(2)
        assert [accepts(url) for url in urls] == [False, True, True]
        simulator.reset()
        assert [accepts(url) for url in urls] == [True, True, False]
        assert accepts(running.admin_url)
        assert running.archive_url == urls[0]
        with pytest.raises(RuntimeError, match="already"), simulator.serve():
            pass
    assert [accepts(url) for url in urls] == [False, False, False]


# -- channels of servers that are offline --


@pytest.mark.parametrize("when", [1, 30])
def test_channels_of_a_server_that_does_not_answer_come_from_the_database(when: float) -> None:
    simulator = new_simulator()
    for name in ("\uff61", "\U0001f600"):
        simulator.add_channel(name, server=1, samples_written=3)
    path = f"channels/by-server/{SECOND_SERVER}"
    shown = read(simulator, path)
    assert [channel["channelName"] for channel in shown["channels"]] == ["\U0001f600", "\uff61"]  # UTF-16
    assert {channel["totalSamplesWritten"] for channel in shown["channels"]} == {"3"}
    simulator.stop_server(1)
    simulator.advance(when)
    shown = read(simulator, path)
    assert shown["statusAvailable"] is False
    assert [channel["channelName"] for channel in shown["channels"]] == ["\uff61", "\U0001f600"]  # UTF-8
    for channel in shown["channels"]:
        live = ("state", "errorMessage", "totalSamplesWritten", "totalSamplesDropped", "totalSamplesSkippedBack")
        assert [channel[member] for member in live] == [None] * 5
    exported = base64.b64decode(read(simulator, f"{path}/export")["configurationFile"]).decode()
    assert exported.index("\uff61") < exported.index("\U0001f600")


@pytest.mark.parametrize("of", ["", "/export"])
def test_which_servers_are_known(of: str) -> None:
    simulator = new_simulator()
    assert admin(simulator, f"channels/by-server/{SECOND_SERVER}{of}").status == 200
    assert admin(simulator, f"channels/by-server/{SECOND_SERVER.upper()}{of}").status == 200
    assert admin(simulator, f"channels/by-server/{UNKNOWN_SERVER}{of}").status == 404
    assert admin(simulator, f"channels/by-server/no-id{of}").status == 404
    simulator.add_channel("x", server=UNKNOWN_SERVER)
    assert admin(simulator, f"channels/by-server/{UNKNOWN_SERVER}{of}").status == 200
    simulator.stop_database()
    assert admin(simulator, f"channels/by-server/{UNKNOWN_SERVER}{of}").status == 503
    assert admin(simulator, "channels/all/by-name/x").status == 503
    assert admin(simulator, "channels/all/by-name/y").status == 404


def test_counters_of_a_server_go_on_when_channels_are_initialised_and_begin_at_0_with_the_server() -> None:
    simulator = new_simulator()
    simulator.add_channel("a", samples_written=5, samples_dropped=2, samples_skipped_back=1)
    simulator.add_channel("b", samples_written=10)
    assert counters(simulator) == (15, 2)
    run(simulator, {"commandType": "refresh_channel", "channelName": "a", "serverId": FIRST})
    shown = channel_of(simulator, "a")
    assert {shown[f"totalSamples{what}"] for what in ("Written", "Dropped", "SkippedBack")} == {"0"}
    run(simulator, {"commandType": "remove_channel", "channelName": "b"})
    run(simulator, {"commandType": "move_channel", "channelName": "a", "newServerId": SECOND_SERVER})
    assert counters(simulator) == (15, 2)
    assert counters(simulator, 1) == (0, 0)
    simulator.stop_server(0)
    simulator.start_server(0)
    assert counters(simulator) == (0, 0)


def counters(simulator: Simulator, server: int = 0) -> tuple[int, int]:
    shown = read(simulator, "server-status/this-server", server=server)
    return int(shown["totalSamplesWritten"]), int(shown["totalSamplesDropped"])


def test_the_status_counts_channels_by_state() -> None:
    simulator = new_simulator(provides=lambda name: name != "away")
    simulator.add_channel("away")
    simulator.add_channel("wrong", options={"x": ""})
    simulator.add_channel("told", state="error", error_message="says somebody")
    simulator.add_channel("off", enabled=False)
    simulator.add_channel("elsewhere", server=1)
    shown = read(simulator, "server-status/this-server")
    assert [shown[f"channels{what}"] for what in ("Total", "Disconnected", "Error")] == ["4", "1", "2"]
    assert channel_of(simulator, "told")["errorMessage"] == "says somebody"
    assert channel_of(simulator, "away")["errorMessage"] is None


def test_a_given_state_lasts_until_the_channel_is_initialised() -> None:
    simulator = new_simulator()
    simulator.add_channel("x", state="initializing")
    assert channel_of(simulator, "x")["state"] == "initializing"
    run(simulator, {"commandType": "refresh_channel", "channelName": "x", "serverId": FIRST})
    assert channel_of(simulator, "x")["state"] == "ok"


# -- signals are archived by a server that runs --


@pytest.fixture
def signalling() -> Simulator:
    """A channel whose signal has had a sample each second for ten seconds."""
    simulator = new_simulator(provides=lambda name: name != "away")
    simulator.add_channel("x", server=1)
    simulator.add_samples("x", signal=lambda seconds: seconds, period=1, start=START - 10 * SECOND)
    return simulator


def archived(simulator: Simulator, name: str = "x") -> list[int]:
    found = read_samples(simulator, name, 0, START + 1000 * SECOND)
    return [(sample["time"] - START) // SECOND for sample in found if sample["time"] >= START]


def written(simulator: Simulator) -> tuple[int, int]:
    shown = channel_of(simulator, "x", server=1)
    return int(shown["totalSamplesWritten"]), int(shown["totalSamplesDropped"])


def test_samples_arrive_as_time_goes_by(signalling: Simulator) -> None:
    assert len(read_samples(signalling, "x", 0, START + SECOND)) == 11
    signalling.advance(2.5)
    assert archived(signalling) == [0, 1, 2]
    assert written(signalling) == (3, 0)


def test_a_stopped_server_archives_nothing(signalling: Simulator) -> None:
    signalling.advance(2)
    signalling.stop_server(1)
    signalling.advance(5)
    assert archived(signalling) == [0, 1, 2]
    signalling.start_server(1)
    signalling.advance(2)
    assert archived(signalling) == [0, 1, 2, 8, 9]
    assert written(signalling) == (2, 0)


def test_samples_are_lost_while_the_database_is_down(signalling: Simulator) -> None:
    signalling.advance(2)
    signalling.stop_database()
    signalling.advance(5)
    signalling.start_database()
    signalling.advance(2)
    assert archived(signalling) == [0, 1, 2, 8, 9]
    assert written(signalling) == (5, 5)


def test_a_disabled_a_moved_and_a_disconnected_channel_archive_nothing(signalling: Simulator) -> None:
    signalling.advance(1)
    run(signalling, {"commandType": "update_channel", "channelName": "x", "enabled": False})
    signalling.advance(3)
    assert written(signalling) == (0, 0)
    run(signalling, {"commandType": "update_channel", "channelName": "x", "enabled": True})
    signalling.advance(2)
    run(signalling, {"commandType": "move_channel", "channelName": "x", "newServerId": FIRST})
    signalling.advance(8)  # the new server waits for 6 s
    assert archived(signalling) == [0, 1, 5, 6, 12, 13, 14]
    run(signalling, {"commandType": "rename_channel", "oldChannelName": "x", "newChannelName": "away"})
    signalling.advance(3)
    assert archived(signalling, "away")[-1] == 14
    run(signalling, {"commandType": "move_channel", "channelName": "away", "newServerId": UNKNOWN_SERVER})
    signalling.advance(30)
    assert archived(signalling, "away")[-1] == 14


# -- outages of the database (5.5, outage_* of the recordings) --


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
    body = json.dumps({"commands": [update]}).encode()
    headers = [("Authorization", "Basic YWRtaW46YWRtaW4="), ("Content-Type", "application/json")]
    target = b"/admin/api/1.0/run-archive-configuration-commands"
    response = filled.handle("admin", 0, SimulatorRequest("POST", target, headers, body))
    assert response.status == 503
    shown = json.loads(response.read())
    assert shown["results"] is None
    assert shown["errorMessage"].startswith("Database access error: ")
