"""Reads go to the next server when one does not answer, and sit out what does not last; writes never move."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from typing import Any

import pytest

from cassandra_pv_archiver import (
    AdminClient,
    ArchiveClient,
    AsyncAdminClient,
    ClientEvent,
    ConnectionFailedError,
    IncompleteReplyError,
    RefusedError,
    RequestTimeoutError,
    RetryPolicy,
    UnavailableError,
)
from cassandra_pv_archiver.testing import Exchange, RunningSimulator, Simulator, SimulatorResponse, faults

Make = Callable[..., Any]

FOR_EVER = 600.0
NUMBER = 5000
TIMES = list(range(1, NUMBER + 1))
QUICK = RetryPolicy(first_delay=0.01)
PATIENT = RetryPolicy(first_delay=0.01, longest_delay=0.05, patience=30.0)
IDS = [f"11111111-2222-3333-4444-55555555555{number}" for number in (1, 2, 3)]


@pytest.fixture
def simulator() -> Simulator:
    simulator = Simulator(servers=IDS)
    for name in ("c", "d"):
        simulator.add_channel(name, decimation_levels=[10])
        simulator.add_samples(name, times=TIMES, values=[float(time) for time in TIMES])
    return simulator


@pytest.fixture
def urls(running: RunningSimulator) -> list[str]:
    return [server.archive_url for server in running.servers]


@pytest.fixture
def archive(make: Make, urls: list[str], events: list[ClientEvent]) -> ArchiveClient:
    return make("ArchiveClient", base_urls=urls, retry=0, on_event=events.append)


def asked(simulator: Simulator) -> list[int]:
    """The servers that were asked, in order, without repetitions."""
    servers = [request.server for request in simulator.requests]
    return [server for place, server in enumerate(servers) if place == 0 or servers[place - 1] != server]


# Which server is asked


def test_the_first_one_while_it_answers(archive: ArchiveClient, simulator: Simulator) -> None:
    assert archive.get_samples("c", 1, NUMBER).times.tolist() == TIMES
    assert archive.find_channels_by_pattern("*") == ["c", "d"]
    assert asked(simulator) == [0]


def test_the_next_one_after_no_connection(
    archive: ArchiveClient, simulator: Simulator, urls: list[str], events: list[ClientEvent]
) -> None:
    simulator.stop_server(0)
    assert archive.find_channels_by_pattern("*") == ["c", "d"]
    assert archive.get_samples("c", 1, NUMBER).times.tolist() == TIMES
    assert asked(simulator) == [1]
    (moved,) = (event for event in events if event.kind == "failover")
    assert (moved.server, moved.operation, moved.attempt) == (urls[0], "find_channels_by_pattern", 1)
    assert moved.failure is not None
    assert "Cannot connect" in moved.failure
    assert [event.attempt for event in events if event.kind == "request"][:2] == [1, 2]


def test_it_is_remembered_although_the_first_one_is_back(archive: ArchiveClient, simulator: Simulator) -> None:
    simulator.stop_server(0)
    archive.find_channels_by_pattern("*")
    simulator.start_server(0)
    archive.find_channels_by_pattern("*")
    assert asked(simulator) == [1]


def test_views_of_a_client_remember_together(archive: ArchiveClient, simulator: Simulator) -> None:
    simulator.stop_server(0)
    archive.with_options(retry=2).find_channels_by_pattern("*")
    simulator.start_server(0)
    archive.find_channels_by_pattern("*")
    assert asked(simulator) == [1]


def test_round_to_the_first_one(archive: ArchiveClient, simulator: Simulator) -> None:
    for stopped, started in ((0, 1), (1, 2), (2, 0)):
        simulator.start_server(started)
        simulator.stop_server(stopped)
        archive.get_samples("c", 1, 10)
    assert asked(simulator) == [1, 2, 0]


def test_the_next_one_after_503(archive: ArchiveClient, simulator: Simulator) -> None:
    simulator.faults.add(faults.Reply(503), server=0)
    assert archive.get_samples("c", 1, NUMBER).times.tolist() == TIMES
    assert asked(simulator) == [0, 1]


@pytest.mark.parametrize("operation", ["getSamples", "findChannelsByPattern"])
def test_the_next_one_after_no_answer_in_time(archive: ArchiveClient, simulator: Simulator, operation: str) -> None:
    simulator.faults.add(faults.Delay(before=FOR_EVER), server=0, operation=operation)
    hasty = archive.with_options(timeout=0.3)
    if operation == "getSamples":
        assert hasty.get_samples("c", 1, NUMBER).times.tolist() == TIMES
    else:
        assert hasty.find_channels_by_pattern("*") == ["c", "d"]
    assert asked(simulator) == [0, 1]


def test_the_next_one_after_silence_in_the_middle(archive: ArchiveClient, simulator: Simulator) -> None:
    simulator.faults.add(faults.Delay(between=FOR_EVER, size=300_000), server=0)
    assert archive.with_options(timeout=0.3).get_samples("c", 1, NUMBER).times.tolist() == TIMES
    assert asked(simulator) == [0, 1]


@pytest.mark.parametrize("status", [500, 502, 504, 404])
def test_other_failures_do_not_move(archive: ArchiveClient, simulator: Simulator, status: int) -> None:
    simulator.faults.add(faults.Reply(status), server=0)
    with pytest.raises(RefusedError):
        archive.find_channels_by_pattern("*")
    assert asked(simulator) == [0]


def test_no_server_answers(archive: ArchiveClient, simulator: Simulator, events: list[ClientEvent]) -> None:
    for server in range(3):
        simulator.stop_server(server)
    with pytest.raises(ConnectionFailedError):
        archive.get_samples("c", 1, NUMBER)
    assert [event.kind for event in events].count("request") == 3  # each once


def test_all_servers_refuse(make: Make, simulator: Simulator, urls: list[str]) -> None:
    simulator.faults.add(faults.Reply(503))
    archive = make("ArchiveClient", base_urls=urls, retry=RetryPolicy(retries=2, first_delay=0.01))
    with pytest.raises(UnavailableError):
        archive.find_channels_by_pattern("*")
    # A pause comes only after each of them has been asked.
    assert sorted(request.server for request in simulator.requests) == [0, 0, 0, 1, 1, 1, 2, 2, 2]


def test_a_server_that_dies_in_the_middle(archive: ArchiveClient, simulator: Simulator) -> None:
    def dies(exchange: Exchange) -> SimulatorResponse:
        response = exchange.proceed()
        body = response.read()

        def pieces() -> Any:
            yield body[:400_000]
            simulator.stop_server(0)
            yield body[400_000:]

        response.body = pieces()
        return response

    simulator.faults.add(dies, times=1, server=0)
    series = archive.get_samples("c", 1, NUMBER)
    assert series.times.tolist() == TIMES
    resumed = simulator.requests[-1]
    assert resumed.server == 1
    assert b"start=1&" not in resumed.target  # what had arrived was not asked for again


@pytest.mark.parametrize("what", ["probe", "stream", "count"])
def test_all_kinds_of_requests_move(archive: ArchiveClient, simulator: Simulator, what: str) -> None:
    if what == "probe":
        simulator.faults.add(faults.Reply(503), server=0, operation="getSamples", nth=2)
        assert archive.get_samples("c", 1, 2 * NUMBER).times.tolist() == TIMES
    elif what == "stream":
        simulator.stop_server(0)
        batches = archive.iter_batches("c", 1, NUMBER, batch_size=1000)
        assert [time for batch in batches for time in batch.times.tolist()] == TIMES
    else:
        simulator.stop_server(0)
        assert archive.get_samples("c", 1, NUMBER, 100).times.tolist() == TIMES
    assert asked(simulator)[-1] == 1


@pytest.mark.parametrize("how", ["stopped", "503"])
def test_several_channels_at_once_move_together(make: Make, simulator: Simulator, urls: list[str], how: str) -> None:
    names = [f"c{number}" for number in range(12)]
    for name in names:
        simulator.add_channel(name, samples=3)
    archive = make("ArchiveClient", base_urls=urls[:2], retry=0)
    if how == "stopped":
        simulator.stop_server(0)
    else:
        simulator.faults.add(faults.Reply(503), server=0)
    found = archive.get_samples_for(names, 1, 3, max_concurrency=12)
    assert [len(series) for series in found.values()] == [3] * 12
    archive.get_samples("c", 1, 10)
    assert simulator.requests[-1].server == 1


def test_one_server_by_two_names_is_one(make: Make, simulator: Simulator, urls: list[str]) -> None:
    archive = make("ArchiveClient", base_urls=[urls[0], f"{urls[0]}/archive-access/api/1.0"], retry=0)
    simulator.faults.add(faults.Reply(503))
    with pytest.raises(UnavailableError):
        archive.find_channels_by_pattern("*")
    assert len(simulator.requests) == 1


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"base_urls": []}, ValueError, "base_urls is empty"),
        ({"base_urls": "http://a"}, TypeError, r"write \['http://a'\]"),
        ({"base_urls": ["http://a"], "base_url": "http://b"}, TypeError, "one of"),
        ({"base_urls": ["http://a", "http://u:p@b"]}, ValueError, "user name"),
    ],
    ids=str,
)
def test_wrong_addresses(make: Make, options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make("ArchiveClient", **options)


def test_writes_never_move() -> None:
    for kind in (AdminClient, AsyncAdminClient):
        assert "base_urls" not in inspect.signature(kind).parameters
        with pytest.raises(TypeError):
            kind("archiver.example.com", base_urls=["http://a", "http://b"])  # pyright: ignore[reportCallIssue]


# Patience


@pytest.mark.parametrize("count", [0, 10])
@pytest.mark.parametrize("forgotten", [0, 60], ids=["short outage", "channels forgotten"])
def test_a_database_that_is_restarted(
    make: Make, simulator: Simulator, running: RunningSimulator, count: int, forgotten: int
) -> None:
    retries: list[str] = []

    def on_event(event: ClientEvent) -> None:
        if event.kind == "retry":
            retries.append(event.failure or "")
            if len(retries) == 5:
                simulator.start_database()
                simulator.advance(15)

    archive = make("ArchiveClient", base_url=running.archive_url, retry=PATIENT, on_event=on_event)
    simulator.stop_database()
    simulator.advance(forgotten)
    assert archive.get_samples("c", 1, NUMBER, count).times.tolist() == TIMES
    assert len(retries) >= 5


def test_a_database_that_fails_in_the_middle(make: Make, simulator: Simulator, running: RunningSimulator) -> None:
    retries: list[str] = []

    def on_event(event: ClientEvent) -> None:
        if event.kind == "retry":
            retries.append(event.failure or "")
            if len(retries) == 3:
                simulator.start_database()

    archive = make("ArchiveClient", base_url=running.archive_url, retry=PATIENT, on_event=on_event)
    simulator.faults.add(faults.DatabaseFails(2000), operation="getSamples", times=1)
    assert archive.get_samples("c", 1, NUMBER).times.tolist() == TIMES
    assert len(retries) >= 3


def test_without_patience_it_gives_up(make: Make, simulator: Simulator, running: RunningSimulator) -> None:
    archive = make("ArchiveClient", base_url=running.archive_url, retry=QUICK)
    simulator.faults.add(faults.DatabaseFails(2000), operation="getSamples", times=1)
    with pytest.raises(IncompleteReplyError) as caught:
        archive.get_samples("c", 1, NUMBER)
    assert caught.value.received.times.tolist() == TIMES[:2000]
    assert caught.value.reached == 2000


def test_patience_ends(make: Make, simulator: Simulator, running: RunningSimulator) -> None:
    policy = RetryPolicy(first_delay=0.01, longest_delay=0.05, patience=0.5)
    archive = make("ArchiveClient", base_url=running.archive_url, retry=policy)
    simulator.faults.add(faults.Reply(503))
    began = time.monotonic()
    with pytest.raises(UnavailableError):
        archive.get_samples("c", 1, NUMBER)
    assert 0.3 < time.monotonic() - began < 5
    assert len(simulator.requests) > 5


def test_progress_lets_attempts_begin_anew(make: Make, simulator: Simulator, running: RunningSimulator) -> None:
    archive = make("ArchiveClient", base_url=running.archive_url, retry=RetryPolicy(retries=1, first_delay=0.01))
    simulator.faults.add(faults.Break(300_000), operation="getSamples", times=4)  # more than it would repeat
    assert archive.get_samples("c", 1, NUMBER).times.tolist() == TIMES


# The deadline


@pytest.mark.parametrize("fault", [faults.Reply(503), faults.Delay(before=FOR_EVER), faults.DatabaseFails()], ids=repr)
def test_the_deadline_bounds_everything(
    make: Make, simulator: Simulator, running: RunningSimulator, fault: faults.Fault
) -> None:
    archive = make("ArchiveClient", base_url=running.archive_url, retry=PATIENT, deadline=0.4)
    simulator.faults.add(fault, operation="getSamples")
    began = time.monotonic()
    with pytest.raises((RequestTimeoutError, IncompleteReplyError)) as caught:
        archive.get_samples("c", 1, NUMBER)
    assert time.monotonic() - began < 2
    error = caught.value if isinstance(caught.value, RequestTimeoutError) else caught.value.__cause__
    assert isinstance(error, RequestTimeoutError)
    assert error.deadline_passed


def test_after_the_deadline_no_repetition_is_announced(
    archive: ArchiveClient, simulator: Simulator, events: list[ClientEvent]
) -> None:
    simulator.faults.add(faults.Delay(before=FOR_EVER), times=1)
    with pytest.raises(RequestTimeoutError):
        archive.with_options(deadline=0.2, retry=3).list_archives()
    assert [event.kind for event in events] == ["request"]


def test_the_deadline_keeps_what_has_arrived(make: Make, simulator: Simulator, running: RunningSimulator) -> None:
    archive = make("ArchiveClient", base_url=running.archive_url, retry=PATIENT, deadline=0.4)
    simulator.faults.add(faults.Break(300_000), operation="getSamples", nth=1)
    simulator.faults.add(faults.Delay(before=FOR_EVER), operation="getSamples", nth=2)
    with pytest.raises(IncompleteReplyError, match=r"deadline of 0\.4 s") as caught:
        archive.get_samples("c", 1, NUMBER)
    received = caught.value.received.times.tolist()
    assert received == TIMES[: len(received)] != []
    assert caught.value.reached == received[-1]
