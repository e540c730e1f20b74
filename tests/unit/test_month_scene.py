"""The month of the tutorial: fifty channels, the same whenever it is made."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import numpy as np
import pytest

from cassandra_pv_archiver import ArchiveClient, Severity, time_in_state
from cassandra_pv_archiver.testing import Simulator, SimulatorTransport, month_scene

MONTH = ("2024-10-01T00:00Z", "2024-11-01T00:00Z")
DAY = 86400
QUARTER = 15 * 60 * 10**9


@pytest.fixture(scope="module")
def archive() -> Iterator[ArchiveClient]:
    transport = SimulatorTransport(Simulator(scene=month_scene), "archive")
    with httpx.Client(transport=transport) as http_client, ArchiveClient("month", http_client=http_client) as client:
        yield client


def test_fifty_channels_of_which_one_is_empty(archive: ArchiveClient) -> None:
    names = archive.find_channels_by_pattern("RING:*")
    assert len(names) == 50
    assert len(archive.find_channels_by_pattern("*")) == 52
    series = archive.get_samples_for(names, *MONTH)
    assert [name for name, each in series.items() if not len(each)] == ["RING:U4:GAP"]
    assert 150_000 < sum(len(each) for each in series.values()) < 155_000


def test_it_is_the_same_each_time(archive: ArchiveClient) -> None:
    again = SimulatorTransport(Simulator(scene=month_scene), "archive")
    with httpx.Client(transport=again) as http_client, ArchiveClient("month", http_client=http_client) as other:
        for name in ("RING:CURRENT", "RING:S05:BPM:X", "RING:U2:GAP"):
            assert other.get_samples(name, *MONTH) == archive.get_samples(name, *MONTH)


def test_what_goes_wrong(archive: ArchiveClient) -> None:
    (gap,) = archive.get_samples("RING:S05:TUNNEL:TEMP", *MONTH).gaps
    assert gap.reason == "Disconnected"
    positions = archive.get_samples("RING:S05:BPM:X", *MONTH)
    invalid = positions.severities == Severity.INVALID
    assert 0 < invalid.sum() < len(positions) / 5
    assert not positions.values[invalid].any()
    assert (archive.get_samples("RING:S07:WATER:FLOW", *MONTH).severities == Severity.MINOR).any()
    seconds = time_in_state(archive.get_samples("RING:MODE", *MONTH))
    assert seconds["Shutdown"] > DAY
    assert seconds["User run"] > 20 * DAY


def test_positions_follow_the_undulator_at_once(archive: ArchiveClient) -> None:
    gaps, positions = (archive.get_samples(name, *MONTH) for name in ("RING:U3:GAP", "RING:S05:BPM:X"))
    closed = np.flatnonzero((gaps.values[:-1] > 20.0) & (gaps.values[1:] < 14.0)) + 1
    moved: list[float] = []
    for time in gaps.times[closed].tolist():
        before, after = positions.between(time - QUARTER, time - 1), positions.between(time, time + QUARTER)
        if {*before.severities, *after.severities} == {"OK"}:
            moved.append(float(after.values.mean() - before.values.mean()))
    assert len(moved) > 3
    assert min(moved) > 2.0
