"""Tests of one's own program, with the fixtures that pytest finds once the package is installed."""

from cassandra_pv_archiver import AdminClient, ArchiveClient
from cassandra_pv_archiver.testing import Simulator, double_sample


def highest_value(archive: ArchiveClient, channel: str) -> float:
    return float(archive.get_samples(channel, 0, "now").values.max())


def test_highest_value(archiver_simulator: Simulator, archiver_archive_client: ArchiveClient) -> None:
    samples = [double_sample(time, value) for time, value in ((1, 5.0), (2, 7.0), (3, 6.0))]
    archiver_simulator.add_channel("MY:CHANNEL", samples=samples)
    assert highest_value(archiver_archive_client, "MY:CHANNEL") == 7.0


def test_states(archiver_simulator: Simulator, archiver_admin_client: AdminClient) -> None:
    archiver_simulator.add_channel("MY:CHANNEL", enabled=False)
    assert archiver_admin_client.get_channel("MY:CHANNEL").state == "disabled"
