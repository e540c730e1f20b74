"""Clients of the archive-access service: search and samples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, Self, Unpack

from . import _archive_calls as calls
from . import _sample_calls as sample_calls
from ._address import read_addresses
from ._archive_paths import SERVICE_PATH
from ._clients import AsyncClient, SyncClient
from ._sample_calls import Range
from ._streams import AsyncStream, Stream
from ._transport import AsyncOptions, SyncOptions
from .events import Cancel, ProgressHandler
from .models import ArchiveInformation, Sample
from .read_results import ChannelSeries, SampleAtTime
from .series import SampleSeries
from .settings import ClientSettings, archive_arguments
from .times import DurationLike, TimeLike

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
        base_urls: Sequence[str] | None = None,
        **options: Unpack[SyncOptions],
    ) -> None:
        """Makes a client. Nothing is sent until a method is called.

        Args:
            server_name: Host name or IP address of the server.
            server_port: The port of its archive-access service.
            base_url: Scheme, host, port and path prefix of a reverse proxy, instead of ``server_name`` and
                ``server_port``; with or without ``/archive-access/api/1.0`` at its end.
            base_urls: Several of them, when every server of the cluster may be asked: after a connection error,
                status 503, or no answer in time, further requests go to the next one.
            **options: Any of `SyncOptions`: ``timeout``, ``deadline``, ``retry``, ``largest_reply``,
                ``largest_sample``, ``time_zone``, ``on_event``, ``verify``, ``ssl_context``, ``proxy``,
                ``trust_env``, ``headers``, ``http_client``.

        Raises:
            TypeError: Arguments contradict each other, or there is no such option.
            ValueError: A value cannot be used.
        """
        super().__init__(read_addresses(server_name, server_port, base_url, base_urls, SERVICE_PATH), **options)

    @classmethod
    def from_profile(cls, name: str | None = None, **options: Unpack[SyncOptions]) -> Self:
        """Makes a client of what the environment and a profile say.

        Args:
            name: The name of a profile. None: that of ``CPVA_PROFILE``, or the default of the file.
            **options: As of the constructor; they come first.

        Raises:
            SettingsError: There is no such profile, a value cannot be used, or nothing says where the service is.
        """
        return cls.from_settings(ClientSettings.from_profile(name), **options)

    @classmethod
    def from_settings(cls, settings: ClientSettings, **options: Unpack[SyncOptions]) -> Self:
        """Makes a client of settings.

        Args:
            settings: Where the service is, and how to use it.
            **options: As of the constructor; they come first.

        Raises:
            SettingsError: The settings do not say where the service is.
        """
        return cls(**archive_arguments(settings, options))

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
        end_time: TimeLike = "now",
        count: int = 0,
        *,
        spacing: DurationLike | None = None,
        fill_tail: bool = False,
        archive_key: int = 1,
        check_complete: bool = True,
        cancel: Cancel | None = None,
        progress: ProgressHandler | None = None,
    ) -> SampleSeries:
        """Reads the samples of a channel: all of the range, or an error.

        A reply can be cut without a sign of it (section 5.5), so small further requests check that nothing is
        missing. Raw reads that break off are resumed where they ended; reads with ``count`` are asked for again. If
        the server refuses a long range with status 500, 502 or 504, or does not answer in time, raw samples are
        asked for in shorter ones, down to one second.

        Args:
            channel_name: The name of the channel.
            start_time: The beginning of the range: nanoseconds since 1970-01-01 UTC, an aware datetime,
                ``numpy.datetime64``, ISO 8601 text, or text such as ``'-15min'`` or ``'now'``.
            end_time: The end of the range, likewise.
            count: 0 for raw samples. Otherwise the number of samples wished for: the server chooses the
                decimation level whose spacing comes near; the reply can have far more samples (section 7.2).
            spacing: Instead of ``count``, the time from sample to sample, such as ``'30s'``.
            fill_tail: Whether the raw samples that are newer than the last decimated one follow it. A decimated
                sample exists only once a later one has arrived, so without this a value that changed and then
                stayed does not show. Without any decimated sample, all raw ones of the range are the tail. Reads of
                raw samples have nothing to fill.
            archive_key: The archive to read.
            check_complete: Whether to check that nothing is missing. Without, a reply that the server has cut
                passes for a whole one.
            cancel: Ends the read within half a second when its ``is_set()`` becomes true, such as a
                ``threading.Event``. Only with an ``http_client`` of your own, a connection that is being made is
                waited for (``Timeouts.connect``).
            progress: Is called with a `ReadProgress` at most ten times a second, and once at the end, in the
                calling thread.

        Returns:
            The samples, ordered by time. If no sample lies exactly at ``start_time``, the newest one before it
            comes first, and likewise the oldest one after ``end_time`` comes last, as far as they exist.

        Raises:
            ValueError: The range is empty or before 1970, or the name cannot be sent.
            NotFoundError: There is no such channel or archive.
            ServerFailedError: The support of the channel's control system is not installed, or the database failed.
            UnavailableError: The server's list of channels is not valid at present.
            IncompleteReplyError: Samples have arrived, but not all, after all repetitions (``retry``); it has
                them.
            CancelledReadError: The read was cancelled; it has the samples that had arrived.
        """
        wanted = Range(start_time, end_time, count, archive_key, spacing, fill_tail, check_complete)
        return self._run(sample_calls.get_samples(channel_name, wanted), cancel=cancel, progress=progress)

    def get_samples_for(
        self,
        channel_names: Iterable[str],
        start_time: TimeLike,
        end_time: TimeLike = "now",
        count: int = 0,
        *,
        max_concurrency: int = 4,
        errors: Literal["raise", "collect"] = "raise",
        spacing: DurationLike | None = None,
        fill_tail: bool = False,
        archive_key: int = 1,
        check_complete: bool = True,
        cancel: Cancel | None = None,
        progress: ProgressHandler | None = None,
    ) -> ChannelSeries:
        """Reads the samples of several channels side by side, each as `get_samples` does.

        Args:
            channel_names: The names of the channels; one that comes twice is read once.
            start_time: As in `get_samples`.
            end_time: Likewise.
            count: Likewise.
            max_concurrency: How many channels are read at once, each over a connection of its own.
            errors: ``'raise'`` for an error if any channel cannot be read, or ``'collect'`` for a result that keeps
                the failures beside the series. All other channels are read in both cases.
            spacing: As in `get_samples`.
            fill_tail: Likewise.
            archive_key: Likewise.
            check_complete: Likewise.
            cancel: Likewise; the failures of the channels that were not finished are then `CancelledReadError`.
            progress: Likewise, for one channel at a time.

        Returns:
            The series by channel, in the order of ``channel_names``.

        Raises:
            SeveralReadsFailedError: Channels could not be read and ``errors`` is ``'raise'``, or the reads were
                cancelled. It has the series of the others.
            TypeError: ``channel_names`` is a single text.
            ValueError: As in `get_samples`.
        """
        wanted = Range(start_time, end_time, count, archive_key, spacing, fill_tail, check_complete)
        flow = sample_calls.get_samples_for(channel_names, wanted, max_concurrency, errors)
        return self._run(flow, cancel=cancel, progress=progress)

    def iter_batches(
        self,
        channel_name: str,
        start_time: TimeLike,
        end_time: TimeLike = "now",
        count: int = 0,
        *,
        batch_size: int = 100_000,
        spacing: DurationLike | None = None,
        fill_tail: bool = False,
        archive_key: int = 1,
        check_complete: bool = True,
        cancel: Cancel | None = None,
        progress: ProgressHandler | None = None,
    ) -> Stream[SampleSeries]:
        """Reads the samples of a channel as series of so many samples, while they arrive.

        Raw reads need memory for little more than one batch, however long the range is. With ``count`` the server
        sends the latest samples first, so all are held before the first batch is handed out.

        Use it in a ``with`` statement, so that stopping early closes the connection:

            with client.iter_batches("RING:CURRENT", "-30d") as batches:
                for series in batches:
                    print(series.values.mean())

        Args:
            channel_name: As in `get_samples`.
            start_time: Likewise.
            end_time: Likewise.
            count: Likewise.
            batch_size: The number of samples of a series; the last one may have fewer.
            spacing: As in `get_samples`.
            fill_tail: Likewise.
            archive_key: Likewise.
            check_complete: Likewise.
            cancel: Likewise.
            progress: Likewise.

        Returns:
            The series in the order of time. The type of their `SampleSeries.values` is that of the first one that has
            values. Errors are raised as in `get_samples`, while it is iterated; ``received`` then has what had not been
            handed out. ValueError: later values do not fit that type; all before them have been handed out.

        Raises:
            ValueError: As in `get_samples`.
        """
        wanted = Range(start_time, end_time, count, archive_key, spacing, fill_tail, check_complete)
        return self._stream(
            sample_calls.iter_batches(channel_name, wanted, batch_size), cancel=cancel, progress=progress
        )

    def iter_samples(
        self,
        channel_name: str,
        start_time: TimeLike,
        end_time: TimeLike = "now",
        count: int = 0,
        *,
        spacing: DurationLike | None = None,
        fill_tail: bool = False,
        archive_key: int = 1,
        check_complete: bool = True,
        cancel: Cancel | None = None,
        progress: ProgressHandler | None = None,
    ) -> Stream[Sample]:
        """Reads the samples of a channel one by one, while they arrive, of whatever type each is.

        Otherwise it is as `iter_batches`.
        """
        wanted = Range(start_time, end_time, count, archive_key, spacing, fill_tail, check_complete)
        return self._stream(sample_calls.iter_samples(channel_name, wanted), cancel=cancel, progress=progress)

    def get_sample_at(
        self,
        channel_name: str,
        time: TimeLike = "now",
        *,
        direction: Literal["before", "after"] = "before",
        archive_key: int = 1,
    ) -> SampleAtTime | None:
        """Reads the raw sample that was in force at some time.

        Args:
            channel_name: The name of the channel.
            time: The time, as in `get_samples`.
            direction: ``'before'`` for the newest sample at or before that time, ``'after'`` for the oldest one at or
                after it.
            archive_key: The archive to read.

        Returns:
            The sample and its age. None if there is no such raw sample; decimated ones may reach further back.

        Raises:
            ValueError: The time or the name cannot be used.
            ArchiverError: As `get_samples`.
        """
        return self._run(sample_calls.get_sample_at(channel_name, time, direction, archive_key))

    def get_samples_at(
        self,
        channel_names: Iterable[str],
        time: TimeLike = "now",
        *,
        direction: Literal["before", "after"] = "before",
        archive_key: int = 1,
        max_concurrency: int = 4,
    ) -> dict[str, SampleAtTime | None]:
        """Reads the raw samples of several channels at some time, each as `get_sample_at` does.

        Returns:
            The samples by channel, in the order of ``channel_names``; None for channels without one.

        Raises:
            SeveralReadsFailedError: Channels could not be read.
        """
        return self._run(sample_calls.get_samples_at(channel_names, time, direction, archive_key, max_concurrency))

    def follow(
        self,
        channel_names: str | Iterable[str],
        start: TimeLike = "now",
        *,
        interval: DurationLike = "1s",
        archive_key: int = 1,
        max_concurrency: int = 4,
        cancel: Cancel | None = None,
    ) -> Stream[tuple[str, SampleSeries]]:
        """Waits for new raw samples, for ever.

        The channels are asked again and again, so samples come a little later than they are archived. Samples that
        become visible up to 30 s late, after newer ones, are handed out as well; none is handed out twice. Outages
        of servers and of their database are sat out, whatever ``retry`` says.

            with client.follow(["RING:CURRENT", "RING:LIFETIME"]) as news:
                for channel_name, series in news:
                    print(channel_name, series[-1].value)

        Args:
            channel_names: The channel, or the channels.
            start: From when on samples are wanted.
            interval: The time between two requests for a channel, such as ``'5s'``.
            archive_key: The archive to read.
            max_concurrency: How many channels are asked at once.
            cancel: Ends it, as in `get_samples`, with a `CancelledReadError`; what had arrived is handed out before.

        Returns:
            Pairs of a channel's name and a series of samples that are new, at least one. Errors that will not pass,
            such as `NotFoundError`, are raised while it is iterated.

        Raises:
            ValueError: An argument cannot be used.
        """
        flow = sample_calls.follow(channel_names, start, interval, archive_key, max_concurrency)
        return self._stream(flow, cancel=cancel)


class AsyncArchiveClient(AsyncClient):
    """As `ArchiveClient`, but every method is awaited, and `aclose` takes the place of ``close``."""

    def __init__(
        self,
        server_name: str | None = None,
        server_port: int = 9812,
        *,
        base_url: str | None = None,
        base_urls: Sequence[str] | None = None,
        **options: Unpack[AsyncOptions],
    ) -> None:
        """Makes a client, as `ArchiveClient` does; ``http_client`` is an ``httpx.AsyncClient``."""
        super().__init__(read_addresses(server_name, server_port, base_url, base_urls, SERVICE_PATH), **options)

    @classmethod
    def from_profile(cls, name: str | None = None, **options: Unpack[AsyncOptions]) -> Self:
        """As `ArchiveClient.from_profile`."""
        return cls.from_settings(ClientSettings.from_profile(name), **options)

    @classmethod
    def from_settings(cls, settings: ClientSettings, **options: Unpack[AsyncOptions]) -> Self:
        """As `ArchiveClient.from_settings`."""
        return cls(**archive_arguments(settings, options))

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
        end_time: TimeLike = "now",
        count: int = 0,
        *,
        spacing: DurationLike | None = None,
        fill_tail: bool = False,
        archive_key: int = 1,
        check_complete: bool = True,
        cancel: Cancel | None = None,
        progress: ProgressHandler | None = None,
    ) -> SampleSeries:
        """As `ArchiveClient.get_samples`."""
        wanted = Range(start_time, end_time, count, archive_key, spacing, fill_tail, check_complete)
        return await self._run(sample_calls.get_samples(channel_name, wanted), cancel=cancel, progress=progress)

    async def get_samples_for(
        self,
        channel_names: Iterable[str],
        start_time: TimeLike,
        end_time: TimeLike = "now",
        count: int = 0,
        *,
        max_concurrency: int = 4,
        errors: Literal["raise", "collect"] = "raise",
        spacing: DurationLike | None = None,
        fill_tail: bool = False,
        archive_key: int = 1,
        check_complete: bool = True,
        cancel: Cancel | None = None,
        progress: ProgressHandler | None = None,
    ) -> ChannelSeries:
        """As `ArchiveClient.get_samples_for`."""
        wanted = Range(start_time, end_time, count, archive_key, spacing, fill_tail, check_complete)
        flow = sample_calls.get_samples_for(channel_names, wanted, max_concurrency, errors)
        return await self._run(flow, cancel=cancel, progress=progress)

    def iter_batches(
        self,
        channel_name: str,
        start_time: TimeLike,
        end_time: TimeLike = "now",
        count: int = 0,
        *,
        batch_size: int = 100_000,
        spacing: DurationLike | None = None,
        fill_tail: bool = False,
        archive_key: int = 1,
        check_complete: bool = True,
        cancel: Cancel | None = None,
        progress: ProgressHandler | None = None,
    ) -> AsyncStream[SampleSeries]:
        """As `ArchiveClient.iter_batches`."""
        wanted = Range(start_time, end_time, count, archive_key, spacing, fill_tail, check_complete)
        return self._stream(
            sample_calls.iter_batches(channel_name, wanted, batch_size), cancel=cancel, progress=progress
        )

    def iter_samples(
        self,
        channel_name: str,
        start_time: TimeLike,
        end_time: TimeLike = "now",
        count: int = 0,
        *,
        spacing: DurationLike | None = None,
        fill_tail: bool = False,
        archive_key: int = 1,
        check_complete: bool = True,
        cancel: Cancel | None = None,
        progress: ProgressHandler | None = None,
    ) -> AsyncStream[Sample]:
        """As `ArchiveClient.iter_samples`."""
        wanted = Range(start_time, end_time, count, archive_key, spacing, fill_tail, check_complete)
        return self._stream(sample_calls.iter_samples(channel_name, wanted), cancel=cancel, progress=progress)

    async def get_sample_at(
        self,
        channel_name: str,
        time: TimeLike = "now",
        *,
        direction: Literal["before", "after"] = "before",
        archive_key: int = 1,
    ) -> SampleAtTime | None:
        """As `ArchiveClient.get_sample_at`."""
        return await self._run(sample_calls.get_sample_at(channel_name, time, direction, archive_key))

    async def get_samples_at(
        self,
        channel_names: Iterable[str],
        time: TimeLike = "now",
        *,
        direction: Literal["before", "after"] = "before",
        archive_key: int = 1,
        max_concurrency: int = 4,
    ) -> dict[str, SampleAtTime | None]:
        """As `ArchiveClient.get_samples_at`."""
        return await self._run(
            sample_calls.get_samples_at(channel_names, time, direction, archive_key, max_concurrency)
        )

    def follow(
        self,
        channel_names: str | Iterable[str],
        start: TimeLike = "now",
        *,
        interval: DurationLike = "1s",
        archive_key: int = 1,
        max_concurrency: int = 4,
        cancel: Cancel | None = None,
    ) -> AsyncStream[tuple[str, SampleSeries]]:
        """As `ArchiveClient.follow`."""
        flow = sample_calls.follow(channel_names, start, interval, archive_key, max_concurrency)
        return self._stream(flow, cancel=cancel)
