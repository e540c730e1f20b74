"""Searching and reading in both colours. `main` runs as a test; every type is checked by pyright."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from collections.abc import Mapping
from typing import Any, assert_never, assert_type

import numpy as np
import numpy.typing as npt

from cassandra_pv_archiver import (
    ArchiveClient,
    ArchiveInformation,
    ArchiverError,
    AsyncArchiveClient,
    AsyncStream,
    CancelledReadError,
    CategoricalColumn,
    ChannelSeries,
    DoubleSample,
    EnumMetaData,
    EnumSample,
    Gap,
    IncompleteReplyError,
    LongSample,
    MinMaxDoubleSample,
    NumericMetaData,
    ReadProgress,
    RequestTimeoutError,
    Sample,
    SampleAtTime,
    SampleContext,
    SampleSeries,
    SampleSeverity,
    SeveralReadsFailedError,
    Severity,
    SeverityColumn,
    Stream,
    StringSample,
    TimeLike,
)


def every_method(archive: ArchiveClient) -> None:
    assert_type(archive.list_archives(), list[ArchiveInformation])
    assert_type(archive.find_channels_by_pattern("RING:*"), list[str])
    assert_type(archive.find_channels_by_pattern("RING:*", archive_key=1), list[str])
    assert_type(archive.find_channels_by_regexp(r"RING:S\d+:TEMP"), list[str])
    assert_type(archive.get_samples("RING:CURRENT", 0, 10), SampleSeries)
    assert_type(archive.get_samples("RING:CURRENT", "-15min", "now", 600), SampleSeries)
    assert_type(archive.get_samples("RING:CURRENT", "-1h", "now", count=60, archive_key=1), SampleSeries)


def streams(archive: ArchiveClient) -> None:
    with archive.iter_batches("RING:CURRENT", "-1h", batch_size=100, spacing="1s", fill_tail=True) as batches:
        assert_type(batches, Stream[SampleSeries])
        for series in batches:
            assert_type(series, SampleSeries)
    with archive.iter_samples("RING:CURRENT", "-1min") as samples:
        assert_type(next(samples), Sample)
        print({sample.scalar for sample in samples})
    with archive.follow(["RING:CURRENT"], "-1min", interval=dt.timedelta(seconds=1)) as news:
        for name, series in news:
            assert_type(name, str)
            assert_type(series, SampleSeries)
            break


def several_channels(archive: ArchiveClient) -> None:
    found = archive.get_samples_for(["RING:CURRENT", "RING:NO:SUCH"], "-1h", errors="collect", max_concurrency=2)
    assert_type(found, ChannelSeries)
    assert_type(found["RING:CURRENT"], SampleSeries)
    assert_type({name: len(series) for name, series in found.items()}, dict[str, int])
    assert_type(dict(found.failures), dict[str, ArchiverError])
    as_mapping: Mapping[str, SampleSeries] = found
    print(len(as_mapping))
    try:
        archive.get_samples_for(("RING:CURRENT", "RING:NO:SUCH"), "-1h")
    except SeveralReadsFailedError as error:
        assert_type(dict(error.series), dict[str, SampleSeries])
        assert_type(dict(error.failures), dict[str, ArchiverError])


def single_samples(archive: ArchiveClient) -> None:
    found = archive.get_sample_at("RING:CURRENT", "-1h", direction="after")
    assert_type(found, SampleAtTime | None)
    if found is not None:
        assert_type(found.sample, Sample)
        assert_type((found.channel_name, found.time, found.age), tuple[str, int, int])
    assert_type(archive.get_samples_at(["RING:CURRENT"], "now"), dict[str, SampleAtTime | None])


class Button:
    """Anything with `is_set` cancels."""

    def is_set(self) -> bool:
        return False


def reads_that_are_watched(archive: ArchiveClient) -> None:
    told: list[ReadProgress] = []

    def show(progress: ReadProgress) -> None:
        assert_type((progress.channel_name, progress.share), tuple[str, float])
        assert_type((progress.samples, progress.bytes, progress.finished), tuple[int, int, bool])

    archive.get_samples("RING:CURRENT", "-1min", progress=show, cancel=threading.Event())
    archive.get_samples_for(["RING:CURRENT"], "-1min", progress=told.append, cancel=Button())
    try:
        archive.get_samples("RING:CURRENT", "-1min", check_complete=True)
    except IncompleteReplyError as error:
        assert_type(error.received, SampleSeries)
        assert_type(error.reached, int | None)
    except CancelledReadError as error:
        assert_type(error.received, SampleSeries)
    except RequestTimeoutError as error:
        assert_type(error.deadline_passed, bool)


def what_the_service_leaves_out(archive: ArchiveClient) -> None:
    series = archive.get_samples("RING:LIFETIME", "-1h", count=10, fill_tail=True)
    assert_type(series.tail_begins, int | None)
    assert_type((series.begins_late, series.earlier_decimated), tuple[bool, bool | None])


async def streams_awaited(archive: AsyncArchiveClient) -> None:
    async with archive.iter_batches("RING:CURRENT", "-1h", batch_size=100) as batches:
        assert_type(batches, AsyncStream[SampleSeries])
        async for series in batches:
            assert_type(series, SampleSeries)
    async with archive.iter_samples("RING:CURRENT", "-1min") as samples:
        assert_type(await anext(samples), Sample)
    async with archive.follow("RING:CURRENT", "-1min") as news:
        async for name, series in news:
            assert_type((name, series), tuple[str, SampleSeries])
            break
    assert_type(await archive.get_samples_for(["RING:CURRENT"], "-1min"), ChannelSeries)
    assert_type(await archive.get_sample_at("RING:CURRENT"), SampleAtTime | None)
    assert_type(await archive.get_samples_at(["RING:CURRENT"]), dict[str, SampleAtTime | None])


async def every_method_awaited(archive: AsyncArchiveClient) -> None:
    assert_type(await archive.list_archives(), list[ArchiveInformation])
    assert_type(await archive.find_channels_by_pattern("RING:*", archive_key=1), list[str])
    assert_type(await archive.find_channels_by_regexp(r"RING:S\d+:TEMP"), list[str])
    first, second = await asyncio.gather(
        archive.get_samples("RING:CURRENT", "-1min", "now"),
        archive.get_samples("RING:LIFETIME", "-1h", "now", count=60, archive_key=1),
    )
    assert_type(first, SampleSeries)
    assert_type(second, SampleSeries)


def every_kind_of_time(archive: ArchiveClient) -> None:
    end = dt.datetime.now(dt.UTC)
    starts: list[TimeLike] = [
        1567823452000000000,
        np.int64(1567823452000000000),
        end - dt.timedelta(hours=1),
        np.datetime64("2026-01-01T00:00:00", "ns"),
        "2026-01-01T00:00:00Z",
        "2026-01-01T01:00:00+01:00",
        "-6h",
        "now",
    ]
    for start in starts[:-1]:
        assert_type(archive.get_samples("RING:MODE", start, end), SampleSeries)


def classes(sample: Sample) -> str:
    """Leaving out a type is an error of the type checker."""
    match sample:
        case DoubleSample():
            assert_type(sample.value, tuple[float, ...])
            assert_type(sample.scalar, float | None)
            assert_type(sample.meta_data, NumericMetaData | None)
            return "floating-point numbers"
        case MinMaxDoubleSample(minimum=minimum, maximum=maximum):
            assert_type(minimum, float)
            assert_type(maximum, float)
            return "an aggregate"
        case LongSample():
            assert_type(sample.value, tuple[int, ...])
            assert_type(sample.scalar, int | None)
            return "integers"
        case EnumSample():
            assert_type(sample.value, tuple[int, ...])
            assert_type(sample.scalar, str | None)
            assert_type(sample.meta_data, EnumMetaData | None)
            return "states"
        case StringSample():
            assert_type(sample.value, tuple[str, ...])
            assert_type(sample.scalar, str | None)
            return "texts"
        case _:
            assert_never(sample)


def tags(sample: Sample) -> float | int | str | None:
    """The member `type` tells the classes apart as well."""
    match sample.type:
        case "double" | "minMaxDouble":
            return sample.scalar
        case "long" | "enum":
            return sample.value[0]
        case "string":
            return sample.value[0]
        case _:
            assert_never(sample.type)


def narrowed(sample: Sample) -> float | None:
    if sample.type == "minMaxDouble":
        assert_type(sample, MinMaxDoubleSample)
        return sample.maximum - sample.minimum
    return None


def members_of_every_sample(sample: Sample) -> None:
    assert_type(sample.time, int)
    assert_type(sample.datetime, dt.datetime)
    assert_type(sample.status, str)
    assert_type(sample.severity, SampleSeverity)
    assert_type(sample.severity.level, Severity)
    assert_type(sample.severity >= Severity.MINOR, bool)
    assert_type(sample.is_marker, bool)
    assert_type(sample["severity"]["level"], Any)


def columns(series: SampleSeries) -> None:
    assert_type(series.times, npt.NDArray[np.int64])
    assert_type(series.datetimes, npt.NDArray[np.datetime64])
    assert_type(series.values, npt.NDArray[Any])
    assert_type(series.valid, npt.NDArray[np.bool_])
    assert_type(series.minimums, npt.NDArray[np.float64])
    assert_type(series.maximums, npt.NDArray[np.float64])
    assert_type(series.severities, SeverityColumn)
    assert_type(series.statuses, CategoricalColumn)
    assert_type(series.qualities, CategoricalColumn)
    assert_type(series.statuses.categories, tuple[str, ...])
    assert_type(series.severities >= Severity.MAJOR, npt.NDArray[np.bool_])
    assert_type(series[np.arange(2)], SampleSeries)
    assert_type(series.statuses == "LOLO", npt.NDArray[np.bool_])
    assert_type(series.to_numpy(), npt.NDArray[np.void])
    assert_type(series.to_dicts(), list[dict[str, Any]])


def parts(series: SampleSeries) -> None:
    assert_type(series[0:10], SampleSeries)
    assert_type(series[series.severities >= "MAJOR"], SampleSeries)
    assert_type(series[series.valid], SampleSeries)
    assert_type(series.inside, SampleSeries)
    assert_type(series.between(series.start, series.end), SampleSeries)
    assert_type(SampleSeries.concatenate([series[:1], series[1:]]), SampleSeries)
    assert_type(series.gaps, tuple[Gap, ...])
    assert_type(series.contexts, tuple[SampleContext, ...])
    assert_type(series.meta_data, NumericMetaData | EnumMetaData | None)
    assert_type(series.units, str | None)
    assert_type((series.channel_name, series.archive_key), tuple[str, int])
    assert_type((series.start, series.end, series.count), tuple[int, int, int])


async def asynchronous(archive_url: str) -> None:
    async with AsyncArchiveClient(base_url=archive_url) as archive:
        assert_type(archive, AsyncArchiveClient)
        await every_method_awaited(archive)
        await streams_awaited(archive)


def main(admin_url: str, archive_url: str) -> None:
    with ArchiveClient(base_url=archive_url) as archive:
        assert_type(archive, ArchiveClient)
        every_method(archive)
        every_kind_of_time(archive)
        streams(archive)
        several_channels(archive)
        single_samples(archive)
        reads_that_are_watched(archive)
        what_the_service_leaves_out(archive)
        found: set[str] = set()
        for name, count in (("RING:LIFETIME", 24), ("RING:MODE", 0), ("RING:SHOTS", 0), ("RING:OPERATOR", 0)):
            series = archive.get_samples(name, "-6h", "now", count)
            columns(series)
            parts(series)
            for sample in series:
                found.add(classes(sample))
                members_of_every_sample(sample)
                print(tags(sample), narrowed(sample))
        found |= {classes(sample) for sample in archive.get_samples("RING:CURRENT", "-1min", "now")}
    assert len(found) == 5, found
    asyncio.run(asynchronous(archive_url))
