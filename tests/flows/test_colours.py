"""The same course of events has the same outcome for clients of both colours, and for the driver of these tests."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx
import pytest

from cassandra_pv_archiver import ArchiveClient, AsyncArchiveClient
from cassandra_pv_archiver._sample_calls import Range
from cassandra_pv_archiver.errors import ArchiverError
from cassandra_pv_archiver.limits import RetryPolicy
from cassandra_pv_archiver.read_results import IncompleteReplyError
from cassandra_pv_archiver.series import SampleSeries
from cassandra_pv_archiver.testing import SimulatorTransport
from tests.flows.courses import Course
from tests.flows.playing import Outcome, check, perform, reading_of, several

SERVERS = ("http://server-0", "http://server-1")
QUICK = RetryPolicy(retries=4, first_delay=1e-4, longest_delay=1e-3)
SEEDS = range(30_000, 31_200)


def played(course: Course, arguments: tuple[Range, int], kind: str) -> Outcome:
    wanted, size = arguments
    keywords = {"spacing": wanted.spacing, "fill_tail": wanted.fill_tail}
    positional = (wanted.start_time, wanted.end_time, wanted.count)
    mounts: Any = {url: SimulatorTransport(course.simulator, "archive", place) for place, url in enumerate(SERVERS)}
    options: dict[str, Any] = {"base_urls": SERVERS, "retry": QUICK}
    read = _read_async if kind == "async" else _read_sync
    return read(course, options, mounts, positional, keywords, size)


def _read_sync(course: Course, options: Any, mounts: Any, positional: Any, keywords: Any, size: int) -> Outcome:
    with httpx.Client(mounts=mounts, verify=False) as http, ArchiveClient(http_client=http, **options) as archive:
        if len(course.names) > 1:
            return several(lambda: archive.get_samples_for(course.names, *positional, **keywords, max_concurrency=1))
        name, handed = course.names[0], course.driver.handed
        try:
            if not size:
                return Outcome({name: [archive.get_samples(name, *positional, **keywords)]})
            with archive.iter_batches(name, *positional, **keywords, batch_size=size) as batches:
                handed.extend(batches)
        except ArchiverError as failure:
            return Outcome({name: handed}, {name: failure})
        return Outcome({name: handed})


def _read_async(course: Course, options: Any, mounts: Any, positional: Any, keywords: Any, size: int) -> Outcome:
    async def read() -> Outcome:
        async with (
            httpx.AsyncClient(mounts=mounts, verify=False) as http,
            AsyncArchiveClient(http_client=http, **options) as archive,
        ):
            if len(course.names) > 1:
                found = await _outcome(
                    archive.get_samples_for(course.names, *positional, **keywords, max_concurrency=1)
                )
                return several(found)
            name, handed = course.names[0], course.driver.handed
            try:
                if not size:
                    return Outcome({name: [await archive.get_samples(name, *positional, **keywords)]})
                async with archive.iter_batches(name, *positional, **keywords, batch_size=size) as batches:
                    async for series in batches:
                        handed.append(series)
            except ArchiverError as failure:
                return Outcome({name: handed}, {name: failure})
            return Outcome({name: handed})

    return asyncio.run(read())


async def _outcome(awaitable: Any) -> Any:
    try:
        found = await awaitable
    except ArchiverError as failure:
        return lambda failure=failure: _raise(failure)
    return lambda: found


def _raise(failure: ArchiverError) -> None:
    raise failure


def essence(course: Course, outcome: Outcome) -> Any:
    """What must be the same whoever reads."""
    series = {name: outcome.samples(name) for name in outcome.series}
    notes = {name: [_notes(part) for part in parts] for name, parts in outcome.series.items()}
    failures = {
        name: (type(failure), failure.reached if isinstance(failure, IncompleteReplyError) else None)
        for name, failure in outcome.failures.items()
    }
    return series, notes, failures, [(request.server, request.target) for request in course.simulator.requests]


def _notes(series: SampleSeries) -> Any:
    return series.begins_late, series.earlier_decimated, series.tail_begins


@pytest.mark.one_interpreter
@pytest.mark.parametrize("part", range(4))
def test_both_colours_have_the_same_outcome(part: int) -> None:
    for seed in SEEDS[part::4]:
        if Course(seed).is_timed:
            continue
        found: dict[str, Any] = {}
        for kind in ("sync", "async", "virtual"):
            course = Course(seed)
            arguments = reading_of(course)
            if kind == "virtual":
                course.at_most, course.driver.wall_clock = 1, time.time_ns
                outcome = perform(course, *arguments)
            else:
                outcome = played(course, arguments, kind)
            check(course, outcome)
            found[kind] = essence(course, outcome)
        assert found["sync"] == found["async"], f"python -m tests.flows {seed}"
        assert found["sync"] == found["virtual"], f"python -m tests.flows {seed}"
