"""Batches of commands: validation, echo, order of results, messages, effects (sections 3.1 to 3.4 of the reference)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cassandra_pv_archiver.testing.simulator import (
    Simulator,
    SimulatorRequest,
    SimulatorResponse,
)

from .asking import (
    FIRST,
    SECOND_SERVER,
    UNKNOWN_SERVER,
    new_simulator,
    read,
)
from .plain_commands import ADD, ADD_OR_UPDATE, MOVE, REFRESH, REMOVE, RENAME, RETENTION, UPDATE
from .recorded_cluster import CREDENTIALS, JSON_BODY

ADD_DEFAULTS: dict[str, Any] = {"decimationLevels": ["0"], RETENTION: {"0": "0"}, "options": {}}


def send(simulator: Simulator, body: Any, *, server: int = 0) -> SimulatorResponse:
    target = b"/admin/api/1.0/run-archive-configuration-commands"
    request = SimulatorRequest("POST", target, [CREDENTIALS, JSON_BODY], json.dumps(body).encode())
    return simulator.handle("admin", server, request)


def echo_of(command: dict[str, Any]) -> dict[str, Any]:
    """The command as it stands in its result, whether it succeeds or not."""
    response = send(new_simulator(), {"commands": [command]})
    assert response.status in {200, 500}
    return json.loads(response.read())["results"][0]["command"]


# -- the envelope --


def test_an_empty_batch_succeeds() -> None:
    response = send(new_simulator(), {"commands": []})
    assert (response.status, response.read()) == (200, b'{"errorMessage":null,"results":[]}')


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"commands": None},
        {"commands": {}},
        {"commands": [None]},
        {"commands": [[]]},
        {"commands": [{}]},
        {"commands": [{"channelName": "x"}]},
        {"commands": [{**REMOVE, "commandType": "delete_channel"}]},
        {"commands": [{**REMOVE, "commandType": None}]},
        {"commands": [], "simulate": True},
        [],
    ],
)
def test_an_unusable_envelope_is_a_bare_400(body: Any) -> None:
    response = send(new_simulator(), body)
    assert response.status == 400
    assert b"Message" not in response.read()


def test_the_example_of_the_reference() -> None:
    simulator = new_simulator(servers=["11111111-2222-3333-4444-555555555555"])
    for name in ("demo:1", "demo:2"):
        simulator.add_channel(name)
    response = send(
        simulator,
        {
            "commands": [
                {
                    "commandType": "add_channel",
                    "channelName": "demo:1",
                    "controlSystemType": "channel_access",
                    "enabled": True,
                    "decimationLevels": ["30"],
                    "serverId": "11111111-2222-3333-4444-555555555555",
                },
                {"commandType": "update_channel", "channelName": "demo:2", "addOptions": {"minUpdatePeriod": "1"}},
            ]
        },
    )
    assert response.status == 500
    assert response.header("Connection") is None or response.header("Connection") == "close"
    assert response.read().decode() == (
        '{"errorMessage":null,"results":['
        '{"command":{"commandType":"add_channel","channelName":"demo:1","controlSystemType":"channel_access",'
        '"decimationLevels":["0","30"],"decimationLevelToRetentionPeriod":{"0":"0","30":"0"},"enabled":true,'
        '"options":{},"serverId":"11111111-2222-3333-4444-555555555555"},"success":false,'
        '"errorMessage":"Channel \\"demo:1\\" cannot be added because a channel with the same name already exists."},'
        '{"command":{"commandType":"update_channel","channelName":"demo:2","decimationLevelToRetentionPeriod":{},'
        '"addOptions":{"minUpdatePeriod":"1"},"removeOptions":[]},"success":true}]}'
    )


# -- validation and normalisation (3.2) --


@pytest.mark.parametrize(
    "command",
    [
        {**ADD, "channelName": None},
        {**ADD, "channelName": ""},
        {**ADD, "controlSystemType": None},
        {**ADD, "enabled": None},
        {**ADD, "serverId": "1-2-3-4-5"},
        {**ADD, "serverId": 5},
        {**ADD, "decimationLevels": ["-1"]},
        {**ADD, "decimationLevels": [None]},
        {**ADD, "decimationLevels": "5"},
        {**ADD, "decimationLevels": [2**31]},
        {**ADD, "decimationLevels": [""]},
        {**ADD, "decimationLevelToRetentionPeriod": {"-1": 5}},
        {**ADD, "decimationLevelToRetentionPeriod": {"5": None}},
        {**ADD, "decimationLevelToRetentionPeriod": {" 5": 1}},
        {**ADD, "decimationLevels": [30], "decimationLevelToRetentionPeriod": {"0": 60, "30": 59}},
        {**ADD, "decimationLevels": [30], "decimationLevelToRetentionPeriod": {"30": 2**31 - 1}},
        {**ADD, "options": {"a": None}},
        {**ADD, "options": {"a": []}},
        {**ADD, "option": {}},
        {key: value for key, value in MOVE.items() if key != "newServerId"},
        {key: value for key, value in REFRESH.items() if key != "serverId"},
        {**REMOVE, "expectedServerId": "x"},
        {**REMOVE, "expectedOldServerId": FIRST},
        {**RENAME, "newChannelName": ""},
        {**RENAME, "oldChannelName": None},
        {**UPDATE, "decimationLevels": [5], "addDecimationLevels": []},
        {**UPDATE, "decimationLevels": [5], "removeDecimationLevels": [5]},
        {**UPDATE, "options": {}, "addOptions": {}},
        {**UPDATE, "options": {}, "removeOptions": []},
        {**UPDATE, "addDecimationLevels": [0, 5], "removeDecimationLevels": [5]},
        {**UPDATE, "addOptions": {"a": ""}, "removeOptions": ["a"]},
        {**UPDATE, "addOptions": {"a": None}},
        {**UPDATE, "removeOptions": [None]},
        {**UPDATE, "addDecimationLevels": [5], "decimationLevelToRetentionPeriod": {"0": 10, "5": 5}},
        # The level to add gets an unlimited period, which no longer level may undercut.
        {**UPDATE, "addDecimationLevels": [5], "decimationLevelToRetentionPeriod": {"10": 5}},
    ],
)
def test_a_command_that_breaks_a_rule_makes_the_whole_batch_400(command: dict[str, Any]) -> None:
    simulator = new_simulator()
    response = send(simulator, {"commands": [{**ADD, "channelName": "first"}, command]})
    assert response.status == 400
    assert read(simulator, "channels/all") == {"channels": []}


@pytest.mark.parametrize(
    ("command", "changed"),
    [
        (ADD, {}),
        (ADD_OR_UPDATE, {}),
        (
            {**ADD, "decimationLevels": ["30", 5, "005", 5.9, "+30"], RETENTION: {"7": "1", "0": -4}},
            {"decimationLevels": ["0", "5", "30"], RETENTION: {"0": "0", "5": "0", "30": "0"}},
        ),
        (
            {**ADD, "decimationLevels": [5, 30], RETENTION: {"030": " 90 ", "0": 60, "5": 60, "7": 1}},
            {"decimationLevels": ["0", "5", "30"], RETENTION: {"0": "60", "5": "60", "30": "90"}},
        ),
        ({**ADD, "enabled": "False", "channelName": 5}, {"enabled": False, "channelName": "5"}),
        (
            {**ADD, "serverId": "ABCDEF01-2222-3333-4444-555555555551"},
            {"serverId": "abcdef01-2222-3333-4444-555555555551"},
        ),
        ({**MOVE, "expectedOldServerId": None}, {"expectedOldServerId": ...}),
        ({**REMOVE, "expectedServerId": FIRST}, {}),
        (RENAME, {}),
        (UPDATE, {RETENTION: {}}),
        ({**UPDATE, "decimationLevels": []}, {"decimationLevels": ["0"], RETENTION: {"0": "0"}}),
        (
            {**UPDATE, "decimationLevels": [30, 5], RETENTION: {"0": 5, "5": 6, "30": 7, "60": 1}},
            {"decimationLevels": ["0", "5", "30"], RETENTION: {"0": "5", "5": "6", "30": "7"}},
        ),
        (
            {**UPDATE, "addDecimationLevels": [30, 0, 5], RETENTION: {"5": 9}},
            {"addDecimationLevels": ["5", "30"], "removeDecimationLevels": [], RETENTION: {"5": "9", "30": "0"}},
        ),
        (
            {**UPDATE, "removeDecimationLevels": [30, 0], RETENTION: {"30": 9, "77": 3}},
            {"addDecimationLevels": [], "removeDecimationLevels": ["30"], RETENTION: {"77": "3"}},
        ),
        ({**UPDATE, RETENTION: {"77": -9, "5": 3}}, {RETENTION: {"5": "3", "77": "0"}}),
        ({**UPDATE, "addOptions": {}}, {"addOptions": {}, "removeOptions": [], RETENTION: {}}),
        ({**UPDATE, "removeOptions": ["b", "a", "b"]}, {"addOptions": {}, "removeOptions": ["a", "b"], RETENTION: {}}),
        ({**UPDATE, "enabled": 0, "options": {}}, {"enabled": False, RETENTION: {}}),
    ],
)
def test_how_a_command_is_echoed(command: dict[str, Any], changed: dict[str, Any]) -> None:
    defaults = ADD_DEFAULTS if command["commandType"].startswith("add") else {}
    expected = {name: value for name, value in {**defaults, **command, **changed}.items() if value is not ...}
    assert echo_of(command) == expected


def test_options_are_echoed_in_code_unit_order() -> None:
    echoed = echo_of({**ADD, "options": {"\uff61": "2", "\U0001f600": "1", "a": 3}})
    assert list(echoed["options"].items()) == [("a", "3"), ("\U0001f600", "1"), ("\uff61", "2")]


def test_members_are_echoed_in_the_order_of_the_reference() -> None:
    update = {
        "addOptions": {"b": "1"},
        "removeOptions": ["a"],
        "enabled": False,
        "addDecimationLevels": [5],
        "expectedServerId": FIRST,
        "expectedControlSystemType": "t",
        "channelName": "x",
        "commandType": "update_channel",
    }
    assert list(echo_of(update)) == [
        "commandType",
        "channelName",
        "expectedControlSystemType",
        "expectedServerId",
        "addDecimationLevels",
        "removeDecimationLevels",
        RETENTION,
        "enabled",
        "addOptions",
        "removeOptions",
    ]
    assert list(echo_of({**RENAME, "expectedServerId": FIRST})) == [
        "commandType",
        "expectedServerId",
        "newChannelName",
        "oldChannelName",
    ]


# -- the order of results (3.1) --


def test_results_are_grouped_by_server_in_order_of_first_appearance() -> None:
    simulator = new_simulator()
    simulator.add_channel("second", server=1)
    simulator.add_channel("first")
    simulator.add_channel("lost", server=UNKNOWN_SERVER)
    commands = [
        {**ADD, "channelName": "new", "serverId": SECOND_SERVER},
        {**UPDATE, "channelName": "first"},
        {**RENAME, "oldChannelName": "second", "newChannelName": "third"},
        {**REMOVE, "channelName": "nowhere"},
        {**ADD_OR_UPDATE, "channelName": "lost", "serverId": FIRST},
        {**REFRESH, "channelName": "first", "serverId": SECOND_SERVER},
        {**MOVE, "channelName": "first"},
        {**UPDATE, "channelName": "lost"},
    ]
    for server, expected in ((0, [0, 2, 5, 1, 3, 6, 4, 7]), (1, [0, 2, 3, 5, 1, 6, 4, 7])):
        copy = new_simulator()
        for name, owner in (("second", 1), ("first", 0), ("lost", UNKNOWN_SERVER)):
            copy.add_channel(name, server=owner)
        response = send(copy, {"commands": commands}, server=server)
        echoed = [result["command"] for result in json.loads(response.read())["results"]]
        kinds = [(command["commandType"], name_of(command)) for command in echoed]
        assert kinds == [(commands[number]["commandType"], name_of(commands[number])) for number in expected]


def name_of(command: dict[str, Any]) -> str:
    return command.get("oldChannelName") or command["channelName"]
