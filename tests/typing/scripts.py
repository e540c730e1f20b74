"""Scripts as users write them; pyright checks them strictly, and nothing runs them."""

from __future__ import annotations

from typing import assert_never, assert_type
from uuid import UUID

import numpy as np
import numpy.typing as npt

from cassandra_pv_archiver import (
    AdminClient,
    ArchiveClient,
    ArchiveConfigurationCommands,
    ArchiveInformation,
    AsyncAdminClient,
    AsyncArchiveClient,
    ChannelInformation,
    ChannelSummary,
    ClusterStatus,
    CommandResult,
    CommandResults,
    DoubleSample,
    EnumSample,
    LongSample,
    MinMaxDoubleSample,
    RetryPolicy,
    Sample,
    SampleSeries,
    ServerConfigurationImportResult,
    ServerStatus,
    Severity,
    StringSample,
    Timeouts,
)


def administration(admin: AdminClient) -> None:
    assert_type(admin.list_all_channels(), list[ChannelSummary])
    assert_type(admin.get_cluster_status(), ClusterStatus)
    assert_type(admin.get_server_status(), ServerStatus)
    channel = admin.get_channel("x", UUID(int=1))
    assert_type(channel, ChannelInformation)
    assert_type(channel.channel_name, str)
    assert_type(channel.server_id, UUID)
    assert_type(channel.total_samples_written, int | None)
    for level, period in channel.decimation_level_to_retention_period.items():
        assert_type(level + period, int)
    listed = admin.list_channels_for_server("82c711df-632b-49a3-85c2-d3249555eb57")
    assert_type(listed.status_available, bool)
    assert_type(listed[0].enabled, bool)
    assert_type(admin.export_server_configuration("x"), bytes)
    assert_type(admin.export_server_configuration("x", "file.xml"), None)
    assert_type(admin.import_server_configuration("x", b"<x/>"), ServerConfigurationImportResult)


def commands(admin: AdminClient) -> None:
    batch = ArchiveConfigurationCommands()
    batch.add_channel("x", "channel_access", UUID(int=1), [0, 30], {0: 86400, 30: 0}, options={"maxUpdatePeriod": 5})
    batch.update_channel("y", enabled=False)
    results = admin.run_archive_configuration_commands(batch)
    assert_type(results, CommandResults)
    assert_type(results[0], CommandResult)
    assert_type(results[0].success, bool)
    results.raise_for_failures()


def describe(sample: Sample) -> str:
    match sample:
        case DoubleSample() | MinMaxDoubleSample():
            assert_type(sample.value[0], float)
        case LongSample() | EnumSample():
            assert_type(sample.value[0], int)
        case StringSample():
            assert_type(sample.value[0], str)
        case _:
            assert_never(sample)
    return str(sample)


def samples(archive: ArchiveClient) -> None:
    assert_type(archive.list_archives(), list[ArchiveInformation])
    assert_type(archive.find_channels_by_pattern("*"), list[str])
    series = archive.get_samples("x", "-15min", "now", 600)
    assert_type(series, SampleSeries)
    assert_type(series.times, npt.NDArray[np.int64])
    assert_type(series[1:], SampleSeries)
    assert_type(series[series.severities >= Severity.MAJOR], SampleSeries)
    for sample in series:
        print(describe(sample), sample.datetime, sample["value"])


def options() -> None:
    with AdminClient("host", password=lambda: "secret", retry=RetryPolicy(patience=300), deadline=30) as admin:
        assert_type(admin.with_options(timeout=Timeouts(read=5)), AdminClient)
    with ArchiveClient(base_url="https://host/prefix", time_zone="Europe/Berlin") as archive:
        assert_type(archive.with_options(retry=0), ArchiveClient)


async def asynchronous() -> None:
    async with AsyncAdminClient("host") as admin, AsyncArchiveClient("host") as archive:
        assert_type(await admin.list_all_channels(), list[ChannelSummary])
        assert_type(await admin.export_server_configuration("x"), bytes)
        assert_type(await archive.get_samples("x", 0, 10), SampleSeries)
