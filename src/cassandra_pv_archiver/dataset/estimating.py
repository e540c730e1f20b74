"""How large an export will be, and how long it will take."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from cassandra_pv_archiver.archive_client import ArchiveClient, AsyncArchiveClient
from cassandra_pv_archiver.limits import check_count
from cassandra_pv_archiver.times import DurationLike, TimeLike

from .arguments import archive_channels, gate, query_of, span_of
from .concurrency import Gate
from .coverage import Coverage, Span
from .layout import months
from .loops import run_in_thread
from .manifest import Query
from .pieces import Piece, Sizes, month_gaps, pieces_of
from .rates import Rate, sampled_rates
from .servers import async_reads, sync_reads
from .texts import duration_text, number_text, size_text
from .to_table import to_table
from .windows import Arrival, ReadSamples, Window, WindowReader
from .writing import write_table

__all__ = ["ExportEstimate", "estimate_dataset", "estimate_dataset_async"]

_TRIALS = 16
"""Requests whose samples are really read, to see how fast they come and how small they become."""
_PATIENCE = 60.0
_JSON_OF_SAMPLE = 280
_JSON_OF_ELEMENT = 20
"""Bytes that a server sends for what samples have in common, and for each number of an array."""


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
    wanted = dict.fromkeys(archive_channels(channels), (first, min(last, now)))
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
        pieces = self._pieces(wanted, {channel: rate.weight for channel, rate in rates.items()})
        parts = {channel: _Part.of(rates[channel], span) for channel, span in wanted.items()}
        began = time.monotonic()
        trials = (reader.read(window, (0,)) for window in self._trials(parts, rates))
        outcomes = await asyncio.gather(*trials, return_exceptions=True)
        arrivals = [outcome for outcome in outcomes if isinstance(outcome, Arrival)]
        passed = time.monotonic() - began
        size = await asyncio.to_thread(_size_of, parts, arrivals, len(pieces))
        samples = {channel: round(part.samples) for channel, part in parts.items()}
        total = sum(samples.values())
        tried = sum(_sent(len(arrival.columns), arrival.weight) for arrival in arrivals)
        seconds = sum(_sent(part.samples, part.weight) for part in parts.values()) * passed / tried if tried else 0.0
        return ExportEstimate(
            samples=total,
            bytes=size,
            files=len(pieces),
            seconds=seconds,
            samples_per_second=total / seconds if seconds else 0.0,
            bytes_per_sample=size / total if total else 0.0,
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

    def _trials(self, parts: Mapping[str, _Part], rates: Mapping[str, Rate]) -> list[Window]:
        """Windows in the middle of the range, of the channels that have most of all, and most of each kind."""
        chosen = sorted(
            (channel for channel in parts if parts[channel].weight > 0), key=lambda name: -parts[name].weight
        )
        first_of_kind = {parts[channel].kind: channel for channel in reversed(chosen)}
        windows: list[Window] = []
        for channel in dict.fromkeys([*first_of_kind.values(), *chosen[:_TRIALS]]):
            begin, end = self.wanted[channel]
            length = min(int(Sizes().window / 4 / rates[channel].weight), end - begin)
            middle = begin + (end - begin - length) // 2
            windows.append(Window(channel, middle, middle + length))
        return windows


@dataclass(frozen=True, slots=True)
class _Part:
    """What is expected of a channel.

    Attributes:
        samples: The number of its samples.
        weight: The same, but an array counts as often as it has elements.
        kind: What decides how large a sample is.
    """

    samples: float
    weight: float
    kind: tuple[str | None, bool]

    @classmethod
    def of(cls, rate: Rate, span: Span) -> _Part:
        length = span[1] - span[0]
        return cls(rate.samples * length, rate.weight * length, (rate.type, rate.elements > 1))


def _sent(samples: float, weight: float) -> float:
    """The bytes of JSON that a server sends for samples, which is what takes it time."""
    return samples * _JSON_OF_SAMPLE + weight * _JSON_OF_ELEMENT


def _size_of(parts: Mapping[str, _Part], arrivals: Sequence[Arrival], files: int) -> int:
    """The bytes of the files of all channels, each as those of its kind that were tried."""
    grown: dict[tuple[str | None, bool], list[tuple[float, int]]] = {}
    empty = 0
    for arrival in arrivals:
        if len(arrival.columns) > 1:
            table = to_table(arrival.window.channel, arrival.columns)
            empty, full = _bytes_of(table[:1]), _bytes_of(table)
            grown.setdefault(parts[arrival.window.channel].kind, []).append((full - empty, arrival.weight))
    of_kind = {kind: _each(tried) for kind, tried in grown.items()}
    usual = _each([each for tried in grown.values() for each in tried])
    return round(files * empty + sum(part.weight * of_kind.get(part.kind, usual) for part in parts.values()))


def _each(tried: Sequence[tuple[float, int]]) -> float:
    weight = sum(weight for _, weight in tried)
    return sum(size for size, _ in tried) / weight if weight else 0.0


def _bytes_of(table: Any) -> int:
    sink = io.BytesIO()
    write_table(sink, [table])
    return len(sink.getvalue())
