"""Servers as they come and go, and what they show of their channels (sections 1.1, 2.6 to 2.14 and 9.2)."""

from __future__ import annotations

import base64
import socket
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest

from cassandra_pv_archiver.testing.simulator import (
    SimulatedServer,
    Simulator,
    SimulatorRequest,
)

from .asking import (
    FIRST,
    SECOND,
    SECOND_SERVER,
    START,
    UNKNOWN_SERVER,
    admin,
    channel_of,
    new_simulator,
    read,
    run,
)
from .server_status import counters, online, own_opinion

THIRD = "11111111-2222-3333-4444-555555555553"


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


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("*/*", 200),
        ("*; q=.2", 200),
        ("application/*", 200),
        ("text/html, application/vnd.x+json", 200),
        ("", 200),
        ("text/*, image/png", 406),
        ("nonsense", 406),
    ],
)
def test_only_json_is_served(accept: str, status: int) -> None:
    simulator = new_simulator()
    for path, expected in ((b"channels/all", status), (b"channels/all/by-name/none", 404)):
        request = SimulatorRequest("GET", b"/admin/api/1.0/" + path, [("Accept", accept)])
        assert simulator.handle("admin", 0, request).status == expected
