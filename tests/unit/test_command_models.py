"""Commands: what users may write, and the server's form of it (section 3.2 of the reference)."""

from __future__ import annotations

import json
import pickle
import uuid
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from cassandra_pv_archiver.models import (
    AddChannelCommand,
    ArchiveConfigurationCommand,
    ArchiveConfigurationCommandsReply,
    ArchiveConfigurationCommandsRequest,
    CommandResult,
    MoveChannelCommand,
    RenameChannelCommand,
    ServerConfigurationImportRequest,
)

RECORDINGS = Path(__file__).parents[1] / "recordings"
REPLY = {"reply": True}
SERVER = "82c711df-632b-49a3-85c2-d3249555eb57"
ADD: dict[str, Any] = {
    "commandType": "add_channel",
    "channelName": "x",
    "controlSystemType": "channel_access",
    "enabled": True,
    "serverId": SERVER,
}
UPDATE: dict[str, Any] = {"commandType": "update_channel", "channelName": "x"}

any_command: TypeAdapter[ArchiveConfigurationCommand] = TypeAdapter(ArchiveConfigurationCommand)


def command(given: dict[str, Any], **more: Any) -> Any:
    return any_command.validate_python(given | more)


# -- what real servers did --


def batches() -> Iterator[dict[str, Any]]:
    for exchange in json.loads((RECORDINGS / "commands.json").read_text("utf-8"))["exchanges"]:
        if exchange["method"] == "POST" and exchange["body"]:
            yield exchange


def content(command: dict[str, Any]) -> str:
    return json.dumps(command, sort_keys=True)


def test_recorded_commands_become_what_the_server_echoed() -> None:
    accepted = [batch for batch in batches() if batch["status"] != 400]
    assert len(accepted) > 100
    for batch in accepted:
        commands = batch["body"]["commands"]
        echoes = sorted(content(result["command"]) for result in batch["reply"]["results"])
        checked = [command(it) for it in commands]
        assert sorted(content(it.to_request()) for it in checked) == echoes
        assert sorted(content(it.to_dict()) for it in checked) == echoes
        assert [any_command.validate_json(json.dumps(it)) for it in commands] == checked


def test_recorded_batches_that_the_server_refused_are_refused() -> None:
    refused = [batch for batch in batches() if batch["status"] == 400]
    assert len(refused) > 10
    for batch in refused:
        with pytest.raises(ValidationError):
            ArchiveConfigurationCommandsRequest.model_validate(batch["body"])


def test_recorded_replies_and_their_echoes() -> None:
    for batch in batches():
        if batch["status"] != 400:
            text = json.dumps(batch["reply"])
            reply = ArchiveConfigurationCommandsReply.model_validate_json(text, context=REPLY, extra="forbid")
            assert dict(reply) == batch["reply"]
            for result in reply.results or ():
                # What a server echoes is a command again, and normalising it changes nothing.
                assert command(result.command.to_dict()) == result.command


# -- what users may write --


def test_levels_and_ids_in_several_forms() -> None:
    for levels in ([30, 5], ["30", "5"], (5, 30), {5, "30"}, frozenset({5, 30}), [5, 30, 30, "5", 0]):
        for server in (SERVER, SERVER.upper(), uuid.UUID(SERVER)):
            it = command(ADD, decimationLevels=levels, serverId=server)
            assert it.decimation_levels == (0, 5, 30)
            assert it["decimationLevels"] == ["0", "5", "30"]
            assert it.server_id == uuid.UUID(SERVER)
            assert it["serverId"] == SERVER


def test_names_of_python_and_of_json() -> None:
    by_name = AddChannelCommand(
        channel_name="x", control_system_type="channel_access", enabled=True, server_id=uuid.UUID(SERVER)
    )
    assert by_name == command(ADD)
    assert by_name.to_request() == {
        **ADD,
        "decimationLevels": ["0"],
        "decimationLevelToRetentionPeriod": {"0": "0"},
        "options": {},
    }
    assert list(by_name) == [
        "commandType", "channelName", "controlSystemType", "decimationLevels", "decimationLevelToRetentionPeriod",
        "enabled", "options", "serverId",
    ]  # fmt: skip


def test_requests_name_their_kind_and_leave_out_what_is_none() -> None:
    move = MoveChannelCommand(channel_name="ü", new_server_id=uuid.UUID(SERVER))
    assert move.to_request() == {"commandType": "move_channel", "channelName": "ü", "newServerId": SERVER}
    assert json.loads(move.to_request_json()) == move.to_request()
    given_none = MoveChannelCommand(channel_name="ü", new_server_id=uuid.UUID(SERVER), expected_old_server_id=None)
    assert given_none.to_request() == move.to_request()
    batch = ArchiveConfigurationCommandsRequest(commands=(move, given_none))
    assert json.loads(batch.to_request_json()) == {"commands": [move.to_request()] * 2}
    upload = ServerConfigurationImportRequest(configuration_file="PGEvPg==")
    assert upload.to_request() == {
        "addChannels": False,
        "configurationFile": "PGEvPg==",
        "removeChannels": False,
        "simulate": False,
        "updateChannels": False,
    }


def test_the_channel_that_a_command_is_about() -> None:
    assert command(ADD).subject == "x"
    assert RenameChannelCommand(new_channel_name="new", old_channel_name="old").subject == "old"


def test_commands_can_be_pickled_and_compared() -> None:
    it = command(UPDATE, options={"b": "1", "a": "2"})
    assert pickle.loads(pickle.dumps(it)) == it
    assert it == command(UPDATE, options={"a": "2", "b": "1"})
    assert hash(it) == hash(command(UPDATE, options={"a": "2", "b": "1"}))
    assert any_command.validate_json(it.to_json()) == it


@pytest.mark.parametrize(
    ("given", "echo"),
    [
        ({}, {"decimationLevelToRetentionPeriod": {}}),
        ({"addDecimationLevels": [0, 5]}, {
            "addDecimationLevels": ["5"], "removeDecimationLevels": [], "decimationLevelToRetentionPeriod": {"5": "0"},
        }),
        ({"removeDecimationLevels": [0]}, {
            "addDecimationLevels": [], "removeDecimationLevels": [], "decimationLevelToRetentionPeriod": {},
        }),
        ({"removeDecimationLevels": [9, 5], "decimationLevelToRetentionPeriod": {"5": 3, "7": 4}}, {
            "addDecimationLevels": [], "removeDecimationLevels": ["5", "9"],
            "decimationLevelToRetentionPeriod": {"7": "4"},
        }),
        ({"decimationLevelToRetentionPeriod": {"0": 10, "30": -1}}, {
            "decimationLevelToRetentionPeriod": {"0": "10", "30": "0"},
        }),
        ({"decimationLevels": [], "decimationLevelToRetentionPeriod": {"30": 7}}, {
            "decimationLevels": ["0"], "decimationLevelToRetentionPeriod": {"0": "0"},
        }),
        ({"removeOptions": ["b", "a", "b"]}, {
            "decimationLevelToRetentionPeriod": {}, "addOptions": {}, "removeOptions": ["a", "b"],
        }),
        ({"addOptions": {}, "enabled": False}, {
            "decimationLevelToRetentionPeriod": {}, "enabled": False, "addOptions": {}, "removeOptions": [],
        }),
        ({"options": {}, "addOptions": None}, {"decimationLevelToRetentionPeriod": {}, "options": {}}),
    ],
)  # fmt: skip
def test_updates_in_the_form_of_the_server(given: dict[str, Any], echo: dict[str, Any]) -> None:
    assert command(UPDATE, **given).to_request() == UPDATE | echo


def test_options_are_in_the_order_of_the_server() -> None:
    # That of UTF-16: characters beyond the Basic Multilingual Plane come before some within it.
    assert list(command(ADD, options={"｡": "1", "😀": "2", "a": "3"})["options"]) == ["a", "😀", "｡"]


@pytest.mark.parametrize(
    ("base", "given", "message"),
    [
        (ADD, {"decimationLevels": [30, -1]}, r"add_channel: decimationLevels: .*-1.*in seconds"),
        (ADD, {"decimationLevelToRetentionPeriod": {"-1": 0}}, "decimationLevelToRetentionPeriod: .*-1"),
        (
            ADD,
            {"decimationLevels": [30], "decimationLevelToRetentionPeriod": {"30": 10}},
            r"add_channel: decimationLevelToRetentionPeriod: .*level 30 has the retention period 10, .*write 0 for",
        ),
        (
            ADD | {"commandType": "add_or_update_channel"},
            {"decimationLevels": [30, 60], "decimationLevelToRetentionPeriod": {"0": 1, "30": 10, "60": 9}},
            r"add_or_update_channel: decimationLevelToRetentionPeriod: .*level 60 .*less than 10.*at least 10",
        ),
        (UPDATE, {"decimationLevelToRetentionPeriod": {"30": 10, "60": 9}}, "update_channel: .*level 60"),
        (UPDATE, {"addDecimationLevels": [5], "decimationLevelToRetentionPeriod": {"30": 9}}, "level 30"),
        (
            UPDATE,
            {"decimationLevels": [5], "addDecimationLevels": [6]},
            r"addDecimationLevels: decimationLevels says all .*write either decimationLevels or the others",
        ),
        (UPDATE, {"decimationLevels": [], "removeDecimationLevels": []}, r"removeDecimationLevels: "),
        (UPDATE, {"options": {}, "addOptions": {}}, "addOptions: options says all"),
        (UPDATE, {"options": {}, "removeOptions": []}, "removeOptions: options says all"),
        (
            UPDATE,
            {"addDecimationLevels": [5, 6], "removeDecimationLevels": ["6"]},
            r"addDecimationLevels: the same decimation level .*leave 6 out of addDecimationLevels or of remove",
        ),
        (UPDATE, {"addOptions": {"a": "1"}, "removeOptions": ["a"]}, "addOptions: the same option .*leave 'a' out"),
        (UPDATE, {"removeDecimationLevels": [-5]}, "removeDecimationLevels: .*-5"),
        (UPDATE, {"chanelName": "y"}, "UpdateChannelCommand has no member 'chanelName'; .*channelName"),
        (ADD, {"enabled": "yes"}, "enabled"),
        (ADD, {"enabled": 1}, "enabled"),
        (ADD, {"enabled": None}, "enabled"),
        (ADD, {"channelName": ""}, "channelName"),
        (ADD, {"channelName": None}, "channelName"),
        (ADD, {"channelName": b"x"}, "channelName"),
        (ADD, {"serverId": "1-2-3-4-5"}, "serverId"),
        (ADD, {"serverId": None}, "serverId"),
        (ADD, {"decimationLevels": "30"}, "decimationLevels"),
        (ADD, {"decimationLevels": [True]}, "decimationLevels"),
        (ADD, {"decimationLevels": [1.0]}, "decimationLevels"),
        (ADD, {"decimationLevels": [None]}, "decimationLevels"),
        (ADD, {"decimationLevels": ["1.5"]}, "decimal digits"),
        (ADD, {"decimationLevels": [2**31]}, "decimationLevels"),
        (ADD, {"decimationLevelToRetentionPeriod": {"0": 2**31}}, "decimationLevelToRetentionPeriod"),
        (ADD, {"decimationLevelToRetentionPeriod": {"0": None}}, "decimationLevelToRetentionPeriod"),
        (ADD, {"options": {"a": 1}}, "options"),
        (ADD, {"options": {"a": None}}, "options"),
        (ADD, {"commandType": "paint_channel"}, "commandType"),
    ],
)
def test_broken_rules(base: dict[str, Any], given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        command(base, **given)


levels = st.lists(st.integers(-1, 5))
periods = st.dictionaries(st.integers(-1, 5), st.integers(-3, 5))


def ascending(periods: dict[int, int]) -> bool:
    kept = [periods[level] or 2**31 for level in sorted(periods)]
    return all(one <= two for one, two in pairwise(kept))


@given(levels, periods)
def test_levels_of_added_channels(levels: list[int], periods: dict[int, int]) -> None:
    expected = {level: max(periods.get(level, 0), 0) for level in {0, *levels}}
    given = ADD | {"decimationLevels": levels, "decimationLevelToRetentionPeriod": periods}
    if min([0, *levels, *periods]) < 0 or not ascending(expected):
        with pytest.raises(ValidationError):
            command(given)
    else:
        it = command(given)
        assert it.decimation_level_to_retention_period == expected
        assert list(it.decimation_level_to_retention_period) == list(it.decimation_levels) == sorted(expected)
        assert command(it.to_request()) == it


# -- what servers send back --


def test_commands_in_replies_need_not_keep_the_rules() -> None:
    echo = UPDATE | {"options": {}, "addOptions": {}, "newMember": 1, "decimationLevelToRetentionPeriod": {"5": "-1"}}
    text = json.dumps({"command": echo, "success": True})
    result = CommandResult.model_validate_json(text, context=REPLY)
    assert dict(result) == json.loads(text)
    with pytest.raises(ValidationError, match="newMember"):
        CommandResult.model_validate_json(text)


@pytest.mark.parametrize(
    ("message", "outcome"),
    [
        ('Channel "a\\"b" cannot be added because a channel with the same name already exists.', "refused"),
        ('Channel "x" cannot be updated because it does not exist.', "refused"),
        ('Channel "x" cannot be updated because the operation took too long to finish.', "unknown"),
        ("Connection reset by peer", "unknown"),
        (None, "unknown"),
    ],
)
def test_outcome_of_failures(message: str | None, outcome: str) -> None:
    assert CommandResult(command=command(UPDATE), success=False, error_message=message).outcome == outcome


def test_outcome_of_success() -> None:
    assert CommandResult(command=command(UPDATE), success=True).outcome == "succeeded"
