"""Two gaps that the service does not show: raw samples that retention has removed, and the end of decimated ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cassandra_pv_archiver import ArchiveClient, ClientEvent, RetryPolicy
from cassandra_pv_archiver.testing import RunningSimulator, Simulator, faults, marker_sample

Make = Callable[..., Any]

SECOND = 10**9
T0 = 1_700_000_000 * SECOND


def at(*seconds: float) -> list[int]:
    return [T0 + round(each * SECOND) for each in seconds]


def aggregates(*seconds: int) -> list[dict[str, Any]]:
    return [
        {
            "time": time,
            "severity": {"level": "OK", "hasValue": True},
            "status": "NO_ALARM",
            "quality": "Interpolated",
            "type": "minMaxDouble",
            "value": [0.5],
            "minimum": 0.0,
            "maximum": 1.0,
        }
        for time in at(*seconds)
    ]


# Raw samples that are not there any more


@pytest.fixture(autouse=True)
def channels(simulator: Simulator) -> None:
    """Raw samples from 100 s on; of ``decimated`` there are others from 0 s on, of ``dropped`` none."""
    for name, levels in (("decimated", [10]), ("dropped", [10]), ("raw", [])):
        simulator.add_channel(name, decimation_levels=levels)
        simulator.add_samples(name, times=at(*range(100, 151)), values=[1.0] * 51)
    simulator.add_samples("decimated", aggregates(*range(0, 141, 10)), level=10)
    simulator.add_samples("dropped", aggregates(*range(100, 141, 10)), level=10)
    simulator.add_channel("empty", decimation_levels=[10])
    simulator.add_channel("only decimated", decimation_levels=[10])
    simulator.add_samples("only decimated", aggregates(*range(0, 141, 10)), level=10)


@pytest.mark.parametrize(
    ("name", "start", "begins_late", "earlier"),
    [
        ("decimated", 50, True, True),
        ("decimated", 99.9, True, True),
        ("decimated", 100, False, None),
        ("decimated", 120.5, False, None),
        ("decimated", -50, True, True),
        ("dropped", 50, True, False),
        ("raw", 50, True, False),
        ("raw", 150, False, None),
        ("empty", 50, True, False),
        ("only decimated", 50, True, True),
        ("only decimated", -50, True, True),
    ],
)
def test_a_series_that_begins_late(
    archive: ArchiveClient, name: str, start: float, begins_late: bool, earlier: bool | None
) -> None:
    series = archive.get_samples(name, *at(start, 200))
    assert (series.begins_late, series.earlier_decimated) == (begins_late, earlier)


def test_parts_and_copies_know_it_too(archive: ArchiveClient) -> None:
    series = archive.get_samples("decimated", *at(50, 200))
    assert series.inside.begins_late
    assert series[:5].begins_late


def test_nobody_asks_if_nothing_is_missing(archive: ArchiveClient, simulator: Simulator) -> None:
    archive.get_samples("decimated", *at(100, 150))
    assert len(simulator.requests) == 1


def test_without_checks_nobody_asks(archive: ArchiveClient, simulator: Simulator) -> None:
    series = archive.get_samples("decimated", *at(50, 150), check_complete=False)
    assert (series.begins_late, series.earlier_decimated) == (True, None)
    assert len(simulator.requests) == 1


def test_it_is_not_found_out_if_the_server_fails_then(
    make: Make, simulator: Simulator, running: RunningSimulator
) -> None:
    archive = make("ArchiveClient", base_url=running.archive_url, retry=0)
    simulator.faults.add(faults.Reply(500), operation="getSamples", nth=2)
    series = archive.get_samples("decimated", *at(50, 150))
    assert (len(series), series.begins_late, series.earlier_decimated) == (51, True, None)


def test_finding_it_out_takes_little(
    make: Make, simulator: Simulator, running: RunningSimulator, events: list[ClientEvent]
) -> None:
    simulator.add_channel("long", decimation_levels=[10])
    simulator.add_samples("long", times=at(*range(60_000, 60_010)), values=[1.0] * 10)
    simulator.add_samples("long", aggregates(*range(0, 60_000, 10)), level=10)
    archive = make("ArchiveClient", base_url=running.archive_url, on_event=events.append)
    assert archive.get_samples("long", *at(0, 60_009)).earlier_decimated
    assert sum(event.bytes for event in events) < 100_000


def test_batches_begin_late(archive: ArchiveClient) -> None:
    batches = list(archive.iter_batches("decimated", *at(50, 200), batch_size=20))
    assert [batch.begins_late for batch in batches] == [True] * 3
    assert not any(batch.begins_late for batch in archive.iter_batches("decimated", *at(100, 200), batch_size=20))


def test_markers_at_the_beginning_are_samples(archive: ArchiveClient, simulator: Simulator) -> None:
    simulator.add_samples("raw", [marker_sample(time, "Disconnected") for time in at(*range(20))])
    for start, late in ((5, False), (-1, True)):
        batches = list(archive.iter_batches("raw", *at(start, 200), batch_size=5))
        assert {batch.begins_late for batch in batches} == {late}


def test_reads_with_a_count_do_not(archive: ArchiveClient) -> None:
    series = archive.get_samples("decimated", *at(50, 150), count=10)
    assert (series.begins_late, series.earlier_decimated) == (False, None)
    assert series.times.tolist()[0] == at(50)[0]


# The end of decimated samples


@pytest.fixture
def stays(simulator: Simulator) -> str:
    """A channel that changed at 57 s and then stayed: its last decimated sample is that of 40 s."""
    simulator.add_channel("stays", decimation_levels=[10])
    seconds = [*range(51), 57]
    simulator.add_samples("stays", times=at(*seconds), values=[0.0] * 51 + [7.0])
    return "stays"


def test_without_it_a_change_does_not_show(archive: ArchiveClient, stays: str) -> None:
    series = archive.get_samples(stays, *at(0, 100), count=10)
    assert series.times.tolist() == at(0, 10, 20, 30, 40)
    assert series.tail_begins is None
    assert 7.0 not in series.values


@pytest.mark.parametrize("method", ["get_samples", "iter_batches"])
def test_raw_samples_follow(archive: ArchiveClient, stays: str, method: str) -> None:
    found = getattr(archive, method)(stays, *at(0, 100), count=10, fill_tail=True)
    (series,) = [found] if method == "get_samples" else found
    assert series.times.tolist() == at(0, 10, 20, 30, 40, *range(41, 51), 57)
    assert series.values[-1] == 7.0
    assert (np.diff(series.times) > 0).all()
    assert series.tail_begins == at(41)[0]
    assert set(series.between(series.tail_begins, series.end).qualities) == {"Original"}


def test_with_several_channels(archive: ArchiveClient, stays: str) -> None:
    found = archive.get_samples_for([stays, "raw"], *at(0, 160), spacing="10s", fill_tail=True)
    assert found[stays].tail_begins == at(41)[0]
    assert found["raw"].tail_begins is None  # all of it is raw


@pytest.mark.parametrize(
    ("end", "tail"),
    [(30, None), (40, None), (41, 41), (45.5, 41)],
)
def test_the_tail_ends_with_the_range(archive: ArchiveClient, stays: str, end: float, tail: int | None) -> None:
    series = archive.get_samples(stays, *at(0, end), count=3, fill_tail=True)
    assert series.tail_begins == (None if tail is None else at(tail)[0])
    assert series.times[-1] <= at(np.ceil(end))[0]


def test_raw_reads_have_nothing_to_fill(archive: ArchiveClient, stays: str) -> None:
    assert archive.get_samples(stays, *at(0, 100), fill_tail=True) == archive.get_samples(stays, *at(0, 100))


def test_a_tail_that_breaks_off_is_completed(
    make: Make, simulator: Simulator, running: RunningSimulator, stays: str
) -> None:
    archive = make("ArchiveClient", base_url=running.archive_url, retry=RetryPolicy(first_delay=0.01))
    expected = archive.get_samples(stays, *at(0, 100), count=10, fill_tail=True)
    requests = len(simulator.requests)
    tail = next(place for place, request in enumerate(simulator.requests, 1) if b"count" not in request.target)
    for fault in (faults.CutArray(3), faults.Break(1500), faults.EndEarly(1500)):
        active = simulator.faults.add(fault, operation="getSamples", nth=tail)
        assert archive.get_samples(stays, *at(0, 100), count=10, fill_tail=True) == expected
        assert active.struck == 1
        simulator.faults.clear()
    assert len(simulator.requests) > 4 * requests


# Spacing


def test_spacing_selects_as_an_equal_count(archive: ArchiveClient, stays: str) -> None:
    spaced = archive.get_samples(stays, *at(0, 50), spacing="10s")
    counted = archive.get_samples(stays, *at(0, 50), count=5)
    assert spaced.times.tolist() == counted.times.tolist()
    assert (spaced.count, spaced.is_decimated) == (5, True)


@pytest.mark.parametrize("spacing", ["10s", dt.timedelta(seconds=10), np.timedelta64(10, "s")], ids=repr)
def test_every_kind_of_duration(archive: ArchiveClient, stays: str, spacing: Any) -> None:
    assert archive.get_samples(stays, *at(0, 50), spacing=spacing).is_decimated


def test_a_range_that_is_no_multiple(archive: ArchiveClient, stays: str) -> None:
    series = archive.get_samples(stays, *at(0, 33.3), spacing="10s")
    assert series.times.tolist() == at(0, 10, 20, 30, 40)  # and one after the end, as ever
    assert series.end == at(33.3)[0]


def test_a_short_spacing_means_raw_samples(archive: ArchiveClient, stays: str) -> None:
    assert archive.get_samples(stays, *at(0, 50), spacing="1s").times.tolist() == at(*range(51))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"spacing": "10s", "count": 5}, "either count or spacing, not both"),
        ({"spacing": "0s"}, "spacing is a positive length of time"),
        ({"spacing": "1ns"}, "too many"),
        ({"spacing": "soon"}, "spacing"),
    ],
    ids=str,
)
def test_spacings_that_cannot_be_right(
    archive: ArchiveClient, simulator: Simulator, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        archive.get_samples("raw", *at(0, 50), **options)
    assert simulator.requests == ()
