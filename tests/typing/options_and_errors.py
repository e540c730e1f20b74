"""Options of clients, and what can be caught. `main` runs as a test; every type is checked by pyright."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Literal, assert_type
from zoneinfo import ZoneInfo

import httpx

from cassandra_pv_archiver import (
    AdminClient,
    ArchiveClient,
    ArchiverError,
    AsyncAdminClient,
    AsyncArchiveClient,
    BadRequestError,
    ChannelInformation,
    ClientEvent,
    ConnectionFailedError,
    InterruptedReplyError,
    InvalidReplyError,
    LimitOptions,
    NotAuthorizedError,
    NotFoundError,
    RedirectError,
    RefusedError,
    RequestTimeoutError,
    RetryPolicy,
    ServerFailedError,
    Timeouts,
    UnavailableError,
)


def show(event: ClientEvent) -> None:
    assert_type(event.kind, Literal["request", "retry", "cut", "split", "failover"])
    assert_type(event.operation, str)
    assert_type(event.channel, str | None)
    assert_type(event.server, str)
    assert_type(event.attempt, int)
    assert_type(event.status, int | None)
    assert_type(event.bytes, int)
    assert_type(event.samples, int | None)
    assert_type(event.seconds, float)
    assert_type(event.failure, str | None)


def every_option(context: ssl.SSLContext) -> None:
    with (
        AdminClient("host", 4812, "admin", "secret", timeout=10, deadline=60, retry=5) as by_position,
        AdminClient("host", password=lambda: "secret", credentials_on_reads=True, on_event=show) as with_callable,
        AdminClient(base_url="https://host/prefix", ssl_context=context, headers={"X-Team": "a"}) as behind_proxy,
    ):
        assert_type(by_position.with_options(timeout=Timeouts(read=5)), AdminClient)
        assert_type(with_callable.with_options(retry=RetryPolicy(patience=300)), AdminClient)
        assert_type(behind_proxy.with_options(), AdminClient)
    with (
        ArchiveClient("host", verify=False, proxy="http://proxy:3128", trust_env=False) as unverified,
        ArchiveClient("host", verify=True, largest_reply=1000, time_zone=ZoneInfo("Europe/Berlin")) as in_berlin,
    ):
        limits: LimitOptions = {"deadline": None, "time_zone": "UTC", "on_event": None}
        assert_type(unverified.with_options(**limits), ArchiveClient)
        assert_type(in_berlin.with_options(largest_reply=2000, largest_sample=3000), ArchiveClient)


def trust(authorities: Path) -> ArchiveClient:
    return ArchiveClient(base_url="https://host", verify=authorities)


async def every_option_awaited() -> None:
    async with (
        AsyncAdminClient("host", timeout=10, password=lambda: "secret") as admin,
        AsyncArchiveClient(base_url="https://host/archive-access/api/1.0", retry=0) as archive,
        httpx.AsyncClient(headers={"X-Team": "a"}) as http_client,
        AsyncArchiveClient("host", http_client=http_client) as with_own_client,
    ):
        assert_type(admin.with_options(deadline=5), AsyncAdminClient)
        assert_type(archive.with_options(deadline=5), AsyncArchiveClient)
        assert_type(with_own_client.with_options(retry=RetryPolicy(retries=1)), AsyncArchiveClient)


def channel_or_none(admin: AdminClient, name: str) -> ChannelInformation | None:
    try:
        return admin.get_channel(name)
    except NotFoundError as error:
        assert_type(error.status, int)
        assert_type(error.message, str)
        assert_type(error.retry_after, float | None)
        return None


def describe(error: ArchiverError) -> str:
    match error:
        case RedirectError(location=location):
            assert_type(location, str | None)
            return "moved"
        case BadRequestError() | NotAuthorizedError() | NotFoundError():
            return "my mistake"
        case UnavailableError() | ServerFailedError():
            return "its mistake"
        case RefusedError(status=status):
            return str(status)
        case InvalidReplyError():
            assert_type(error.where, str)
            assert_type(error.excerpt, bytes)
            return "not a server of the archiver"
        case _:
            return error.message


def as_before(error: Exception) -> str:
    """The errors of the connection are also Python's own ones."""
    own: list[OSError] = [ConnectionFailedError("a"), InterruptedReplyError("b"), RequestTimeoutError("c")]
    return "no connection" if isinstance(error, ConnectionError | TimeoutError) else str(own)


def main(admin_url: str, archive_url: str) -> None:
    every_option(ssl.create_default_context())
    asyncio.run(every_option_awaited())
    events: list[ClientEvent] = []
    with AdminClient(base_url=admin_url, on_event=events.append) as admin:
        assert channel_or_none(admin, "RING:NO:SUCH") is None
        assert channel_or_none(admin, "RING:CURRENT") is not None
    for event in events:
        show(event)
    try:
        with AdminClient("127.0.0.1", 1, retry=0) as nobody:
            nobody.list_all_channels()
    except ArchiverError as error:
        print(describe(error), as_before(error))
    with httpx.Client() as http_client, ArchiveClient(base_url=archive_url, http_client=http_client) as archive:
        assert archive.list_archives()
