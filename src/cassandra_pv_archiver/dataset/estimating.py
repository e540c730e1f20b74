"""How large an export will be, and how long it will take."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from cassandra_pv_archiver.archive_client import ArchiveClient, AsyncArchiveClient
from cassandra_pv_archiver.limits import check_count
from cassandra_pv_archiver.times import DurationLike, TimeLike

from .arguments import channel_names, gate, query_of, span_of
from .concurrency import Gate
from .coverage import Coverage, Span
from .layout import months
from .loops import run_in_thread
from .manifest import Query
from .pieces import Piece, Sizes, month_gaps, pieces_of
from .rates import sampled_rates
from .servers import async_reads, sync_reads
from .texts import duration_text, number_text, size_text
from .to_table import to_table
from .windows import Arrival, ReadSamples, Window, WindowReader
from .writing import write_table

__all__ = ["ExportEstimate", "estimate_dataset", "estimate_dataset_async"]

_TRIALS = 16
"""Requests whose samples are really read, to see how fast they come and how small they become."""
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class ExportEstimate:
    """What an export would bring.

    Attributes:
        samples: The number of samples.
        bytes: The size of the files.
        files: The number of files.
        seconds: How long it takes at the speed with which the servers have just sent samples.
        samples_per_second: That speed.
        bytes_per_sample: The size of a sample in the files, as some samples have just shown.
        samples_by_channel: The number of samples of each channel; those that do not exist are not there.
        failures: Why channels cannot be read, by name.
    """

    samples: int
    bytes: int
    files: int
    seconds: float
    samples_per_second: float
    bytes_per_sample: float
    samples_by_channel: Mapping[str, int]
    failures: Mapping[str, str] = field(default_factory=dict[str, str])

    def __str__(self) -> str:
        speed = f"{self.samples_per_second:,.0f} samples/s, {self.bytes_per_sample:.1f} bytes/sample"
        failed = f"; channels that cannot be read: {len(self.failures):,}" if self.failures else ""
        return (
            f"{number_text(self.samples, 'sample')} of {number_text(len(self.samples_by_channel), 'channel')},"
            f" {size_text(self.bytes)} in {number_text(self.files, 'file')},"
            f" {duration_text(self.seconds)} ({speed}){failed}"
        )


def estimate_dataset(
    client: ArchiveClient,
    channels: Iterable[str],
    start: TimeLike,
    end: TimeLike,
    *,
    spacing: DurationLike | None = None,
    max_concurrency: int = 4,
    places: int = 9,
    archive_key: int = 1,
) -> ExportEstimate:
    """Estimates what `export_dataset` would bring, from a few small requests for each channel.

    The number of samples is right on average; for channels whose samples come in rare bursts a single estimate can be
    far off, and more ``places`` help.

    Args:
        client: Where to read.
        channels: The names of the channels.
        start: The beginning of the range, as in `ArchiveClient.get_samples`.
        end: The end of the range, likewise.
        spacing: As in `export_dataset`.
        max_concurrency: Likewise.
        places: At how many instants of the range each channel is looked at.
        archive_key: The archive to read.

    Raises:
        ArchiverError: The servers do not answer.
        MissingExtraError: pyarrow is not installed.
        ValueError: An argument cannot be used.
    """
    prepared = _prepare(client, channels, start, end, spacing, max_concurrency, places, archive_key)

    async def run(tell: Callable[[object], object]) -> ExportEstimate:  # noqa: ARG001 -- nothing to tell
        with ThreadPoolExecutor(max_concurrency, "cassandra_pv_archiver reads") as threads:
            return await prepared.run(sync_reads(client, threads))

    return run_in_thread(run, None)


async def estimate_dataset_async(
    client: AsyncArchiveClient,
    channels: Iterable[str],
    start: TimeLike,
    end: TimeLike,
    *,
    spacing: DurationLike | None = None,
    max_concurrency: int = 4,
    places: int = 9,
    archive_key: int = 1,
) -> ExportEstimate:
    """As `estimate_dataset`, with an asynchronous client."""
    prepared = _prepare(client, channels, start, end, spacing, max_concurrency, places, archive_key)
    return await prepared.run(async_reads(client))


def _prepare(
    client: ArchiveClient | AsyncArchiveClient,
    channels: Iterable[str],
    start: TimeLike,
    end: TimeLike,
    spacing: DurationLike | None,
    max_concurrency: int,
    places: int,
    archive_key: int,
) -> _Estimation:
    check_count("places", places, least=1)
    first, last, now = span_of(client, start, end)
    assert first is not None
    wanted = dict.fromkeys(channel_names(channels), (first, min(last, now)))
    return _Estimation(gate(max_concurrency, None), query_of(archive_key, spacing), wanted, places, now)


@dataclass(slots=True)
class _Estimation:
    """An estimate whose arguments have been read."""

    gate: Gate
    query: Query
    wanted: dict[str, Span]
    places: int
    now: int

    async def run(self, read: ReadSamples) -> ExportEstimate:
        reader = WindowReader(read, self.gate, self.query, _PATIENCE, 4 * Sizes().window)
        rates, failed = await sampled_rates(reader, self.wanted, self.places)
        wanted = {channel: span for channel, span in self.wanted.items() if channel in rates}
        pieces = self._pieces(wanted, rates)
        weights = {channel: rates[channel] * (span[1] - span[0]) for channel, span in wanted.items()}
        began = time.monotonic()
        trials = (reader.read(window, (0,)) for window in self._trials(weights, rates))
        outcomes = await asyncio.gather(*trials, return_exceptions=True)
        arrivals = [outcome for outcome in outcomes if isinstance(outcome, Arrival)]
        speed, size = _speed(arrivals, time.monotonic() - began), _size_of_sample(arrivals)
        samples = {channel: round(weight) for channel, weight in weights.items()}
        total = sum(samples.values())
        return ExportEstimate(
            samples=total,
            bytes=round(total * size),
            files=sum(piece.expected_files for piece in pieces),
            seconds=total / speed if speed else 0.0,
            samples_per_second=speed,
            bytes_per_sample=size,
            samples_by_channel=samples,
            failures={failure.window.channel: str(failure.failure) for failure in failed},
        )

    def _pieces(self, wanted: Mapping[str, Span], rates: Mapping[str, float]) -> list[Piece]:
        if not wanted:
            return []
        begin, end = next(iter(wanted.values()))
        filled = {channel: rate for channel, rate in rates.items() if rate > 0}
        spans = {channel: wanted[channel] for channel in filled}
        return [
            piece
            for month in months(begin, end)
            for piece in pieces_of(month_gaps(spans, Coverage(), month, self.now), self.query, filled, Sizes())
        ]

    def _trials(self, weights: Mapping[str, float], rates: Mapping[str, float]) -> list[Window]:
        """Windows of the channels that have most samples, in the middle of the range."""
        chosen = sorted((channel for channel in weights if weights[channel] > 0), key=lambda name: -weights[name])
        windows: list[Window] = []
        for channel in chosen[:_TRIALS]:
            begin, end = self.wanted[channel]
            length = min(int(Sizes().window / 4 / rates[channel]), end - begin)
            middle = begin + (end - begin - length) // 2
            windows.append(Window(channel, middle, middle + length))
        return windows


def _speed(arrivals: list[Arrival], seconds: float) -> float:
    return sum(len(arrival.columns) for arrival in arrivals) / seconds if arrivals and seconds > 0 else 0.0


def _size_of_sample(arrivals: list[Arrival]) -> float:
    """The bytes of a sample in a file."""
    tables = [to_table(each.window.channel, each.columns) for each in arrivals if len(each.columns)]
    if not tables:
        return 0.0
    sink = io.BytesIO()
    write_table(sink, tables)
    return len(sink.getvalue()) / sum(table.num_rows for table in tables)
