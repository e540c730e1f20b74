"""Several channels side by side: order, failures, how many at once, and how they end before their time."""

from __future__ import annotations

import asyncio
import contextvars
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from cassandra_pv_archiver import (
    ArchiveClient,
    AsyncArchiveClient,
    ClientEvent,
    ConnectionFailedError,
    NotFoundError,
    RequestTimeoutError,
    SeveralReadsFailedError,
)
from cassandra_pv_archiver.testing import Exchange, RunningSimulator, Simulator, SimulatorResponse, faults

Make = Callable[..., Any]

FOR_EVER = 600.0
LONGEST = 10.0
"""Seconds after which something does not happen any more."""
PROMPTLY = 4.0
"""Seconds in which everything has ended, on a busy machine as well."""
NAMES = [f"c{number}" for number in range(12)]


@pytest.fixture
def simulator() -> Simulator:
    simulator = Simulator()
    for number, name in enumerate(NAMES):
        simulator.add_channel(name, samples=number + 1)
    return simulator


class Crowd:
    """Holds requests until so many are there at once, and counts how many there ever were."""

    def __init__(self, wanted: int) -> None:
        self._wanted = wanted
        self._changed = threading.Condition()
        self._present = 0
        self._released = False
        self.most = 0

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        with self._changed:
            self._present += 1
            self.most = max(self.most, self._present)
            self._released = self._released or self._present == self._wanted
            self._changed.notify_all()
            assert self._changed.wait_for(lambda: self._released, LONGEST)
        response = exchange.proceed()
        response.read()
        with self._changed:
            self._present -= 1
        return response


# What comes


def test_series_in_the_order_asked(archive: ArchiveClient, simulator: Simulator) -> None:
    for number, name in enumerate(NAMES[:4]):  # the first one is the last to be finished
        simulator.faults.add(faults.Delay(before=0.2 - 0.05 * number), channel=name, times=1)
    found = archive.get_samples_for(["c3", *NAMES[:3], "c3"], 1, 100)
    assert list(found) == ["c3", "c0", "c1", "c2"]
    assert {name: len(series) for name, series in found.items()} == {"c3": 4, "c0": 1, "c1": 2, "c2": 3}
    assert {(series.start, series.end) for series in found.values()} == {(1, 100)}
    assert found.failures == {}
    assert "'c3': 4 samples" in repr(found)
    assert pickle.loads(pickle.dumps(found)) == found


def test_no_channels(archive: ArchiveClient, simulator: Simulator) -> None:
    assert dict(archive.get_samples_for([], 1, 100)) == {}
    assert simulator.requests == ()


def test_names_from_anything_that_can_be_iterated(archive: ArchiveClient) -> None:
    assert list(archive.get_samples_for((name for name in NAMES[:2]), 1, 100)) == NAMES[:2]
    assert list(archive.get_samples_for(dict.fromkeys(NAMES[:2]), 1, 100)) == NAMES[:2]


def test_now_is_the_same_for_all(archive: ArchiveClient) -> None:
    found = archive.get_samples_for(NAMES, "-1h", max_concurrency=2)
    assert len({(series.start, series.end) for series in found.values()}) == 1


@pytest.mark.parametrize("options", [{"count": 1}, {"spacing": "1s"}, {"check_complete": False}], ids=str)
def test_options_are_those_of_single_reads(archive: ArchiveClient, options: dict[str, Any]) -> None:
    found = archive.get_samples_for(NAMES[:3], 1, 100, **options)
    assert dict(found) == {name: archive.get_samples(name, 1, 100, **options) for name in NAMES[:3]}


@pytest.mark.parametrize("bound", [1, 2, 4, 12])
def test_as_many_at_once_as_allowed(archive: ArchiveClient, simulator: Simulator, bound: int) -> None:
    crowd = Crowd(bound)
    simulator.faults.add(crowd, operation="getSamples")
    found = archive.get_samples_for(NAMES, 1, 100, max_concurrency=bound)
    assert [len(series) for series in found.values()] == list(range(1, 13))
    assert crowd.most == bound


def test_more_allowed_than_there_are_channels(archive: ArchiveClient) -> None:
    assert list(archive.get_samples_for(NAMES[:2], 1, 100, max_concurrency=1000)) == NAMES[:2]


# What is refused


@pytest.mark.parametrize(
    ("names", "options", "error", "message"),
    [
        ("c1", {}, TypeError, r"write \['c1'\]"),
        (["c1"], {"max_concurrency": 0}, ValueError, "max_concurrency is 1 or more"),
        (["c1"], {"errors": "ignore"}, ValueError, "'raise' or 'collect', not 'ignore'"),
        (["c1", ""], {}, ValueError, "channel_name is empty"),
        (["c1"], {"count": 5, "spacing": "1s"}, ValueError, "either count or spacing"),
    ],
    ids=str,
)
def test_wrong_arguments(
    archive: ArchiveClient, simulator: Simulator, names: Any, options: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        archive.get_samples_for(names, 1, 100, **options)
    assert simulator.requests == ()


# What fails


def test_failures_are_raised_together(archive: ArchiveClient) -> None:
    with pytest.raises(SeveralReadsFailedError, match=r"2 of 4 channels .* The first is 'x'") as caught:
        archive.get_samples_for(["c1", "x", "c0", "y"], 1, 100)
    error = caught.value
    assert {name: len(series) for name, series in error.series.items()} == {"c1": 2, "c0": 1}
    assert list(error.series) == ["c1", "c0"]
    assert list(error.failures) == ["x", "y"]
    assert all(isinstance(failure, NotFoundError) for failure in error.failures.values())
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.series, list(copy.failures)) == (str(error), error.series, ["x", "y"])


def test_failures_are_collected(archive: ArchiveClient) -> None:
    found = archive.get_samples_for(["c1", "x", "c0", "y"], 1, 100, errors="collect")
    assert (list(found), len(found), "c1" in found, "x" in found) == (["c1", "c0"], 2, True, False)
    assert list(found.failures) == ["x", "y"]
    assert "'x': failed: get_samples_for 'x'" in repr(found)
    with pytest.raises(NotFoundError):
        found["x"]
    with pytest.raises(KeyError):
        found["z"]


def test_a_channel_that_fails_does_not_disturb_the_others(
    make: Make, simulator: Simulator, running: RunningSimulator
) -> None:
    archive = make("ArchiveClient", base_url=running.archive_url, retry=0, timeout=0.3)
    for fault, name in ((faults.Delay(before=FOR_EVER), "c1"), (faults.Break(), "c2"), (faults.Garbage(), "c3")):
        simulator.faults.add(fault, channel=name)
    found = archive.get_samples_for(NAMES, 1, 100, errors="collect")
    assert [len(series) for series in found.values()] == [1, *range(5, 13)]
    assert [type(failure).__name__ for failure in found.failures.values()] == [
        "RequestTimeoutError",
        "InterruptedReplyError",
        "InvalidReplyError",
    ]


def test_the_deadline_holds_for_all_together(make: Make, simulator: Simulator, running: RunningSimulator) -> None:
    archive = make("ArchiveClient", base_url=running.archive_url, deadline=0.5)
    simulator.faults.add(faults.Delay(before=FOR_EVER), channel="c5")
    began = time.monotonic()
    found = archive.get_samples_for(NAMES, 1, 100, errors="collect", max_concurrency=2)
    assert time.monotonic() - began < 0.5 + PROMPTLY
    failure = found.failures["c5"]
    assert isinstance(failure, RequestTimeoutError)
    assert failure.deadline_passed
    assert "c0" in found


def test_a_server_that_is_down(make: Make, simulator: Simulator, running: RunningSimulator) -> None:
    archive = make("ArchiveClient", base_url=running.archive_url, retry=0)
    simulator.stop_server(0)
    found = archive.get_samples_for(NAMES, 1, 100, errors="collect")
    assert {type(failure) for failure in found.failures.values()} == {ConnectionFailedError}
    assert list(found.failures) == NAMES


# Callables of the caller


def test_events_have_the_context_of_the_call(make: Make, running: RunningSimulator) -> None:
    span: contextvars.ContextVar[str] = contextvars.ContextVar("span", default="none")
    seen: set[tuple[str | None, str]] = set()

    def on_event(event: ClientEvent) -> None:
        seen.add((event.channel, span.get()))

    archive = make("ArchiveClient", base_url=running.archive_url, on_event=on_event)
    token = span.set("report")
    archive.get_samples_for(NAMES[:3], 1, 100)
    span.reset(token)
    assert seen == {(name, "report") for name in NAMES[:3]}


def test_an_error_in_on_event_ends_all(make: Make, simulator: Simulator, running: RunningSimulator) -> None:
    silent = threading.Event()

    def wait(exchange: Exchange) -> SimulatorResponse:
        silent.set()
        exchange.wait(FOR_EVER)
        return exchange.proceed()

    def on_event(event: ClientEvent) -> None:
        if event.channel == "c2":
            raise LookupError("no such metric")

    simulator.faults.add(wait, channel="c1")
    simulator.faults.add(lambda exchange: exchange.proceed() if silent.wait(LONGEST) else wait(exchange), channel="c2")
    archive = make("ArchiveClient", base_url=running.archive_url, on_event=on_event)
    began = time.monotonic()
    with pytest.raises(LookupError, match="no such metric"):
        archive.get_samples_for(["c1", "c2", *NAMES[3:]], 1, 100)
    assert time.monotonic() - began < PROMPTLY
    assert len(archive.get_samples("c5", 1, 100)) == 6


# Ending before the time


class AllSilent:
    """Never answers, and tells when so many are waiting."""

    def __init__(self, wanted: int) -> None:
        self._barrier = threading.Barrier(wanted)
        self.reached = threading.Event()

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        self._barrier.wait(LONGEST)
        self.reached.set()
        exchange.wait(FOR_EVER)
        return exchange.proceed()


def test_a_task_that_is_cancelled(simulator: Simulator, running: RunningSimulator) -> None:
    silent = AllSilent(4)
    active = simulator.faults.add(silent, operation="getSamples")

    async def use() -> None:
        async with AsyncArchiveClient(base_url=running.archive_url) as archive:
            task = asyncio.create_task(archive.get_samples_for(NAMES, 1, 100))
            assert await asyncio.to_thread(silent.reached.wait, LONGEST)
            began = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert time.monotonic() - began < PROMPTLY
            assert active.struck == 4
            simulator.faults.clear()
            assert len(await archive.get_samples_for(NAMES, 1, 100)) == 12

    asyncio.run(use())


INTERRUPTED = {
    "several channels": "archive.get_samples_for([f'c{n}' for n in range(12)], 1, 100)",
    "several reused connections": "archive.get_samples_for([f'c{n}' for n in range(12)], 1, 100)",
    "one channel": "archive.get_samples('c1', 1, 100)",
    "one channel, with cancel": "archive.get_samples('c1', 1, 100, cancel=threading.Event())",
    "a stream": "list(archive.iter_batches('c1', 1, 100))",
    "waiting for news": "next(archive.follow(['c1', 'c2', 'c3', 'c4'], 1))",
}
SCRIPT = """
    import os, sys, threading, time
    from cassandra_pv_archiver import ArchiveClient

    def sockets():
        found = []
        for descriptor in os.listdir("/proc/self/fd"):
            try:
                found.append(os.readlink(f"/proc/self/fd/{{descriptor}}"))
            except OSError:
                pass
        return sum(each.startswith("socket:") for each in found)

    with ArchiveClient(base_url=sys.argv[1]) as archive:
        {before}
        try:
            {read}
        except KeyboardInterrupt:
            threads = [thread.name for thread in threading.enumerate()]
            print("interrupted", threads, archive.find_channels_by_pattern("c1"))
    print(sockets() if os.path.isdir("/proc/self/fd") else 0)
"""


@pytest.mark.one_interpreter
@pytest.mark.parametrize("kind", INTERRUPTED)
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT for another process")
def test_ctrl_c(simulator: Simulator, running: RunningSimulator, kind: str) -> None:
    reused = kind == "several reused connections"
    waiting = 4 if "several" in kind or "news" in kind else 1
    silent = AllSilent(waiting)
    simulator.faults.add(silent, operation="getSamples", nth=range(5, 9) if reused else None)
    before = "archive.get_samples_for([f'c{n}' for n in range(4)], 1, 1)" if reused else "pass"
    script = textwrap.dedent(SCRIPT).format(before=before, read=INTERRUPTED[kind])
    process = subprocess.Popen(
        [sys.executable, "-c", script, running.archive_url], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert silent.reached.wait(LONGEST)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        printed, errors = process.communicate(timeout=LONGEST)
    finally:
        process.kill()
        process.communicate()
    assert time.monotonic() - began < PROMPTLY
    assert (printed, errors) == ("interrupted ['MainThread'] ['c1']\n0\n", "")


@pytest.mark.skipif(sys.platform == "win32", reason="threads cannot be sent signals")
def test_ctrl_c_that_does_not_wake_the_waiting_thread(simulator: Simulator, running: RunningSimulator) -> None:
    over = threading.Event()

    def press(exchange: Exchange) -> SimulatorResponse:
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)
        over.wait(LONGEST)
        return exchange.proceed()

    simulator.faults.add(press, operation="getSamples", nth=1)
    began = time.monotonic()
    with ArchiveClient(base_url=running.archive_url) as archive:
        try:
            with pytest.raises(KeyboardInterrupt):
                archive.get_samples_for(["c1"], 1, 100)
        finally:
            over.set()
    assert time.monotonic() - began < PROMPTLY


@pytest.mark.one_interpreter
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT for another process")
def test_ctrl_c_of_tasks(simulator: Simulator, running: RunningSimulator) -> None:
    silent = AllSilent(4)
    simulator.faults.add(silent, operation="getSamples")
    script = textwrap.dedent("""
        import asyncio, sys
        from cassandra_pv_archiver import AsyncArchiveClient

        async def main():
            async with AsyncArchiveClient(base_url=sys.argv[1]) as archive:
                try:
                    await archive.get_samples_for([f"c{n}" for n in range(12)], 1, 100)
                finally:
                    print(len(asyncio.all_tasks()), await archive.find_channels_by_pattern("c1"))

        try:
            asyncio.run(main())
        except KeyboardInterrupt:
            print("interrupted")
    """)
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", script, running.archive_url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert silent.reached.wait(LONGEST)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        printed, errors = process.communicate(timeout=LONGEST)
    finally:
        process.kill()
        process.communicate()
    assert time.monotonic() - began < PROMPTLY
    assert (printed, errors) == ("1 ['c1']\ninterrupted\n", "")
