"""Signals are archived by a server that runs, while the database is up and the channel works."""

from __future__ import annotations

import pytest

from cassandra_pv_archiver.testing.simulator import (
    Simulator,
)

from .asking import (
    FIRST,
    SECOND,
    START,
    UNKNOWN_SERVER,
    channel_of,
    new_simulator,
    read_samples,
    run,
)


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
