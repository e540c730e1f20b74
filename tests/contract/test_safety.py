"""Whatever happens, only own channels are touched, and all of them are removed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from cassandra_pv_archiver.testing import SimulatorRequest, SimulatorResponse
from cassandra_pv_archiver.testing.contract import (
    Credentials,
    NotAuthorisedError,
    NotReachableError,
    Report,
    Result,
    UnsafeError,
)
from cassandra_pv_archiver.testing.contract.catalogue import all_checks
from cassandra_pv_archiver.testing.contract.configuration import FileChannel
from cassandra_pv_archiver.testing.contract.journal import Journal
from cassandra_pv_archiver.testing.contract.writing import Writer
from tests.contract.clusters import ADMIN, channels_of, check, cluster, told

PREFIX = "contract-test:"
WRITING = [one for one in all_checks() if one.writes]


@pytest.mark.parametrize("after", ["commands.add.names", "commands.move", "import.add"])
def test_interrupted_between_checks(after: str, tmp_path: Path) -> None:
    simulator = cluster()
    before = channels_of(simulator)

    def interrupt(result: Result) -> None:
        if result.check.name == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check(simulator, prefix=PREFIX, journal=tmp_path / "journal", checks=WRITING, on_result=interrupt)
    assert channels_of(simulator) == before
    assert not (tmp_path / "journal").exists()


@pytest.mark.parametrize("number", [3, 9, 20])
@pytest.mark.parametrize("failure", [KeyboardInterrupt, ConnectionResetError, RuntimeError])
def test_broken_off_within_a_request(number: int, failure: type[BaseException], tmp_path: Path) -> None:
    """The server has carried the commands out, but nobody hears of it."""
    changes = 0

    def break_off(request: SimulatorRequest, response: SimulatorResponse) -> SimulatorResponse:
        nonlocal changes
        if request.method == "POST" and b"commandType" in request.body:
            changes += 1
            if changes == number:
                raise failure("broken off")
        return response

    simulator = cluster(break_off)
    before = channels_of(simulator)
    try:
        report = check(simulator, prefix=PREFIX, journal=tmp_path / "journal", checks=WRITING)
    except (KeyboardInterrupt, RuntimeError):
        assert failure is not ConnectionResetError
    else:
        assert failure is ConnectionResetError
        assert report.left == []
        assert any("an HTTP reply" in line for line in told(report))
    assert changes > number
    assert channels_of(simulator) == before
    assert not (tmp_path / "journal").exists()


def test_interrupted_while_cleaning_up(tmp_path: Path) -> None:
    once = iter([True])

    def interrupt(request: SimulatorRequest, response: SimulatorResponse) -> SimulatorResponse:
        if request.body.count(b"remove_channel") > 3 and next(once, False):
            raise KeyboardInterrupt
        return response

    simulator = cluster(interrupt)
    before = channels_of(simulator)
    with pytest.raises(KeyboardInterrupt):
        check(simulator, prefix=PREFIX, journal=tmp_path / "journal", checks=WRITING[:8])
    assert next(once, False) is False
    assert channels_of(simulator) == before


def _dying(simulator: Any, journal: Path) -> Report:
    """A run that finds no server any more when it is about to clean up."""

    def stop(result: Result) -> None:
        if result.check.name == "commands.add.names":
            simulator.stop_server(0)

    return check(simulator, prefix=PREFIX, journal=journal, checks=WRITING, on_result=stop)


def test_leftovers_of_an_earlier_run(tmp_path: Path) -> None:
    simulator, journal = cluster(), tmp_path / "journal"
    before = channels_of(simulator)
    report = _dying(simulator, journal)
    assert report.stopped is not None
    assert report.deviates
    assert set(report.left) >= channels_of_prefix(simulator) > set()
    simulator.start_server(0)
    simulator.advance(30)
    with pytest.raises(UnsafeError, match="--clean-leftovers"):
        check(simulator, prefix=PREFIX, journal=journal)
    report = check(simulator, prefix=PREFIX, journal=journal, clean_leftovers=True, checks=WRITING[:2])
    assert told(report) == []
    assert channels_of(simulator) == before
    assert not journal.exists()


def channels_of_prefix(simulator: Any) -> set[str]:
    simulator.start_server(0)
    found = {name for name in channels_of(simulator) if name.startswith(PREFIX)}
    simulator.stop_server(0)
    return found


def test_leftovers_that_others_created_stay(tmp_path: Path) -> None:
    simulator, journal = cluster(), tmp_path / "journal"
    _dying(simulator, journal)
    simulator.start_server(0)
    simulator.advance(30)
    simulator.add_channel(f"{PREFIX}someone else's")
    replaced = f"{PREFIX}add"
    for command in (
        {"commandType": "remove_channel", "channelName": replaced},
        {"commandType": "add_channel", "channelName": replaced, "controlSystemType": "channel_access"}
        | {"enabled": True, "serverId": str(simulator.servers[0].server_id)},
    ):
        headers = [("Content-Type", "application/json"), ("Authorization", ADMIN.header)]
        body = json.dumps({"commands": [command]}).encode()
        target = b"/admin/api/1.0/run-archive-configuration-commands"
        assert simulator.handle("admin", 0, SimulatorRequest("POST", target, headers, body)).status == 200
    with pytest.raises(UnsafeError, match="is not free"):
        check(simulator, prefix=PREFIX, journal=journal, clean_leftovers=True)
    assert channels_of_prefix(simulator) == {f"{PREFIX}someone else's", replaced}


@pytest.mark.parametrize("prefix", ["abc", "", "demo", "odd:a", "tab\there", "with blank ", "star*", "back\\slash"])
def test_refused_prefixes(prefix: str, tmp_path: Path) -> None:
    simulator = cluster()
    with pytest.raises(UnsafeError):
        check(simulator, prefix=prefix, journal=tmp_path / "journal", credentials=ADMIN) if prefix else Writer(
            Mock(), prefix, ADMIN, Mock()
        )
    assert not any(b"commandType" in request.body for request in simulator.requests)


def test_wrong_password(tmp_path: Path) -> None:
    simulator = cluster()
    with pytest.raises(NotAuthorisedError):
        check(simulator, prefix=PREFIX, journal=tmp_path / "journal", credentials=Credentials("admin", "wrong"))


def test_user_without_the_role(tmp_path: Path) -> None:
    simulator = cluster()
    simulator.add_user("guest", "guest", administrator=False)
    with pytest.raises(NotAuthorisedError):
        check(simulator, prefix=PREFIX, journal=tmp_path / "journal", credentials=Credentials("guest", "guest"))


def test_server_that_is_down() -> None:
    simulator = cluster()
    simulator.stop_server(0)
    with pytest.raises(NotReachableError):
        check(simulator)


def test_password_is_not_shown() -> None:
    assert "secret" not in repr(Credentials("admin", "secret"))


def test_journal_of_another_cluster_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    Journal(path, ["one"]).note(["a channel"])
    with pytest.raises(UnsafeError, match="of another cluster"):
        Journal(path, ["another"])
    assert Journal(path, ["one", "two"]).names == ["a channel"]


def test_journal_that_was_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path, ["one"])
    journal.note(["a", "b"])
    journal.note_identities({"a": "identity"})
    with path.open("a") as file:
        file.write('{"channel": "c')
    again = Journal(path, ["one"])
    assert again.names == ["a", "b"]
    assert again.identity("a") == "identity"
    assert again.identity("b") is None


class Guarded:
    """A writer whose session notices if anything is sent."""

    def __init__(self, tmp_path: Path) -> None:
        self.session = Mock()
        self.writer = Writer(self.session, PREFIX, ADMIN, Journal(tmp_path / "journal", []))


@pytest.fixture
def guarded(tmp_path: Path) -> Guarded:
    return Guarded(tmp_path)


@pytest.mark.parametrize(
    "command",
    [
        {"commandType": "remove_channel", "channelName": "other"},
        {"commandType": "rename_channel", "oldChannelName": f"{PREFIX}a", "newChannelName": "other"},
        {"commandType": "rename_channel", "oldChannelName": "other", "newChannelName": f"{PREFIX}a"},
        {"commandType": "update_channel", "channelName": f"{PREFIX}a", "enabled": True},
        {"commandType": "add_channel", "channelName": f"{PREFIX}a", "enabled": True},
        {"commandType": "add_channel", "channelName": f"{PREFIX}a"},
    ],
)
def test_commands_that_are_never_sent(guarded: Guarded, command: dict[str, Any]) -> None:
    with pytest.raises(UnsafeError):
        guarded.writer.commands([command])
    assert guarded.session.mock_calls == []


def test_imports_that_are_never_sent(guarded: Guarded) -> None:
    own = FileChannel(f"{PREFIX}a")
    with pytest.raises(UnsafeError):
        guarded.writer.import_file("x", [own], remove=True)
    with pytest.raises(UnsafeError):
        guarded.writer.import_file("x", [FileChannel("other")], add=True)
    with pytest.raises(UnsafeError):
        guarded.writer.import_file("x", [FileChannel(own.name, enabled=True)], add=True)
    with pytest.raises(UnsafeError):
        guarded.writer.import_text("x", "", removeChannels=True, simulate=False)
    with pytest.raises(UnsafeError):
        guarded.writer.refused_commands([{"commandType": "remove_channel", "channelName": "other"}])
    with pytest.raises(UnsafeError):
        guarded.writer.post_nothing(b'{"commands":[{"commandType":"remove_channel"}]}', {})
    assert guarded.session.mock_calls == []
