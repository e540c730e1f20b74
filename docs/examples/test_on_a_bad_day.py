"""Tests of what one's own program does on a bad day, with faults on demand."""

import pytest

from cassandra_pv_archiver import AdminClient, ArchiveClient, ArchiveConfigurationCommands, RequestTimeoutError
from cassandra_pv_archiver.testing import Simulator, SimulatorResponse, double_sample, faults

SAMPLES = [double_sample(time, float(time)) for time in range(1, 101)]


def test_a_proxy_that_gives_up_once(archiver_simulator: Simulator, archiver_archive_client: ArchiveClient) -> None:
    archiver_simulator.add_channel("MY:CHANNEL", samples=SAMPLES)
    fault = archiver_simulator.faults.add(faults.Reply(504), channel="MY:CHANNEL", times=1)
    assert len(archiver_archive_client.get_samples("MY:CHANNEL", 1, 100)) == 100
    assert fault.struck == 1


def test_a_server_that_hangs(archiver_simulator: Simulator, archiver_archive_client: ArchiveClient) -> None:
    archiver_simulator.faults.add(faults.Delay(before=600), operation="findChannelsByPattern")
    with pytest.raises(RequestTimeoutError):
        archiver_archive_client.with_options(timeout=0.1, retry=0).find_channels_by_pattern("*")


def test_a_server_that_dies(archiver_simulator: Simulator, archiver_admin_client: AdminClient) -> None:
    dying = archiver_simulator.servers[1].server_id
    archiver_simulator.faults.add(faults.ServerDies(dying, after=1))
    commands = ArchiveConfigurationCommands()
    for name in ("MY:FIRST", "MY:SECOND"):
        commands.add_channel(name, "channel_access", dying)
    results = archiver_admin_client.run_archive_configuration_commands(commands)
    assert [result.outcome for result in results] == ["unknown", "unknown"]
    archiver_simulator.advance(20)
    created = archiver_admin_client.list_channels_for_server(dying)
    assert [channel.channel_name for channel in created] == ["MY:FIRST"]


def test_a_fault_of_one_s_own(archiver_simulator: Simulator, archiver_archive_client: ArchiveClient) -> None:
    def with_a_banner(exchange: faults.Exchange) -> SimulatorResponse:
        response = exchange.proceed()
        response.headers.append(("X-Served-By", "proxy 7"))
        return response

    archiver_simulator.faults.add(with_a_banner, service="archive")
    assert archiver_archive_client.list_archives()[0].key == 1
