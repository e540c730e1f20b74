"""Predictions agree with what real servers answered, and with the simulator on random batches."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cassandra_pv_archiver import ArchiveConfiguration, ArchiveConfigurationCommands, ChannelConfiguration
from cassandra_pv_archiver.configuration import Prediction, predict
from cassandra_pv_archiver.testing import Simulator, SimulatorRequest

from .configurations import ONE, TWO

RECORDINGS = Path(__file__).parent.parent / "recordings"
NOWHERE = UUID("99999999-2222-3333-4444-555555555559")
HEADERS = [("Authorization", "Basic YWRtaW46YWRtaW4="), ("Content-Type", "application/json")]
FOREIGN = {"demo:lost", "scn0:d e", "synth:count"}


def outcomes(results: list[dict[str, Any]]) -> dict[str, list[tuple[bool, str | None]]]:
    """Successes and messages by command, in their order."""
    found: dict[str, list[tuple[bool, str | None]]] = defaultdict(list)
    for result in results:
        key = json.dumps(result["command"], sort_keys=True)
        found[key].append((result["success"], result.get("errorMessage")))
    return found


def predicted(prediction: Prediction) -> dict[str, list[tuple[bool, str | None]]]:
    """The same of a prediction."""
    return outcomes(
        [
            {"command": result.command.to_request(), "success": result.success, "errorMessage": result.error_message}
            for result in prediction.results
        ]
    )


def as_shown(channel: dict[str, Any]) -> tuple[Any, ...]:
    levels = {int(level): int(period) for level, period in channel["decimationLevelToRetentionPeriod"].items()}
    return levels, channel["enabled"], list(channel["options"].items()), channel["controlSystemType"]


def as_known(channel: ChannelConfiguration) -> tuple[Any, ...]:
    return channel.levels, channel.enabled, list(channel.options.items()), channel.control_system_type


def test_every_recorded_batch_is_predicted_and_leads_to_what_was_listed() -> None:
    recorded = json.loads((RECORDINGS / "commands.json").read_text("utf-8"))
    servers = {number: UUID(recorded["servers"][number]) for number in ("1", "2")}
    lost = UUID(recorded["servers"]["unknown"])
    current = ArchiveConfiguration(channels=[ChannelConfiguration(name="demo:lost", server=lost)])
    batches = reads = 0
    for exchange in recorded["exchanges"]:
        if exchange["method"] == "POST":
            asked = servers[str(exchange["server"])]
            batches += 1
            if exchange["status"] == 400:
                with pytest.raises(ValueError, match=r"^commands\["):
                    predict(exchange["body"]["commands"], current)
                continue
            prediction = predict(exchange["body"]["commands"], current, online=set(servers.values()), asked=asked)
            assert predicted(prediction) == outcomes(exchange["reply"]["results"])
            current = prediction.configuration
        elif exchange["target"].endswith("/channels/all"):
            listed = {each["channelName"]: each["serverId"] for each in exchange["reply"]["channels"]}
            known = {channel.name: str(channel.server) for channel in current.channels}
            assert {name: owner for name, owner in listed.items() if name not in FOREIGN - known.keys()} == known
            reads += 1
        elif exchange["status"] == 200 and "channels" in (exchange["reply"] or {}):
            server = UUID(exchange["target"].split("/")[6])
            listed = {each["channelName"]: each for each in exchange["reply"]["channels"]}
            for channel in current.of_server(server):
                assert as_shown(listed[channel.name]) == as_known(channel)
            reads += 1
        elif exchange["status"] == 200 and "channelName" in (exchange["reply"] or {}):
            shown = exchange["reply"]
            assert as_shown(shown) == as_known(current.by_name[shown["channelName"]])
            reads += 1
    assert batches == 160
    assert reads > 100


NAMES = st.sampled_from(["a", "b", 'ü"', "d"])
SERVERS = st.sampled_from([ONE, TWO, NOWHERE])
TYPES = st.sampled_from(["channel_access", "channel_access", "tango"])
LEVELS = st.sets(st.sampled_from([0, 5, 60]), max_size=3)
PERIODS = st.dictionaries(st.sampled_from([0, 5, 60, 90]), st.sampled_from([0, 100, 200]), max_size=3)
OPTIONS = st.dictionaries(st.sampled_from(["p", "q"]), st.sampled_from(["", "1"]), max_size=2)


@st.composite
def commands(draw: st.DrawFn) -> ArchiveConfigurationCommands:
    batch = ArchiveConfigurationCommands()
    for _ in range(draw(st.integers(1, 4))):
        try:
            add_any(draw, batch)
        except ValueError:
            batch.remove_channel(draw(NAMES))  # what was drawn breaks a rule of section 3.2
    return batch


def add_any(draw: st.DrawFn, batch: ArchiveConfigurationCommands) -> None:
    kind = draw(st.sampled_from(["add", "add_or_update", "update", "update", "move", "remove", "rename", "refresh"]))
    name, server = draw(NAMES), draw(SERVERS)
    expected = draw(st.none() | SERVERS)
    if kind in {"add", "add_or_update"}:
        values = (name, draw(TYPES), server, draw(LEVELS), draw(PERIODS), draw(st.booleans()), draw(OPTIONS))
        (batch.add_channel if kind == "add" else batch.add_or_update_channel)(*values)
    elif kind == "move":
        batch.move_channel(name, server, expected)
    elif kind == "remove":
        batch.remove_channel(name, expected)
    elif kind == "rename":
        batch.rename_channel(draw(NAMES), name, expected)
    elif kind == "refresh":
        batch.refresh_channel(name, server)
    else:
        whole = draw(st.booleans())
        batch.update_channel(
            name,
            decimation_levels=draw(st.none() | LEVELS) if whole else None,
            add_decimation_levels=None if whole else draw(st.none() | LEVELS),
            remove_decimation_levels=None if whole else draw(st.none() | LEVELS),
            decimation_level_to_retention_period=draw(st.none() | PERIODS),
            enabled=draw(st.none() | st.booleans()),
            options=draw(st.none() | OPTIONS) if whole else None,
            add_options=None if whole else draw(st.none() | OPTIONS),
            remove_options=None if whole else draw(st.none() | st.sets(st.sampled_from(["p", "q"]))),
            expected_server_id=expected,
            expected_control_system_type=draw(st.none() | TYPES),
        )


@pytest.mark.one_interpreter
@settings(max_examples=150)
@given(st.lists(st.tuples(commands(), st.sampled_from([ONE, TWO]), st.booleans()), min_size=1, max_size=6))
def test_random_batches_are_answered_as_predicted(
    batches: list[tuple[ArchiveConfigurationCommands, UUID, bool]],
) -> None:
    simulator = Simulator(servers=[ONE, TWO], real_time=False)
    current, pending = ArchiveConfiguration(), frozenset[str]()
    for batch, asked, waits in batches:
        prediction = predict(batch, current, pending=pending, online={ONE, TWO}, asked=asked)
        body = json.dumps({"commands": [command.to_request() for command in batch]}).encode()
        request = SimulatorRequest("POST", b"/admin/api/1.0/run-archive-configuration-commands", HEADERS, body)
        reply = json.loads(simulator.handle("admin", asked, request).read())
        assert predicted(prediction) == outcomes(reply["results"])
        current, pending = prediction.configuration, prediction.pending
        if waits:
            simulator.advance(5)
            pending = frozenset()


def test_what_a_server_changes_that_is_not_online_yet_is_blocked() -> None:
    simulator = Simulator(servers=[ONE, TWO], real_time=False)
    simulator.add_channel("a", server=ONE)
    simulator.stop_server(ONE)
    simulator.advance(20)
    simulator.start_server(ONE)
    current = ArchiveConfiguration(channels=[ChannelConfiguration(name="a", server=ONE)])
    pending = frozenset[str]()
    for enabled in (False, True):
        batch = ArchiveConfigurationCommands()
        batch.update_channel("a", enabled=enabled)
        prediction = predict(batch, current, pending=pending, online={TWO}, asked=ONE)
        body = json.dumps({"commands": [command.to_request() for command in batch]}).encode()
        request = SimulatorRequest("POST", b"/admin/api/1.0/run-archive-configuration-commands", HEADERS, body)
        reply = json.loads(simulator.handle("admin", ONE, request).read())
        assert predicted(prediction) == outcomes(reply["results"])
        current, pending = prediction.configuration, prediction.pending
    assert prediction.failures


def test_a_channel_without_a_server_is_refused() -> None:
    current = ArchiveConfiguration(channels=[ChannelConfiguration(name="a")])
    with pytest.raises(ValueError, match="'a' does not say its server"):
        predict([], current)


def test_failures_are_those_that_fail() -> None:
    batch = ArchiveConfigurationCommands()
    batch.remove_channel("a")
    batch.add_channel("b", "channel_access", ONE)
    batch.refresh_channel("c")
    prediction = predict(batch, ArchiveConfiguration())
    assert [failure.error_message for failure in prediction.failures] == [
        'Channel "a" cannot be removed because it does not exist.'
    ]
    assert [channel.name for channel in prediction.configuration.channels] == ["b"]
