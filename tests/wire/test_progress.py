"""How far a read has come: how often that is told, by whom, and what becomes of errors in the callable."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cassandra_pv_archiver import ArchiveClient, NotFoundError, ReadProgress, RetryPolicy
from cassandra_pv_archiver.testing import Exchange, RunningSimulator, Simulator, SimulatorResponse, faults

Make = Callable[..., Any]

SECOND = 10**9
NUMBER = 6000
TIMES = list(range(1, NUMBER + 1))
INTERVAL = 0.1
"""Seconds between two calls, at least."""


def slowly(exchange: Exchange) -> SimulatorResponse:
    """Sends the reply within half a second."""
    response = exchange.proceed()
    body = response.read()
    size = len(body) // 50

    def pieces() -> Iterator[bytes]:
        for begin in range(0, len(body), size):
            yield body[begin : begin + size]
            exchange.wait(0.01)

    response.body = pieces()
    return response


@pytest.fixture(scope="module")
def filled() -> Simulator:
    simulator = Simulator()
    for name in ("c", "d", "e"):
        simulator.add_channel(name, decimation_levels=[10])
        simulator.add_samples(name, times=TIMES, values=[float(time) for time in TIMES])
    return simulator


@pytest.fixture
def simulator(filled: Simulator) -> Simulator:
    filled.faults.clear()
    return filled


class Told:
    """Keeps what it is told, and when and where."""

    def __init__(self) -> None:
        self.all: list[ReadProgress] = []
        self.at: list[float] = []
        self.threads: set[threading.Thread] = set()
        self._busy = threading.Lock()

    def __call__(self, progress: ReadProgress) -> None:
        assert self._busy.acquire(blocking=False), "two at a time"
        self.all.append(progress)
        self.at.append(time.monotonic())
        self.threads.add(threading.current_thread())
        self._busy.release()

    def check_pace(self) -> None:
        timed = [at for at, progress in zip(self.at, self.all, strict=True) if not progress.finished]
        assert all(later - earlier > INTERVAL * 0.95 for earlier, later in itertools.pairwise(timed))


@pytest.mark.parametrize("method", ["get_samples", "iter_batches", "iter_samples"])
def test_a_slow_read(archive: ArchiveClient, simulator: Simulator, method: str) -> None:
    told = Told()
    simulator.faults.add(slowly, operation="getSamples", times=1)
    read = getattr(archive, method)("c", 1, NUMBER, progress=told)
    assert len(list(read) if method != "get_samples" else read) > 0
    assert len(told.all) > 2
    told.check_pace()
    for values in ([each.share for each in told.all], [each.samples for each in told.all]):
        assert values == sorted(values)
    assert all(0 < each.share <= 1 for each in told.all)
    assert [each.finished for each in told.all] == [False] * (len(told.all) - 1) + [True]
    last = told.all[-1]
    assert (last.channel_name, last.share, last.samples) == ("c", 1.0, NUMBER)
    assert last.bytes > 200 * NUMBER
    assert told.threads == {threading.current_thread()}


def test_a_fast_read_tells_at_least_its_end(archive: ArchiveClient) -> None:
    told = Told()
    archive.get_samples("c", 1, 10, progress=told)
    assert told.all[-1].finished
    assert told.all[-1].samples == 10


def test_the_share_is_that_of_the_range(archive: ArchiveClient) -> None:
    told = Told()
    archive.get_samples("c", NUMBER // 2, NUMBER * 3 // 2, progress=told)
    assert 0.1 < told.all[0].share < 0.4  # after the first part of the reply
    assert told.all[-1].share == 1.0


def test_a_read_that_is_resumed_does_not_go_back(make: Make, simulator: Simulator, running: RunningSimulator) -> None:
    archive = make("ArchiveClient", base_url=running.archive_url, retry=RetryPolicy(first_delay=0.2))
    told = Told()
    simulator.faults.add(faults.Break(600_000), operation="getSamples", nth=[1, 2])
    archive.get_samples("c", 1, NUMBER, progress=told)
    shares = [each.share for each in told.all]
    assert shares == sorted(shares)
    assert len(shares) >= 4
    assert told.all[-1].samples == NUMBER


def test_with_a_count_the_share_is_not_known_before_the_end(archive: ArchiveClient, simulator: Simulator) -> None:
    told = Told()
    simulator.faults.add(slowly, operation="getSamples", times=1)
    archive.get_samples("c", 1, NUMBER, 10, progress=told)
    assert {each.share for each in told.all[:-1]} == {0.0}
    assert (told.all[-1].share, told.all[-1].samples, told.all[-1].finished) == (1.0, NUMBER, True)


def test_a_filled_tail_counts(archive: ArchiveClient, simulator: Simulator) -> None:
    name = f"tail {id(archive)}"
    start = 1_700_000_000 * SECOND
    simulator.add_channel(name, decimation_levels=[10])
    simulator.add_samples(name, times=[start + n * SECOND for n in range(58)], values=[0.0] * 58)
    told = Told()
    series = archive.get_samples(name, start, start + 57 * SECOND, 5, fill_tail=True, progress=told)
    assert series.tail_begins is not None
    assert told.all[-1].finished
    assert len(series) > 6
    assert told.all[-1].samples == len(series) + 1  # the last decimated one is at the time of a raw one


def test_several_channels(archive: ArchiveClient, simulator: Simulator) -> None:
    told = Told()
    for name in ("c", "d"):
        simulator.faults.add(slowly, channel=name, operation="getSamples", times=1)
    archive.get_samples_for(["c", "d", "e"], 1, NUMBER, progress=told)
    told.check_pace()
    assert told.threads == {threading.current_thread()}
    assert sorted(each.channel_name for each in told.all if each.finished) == ["c", "d", "e"]
    for name in ("c", "d", "e"):
        shares = [each.share for each in told.all if each.channel_name == name]
        assert shares == sorted(shares)
        assert shares[-1] == 1.0


def test_a_read_that_fails_has_no_end(archive: ArchiveClient) -> None:
    told = Told()
    with pytest.raises(NotFoundError):
        archive.get_samples("missing", 1, 10, progress=told)
    assert told.all == []


class GaveUpError(Exception):
    """Raised by the callable."""


def gives_up(progress: ReadProgress) -> None:
    raise GaveUpError(progress.channel_name)


@pytest.mark.parametrize("method", ["get_samples", "iter_batches"])
def test_an_error_in_the_callable_ends_the_read(archive: ArchiveClient, method: str) -> None:
    def read() -> None:
        found = getattr(archive, method)("c", 1, NUMBER, progress=gives_up)
        if method != "get_samples":
            next(found)

    with pytest.raises(GaveUpError, match="c"):
        read()
    assert len(archive.get_samples("c", 1, NUMBER)) == NUMBER


def test_an_error_in_the_callable_ends_all_reads(archive: ArchiveClient, simulator: Simulator) -> None:
    waiting = threading.Barrier(2)

    def silent(exchange: Exchange) -> SimulatorResponse:
        waiting.wait(10)
        exchange.wait(600)
        return exchange.proceed()

    def not_before(exchange: Exchange) -> SimulatorResponse:
        waiting.wait(10)
        return exchange.proceed()

    simulator.faults.add(silent, channel="d", times=1)
    simulator.faults.add(not_before, channel="c", times=1)
    with pytest.raises(GaveUpError, match="c"):
        archive.get_samples_for(["c", "d"], 1, NUMBER, progress=gives_up)
    assert len(archive.get_samples("d", 1, NUMBER)) == NUMBER
