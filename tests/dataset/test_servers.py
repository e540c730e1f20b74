"""Servers that answer for each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from cassandra_pv_archiver import ArchiveClient
from cassandra_pv_archiver.dataset import export_dataset, open_dataset
from cassandra_pv_archiver.testing import Simulator, faults
from tests.dataset.archives import FEBRUARY, JANUARY, filled

CHANNELS = ["B:LONG", "D:TEXT", "F:RARE", "G:CHANGING", "H:EMPTY"]
FAULTS = {
    "refuses": faults.Reply(502),
    "sends garbage": faults.Garbage(),
    "breaks off": faults.Break(10),
    "hangs": faults.Delay(before=600),
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("place", [0, 1])
def test_a_server_that_always_fails_is_left_for_the_other(tmp_path: Path, name: str, place: int) -> None:
    simulator = filled(Simulator())
    with simulator.serve() as running:
        urls = [server.archive_url for server in running.servers]
        with ArchiveClient(base_url=urls[1 - place]) as client:
            truth = {channel: client.get_samples(channel, JANUARY, FEBRUARY) for channel in CHANNELS}
        simulator.faults.add(FAULTS[name], operation="getSamples", server=place)
        with ArchiveClient(base_urls=urls, timeout=1.0) as client:
            result = export_dataset(client, CHANNELS, JANUARY, FEBRUARY, tmp_path, max_concurrency=2)
    assert not result.failures
    assert open_dataset(tmp_path).several(CHANNELS, JANUARY, FEBRUARY) == truth
