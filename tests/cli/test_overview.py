"""``cpva channels``, ``channel``, ``status`` and ``archives``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cassandra_pv_archiver.testing import RunningSimulator, Simulator
from cassandra_pv_archiver.testing.simulator import SimulatedServer
from tests.cli.conftest import Cpva

SECOND_SERVER = "11111111-2222-3333-4444-555555555552"


def column(text: str, number: int = 0) -> list[str]:
    return [line.split()[number] for line in text.splitlines()[1:]]


def test_channels_of_all_servers_are_ordered_by_name(cpva: Cpva) -> None:
    done = cpva("channels")
    names = column(done.stdout)
    assert len(names) == 20
    assert names == sorted(names)
    assert "What is wrong" in done.stdout
    assert "raw 90d, 1min 3650d, 15min" in done.stdout


def test_channels_are_chosen_by_server_state_and_whether_they_are_enabled(cpva: Cpva) -> None:
    assert column(cpva("channels", "--state", "error").stdout) == ["RING:LASER:ENERGY", "RING:OLD:MAGNET"]
    both = cpva("channels", "--state", "disabled", "--state", "disconnected").stdout
    assert column(both) == ["LINAC:GUN:HV", "LINAC:GUN:SPARE"]
    assert column(cpva("channels", "--disabled").stdout) == ["LINAC:GUN:SPARE"]
    assert len(column(cpva("channels", "--enabled").stdout)) == 19
    by_name = cpva("channels", "--server", "archiver-2.example.org").stdout
    assert by_name == cpva("channels", "--server", SECOND_SERVER).stdout
    assert "archiver-1" not in by_name


def test_channels_as_json_have_everything(cpva: Cpva) -> None:
    (channel,) = json.loads(cpva("channels", "--disabled", "--json").stdout)
    assert channel["channel_name"] == "LINAC:GUN:SPARE"
    assert (channel["server_id"], channel["enabled"], channel["state"]) == (SECOND_SERVER, False, "disabled")
    assert channel["decimation_level_to_retention_period"] == {"0": 0}


def test_what_is_not_there_is_said(cpva: Cpva) -> None:
    unknown = cpva("channels", "--state", "eror")
    assert (unknown.exit_code, unknown.stdout) == (0, "")
    assert "No channel is in state eror; the known ones are: initializing, ok" in unknown.stderr
    nobody = cpva("channels", "--state", "destroyed")
    assert nobody.stderr == "There is no such channel.\n"


@pytest.mark.parametrize("text", ["nobody", "11111111-2222-3333-4444-555555555559"])
def test_an_unknown_server_is_refused_with_the_known_ones(cpva: Cpva, text: str) -> None:
    done = cpva("channels", "--server", text)
    assert done.exit_code == 2
    assert text in done.stderr
    assert "There are: archiver-1.example.org, archiver-2.example.org" in done.stderr


def test_a_channel(cpva: Cpva) -> None:
    lines = cpva("channel", "RING:CURRENT").stdout.splitlines()
    fields = dict(line.split("  ", 1) for line in lines)
    assert fields["State"].strip() == "ok"
    assert fields["Every 15min"].strip() == "kept for ever"
    assert json.loads(cpva("channel", "RING:CURRENT", "--json").stdout)["channel_name"] == "RING:CURRENT"
    assert "invalid value" in cpva("channel", "RING:OLD:MAGNET").stdout


@pytest.mark.parametrize("name", ["RING:CURENT", "ring:current", "RIGN:CURRENT"])
def test_a_misspelt_channel_is_told_what_comes_near(cpva: Cpva, name: str) -> None:
    done = cpva("channel", name)
    assert done.exit_code == 1
    what, advice = done.stderr.splitlines()
    assert what == f"There is no channel {name!r}."
    assert advice.startswith("Did you mean RING:CURRENT")


def test_a_channel_that_nothing_comes_near(cpva: Cpva) -> None:
    assert cpva("channel", "zzz").stderr.splitlines()[1] == "Look for names with: cpva search '*PART*'"


def test_status_says_what_is_wrong_first(cpva: Cpva) -> None:
    done = cpva("status")
    assert done.exit_code == 0
    first, second, *_ = done.stdout.splitlines()
    assert first == "What is wrong"
    assert second == "2 channels are in state error; all of them: cpva channels --state error"
    status = json.loads(cpva("status", "--json").stdout)
    assert len(status["problems"]) == 5
    assert [server["channels"] for server in status["servers"]] == [10, 10]
    assert status["servers"][1]["channels_by_state"] == {"disabled": 1, "disconnected": 1, "ok": 8}
    assert status["asked_server"]["cassandra_keyspace_name"] == "pv_archive"


def test_archives(cpva: Cpva) -> None:
    assert cpva("archives").stdout.splitlines()[1].split()[:2] == ["1", "Cassandra"]
    assert json.loads(cpva("archives", "--json").stdout)[0]["key"] == 1


@pytest.fixture
def ill(nowhere: Cpva) -> Iterator[tuple[Simulator, Cpva]]:
    """A cluster of two servers with the same name, one of which has stopped."""
    simulator = Simulator([SimulatedServer(name="twin"), SimulatedServer(name="twin")])
    simulator.add_channel("one", server=0)
    simulator.add_channel("two", server=1)
    with simulator.serve() as running:
        yield simulator, Cpva(nowhere.environment | addresses(running))


def addresses(running: RunningSimulator) -> dict[str, str]:
    return {"CPVA_ADMIN_URL": running.admin_url, "CPVA_ARCHIVE_URL": running.archive_url}


def test_a_name_that_two_servers_have_is_refused(ill: tuple[Simulator, Cpva]) -> None:
    done = ill[1]("channels", "--server", "twin")
    assert done.exit_code == 2
    assert "2 servers are called 'twin'" in done.stderr
    assert "Give the ID of one: " in done.stderr


def test_a_server_that_has_stopped_is_what_is_wrong(ill: tuple[Simulator, Cpva]) -> None:
    simulator, cpva = ill
    assert cpva("status").stdout.startswith("Nothing is wrong.")
    simulator.stop_server(1)
    simulator.advance(60)
    done = cpva("status")
    assert "twin is offline since " in done.stdout
    assert "The states of the channels of twin (1) are not known." in done.stdout
    assert json.loads(cpva("channels", "--json").stdout)[1]["state"] is None


@pytest.mark.parametrize("command", [("get",), ("plot", "-o", "it.png")])
def test_a_channel_without_support_costs_one_line_before_the_failure(
    cpva: Cpva, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    done = cpva(*command, "RING:LASER:ENERGY", "--start", "-1d")
    assert done.exit_code == 1
    *notes, what, advice = done.stderr.splitlines()
    assert len([line for line in notes if "Shorter ranges are asked for" in line]) == len(notes) <= 1
    assert "status 500" in what
    assert advice == "See what is wrong with it: cpva channel RING:LASER:ENERGY"
