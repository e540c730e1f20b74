"""Tests with a cluster from a file: a fixture with this name takes the place of the one that is there anyway."""

from pathlib import Path

import pytest

from cassandra_pv_archiver import ArchiveClient
from cassandra_pv_archiver.testing import Simulator, load_scene

SCENE = load_scene(Path(__file__).with_name("scene.toml"))


@pytest.fixture
def archiver_simulator() -> Simulator:
    return Simulator(scene=SCENE)


def test_modes(archiver_archive_client: ArchiveClient) -> None:
    modes = archiver_archive_client.get_samples("RING:MODE", "-3h", "now").labels
    assert set(modes) == {"Injection", "User run"}


def test_gap(archiver_archive_client: ArchiveClient) -> None:
    (gap,) = archiver_archive_client.get_samples("RING:CURRENT", "-6h", "now").gaps
    assert gap.reason == "Disconnected"
