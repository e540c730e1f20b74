"""Clients of the archive-access service: search and samples."""

from __future__ import annotations

from typing import Unpack

from . import _archive_calls as calls
from ._address import read_address
from ._clients import AsyncClient, SyncClient
from ._transport import AsyncOptions, SyncOptions
from .models import ArchiveInformation
from .series import SampleSeries
from .times import TimeLike

__all__ = ["ArchiveClient", "AsyncArchiveClient"]


class ArchiveClient(SyncClient):
    """A client of the archive-access service of one server, which answers for the whole archive.

    Threads may share a client. It is a context manager; `close` lets its connections go.

    Every method raises a subclass of `ArchiverError` when its request fails: `ConnectionFailedError`,
    `RequestTimeoutError`, `InterruptedReplyError`, `InvalidReplyError`, or a `RefusedError` when the server says
    no. Arguments that cannot be right raise ValueError or TypeError before anything is sent.
    """

    def __init__(
        self,
        server_name: str | None = None,
        server_port: int = 9812,
        *,
        base_url: str | None = None,
        **options: Unpack[SyncOptions],
    ) -> None:
        """Makes a client. Nothing is sent until a method is called.

        Args:
            server_name: Host name or IP address of the server.
            server_port: The port of its archive-access service.
            base_url: Scheme, host, port and path prefix of a reverse proxy, instead of ``server_name`` and
                ``server_port``; with or without ``/archive-access/api/1.0`` at its end.
            **options: Any of `SyncOptions`: ``timeout``, ``deadline``, ``retry``, ``largest_reply``,
                ``largest_sample``, ``time_zone``, ``on_event``, ``verify``, ``ssl_context``, ``proxy``,
                ``trust_env``, ``headers``, ``http_client``.

        Raises:
            TypeError: Arguments contradict each other, or there is no such option.
            ValueError: A value cannot be used.
        """
        super().__init__(read_address(server_name, server_port, base_url, calls.SERVICE_PATH), **options)

    def list_archives(self) -> list[ArchiveInformation]:
        """Lists the archives that the server offers. Release 3.2.6 has exactly one, with key 1 (section 5.2)."""
        return self._run(calls.list_archives())

    def find_channels_by_pattern(self, pattern: str, *, archive_key: int = 1) -> list[str]:
        """Finds channels by a glob pattern.

        Args:
            pattern: ``*`` stands for any number of characters and ``?`` for one; everything else for itself,
                without regard to case. The whole name must match (section 5.3).
            archive_key: The archive to search.

        Returns:
            The names that match, in the order of their UTF-16 code units.

        Raises:
            ValueError: The pattern cannot be sent, for example because it has a backslash.
            NotFoundError: There is no such archive.
            UnavailableError: The server's list of channels is not valid at present.
        """
        return self._run(calls.find_channels_by_pattern(pattern, archive_key))

    def find_channels_by_regexp(self, regular_expression: str, *, archive_key: int = 1) -> list[str]:
        r"""Finds channels by a regular expression.

        Args:
            regular_expression: An expression of Java's dialect that the whole name must match, with regard to
                case (section 5.4). The service takes no backslashes: simple escapes such as ``\d`` or ``\.``
                are rewritten into equal classes; others are refused with a message that says what to write.
            archive_key: The archive to search.

        Returns:
            The names that match, in the order of their UTF-16 code units.

        Raises:
            ValueError: The expression cannot be sent.
            BadRequestError: Java refuses the expression; the message has its reason.
            NotFoundError: There is no such archive.
            UnavailableError: The server's list of channels is not valid at present.
        """
        return self._run(calls.find_channels_by_regexp(regular_expression, archive_key))

    def get_samples(
        self,
        channel_name: str,
        start_time: TimeLike,
        end_time: TimeLike,
        count: int = 0,
        *,
        archive_key: int = 1,
    ) -> SampleSeries:
        """Reads the samples of a channel.

        Args:
            channel_name: The name of the channel.
            start_time: The beginning of the range: nanoseconds since 1970-01-01 UTC, an aware datetime,
                ``numpy.datetime64``, ISO 8601 text, or text such as ``'-15min'`` or ``'now'``.
            end_time: The end of the range, likewise.
            count: 0 for raw samples. Otherwise the number of samples wished for: the server chooses the
                decimation level whose spacing comes near; the reply can have far more samples (section 7.2).
            archive_key: The archive to read.

        Returns:
            The samples, ordered by time. If no sample lies exactly at ``start_time``, the newest one before it
            comes first, and likewise the oldest one after ``end_time`` comes last, as far as they exist.

        Raises:
            ValueError: The range is empty or before 1970, or the name cannot be sent.
            NotFoundError: There is no such channel or archive.
            ServerFailedError: The support of the channel's control system is not installed, or the database failed.
            UnavailableError: The server's list of channels is not valid at present.
        """
        return self._run(calls.get_samples(channel_name, start_time, end_time, count, archive_key))


class AsyncArchiveClient(AsyncClient):
    """As `ArchiveClient`, but every method is awaited, and `aclose` takes the place of ``close``."""

    def __init__(
        self,
        server_name: str | None = None,
        server_port: int = 9812,
        *,
        base_url: str | None = None,
        **options: Unpack[AsyncOptions],
    ) -> None:
        """Makes a client, as `ArchiveClient` does; ``http_client`` is an ``httpx.AsyncClient``."""
        super().__init__(read_address(server_name, server_port, base_url, calls.SERVICE_PATH), **options)

    async def list_archives(self) -> list[ArchiveInformation]:
        """As `ArchiveClient.list_archives`."""
        return await self._run(calls.list_archives())

    async def find_channels_by_pattern(self, pattern: str, *, archive_key: int = 1) -> list[str]:
        """As `ArchiveClient.find_channels_by_pattern`."""
        return await self._run(calls.find_channels_by_pattern(pattern, archive_key))

    async def find_channels_by_regexp(self, regular_expression: str, *, archive_key: int = 1) -> list[str]:
        """As `ArchiveClient.find_channels_by_regexp`."""
        return await self._run(calls.find_channels_by_regexp(regular_expression, archive_key))

    async def get_samples(
        self,
        channel_name: str,
        start_time: TimeLike,
        end_time: TimeLike,
        count: int = 0,
        *,
        archive_key: int = 1,
    ) -> SampleSeries:
        """As `ArchiveClient.get_samples`."""
        return await self._run(calls.get_samples(channel_name, start_time, end_time, count, archive_key))
