"""Samples that are handed out while they arrive: batches, single samples, and what becomes of the connection."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import numpy as np
import pytest

from cassandra_pv_archiver import (
    ArchiveClient,
    AsyncArchiveClient,
    ClientEvent,
    IncompleteReplyError,
    NotFoundError,
    RequestTimeoutError,
    RetryPolicy,
    SampleSeries,
)
from cassandra_pv_archiver.testing import (
    Exchange,
    RunningSimulator,
    Simulator,
    SimulatorResponse,
    faults,
    marker_sample,
)

Make = Callable[..., Any]

SECOND = 10**9
NUMBER = 5000
TIMES = list(range(1, NUMBER + 1))
BLOCK = 256 * 1024
"""Bytes of a body that are decoded at once."""


@pytest.fixture
def simulator() -> Simulator:
    simulator = Simulator()
    simulator.add_channel("c")
    simulator.add_samples("c", times=TIMES, values=[time / 2 for time in TIMES])
    return simulator


@pytest.fixture
def single(colour: str) -> Iterator[dict[str, Any]]:
    """Options for a client with one connection only: what does not give it back blocks what follows."""
    options: Any = {"limits": httpx.Limits(max_connections=1, keepalive_expiry=5), "verify": False}
    client = httpx.Client(**options) if colour == "sync" else httpx.AsyncClient(**options)
    yield {"http_client": client, "timeout": 10.0, "retry": 0}
    if isinstance(client, httpx.Client):
        client.close()
    else:
        asyncio.run(client.aclose())


class HeldBack:
    """Sends a part of the body, and the rest when it is told to."""

    def __init__(self, after: int) -> None:
        self._after = after
        self.go_on = threading.Event()

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        response = exchange.proceed()
        response.body = self._pieces(response.read(), exchange)
        return response

    def _pieces(self, body: bytes, exchange: Exchange) -> Iterator[bytes]:
        yield body[: self._after]
        while not self.go_on.is_set():
            exchange.wait(0.01)
        yield body[self._after :]


def times_of(batches: Any) -> list[int]:
    return [time for batch in batches for time in batch.times.tolist()]


# What comes, and when


@pytest.mark.parametrize("size", [1, 7, 1000, NUMBER, 100_000])
def test_batches(archive: ArchiveClient, size: int) -> None:
    end = 60 if size == 1 else NUMBER
    with archive.iter_batches("c", 1, end, batch_size=size) as batches:
        got = list(batches)
    assert {len(batch) for batch in got[:-1]} <= {size}
    assert 0 < len(got[-1]) <= size
    assert SampleSeries.concatenate(got) == archive.get_samples("c", 1, end)
    assert all((batch.channel_name, batch.start, batch.end) == ("c", 1, end) for batch in got)


def test_single_samples(archive: ArchiveClient) -> None:
    with archive.iter_samples("c", 3, NUMBER) as samples:
        assert list(samples) == list(archive.get_samples("c", 3, NUMBER))


def test_a_range_without_samples(archive: ArchiveClient, simulator: Simulator) -> None:
    simulator.add_channel("empty")
    assert list(archive.iter_batches("empty", 1, 10)) == []
    assert list(archive.iter_samples("empty", 1, 10)) == []


@pytest.mark.parametrize("method", ["iter_batches", "iter_samples"])
def test_nothing_is_sent_before_the_first_is_wanted(archive: ArchiveClient, simulator: Simulator, method: str) -> None:
    with getattr(archive, method)("c", 1, NUMBER) as stream:
        assert simulator.requests == ()
        next(stream)
        assert len(simulator.requests) == 1


def test_the_first_batch_comes_before_the_last_has_been_sent(archive: ArchiveClient, simulator: Simulator) -> None:
    rest = HeldBack(2 * BLOCK)
    simulator.faults.add(rest, times=1)
    with archive.iter_batches("c", 1, NUMBER, batch_size=100) as batches:
        first = next(batches)
        rest.go_on.set()
        assert times_of([first, *batches]) == TIMES


def test_the_first_samples_come_before_the_last_have_been_sent(archive: ArchiveClient, simulator: Simulator) -> None:
    rest = HeldBack(2 * BLOCK)
    simulator.faults.add(rest, times=1)
    with archive.iter_samples("c", 1, NUMBER) as samples:
        first = [next(samples).time for _ in range(500)]
        rest.go_on.set()
        assert [*first, *(sample.time for sample in samples)] == TIMES


def test_the_caller_sets_the_pace(archive: ArchiveClient, simulator: Simulator, events: list[ClientEvent]) -> None:
    simulator.add_channel("long")
    number = 40_000
    simulator.add_samples("long", times=np.arange(1, number + 1), values=np.zeros(number))
    sent: list[int] = []

    def counted(exchange: Exchange) -> SimulatorResponse:
        response = exchange.proceed()
        body = response.read()

        def pieces() -> Iterator[bytes]:
            for begin in range(0, len(body), 1 << 16):
                yield body[begin : begin + (1 << 16)]
                sent.append(begin)

        response.body = pieces()
        return response

    simulator.faults.add(counted, times=1)
    with archive.iter_batches("long", 1, number, batch_size=1000) as batches:
        next(batches)
        # What the system's buffers take is sent beforehand, but not the 12 MB of it all.
        assert len(sent) << 16 < 10_000_000
        assert len(times_of(batches)) == number - 1000


# Where a stream ends


@pytest.mark.parametrize("how", ["with", "close", "error"])
def test_stopping_early_gives_the_connection_back(
    make: Make, simulator: Simulator, running: RunningSimulator, single: Any, how: str
) -> None:
    archive = make("ArchiveClient", base_url=running.archive_url, **single)
    simulator.faults.add(HeldBack(2 * BLOCK), times=1)
    stream = archive.iter_batches("c", 1, NUMBER, batch_size=10)
    if how == "with":
        with stream:
            assert next(stream).times[0] == 1
    elif how == "close":
        assert next(stream).times[0] == 1
        stream.close()
        stream.close()
    else:
        with pytest.raises(LookupError), stream:
            next(stream)[10]
    assert list(stream) == []
    assert archive.find_channels_by_pattern("*") == ["c"]


def test_reading_to_the_end_gives_the_connection_back(make: Make, running: RunningSimulator, single: Any) -> None:
    archive = make("ArchiveClient", base_url=running.archive_url, **single)
    stream = archive.iter_batches("c", 1, NUMBER)
    assert times_of(stream) == TIMES
    assert archive.find_channels_by_pattern("*") == ["c"]


def test_streams_and_calls_of_one_client_side_by_side(archive: ArchiveClient) -> None:
    with (
        archive.iter_samples("c", 1, NUMBER) as first,
        archive.iter_samples("c", 2, NUMBER) as second,
    ):
        pairs = [(next(first).time, next(second).time) for _ in range(10)]
        assert archive.find_channels_by_pattern("*") == ["c"]
    assert pairs == [(time, time + 1) for time in range(1, 11)]


def test_an_abandoned_stream_is_a_warning(
    make: Make, simulator: Simulator, running: RunningSimulator, single: Any
) -> None:
    archive = make("ArchiveClient", base_url=running.archive_url, **single)
    simulator.faults.add(HeldBack(2 * BLOCK), times=1)
    streams = [archive.iter_batches("c", 1, NUMBER, batch_size=10)]
    next(streams[0])
    with pytest.warns(ResourceWarning, match=r"abandoned.*with statement.*close\(\)"):
        streams.clear()
    assert archive.find_channels_by_pattern("*") == ["c"]


def test_a_stream_that_was_never_used_or_has_ended_is_none(archive: ArchiveClient) -> None:
    unused = archive.iter_batches("c", 1, NUMBER)
    ended = archive.iter_batches("c", 1, NUMBER)
    failed = archive.iter_batches("missing", 1, NUMBER)
    list(ended)
    with pytest.raises(NotFoundError):
        next(failed)
    del unused, ended, failed
    gc.collect()


def test_async_streams_in_their_own_words(simulator: Simulator, running: RunningSimulator) -> None:
    async def use() -> None:
        async with AsyncArchiveClient(base_url=running.archive_url) as archive:
            async with archive.iter_batches("c", 1, NUMBER, batch_size=100) as batches:
                async for batch in batches:
                    assert batch.times[0] == 1
                    break
            assert [sample.time async for sample in archive.iter_samples("c", 1, 50)] == TIMES[:50]
            stream = archive.iter_samples("c", 1, 50)
            assert (await anext(stream)).time == 1
            await stream.aclose()
            assert [sample async for sample in stream] == []

    asyncio.run(use())


def test_a_task_that_is_cancelled_in_a_stream(simulator: Simulator, running: RunningSimulator) -> None:
    silent = HeldBack(2 * BLOCK)
    simulator.faults.add(silent, times=1)
    begun = asyncio.Event()

    async def read(archive: AsyncArchiveClient) -> None:
        async with archive.iter_batches("c", 1, NUMBER, batch_size=100) as batches:
            async for _ in batches:
                begun.set()

    async def use() -> None:
        async with AsyncArchiveClient(base_url=running.archive_url) as archive:
            task = asyncio.create_task(read(archive))
            await asyncio.wait_for(begun.wait(), 10)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert len(await archive.get_samples("c", 1, NUMBER)) == NUMBER

    asyncio.run(use())


# What is refused, and when


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (("c", 1, 10), {"batch_size": 0}, "batch_size is 1 or more, not 0"),
        (("c", 10, 1), {}, "end_time"),
        (("c", 1, 10, -1), {}, "count"),
        (("c", 1, 10, 5), {"spacing": "1s"}, "either count or spacing"),
        (("c", 1, 10), {"spacing": "-1s"}, "spacing"),
        (("", 1, 10), {}, "channel_name is empty"),
        (("c", "2026-01-01", 10), {}, "zone"),
    ],
    ids=str,
)
def test_wrong_arguments_are_refused_at_the_call(
    archive: ArchiveClient, simulator: Simulator, arguments: Any, options: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        archive.iter_batches(*arguments, **options)
    if "batch_size" not in options:
        with pytest.raises(ValueError, match=message):
            archive.iter_samples(*arguments, **options)
    assert simulator.requests == ()


def test_arguments_of_a_wrong_type_are_refused_at_the_call(archive: ArchiveClient) -> None:
    with pytest.raises(TypeError, match="batch_size"):
        archive.iter_batches("c", 1, 10, batch_size=1.5)  # pyright: ignore[reportArgumentType]
    with pytest.raises(TypeError, match="channel_name"):
        archive.iter_samples(5, 1, 10)  # pyright: ignore[reportArgumentType]


def test_a_client_that_was_closed(make: Make, running: RunningSimulator) -> None:
    archive = make("ArchiveClient", base_url=running.archive_url)
    archive.close()
    with pytest.raises(RuntimeError, match="closed"):
        archive.iter_batches("c", 1, 10)


# Values


def add_values(simulator: Simulator, *values: Any) -> int:
    """Adds a channel with a thousand samples of each of these values, and gives the end of its range."""
    simulator.add_channel("mixed")
    for place, value in enumerate(values):
        begin = 1 + 1000 * place
        if value is None:
            simulator.add_samples("mixed", [marker_sample(begin + n, "Disconnected") for n in range(1000)])
        else:
            simulator.add_samples("mixed", times=range(begin, begin + 1000), values=[value] * 1000)
    return 1000 * len(values)


@pytest.mark.parametrize(
    ("values", "kind"),
    [((None, 1.5, None, 2, None), np.float64), ((None, 1, None, 2), np.int64), ((None, "a", None, "b"), np.object_)],
    ids=str,
)
def test_values_keep_the_type_of_the_first_ones(
    archive: ArchiveClient, simulator: Simulator, values: Any, kind: type[np.generic]
) -> None:
    end = add_values(simulator, *values)
    got = list(archive.iter_batches("mixed", 1, end, batch_size=500))
    assert {batch.values.dtype for batch in got if batch.valid.any()} == {np.dtype(kind)}
    shown = [batch.values[0] for batch in got[::2] if batch.valid.any()]
    assert shown == [value for value in values if value is not None]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((1, 2.5), "were integers, but from 1001 ns on there are floating-point numbers"),
        ((1.5, "a"), "were floating-point numbers, but from 1001 ns on there are texts"),
        (("a", 1), "were texts, but from 1001 ns on there are integers"),
    ],
    ids=str,
)
def test_values_that_do_not_fit_are_an_error(
    make: Make, simulator: Simulator, running: RunningSimulator, single: Any, values: Any, message: str
) -> None:
    archive = make("ArchiveClient", base_url=running.archive_url, **single)
    end = add_values(simulator, *values)
    for batch_size in (500, 300):
        stream = archive.iter_batches("mixed", 1, end, batch_size=batch_size)
        got: list[Any] = []
        with pytest.raises(ValueError, match=message):
            got.extend(value for batch in stream for value in batch.values)
        assert got == [values[0]] * 1000  # all that fit
        assert list(stream) == []
    samples = list(archive.iter_samples("mixed", 1, end))
    assert [sample.value[0] for sample in samples] == [values[0]] * 1000 + [values[1]] * 1000
    assert len(archive.get_samples("mixed", 1, end)) == end


# With a count


@pytest.mark.parametrize("options", [{"count": 7}, {"count": 7, "fill_tail": True}, {"spacing": "10s"}], ids=str)
def test_decimated_samples(archive: ArchiveClient, simulator: Simulator, options: dict[str, Any]) -> None:
    simulator.add_channel("d", decimation_levels=[10, 60])
    start = 1_700_000_000 * SECOND
    simulator.add_samples("d", times=[start + n * SECOND for n in range(605)], values=[float(n) for n in range(605)])
    end = start + 604 * SECOND
    whole = archive.get_samples("d", start, end, **options)
    got = list(archive.iter_batches("d", start, end, batch_size=3, **options))
    assert {len(batch) for batch in got[:-1]} == {3}
    assert SampleSeries.concatenate(got) == whole
    assert [sample.time for sample in archive.iter_samples("d", start, end, **options)] == whole.times.tolist()


# What goes wrong on the way


@pytest.mark.parametrize(
    "fault", [faults.CutArray(1500), faults.Break(500_000), faults.EndEarly(500_000), faults.CutArray()], ids=repr
)
def test_a_stream_goes_on_where_it_broke_off(
    make: Make, simulator: Simulator, running: RunningSimulator, fault: faults.Fault
) -> None:
    archive = make("ArchiveClient", base_url=running.archive_url, retry=RetryPolicy(first_delay=0.01))
    active = simulator.faults.add(fault, operation="getSamples", times=1)
    assert times_of(archive.iter_batches("c", 1, NUMBER, batch_size=700)) == TIMES
    assert active.struck == 1


def test_what_could_not_be_completed(make: Make, simulator: Simulator, running: RunningSimulator) -> None:
    archive = make("ArchiveClient", base_url=running.archive_url, retry=0)
    simulator.faults.add(faults.CutArray(2500), operation="getSamples", nth=1)
    simulator.faults.add(faults.Reply(404), operation="getSamples", nth=2)
    got: list[int] = []
    batches = archive.iter_batches("c", 1, NUMBER, batch_size=1000)
    with pytest.raises(IncompleteReplyError) as caught:
        got.extend(time for batch in batches for time in batch.times.tolist())
    assert got == TIMES[:2000]
    assert caught.value.received.times.tolist() == TIMES[2000:2500]  # what had not been handed out
    assert caught.value.reached == 2500


def test_the_deadline_of_a_stream_begins_with_its_first_request(
    make: Make, simulator: Simulator, running: RunningSimulator
) -> None:
    archive = make("ArchiveClient", base_url=running.archive_url, retry=0, deadline=2.0)
    late = archive.iter_batches("c", 1, NUMBER)
    simulator.faults.add(faults.Delay(before=600), times=1)
    with pytest.raises(RequestTimeoutError) as caught:  # which lasts as long as the deadline
        archive.get_samples("c", 1, NUMBER)
    assert caught.value.deadline_passed
    assert times_of(late) == TIMES
