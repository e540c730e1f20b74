"""What time does: operations that are pending, channels that wait, the clock itself (sections 3.5 and 9.1)."""

from __future__ import annotations

import time
from typing import Any

import pytest

from cassandra_pv_archiver.testing.simulator import Simulator

from .asking import FIRST, SECOND, SECOND_SERVER, START, UNKNOWN_SERVER, channel_of, fails, new_simulator, run
from .plain_commands import ADD, ADD_OR_UPDATE, MOVE, REFRESH, REMOVE, RENAME, UPDATE

PENDING = "another operation for this channel is pending."
PROTECTIVE = 'The channel cannot be initialized because an operation of type "protective" is pending.'
DISABLE = {**UPDATE, "enabled": False}
CHANGES: dict[str, tuple[dict[str, Any], str]] = {
    "update": (DISABLE, f'Channel "x" cannot be updated because {PENDING}'),
    "add or update": ({**ADD_OR_UPDATE, "enabled": False}, f'Channel "x" cannot be updated because {PENDING}'),
    "move": ({**MOVE, "newServerId": UNKNOWN_SERVER}, f'Channel "x" cannot be moved because {PENDING}'),
    "remove": (REMOVE, f'Channel "x" cannot be removed because {PENDING}'),
    "rename": (RENAME, f'Channel "x" cannot be renamed to "y" because {PENDING}'),
}


def state_of(simulator: Simulator, *, server: int = 0) -> tuple[str | None, str | None]:
    shown = channel_of(simulator, "x", server=server)
    return shown["state"], shown["errorMessage"]


# -- what blocks a channel, and for how long --


@pytest.mark.parametrize("change", CHANGES)
def test_a_moved_channel_refuses_changes_for_5_seconds(change: str) -> None:
    simulator = new_simulator()
    simulator.add_channel("x", server=1)
    assert run(simulator, {**MOVE, "newServerId": FIRST}) == [None]
    command, message = CHANGES[change]
    simulator.advance(4.99)
    assert fails(simulator, command) == message
    simulator.advance(0.01)
    assert run(simulator, command) == [None]


def test_what_needs_no_change_does_not_mind_a_pending_operation() -> None:
    simulator = new_simulator()
    simulator.add_channel("x", server=1)
    run(simulator, {**MOVE, "newServerId": FIRST})
    assert run(simulator, UPDATE, {**MOVE, "newServerId": FIRST}, {**RENAME, "newChannelName": "x"}) == [None] * 3


def test_channels_that_were_where_they_should_be_are_not_blocked() -> None:
    simulator = new_simulator()
    for number in range(4):
        simulator.add_channel(f"x{number}", server=number % 2)
    names = [f"x{number}" for number in range(4)]
    assert run(simulator, *({**MOVE, "channelName": name} for name in names)) == [None] * 4
    messages = [run(simulator, {**DISABLE, "channelName": name})[0] for name in names]
    assert [message is None for message in messages] == [False, True, False, True]


def test_a_moved_channel_is_in_error_until_its_server_tries_again() -> None:
    simulator = new_simulator()
    simulator.add_channel("x", samples_written=9)
    assert run(simulator, MOVE) == [None]
    for _ in range(2):
        assert state_of(simulator) == ("error", PROTECTIVE)
        assert state_of(simulator, server=1) == ("error", PROTECTIVE)
        simulator.advance(5.9)
        assert channel_of(simulator, "x")["totalSamplesWritten"] == "0"
        assert state_of(simulator) == ("error", PROTECTIVE)
        simulator.advance(0.1)
        assert state_of(simulator) == ("ok", None)
        assert run(simulator, {**MOVE, "newServerId": FIRST}, {**MOVE, "newServerId": FIRST}) == [None, None]


def test_a_change_lets_a_moved_channel_start_at_once() -> None:
    simulator = new_simulator()
    simulator.add_channel("x")
    run(simulator, MOVE)
    simulator.advance(5.5)
    assert state_of(simulator) == ("error", PROTECTIVE)
    assert run(simulator, {**UPDATE, "addOptions": {"clockSource": "local"}}) == [None]
    assert state_of(simulator) == ("ok", None)


def test_a_new_owner_that_moves_a_channel_itself_blocks_nothing() -> None:
    simulator = new_simulator()
    simulator.add_channel("x", server=UNKNOWN_SERVER)
    assert run(simulator, {**MOVE, "newServerId": FIRST}) == [None]
    assert state_of(simulator) == ("ok", None)
    assert run(simulator, DISABLE) == [None]


def test_another_server_that_moves_a_channel_of_an_unknown_one_blocks_it() -> None:
    simulator = new_simulator()
    simulator.add_channel("x", server=UNKNOWN_SERVER)
    assert run(simulator, MOVE) == [None]
    assert state_of(simulator) == ("error", PROTECTIVE)
    assert PENDING in fails(simulator, DISABLE)


def test_a_new_owner_that_is_not_online_yet_blocks_the_channel() -> None:
    simulator = new_simulator()
    simulator.add_channel("x", server=UNKNOWN_SERVER)
    simulator.stop_server(0)
    simulator.start_server(0)
    assert run(simulator, {**MOVE, "newServerId": FIRST}) == [None]
    assert PENDING in fails(simulator, DISABLE)


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (DISABLE, "x"),
        ({**ADD_OR_UPDATE, "serverId": SECOND_SERVER, "enabled": False}, "x"),
        (RENAME, "y"),
        ({**ADD, "channelName": "new", "serverId": SECOND_SERVER}, "new"),
        ({**ADD, "channelName": "new", "serverId": UNKNOWN_SERVER}, "new"),
    ],
)
def test_a_change_by_another_server_than_the_owner_blocks_the_channel(command: dict[str, Any], name: str) -> None:
    simulator = new_simulator()
    simulator.add_channel("x", server=1)
    simulator.stop_server(1)
    simulator.advance(20)
    assert run(simulator, command) == [None]
    again = {**UPDATE, "channelName": name, "addOptions": {"clockSource": "local"}}
    simulator.advance(4.99)
    assert fails(simulator, again) == f'Channel "{name}" cannot be updated because {PENDING}'
    simulator.advance(0.01)
    assert run(simulator, again) == [None]


@pytest.mark.parametrize("command", [DISABLE, {**ADD, "channelName": "new"}, RENAME])
def test_a_change_by_an_owner_that_is_online_blocks_nothing(command: dict[str, Any]) -> None:
    simulator = new_simulator()
    simulator.add_channel("x")
    assert run(simulator, command) == [None]
    name = command.get("newChannelName") or command["channelName"]
    assert run(simulator, {**UPDATE, "channelName": name, "addOptions": {"clockSource": "local"}}) == [None]


def test_the_old_name_of_a_renamed_channel_is_blocked() -> None:
    simulator = new_simulator()
    simulator.add_channel("x")
    simulator.add_channel("other")
    assert run(simulator, RENAME) == [None]
    add_failure = f'Channel "x" cannot be added because {PENDING}'
    back = {**RENAME, "oldChannelName": "y", "newChannelName": "x"}
    simulator.advance(4.99)
    assert fails(simulator, ADD) == add_failure
    assert fails(simulator, ADD_OR_UPDATE) == add_failure
    assert fails(simulator, back) == f'Channel "y" cannot be renamed to "x" because {PENDING}'
    assert fails(simulator, {**back, "oldChannelName": "other"}).endswith(PENDING)
    simulator.advance(0.01)
    assert run(simulator, back) == [None]


def test_a_removed_channel_may_be_added_again_at_once() -> None:
    simulator = new_simulator()
    simulator.add_channel("x")
    assert run(simulator, REMOVE) == [None]
    assert run(simulator, ADD) == [None]


# -- servers that load a channel with a pending operation --


def test_a_server_that_starts_while_an_operation_is_pending_waits() -> None:
    simulator = new_simulator()
    simulator.add_channel("x", server=1)
    simulator.add_channel("elsewhere")
    simulator.stop_server(1)
    simulator.advance(20)
    run(simulator, {**UPDATE, "addOptions": {"clockSource": "local"}})
    simulator.advance(3)
    simulator.start_server(1)
    assert state_of(simulator, server=1) == ("error", PROTECTIVE)
    assert channel_of(simulator, "elsewhere", server=1)["state"] is not None
    simulator.advance(5.9)
    assert state_of(simulator, server=1) == ("error", PROTECTIVE)
    simulator.advance(0.1)
    assert state_of(simulator, server=1) == ("ok", None)


def test_refreshing_a_channel_with_a_pending_operation_makes_it_wait_anew() -> None:
    simulator = new_simulator()
    simulator.add_channel("x")
    run(simulator, MOVE)
    simulator.advance(4)
    assert run(simulator, {**REFRESH, "serverId": SECOND_SERVER}) == [None]
    simulator.advance(5.9)
    assert state_of(simulator) == ("error", PROTECTIVE)
    simulator.advance(0.1)
    assert state_of(simulator) == ("ok", None)


def test_changes_are_routed_by_what_the_asked_server_believes() -> None:
    simulator = new_simulator()
    simulator.add_channel("x", server=1)
    simulator.stop_server(1)
    # It still looks online.
    assert fails(simulator, DISABLE) == "Failed to connect to simulated/127.0.0.1:9813"
    assert channel_of(simulator, "x")["enabled"] is True
    simulator.advance(16)
    assert run(simulator, DISABLE) == [None]


# -- the clock --


def test_time_stands_still_unless_told() -> None:
    simulator = new_simulator()
    assert simulator.now_ns == START
    assert not simulator.real_time
    simulator.advance(1.5)
    simulator.advance(0)
    assert simulator.now_ns == START + 3 * SECOND // 2
    simulator.reset()
    assert simulator.now_ns == START + 3 * SECOND // 2


def test_by_default_time_follows_the_real_one_and_can_be_put_forward() -> None:
    simulator = Simulator()
    assert simulator.real_time
    before = simulator.now_ns
    assert abs(before - time.time_ns()) < 60 * SECOND
    simulator.advance(3600)
    later = simulator.now_ns
    assert later >= before + 3600 * SECOND
    while simulator.now_ns == later:
        pass
    assert simulator.now_ns > later


@pytest.mark.parametrize("seconds", [-1, -1e-9, float("nan"), float("inf")])
def test_time_does_not_go_back(seconds: float) -> None:
    simulator = new_simulator()
    with pytest.raises(ValueError, match=r"Time goes forward"):
        simulator.advance(seconds)
    assert simulator.now_ns == START
