"""Tests of one's own program, with the fixtures that pytest finds once the package is installed."""

import pytest

from cassandra_pv_archiver import AdminClient, ArchiveClient, UnavailableError
from cassandra_pv_archiver.testing import Simulator, double_sample, faults


def highest_value(archive: ArchiveClient, channel: str) -> float:
    return float(archive.get_samples(channel, 0, "now").values.max())


@pytest.fixture(autouse=True)
def my_channel(archiver_simulator: Simulator) -> None:
    samples = [double_sample(time, value) for time, value in ((1, 5.0), (2, 7.0), (3, 6.0))]
    archiver_simulator.add_channel("MY:CHANNEL", samples=samples)


def test_highest_value(archiver_archive_client: ArchiveClient) -> None:
    assert highest_value(archiver_archive_client, "MY:CHANNEL") == 7.0


def test_a_short_outage_does_no_harm(archiver_simulator: Simulator, archiver_archive_client: ArchiveClient) -> None:
    outage = archiver_simulator.faults.add(faults.Reply(503), operation="getSamples", times=2)
    assert highest_value(archiver_archive_client, "MY:CHANNEL") == 7.0
    assert outage.struck == 2


def test_a_long_outage_is_an_error(archiver_simulator: Simulator, archiver_archive_client: ArchiveClient) -> None:
    archiver_simulator.faults.add(faults.Reply(503), channel="MY:CHANNEL")
    with pytest.raises(UnavailableError):
        highest_value(archiver_archive_client, "MY:CHANNEL")


def test_what_is_asked(archiver_simulator: Simulator, archiver_admin_client: AdminClient) -> None:
    assert archiver_admin_client.get_channel("MY:CHANNEL").state == "ok"
    (request,) = archiver_simulator.requests
    assert (request.service, request.operation, set(request.channels)) == ("admin", "getChannel", {"MY:CHANNEL"})
