"""The suite confirms a faithful server, and leaves it as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from cassandra_pv_archiver.testing import SimulatorRequest, SimulatorResponse
from cassandra_pv_archiver.testing.contract import Verdict
from cassandra_pv_archiver.testing.contract.catalogue import all_checks
from tests.contract.clusters import NOW, channels_of, check, cluster, told

PREFIX = "contract-test:"


def test_nothing_deviates_and_nothing_is_written() -> None:
    simulator = cluster()
    before = channels_of(simulator)
    asked = len(simulator.requests)
    report = check(simulator)
    assert told(report) == []
    assert not report.deviates
    changing = {"runArchiveConfigurationCommands", "importServerConfiguration"}
    for request in simulator.requests[asked:]:
        assert request.method in {"GET", "HEAD", "OPTIONS", "POST"}
        if request.operation in changing:
            assert not request.channels
    assert channels_of(simulator) == before
    applicable = [result for result in report.results if not result.check.writes]
    assert [result.check.name for result in applicable if result.verdict is not Verdict.CONFIRMED] == []


def test_with_a_prefix_everything_is_cleaned_up(tmp_path: Path) -> None:
    simulator = cluster()
    before = channels_of(simulator)
    journal = tmp_path / "folder" / "journal.jsonl"
    report = check(simulator, prefix=PREFIX, journal=journal)
    assert told(report) == []
    assert [result.check.name for result in report.results if result.verdict is not Verdict.CONFIRMED] == []
    assert channels_of(simulator) == before
    assert not journal.exists()


def test_all_seven_commands_are_sent_about_own_disabled_channels(tmp_path: Path) -> None:
    simulator = cluster()
    own = len(simulator.requests)
    check(simulator, prefix=PREFIX, journal=tmp_path / "journal")
    bodies = [request.body for request in simulator.requests[own:] if request.method == "POST"]
    for command in ("add_channel", "add_or_update_channel", "move_channel", "refresh_channel", "remove_channel"):
        assert any(f'"{command}"'.encode() in body for body in bodies)
    for command in ("rename_channel", "update_channel"):
        assert any(f'"{command}"'.encode() in body for body in bodies)
    assert not any(b'"enabled": true' in body for body in bodies)
    for request in simulator.requests[own:]:
        if request.operation in {"runArchiveConfigurationCommands", "importServerConfiguration"}:
            assert all(name.startswith(PREFIX) for name in request.channels if name)
        if b'"removeChannels": true' in request.body:
            assert b'"simulate": true' in request.body


@pytest.mark.parametrize(
    "case", ["one server", "no channels", "asked second", "one offline", "one has just died", "database restarted"]
)
def test_other_clusters(case: str, tmp_path: Path) -> None:
    simulator = cluster()
    if case == "one server":
        simulator = type(simulator)(["11111111-2222-3333-4444-555555555551"], start_time=NOW)
        simulator.add_channel("only", samples=1)
    if case == "no channels":
        simulator = type(simulator)(start_time=NOW)
    if case == "one offline":
        simulator.stop_server(1)
        simulator.advance(20)
    if case == "one has just died":
        simulator.stop_server(1)
    if case == "database restarted":
        simulator.stop_database()
        simulator.advance(20)
        simulator.start_database()
        simulator.advance(30)
    before = channels_of(simulator)
    report = check(simulator, prefix=PREFIX, journal=tmp_path / "journal", server=1 if case == "asked second" else 0)
    assert told(report) == []
    assert channels_of(simulator) == before


def test_names_that_no_url_can_carry() -> None:
    simulator = cluster()
    simulator.add_channel("long:" + "ü" * 2000)
    simulator.add_channel("single surrogate: \ud800")
    assert told(check(simulator)) == []


def test_while_channels_are_unknown() -> None:
    """After a longer outage of the database the lists give 503, which the reference provides for."""
    simulator = cluster()
    simulator.stop_database()
    simulator.advance(20)
    report = check(simulator)
    assert told(report) == []
    reasons = {result.check.name: result.reason for result in report.results}
    assert "503" in reasons["admin.channels.all"]


def test_a_channel_that_is_just_being_moved_may_be_missing(tmp_path: Path) -> None:
    """For a moment its configuration is found nowhere (section 2.9)."""
    moved = missing = False

    def race(request: SimulatorRequest, response: SimulatorResponse) -> SimulatorResponse:
        nonlocal moved, missing
        moved = moved or b'"move_channel"' in request.body
        if moved and not missing and b"/by-name/" in request.target and response.status == 200:
            missing = True
            return SimulatorResponse(503)
        return response

    checks = [one for one in all_checks() if one.name == "commands.move"]
    report = check(cluster(race), prefix=PREFIX, journal=tmp_path / "journal", checks=checks)
    assert missing
    assert told(report) == []
