"""Searching and reading in both colours. `main` runs as a test; every type is checked by pyright."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any, assert_never, assert_type

import numpy as np
import numpy.typing as npt

from cassandra_pv_archiver import (
    ArchiveClient,
    ArchiveInformation,
    AsyncArchiveClient,
    CategoricalColumn,
    DoubleSample,
    EnumMetaData,
    EnumSample,
    Gap,
    LongSample,
    MinMaxDoubleSample,
    NumericMetaData,
    Sample,
    SampleContext,
    SampleSeries,
    SampleSeverity,
    Severity,
    SeverityColumn,
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


def main(admin_url: str, archive_url: str) -> None:
    with ArchiveClient(base_url=archive_url) as archive:
        assert_type(archive, ArchiveClient)
        every_method(archive)
        every_kind_of_time(archive)
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
