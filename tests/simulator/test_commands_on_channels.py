"""What commands do to channels, why they fail, and what a dying server leaves (sections 3.3, 3.4 and 3.6)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cassandra_pv_archiver.testing.simulator import Simulator, SimulatorRequest, double_sample, faults

from .asking import (
    FIRST,
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
from .plain_commands import ADD, ADD_OR_UPDATE, MOVE, REFRESH, REMOVE, RENAME, RETENTION, UPDATE

# -- failures (3.3) --


@pytest.fixture
def cluster() -> Simulator:
    """`x` with two levels and an option on the first server, `t` of a type that is not installed."""
    simulator = new_simulator()
    simulator.add_channel(
        "x", decimation_levels={0: 100, 30: 200}, options={"monitorMask": "value"}, samples=[double_sample(START, 1.0)]
    )
    simulator.add_channel("t", control_system_type='a"b')
    return simulator


EXISTS = "a channel with the same name already exists."
NOT_X = "because it does not exist."
WRONG_OWNER = f'The channel "x" is registered with the server {FIRST}, but the server {SECOND_SERVER} was specified.'
TOO_SHORT = (
    "Decimation level 30 has a retention period of 200 which is less than the retention period of decimation level {}."
)
NO_SUPPORT = 'The control-sytem support "a\\"b" is not available.'


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (ADD, f'Channel "x" cannot be added because {EXISTS}'),
        ({**UPDATE, "channelName": "n"}, f'Channel "n" cannot be updated {NOT_X}'),
        (
            {**UPDATE, "expectedControlSystemType": "t", "expectedServerId": SECOND_SERVER},
            (
                'The channel "x" has the control-system type "channel_access", but the control-system type "t" was '
                "specified."
            ),
        ),
        ({**UPDATE, "expectedServerId": SECOND_SERVER}, WRONG_OWNER),
        ({**ADD_OR_UPDATE, "serverId": SECOND_SERVER}, WRONG_OWNER),
        (
            {**UPDATE, RETENTION: {"0": 300}},
            TOO_SHORT.format("0 which is 300"),
        ),
        (
            {**UPDATE, RETENTION: {"10": 0}, "enabled": False},  # a useless entry, but there is a change
            TOO_SHORT.format("10 which is unbounded"),
        ),
        ({**UPDATE, "channelName": "t", "enabled": False}, NO_SUPPORT),
        ({**MOVE, "channelName": "n"}, f'Channel "n" cannot be moved {NOT_X}'),
        ({**MOVE, "expectedOldServerId": SECOND_SERVER}, WRONG_OWNER),
        ({**REMOVE, "channelName": "n"}, f'Channel "n" cannot be removed {NOT_X}'),
        ({**REMOVE, "expectedServerId": SECOND_SERVER}, WRONG_OWNER),
        ({**REMOVE, "channelName": "t"}, NO_SUPPORT),
        (
            {**RENAME, "oldChannelName": "ä\n\U0001f600"},
            'Channel "\\u00E4\\n\\uD83D\\uDE00" cannot be renamed to "y" because the channel does not exist.',
        ),
        ({**RENAME, "newChannelName": "t"}, f'Channel "x" cannot be renamed to "t" because {EXISTS}'),
        ({**RENAME, "expectedServerId": SECOND_SERVER}, WRONG_OWNER),
    ],
)
def test_failures_and_their_messages(cluster: Simulator, command: dict[str, Any], message: str) -> None:
    before = [channel_of(cluster, name) for name in ("x", "t")]
    assert fails(cluster, command) == message
    assert [channel_of(cluster, name) for name in ("x", "t")] == before


@pytest.mark.parametrize(
    "command",
    [
        UPDATE,
        {**UPDATE, RETENTION: {"10": 0, "0": 100}},
        {**UPDATE, "decimationLevels": [30], RETENTION: {"0": 100, "30": 200}},
        {**UPDATE, "addDecimationLevels": [30], RETENTION: {"30": 200}},
        {**UPDATE, "removeDecimationLevels": [77], "removeOptions": ["clockSource"]},
        {**UPDATE, "addOptions": {"monitorMask": "value"}},
        {**UPDATE, "options": {"monitorMask": "value"}, "enabled": True, "expectedServerId": FIRST},
        {**UPDATE, "channelName": "t", "enabled": True},
        {**MOVE, "newServerId": FIRST, "expectedOldServerId": SECOND_SERVER},
        {**RENAME, "newChannelName": "x", "expectedServerId": SECOND_SERVER},
        {**REFRESH, "channelName": "n"},
        {**REFRESH, "serverId": SECOND_SERVER},
        {**REFRESH, "serverId": UNKNOWN_SERVER},
    ],
)
def test_what_changes_nothing_succeeds_and_does_nothing(command: dict[str, Any]) -> None:
    simulator = new_simulator()
    options = {"monitorMask": "value"}
    simulator.add_channel("x", decimation_levels={0: 100, 30: 200}, options=options, samples_written=7)
    simulator.add_channel("t", control_system_type="tango")
    before = channel_of(simulator, "x")
    assert run(simulator, command) == [None]
    assert channel_of(simulator, "x") == before
    # Nothing is pending either.
    assert run(simulator, {**UPDATE, "enabled": False}) == [None]


# -- effects (3.4) --


@pytest.mark.parametrize(
    ("changes", "retention", "options"),
    [
        ({"decimationLevels": [5]}, {"0": "0", "5": "0"}, {"monitorMask": "value"}),
        ({"decimationLevels": [30], RETENTION: {"0": 9, "30": 9}}, {"0": "9", "30": "9"}, {"monitorMask": "value"}),
        ({"addDecimationLevels": [60]}, {"0": "100", "30": "200", "60": "0"}, {"monitorMask": "value"}),
        (
            {"addDecimationLevels": [30], RETENTION: {}},  # added again without a period
            {"0": "100", "30": "0"},
            {"monitorMask": "value"},
        ),
        ({"removeDecimationLevels": [30, 99]}, {"0": "100"}, {"monitorMask": "value"}),
        ({RETENTION: {"0": 5, "99": 0}}, {"0": "5", "30": "200"}, {"monitorMask": "value"}),
        ({"options": {}}, {"0": "100", "30": "200"}, {}),
        (
            {"addOptions": {"clockSource": "local"}, "removeOptions": ["monitorMask", "?"]},
            {"0": "100", "30": "200"},
            {"clockSource": "local"},
        ),
    ],
)
def test_what_an_update_leaves(
    cluster: Simulator, changes: dict[str, Any], retention: dict[str, str], options: dict[str, str]
) -> None:
    before = channel_of(cluster, "x")
    assert run(cluster, {**UPDATE, **changes}) == [None]
    shown = channel_of(cluster, "x")
    assert (shown[RETENTION], shown["options"]) == (retention, options)
    assert list(shown[RETENTION]) == list(retention)
    assert (shown["channelDataId"], shown["totalSamplesWritten"]) == (before["channelDataId"], "0")


def test_add_or_update_adds_or_updates() -> None:
    simulator = new_simulator()
    command = {**ADD_OR_UPDATE, "decimationLevels": [5], "options": {"clockSource": "local"}}
    assert run(simulator, command) == [None]
    added = channel_of(simulator, "x")
    assert run(simulator, {**command, "enabled": False, "decimationLevels": []}) == [None]
    assert channel_of(simulator, "x") == added | {
        "enabled": False,
        "state": "disabled",
        RETENTION: {"0": "0"},
    }
    assert fails(simulator, {**command, "controlSystemType": "t"}).startswith('The channel "x" has the control-system')


def test_samples_and_identity_survive_renaming_and_moving_but_not_removing(cluster: Simulator) -> None:
    before = channel_of(cluster, "x")
    samples = read_samples(cluster, "x", START, START)
    assert len(samples) == 1
    assert run(cluster, RENAME) == [None]
    assert run(cluster, {**MOVE, "channelName": "y"}) == [None]
    moved = channel_of(cluster, "y")
    assert moved["channelDataId"] == before["channelDataId"]
    assert moved["serverId"] == SECOND_SERVER
    assert read_samples(cluster, "y", START, START) == samples
    assert admin(cluster, "channels/all/by-name/x").status == 404
    cluster.advance(10)
    assert run(cluster, {**REMOVE, "channelName": "y"}) == [None]
    assert run(cluster, {**ADD, "channelName": "y"}) == [None]  # at once
    assert channel_of(cluster, "y")["channelDataId"] != before["channelDataId"]
    assert read_samples(cluster, "y", START, START) == []


def test_unknown_servers_and_types_are_accepted() -> None:
    simulator = new_simulator()
    assert run(simulator, {**ADD, "serverId": UNKNOWN_SERVER, "controlSystemType": ""}) == [None]
    shown = channel_of(simulator, "x")
    assert (shown["serverName"], shown["state"], shown["controlSystemName"]) == ("unknown", None, "")
    assert run(simulator, {**ADD, "channelName": "z", "options": {"nonsense": ""}}) == [None]
    assert channel_of(simulator, "z")["state"] == "error"


# -- a server that dies during a batch (3.6) --


def batch_of_adds(number: int) -> list[dict[str, Any]]:
    return [{**ADD, "channelName": f"new:{place}", "serverId": SECOND_SERVER} for place in range(number)]


def test_a_server_that_dies_leaves_commands_whose_outcome_is_unknown() -> None:
    simulator = new_simulator()
    simulator.faults.add(faults.ServerDies(1, after=2))
    messages = run(simulator, *batch_of_adds(4), {**ADD, "channelName": "mine"})
    assert messages == ["Connection reset by peer"] * 4 + [None]
    # The other server does not know what was added ...
    assert [channel["channelName"] for channel in read(simulator, "channels/all")["channels"]] == ["mine"]
    assert admin(simulator, "channels/all/by-name/new~3A0").status == 404
    search = SimulatorRequest("GET", b"/archive-access/api/1.0/archive/1/channels-by-pattern/*")
    assert json.loads(simulator.handle("archive", 0, search).read()) == ["mine"]
    # ... but the database does.
    owned = read(simulator, f"channels/by-server/{SECOND_SERVER}")
    assert owned["statusAvailable"] is False
    assert [channel["channelName"] for channel in owned["channels"]] == ["new:0", "new:1"]


def test_what_can_be_done_after_a_server_died() -> None:
    simulator = new_simulator()
    simulator.add_channel("old", server=1)
    simulator.faults.add(faults.ServerDies(1, after=2))
    run(simulator, *batch_of_adds(3), {**UPDATE, "channelName": "old", "enabled": False})
    connection_failed = "Failed to connect to simulated/127.0.0.1:9813"
    assert run(simulator, {**UPDATE, "channelName": "old", "enabled": False}) == [connection_failed]
    simulator.advance(16)  # now it is known to be offline
    exists = 'Channel "new:0" cannot be added because a channel with the same name already exists.'
    add = batch_of_adds(4)
    assert fails(simulator, add[0]) == exists
    assert fails(simulator, {**add[0], "commandType": "add_or_update_channel"}) == exists
    assert fails(simulator, {**REMOVE, "channelName": "new:0"}).endswith("because it does not exist.")
    assert fails(simulator, {**RENAME, "oldChannelName": "new:0"}).endswith("because the channel does not exist.")
    # The third died half-way.
    assert fails(simulator, add[2]).endswith("because another operation for this channel is pending.")
    assert run(simulator, add[3]) == [None]
    simulator.advance(45)
    assert channel_of(simulator, "new~3A0")["channelDataId"]
    assert run(simulator, {**REMOVE, "channelName": "new:0"}) == [None]
    simulator.advance(540)
    assert run(simulator, add[2]) == [None]


def test_when_the_server_that_was_asked_dies_there_is_no_reply() -> None:
    simulator = new_simulator()
    simulator.add_channel("x")
    simulator.faults.add(faults.ServerDies(0, after=1))
    with pytest.raises(ConnectionResetError):
        run(simulator, {**UPDATE, "enabled": False}, {**REFRESH})
    with pytest.raises(ConnectionRefusedError):
        channel_of(simulator, "x")
    assert channel_of(simulator, "x", server=1)["enabled"] is False
