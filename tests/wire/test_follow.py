"""New samples as they come: none lost, none twice, whatever happens to the servers meanwhile."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from cassandra_pv_archiver import (
    ArchiveClient,
    AsyncArchiveClient,
    CancelledReadError,
    ClientEvent,
    NotFoundError,
    RetryPolicy,
    SampleSeries,
)
from cassandra_pv_archiver.testing import Exchange, RunningSimulator, Simulator, SimulatorResponse, faults

Make = Callable[..., Any]

SECOND = 10**9
T0 = 1_700_000_000 * SECOND
LATE = 30
"""Seconds; samples that become visible later than that after newer ones may be missed."""
QUICK = RetryPolicy(retries=0, first_delay=0.01, longest_delay=0.02)
PROMPTLY = 0.5


@pytest.fixture
def simulator() -> Simulator:
    simulator = Simulator()
    for name in ("c", "d"):
        simulator.add_channel(name)
    return simulator


@pytest.fixture
def archive(make: Make, running: RunningSimulator) -> ArchiveClient:
    return make("ArchiveClient", base_url=running.archive_url, retry=QUICK)


def add(simulator: Simulator, name: str, seconds: Iterable[float]) -> None:
    times = [T0 + round(each * SECOND) for each in seconds]
    simulator.add_samples(name, times=times, values=[float(time % 1000) for time in times])


def seconds_of(news: tuple[str, SampleSeries]) -> tuple[str, list[float]]:
    return news[0], ((news[1].times - T0) / SECOND).tolist()


def taken(news: Any, number: int) -> list[tuple[str, float]]:
    """Takes what comes until there are so many samples, and gives their channels and times."""
    found: list[tuple[str, float]] = []
    while len(found) < number:
        name, seconds = seconds_of(next(news))
        assert seconds
        found += [(name, each) for each in seconds]
    return found


# What comes


def test_what_there_is_and_what_comes(archive: ArchiveClient, simulator: Simulator) -> None:
    add(simulator, "c", [-5, 0, 1, 2])
    with archive.follow("c", T0, interval="10ms") as news:
        name, series = next(news)
        assert (name, series.channel_name) == ("c", "c")
        assert series.times.tolist() == [T0, T0 + SECOND, T0 + 2 * SECOND]  # not the one before
        for second in (3, 4, 5):
            add(simulator, "c", [second])
            assert seconds_of(next(news)) == ("c", [second])


def test_from_now_on(archive: ArchiveClient, simulator: Simulator) -> None:
    simulator.add_samples("c", times=[time.time_ns() - SECOND], values=[1.0])
    with archive.follow(["c"], interval="10ms") as news:
        soon = time.time_ns() + 60 * SECOND
        simulator.add_samples("c", times=[soon], values=[2.0])
        name, series = next(news)
        assert (name, series.times.tolist(), series.values.tolist()) == ("c", [soon], [2.0])


def test_several_channels(archive: ArchiveClient, simulator: Simulator) -> None:
    add(simulator, "c", [0])
    add(simulator, "d", [0, 1])
    with archive.follow(["d", "c"], T0, interval="10ms") as news:
        assert [seconds_of(next(news)) for _ in range(2)] == [("d", [0, 1]), ("c", [0])]
        add(simulator, "c", [5])
        assert seconds_of(next(news)) == ("c", [5])


def test_samples_that_come_late(archive: ArchiveClient, simulator: Simulator) -> None:
    add(simulator, "c", [0, 100])
    with archive.follow("c", T0, interval="10ms") as news:
        assert seconds_of(next(news)) == ("c", [0, 100])
        add(simulator, "c", [100 - LATE])
        assert seconds_of(next(news)) == ("c", [70])
        add(simulator, "c", [99, 80])
        assert seconds_of(next(news)) == ("c", [80, 99])
        add(simulator, "c", [120, 95])
        assert seconds_of(next(news)) == ("c", [95, 120])


@pytest.mark.parametrize("seed", range(3))
def test_samples_in_any_order(archive: ArchiveClient, simulator: Simulator, seed: int) -> None:
    chance = random.Random(seed)
    left = {"c": [float(n) for n in range(150)], "d": [n / 2 for n in range(150)]}
    truth = sorted((name, second) for name, seconds in left.items() for second in seconds)
    found: list[tuple[str, float]] = []
    with archive.follow(["c", "d"], T0, interval="1ms") as news:
        while any(left.values()):
            name = chance.choice([name for name, seconds in left.items() if seconds])
            # One of the next ones that are less than 30 s apart.
            number = chance.randint(1, 20)
            some = chance.sample(left[name][:25], min(number, len(left[name][:25])))
            some = [second for second in some if second < left[name][0] + LATE]
            left[name] = [second for second in left[name] if second not in some]
            add(simulator, name, some)
            found += taken(news, len(some))
    assert sorted(found) == truth


def test_nothing_is_sent_before_the_first_is_wanted(archive: ArchiveClient, simulator: Simulator) -> None:
    news = archive.follow("c", T0)
    assert simulator.requests == ()
    news.close()


def test_no_channels(archive: ArchiveClient) -> None:
    assert list(archive.follow([], T0)) == []


# What goes wrong meanwhile


@pytest.mark.parametrize(
    "fault",
    [
        faults.CutArray(3),
        faults.CutArray(),
        faults.Break(700),
        faults.Break(),
        faults.EndEarly(1000),
        faults.Reply(503),
        faults.Reply(500),
        faults.Reply(504),
        faults.DuplicateSamples(),
    ],
    ids=repr,
)
def test_after_a_failure_it_goes_on(archive: ArchiveClient, simulator: Simulator, fault: faults.Fault) -> None:
    truth = [float(n) for n in range(20)]
    active = simulator.faults.add(fault, channel="c", nth=[1, 3, 4])
    with archive.follow("c", T0, interval="1ms") as news:
        add(simulator, "c", truth[:10])
        found = taken(news, 10)
        add(simulator, "c", truth[10:])
        found += taken(news, 10)
        while active.seen < 4:  # nothing of it comes twice
            add(simulator, "c", [20.0 + active.seen])
            truth.append(20.0 + active.seen)
            found += taken(news, 1)
    assert [second for _, second in found] == truth


def test_a_database_that_is_down(archive: ArchiveClient, simulator: Simulator) -> None:
    add(simulator, "c", [0, 1])
    asked = threading.Event()

    def comes_back(exchange: Exchange) -> SimulatorResponse:
        reply = exchange.proceed()
        reply.read()
        if not asked.is_set():  # this reply was still that of an outage
            asked.set()
            simulator.start_database()
            simulator.advance(15)
        return reply

    with archive.follow(["c", "d"], T0, interval="10ms") as news:
        assert seconds_of(next(news)) == ("c", [0, 1])
        for forgotten in (0, 60):
            asked.clear()
            add(simulator, "c", [2 + forgotten])
            simulator.stop_database()
            simulator.advance(forgotten)  # after a while, nothing is known about channels any more
            simulator.faults.add(comes_back, nth=5, times=1)
            assert seconds_of(next(news)) == ("c", [2 + forgotten])
            assert asked.is_set()


def test_a_server_that_is_restarted(make: Make, simulator: Simulator, running: RunningSimulator) -> None:
    failures: list[str] = []

    def on_event(event: ClientEvent) -> None:
        if event.kind == "retry":
            failures.append(event.failure or "")
            if len(failures) == 3:
                add(simulator, "c", [2])
                simulator.start_server(0)

    add(simulator, "c", [0, 1])
    archive = make("ArchiveClient", base_url=running.archive_url, retry=QUICK, on_event=on_event)
    with archive.follow("c", T0, interval="10ms") as news:
        assert seconds_of(next(news)) == ("c", [0, 1])
        simulator.stop_server(0)
        assert seconds_of(next(news)) == ("c", [2])
        add(simulator, "c", [3])
        assert seconds_of(next(news)) == ("c", [3])
    assert len(failures) >= 3


def test_another_server(make: Make, simulator: Simulator, running: RunningSimulator) -> None:
    urls = [server.archive_url for server in running.servers]
    archive = make("ArchiveClient", base_urls=urls, retry=QUICK)
    add(simulator, "c", [0])
    with archive.follow("c", T0, interval="10ms") as news:
        assert seconds_of(next(news)) == ("c", [0])
        simulator.stop_server(0)
        add(simulator, "c", [1])
        assert seconds_of(next(news)) == ("c", [1])


def test_errors_that_do_not_pass(archive: ArchiveClient, simulator: Simulator) -> None:
    add(simulator, "c", [0])
    with archive.follow(["c", "missing"], T0) as news:
        assert seconds_of(next(news)) == ("c", [0])
        with pytest.raises(NotFoundError):
            next(news)
        assert list(news) == []


def test_an_error_that_does_not_pass_among_others_that_may(archive: ArchiveClient, simulator: Simulator) -> None:
    simulator.faults.add(faults.Reply(503), channel="c", times=20)
    with archive.follow(["c", "missing"], T0) as news, pytest.raises(NotFoundError):
        next(news)


@pytest.mark.parametrize(
    ("names", "options", "error", "message"),
    [
        ("c", {"interval": "0s"}, ValueError, "interval"),
        ("c", {"interval": "often"}, ValueError, "interval"),
        ("c", {"max_concurrency": 0}, ValueError, "max_concurrency"),
        ("", {}, ValueError, "channel_name is empty"),
        ([5], {}, TypeError, "channel_name"),
        ("c", {"start": "yesterday"}, ValueError, "start"),
    ],
    ids=str,
)
def test_wrong_arguments_are_refused_at_the_call(
    archive: ArchiveClient, names: Any, options: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        archive.follow(names, **options)


# The end


def test_cancelled_between_two_requests(make: Make, simulator: Simulator, running: RunningSimulator) -> None:
    add(simulator, "c", [0])
    cancel = threading.Event()
    set_at: list[float] = []

    def on_event(event: ClientEvent) -> None:
        if event.attempt and len(simulator.requests) == 2:
            set_at.append(time.monotonic())
            cancel.set()

    archive = make("ArchiveClient", base_url=running.archive_url, on_event=on_event)
    with archive.follow("c", T0, interval="10ms", cancel=cancel) as news:
        next(news)
        with pytest.raises(CancelledReadError) as caught:
            next(news)
        assert time.monotonic() - set_at[0] < PROMPTLY
    assert len(caught.value.received) == 0
    assert caught.value.received.channel_name == "c"


def test_cancelled_in_a_reply(archive: ArchiveClient, simulator: Simulator) -> None:
    cancel = threading.Event()

    def silent(exchange: Exchange) -> SimulatorResponse:
        cancel.set()
        exchange.wait(600)
        return exchange.proceed()

    simulator.faults.add(silent, channel="d", times=1)
    add(simulator, "c", [0])
    with archive.follow(["c", "d"], T0, cancel=cancel, max_concurrency=1) as news:
        assert seconds_of(next(news)) == ("c", [0])  # what had arrived comes before
        with pytest.raises(CancelledReadError):
            next(news)


def test_leaving_it(archive: ArchiveClient, simulator: Simulator) -> None:
    add(simulator, "c", [0])
    with archive.follow("c", T0, interval="1h") as news:
        next(news)
    assert len(archive.get_samples("c", T0, T0)) == 1


def test_a_task_that_is_cancelled_while_it_waits(simulator: Simulator, running: RunningSimulator) -> None:
    add(simulator, "c", [0])
    waiting = asyncio.Event()

    async def read(archive: AsyncArchiveClient) -> None:
        async with archive.follow("c", T0, interval="1h") as news:
            async for name, series in news:
                assert (name, len(series)) == ("c", 1)
                waiting.set()

    async def use() -> None:
        async with AsyncArchiveClient(base_url=running.archive_url) as archive:
            task = asyncio.create_task(read(archive))
            await asyncio.wait_for(waiting.wait(), 10)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(use())
