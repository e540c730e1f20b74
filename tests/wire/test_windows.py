"""Ranges that a server, or a proxy in front of it, finds too long are asked for in shorter ones."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from cassandra_pv_archiver import (
    ArchiveClient,
    ClientEvent,
    NotFoundError,
    RequestTimeoutError,
    RetryPolicy,
    ServerFailedError,
    UnavailableError,
)
from cassandra_pv_archiver.testing import Exchange, RunningSimulator, Simulator, SimulatorResponse, faults

Make = Callable[..., Any]

SECOND = 10**9
T0 = 1_700_000_000 * SECOND
SPACING = SECOND // 100
NUMBER = 12_000
TIMES = [T0 + n * SPACING for n in range(NUMBER)]
END = TIMES[-1]
LIMIT = 2500
"""Samples that the server still sends."""
WINDOW = SECOND
"""Nanoseconds; shorter windows are not tried."""


@pytest.fixture(scope="module")
def filled() -> Simulator:
    simulator = Simulator()
    simulator.add_channel("dense", decimation_levels=[10])
    simulator.add_samples("dense", times=TIMES, values=[float(n) for n in range(NUMBER)])
    simulator.add_channel("sparse")
    simulator.add_samples("sparse", times=TIMES[::1000], values=[0.0] * (NUMBER // 1000))
    return simulator


@pytest.fixture
def simulator(filled: Simulator) -> Simulator:
    filled.faults.clear()
    return filled


@pytest.fixture
def archive(make: Make, running: RunningSimulator, events: list[ClientEvent]) -> ArchiveClient:
    return make("ArchiveClient", base_url=running.archive_url, retry=0, on_event=events.append)


def splits(events: list[ClientEvent]) -> int:
    return [event.kind for event in events].count("split")


def window(target: bytes) -> tuple[int, int]:
    found = re.search(rb"start=(\d+)&end=(\d+)", target)
    assert found
    return int(found[1]), int(found[2])


@pytest.mark.parametrize("status", [500, 502, 504])
def test_all_samples_come_each_once(
    archive: ArchiveClient, simulator: Simulator, events: list[ClientEvent], status: int
) -> None:
    simulator.faults.add(faults.TooManySamples(LIMIT, status))
    series = archive.get_samples("dense", T0, END)
    assert series.times.tolist() == TIMES
    assert series.values.tolist() == [float(n) for n in range(NUMBER)]
    assert 1 <= splits(events) <= 6
    assert len([event for event in events if event.kind == "request"]) < 40
    assert "retry" not in {event.kind for event in events}  # nothing is waited for


def test_an_event_says_why(archive: ArchiveClient, simulator: Simulator, events: list[ClientEvent]) -> None:
    simulator.faults.add(faults.TooManySamples(LIMIT))
    archive.get_samples("dense", T0, END)
    split = next(event for event in events if event.kind == "split")
    assert (split.operation, split.channel) == ("get_samples", "dense")
    assert "504" in (split.failure or "")


def test_streams(archive: ArchiveClient, simulator: Simulator) -> None:
    simulator.faults.add(faults.TooManySamples(LIMIT))
    batches = archive.iter_batches("dense", T0, END, batch_size=700)
    assert [time for batch in batches for time in batch.times.tolist()] == TIMES


def test_neighbours_of_the_range_come_as_ever(archive: ArchiveClient, simulator: Simulator) -> None:
    simulator.faults.add(faults.TooManySamples(LIMIT))
    series = archive.get_samples("dense", TIMES[100] + 1, TIMES[-100] - 1)
    assert series.times.tolist() == TIMES[100 : NUMBER - 99]
    assert archive.get_samples("dense", T0 - 5 * SECOND, END + 5 * SECOND).times.tolist() == TIMES


def test_what_works_is_remembered(archive: ArchiveClient, simulator: Simulator, events: list[ClientEvent]) -> None:
    simulator.faults.add(faults.TooManySamples(LIMIT))
    archive.get_samples("dense", T0, END)
    events.clear()
    assert archive.get_samples("dense", T0, END).times.tolist() == TIMES
    again = splits(events)
    events.clear()
    assert archive.with_options(retry=1).get_samples("dense", T0, END).times.tolist() == TIMES
    assert again <= 1
    assert splits(events) <= 1


def test_other_clients_have_to_learn_it(
    archive: ArchiveClient, make: Make, simulator: Simulator, running: RunningSimulator
) -> None:
    simulator.faults.add(faults.TooManySamples(LIMIT))
    archive.get_samples("dense", T0, END)
    before = len(simulator.requests)
    make("ArchiveClient", base_url=running.archive_url, retry=0).get_samples("dense", T0, END)
    assert window(simulator.requests[before].target) == (T0, END)


def test_a_channel_with_few_samples_soon_gets_long_windows(
    archive: ArchiveClient, simulator: Simulator, events: list[ClientEvent]
) -> None:
    simulator.faults.add(faults.TooManySamples(LIMIT))
    archive.get_samples("dense", T0, END)
    events.clear()
    assert archive.get_samples("sparse", T0, END).times.tolist() == TIMES[::1000]
    assert len(events) <= 6


class TooLong:
    """Answers only windows that are short enough; others wait for ever."""

    def __init__(self, longest: int) -> None:
        self._longest = longest

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        start, end = window(exchange.request.target)
        if end - start > self._longest:
            exchange.wait(600)
        return exchange.proceed()


def test_no_answer_in_time(make: Make, simulator: Simulator, running: RunningSimulator) -> None:
    events: list[ClientEvent] = []
    archive = make(
        "ArchiveClient",
        base_url=running.archive_url,
        retry=RetryPolicy(retries=4, first_delay=0.01),
        timeout=0.3,
        on_event=events.append,
    )
    simulator.faults.add(TooLong(20 * SECOND))
    assert archive.get_samples("dense", T0, END).times.tolist() == TIMES
    assert 1 <= splits(events) <= 8


def test_no_answer_in_time_to_anything(make: Make, simulator: Simulator, running: RunningSimulator) -> None:
    retry = RetryPolicy(retries=2, first_delay=0.01)
    archive = make("ArchiveClient", base_url=running.archive_url, retry=retry, timeout=0.1)
    fault = simulator.faults.add(faults.Delay(before=600), operation="getSamples")
    with pytest.raises(RequestTimeoutError):
        archive.get_samples("dense", T0, END)
    assert fault.struck == 3  # a server that does not answer is not asked more often than retry says


def test_a_server_that_always_refuses(archive: ArchiveClient, simulator: Simulator) -> None:
    fault = simulator.faults.add(faults.Reply(500), operation="getSamples")
    with pytest.raises(ServerFailedError):
        archive.get_samples("dense", T0, END)
    windows = [window(request.target) for request in simulator.requests[-fault.struck :]]
    lengths = [end - start for start, end in windows]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[-1] == WINDOW
    assert len(lengths) <= 5


def test_after_that_the_client_is_as_before(archive: ArchiveClient, simulator: Simulator) -> None:
    fault = simulator.faults.add(faults.Reply(500), operation="getSamples")
    with pytest.raises(ServerFailedError):
        archive.get_samples("dense", T0, END)
    simulator.faults.remove(fault)
    before = len(simulator.requests)
    assert archive.get_samples("dense", T0, END).times.tolist() == TIMES
    assert len(simulator.requests) - before < 10


@pytest.mark.parametrize(("status", "error"), [(503, UnavailableError), (404, NotFoundError)])
def test_other_refusals_are_none_of_the_length(
    archive: ArchiveClient, simulator: Simulator, events: list[ClientEvent], status: int, error: type[Exception]
) -> None:
    simulator.faults.add(faults.Reply(status), operation="getSamples")
    with pytest.raises(error):
        archive.get_samples("dense", T0, END)
    assert splits(events) == 0


def test_reads_with_a_count_are_asked_for_as_a_whole(
    archive: ArchiveClient, simulator: Simulator, events: list[ClientEvent]
) -> None:
    simulator.faults.add(faults.TooManySamples(LIMIT))
    with pytest.raises(ServerFailedError):
        archive.get_samples("dense", T0, END, NUMBER)
    assert splits(events) == 0
    assert len(archive.get_samples("dense", T0, END, 12)) == 11


def test_several_channels_learn_from_each_other(archive: ArchiveClient, simulator: Simulator) -> None:
    simulator.faults.add(faults.TooManySamples(LIMIT))
    found = archive.get_samples_for(["dense", "sparse"], T0, END)
    assert found["dense"].times.tolist() == TIMES
    assert found["sparse"].times.tolist() == TIMES[::1000]
