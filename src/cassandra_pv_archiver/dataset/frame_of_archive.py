"""Partitions of a frame that are read from the archive."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from cassandra_pv_archiver.archive_client import ArchiveClient
from cassandra_pv_archiver.limits import RetryPolicy
from cassandra_pv_archiver.series import SampleSeries
from cassandra_pv_archiver.settings import ClientSettings

from .arguments import archive_channels, query_of
from .cluster_limit import slot
from .coverage import Span
from .frame_arguments import FrameArguments
from .frame_rows import empty_frame, to_frame
from .frame_windows import FramePart, equal_windows, even_windows
from .manifest import Query
from .pieces import OPEN_FOR
from .rates import rates_at
from .servers import servers_of
from .to_table import columns_of, to_table

__all__ = ["ArchiveRows", "archive_partitions"]

_PLACES = 5
"""At how many instants of the range each channel is looked at, to find out how many samples it has."""


@dataclass(frozen=True, slots=True)
class ArchiveRows:
    """Reads partitions from the archive.

    Attributes:
        settings: Where to read; they have no secrets.
        query: What all samples have in common.
        most: The number of requests at once that all processes together never exceed.
        patience: Seconds for which failures are sat out; None for a few repetitions.
        once: A text that no other frame has, if the archive may have more later.
    """

    settings: ClientSettings
    query: Query
    most: int
    patience: float | None = None
    once: str | None = None

    def __call__(self, part: FramePart, columns: Sequence[str]) -> Any:
        """The rows of a partition, as a ``pandas.DataFrame``."""
        if part.begin >= part.end and not part.in_force:
            return empty_frame(columns)
        with ArchiveClient.from_settings(self.settings, retry=RetryPolicy(patience=self.patience)) as client:
            series = self._read(client, part.channel, part.begin, max(part.end - 1, part.begin))
        own = _within(series, part)
        return to_frame(to_table(part.channel, columns_of(own)), columns)

    def around(self, client: ArchiveClient, channel: str, at: int) -> SampleSeries:
        """The samples before and after an instant, or before and after the next one if a sample lies just there."""
        found = self._read(client, channel, at, at)
        if len(found) == 1 and int(found.times[0]) == at:
            return self._read(client, channel, at + 1, at + 1)
        return found

    def _read(self, client: ArchiveClient, channel: str, begin: int, end: int) -> SampleSeries:
        spacing = self.query.spacing_ns
        with slot(servers_of(client), self.most):
            return client.get_samples(
                channel,
                begin,
                end,
                spacing=None if spacing is None else np.timedelta64(spacing, "ns"),
                archive_key=self.query.archive_key,
            )


def _within(series: SampleSeries, part: FramePart) -> SampleSeries:
    """The samples of a partition, with the one in force at its begin if that is wanted."""
    first = int(np.searchsorted(series.times, part.begin))
    behind = int(np.searchsorted(series.times, part.end))
    is_at_begin = first < len(series) and int(series.times[first]) == part.begin
    if part.in_force and not is_at_begin:
        first = max(first - 1, 0)
    return series[first : max(behind, first)]


def archive_partitions(
    settings: ClientSettings, wanted: FrameArguments, most: int, patience: float | None
) -> tuple[ArchiveRows, list[FramePart]]:
    """What reads the partitions, and the partitions.

    Args:
        settings: Where to read.
        wanted: What is asked for.
        most: The number of requests at once that all processes together never exceed.
        patience: Seconds for which failures are sat out; None for a few repetitions.
    """
    if wanted.channels is None:
        raise TypeError("channels is missing; only a dataset has channels of its own.")
    channels = archive_channels(wanted.channels)
    now = wanted.now
    span = wanted.span(None, now, settings.time_zone)
    query = query_of(1 if wanted.archive_key is None else wanted.archive_key, wanted.spacing)
    # Decimated samples may come up at any time, and raw ones come late for some minutes.
    is_open = query.spacing_ns is not None or span[1] > now - OPEN_FOR
    reader = ArchiveRows(_for_reads(settings), query, most, patience, uuid.uuid4().hex if is_open else None)
    if wanted.window is not None:
        windows = dict.fromkeys(channels, equal_windows(span, wanted.window))
    else:
        rates = _rates(reader, channels, (span[0], max(min(span[1], now), span[0])))
        windows = {channel: even_windows(span, rate, now) for channel, rate in rates.items()}
    return reader, [
        FramePart(channel, begin, end, wanted.in_force and begin == span[0])
        for channel, spans in windows.items()
        for begin, end in spans
    ]


def _for_reads(settings: ClientSettings) -> ClientSettings:
    """What of settings the reads of samples need."""
    return ClientSettings(archive_url=",".join(settings.archive_urls), timeout=settings.timeout, verify=settings.verify)


def _rates(reader: ArchiveRows, channels: Sequence[str], span: Span) -> dict[str, float]:
    """The weight that the samples of each channel have in a nanosecond."""
    if reader.query.spacing_ns is not None:
        return dict.fromkeys(channels, 1 / reader.query.spacing_ns)
    begin, length = span[0], span[1] - span[0]
    instants = {begin + length * (2 * place + 1) // (2 * _PLACES) for place in range(_PLACES)}
    with (
        ArchiveClient.from_settings(reader.settings) as client,
        ThreadPoolExecutor(reader.most, "cassandra_pv_archiver reads") as threads,
    ):

        def rate(channel: str) -> float:
            return float(np.mean(rates_at([reader.around(client, channel, at) for at in instants])))

        return dict(zip(channels, threads.map(rate, channels), strict=True))
