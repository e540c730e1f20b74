"""Mistakes that a type checker finds. Nothing runs this.

Each comment is reported as unnecessary if its line is not the error that it names.
"""
# pyright: strict, reportUnnecessaryTypeIgnoreComment=true
# ruff: noqa: B018 -- expressions that are wrong need not be used

from __future__ import annotations

import httpx

from cassandra_pv_archiver import (
    AdminClient,
    ArchiveClient,
    ArchiveConfigurationCommands,
    AsyncArchiveClient,
    ChannelInformation,
    Sample,
)


def options(http_client: httpx.AsyncClient) -> None:
    AdminClient("host", timeuot=5)  # pyright: ignore[reportCallIssue]
    AdminClient("host", timeout="5")  # pyright: ignore[reportArgumentType]
    AdminClient("host", password=7)  # pyright: ignore[reportArgumentType]
    ArchiveClient("host", password="secret")  # pyright: ignore[reportCallIssue]
    ArchiveClient("host", http_client=http_client)  # pyright: ignore[reportArgumentType]
    ArchiveClient("host").with_options(proxy="http://proxy:3128")  # pyright: ignore[reportCallIssue]


def replies(channel: ChannelInformation) -> None:
    channel.channelName  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    channel.enabled = False  # pyright: ignore[reportAttributeAccessIssue]
    channel["enabled"] = False  # pyright: ignore[reportIndexIssue]
    assert channel.total_samples_written > 0  # pyright: ignore[reportOptionalOperand]


def commands(batch: ArchiveConfigurationCommands) -> None:
    batch.add_channel("x", "channel_access")  # pyright: ignore[reportCallIssue]
    batch.rename_channel("new", "old", expected_server_id=7)  # pyright: ignore[reportArgumentType]
    batch.update_channel("x", decimation_levels=30)  # pyright: ignore[reportArgumentType]


def samples(archive: ArchiveClient, sample: Sample) -> None:
    archive.get_samples("x", 1.5e18, "now")  # pyright: ignore[reportArgumentType]
    archive.get_samples("x")  # pyright: ignore[reportCallIssue]
    sample.minimum  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]


async def awaiting(archive: AsyncArchiveClient) -> None:
    print(len(archive.get_samples("x", 0, 10)))  # pyright: ignore[reportArgumentType]
    archive.list_archives()  # pyright: ignore[reportUnusedCoroutine]
