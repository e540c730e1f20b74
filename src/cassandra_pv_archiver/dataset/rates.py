"""How many samples channels have in a range, as a few tiny requests tell."""

from __future__ import annotations

import asyncio
import itertools
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from cassandra_pv_archiver.series import SampleSeries

from .coverage import Span
from .to_table import columns_of, weight_of
from .windows import ChannelFailedError, WindowReader

__all__ = ["Rate", "rates_at", "sampled_rates"]

_AT_ONCE = 1000
"""Channels that wait for their turn at once: each takes memory."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What a channel has.

    Attributes:
        weight: Of the samples of a nanosecond, on average; an array counts as often as it has elements.
        samples: The number of samples of a nanosecond, on average.
        type: The type of the values, as in the service's JSON; None if no sample was seen.
    """

    weight: float
    samples: float
    type: str | None = None

    @property
    def elements(self) -> float:
        """Of a sample, on average."""
        return self.weight / self.samples if self.samples else 1.0


async def sampled_rates(
    reader: WindowReader, spans: Mapping[str, Span], places: int, few: int | None = None
) -> tuple[dict[str, Rate], list[ChannelFailedError]]:
    """What channels have in their ranges, and the channels that cannot be read.

    Args:
        reader: Reads samples.
        spans: The range of each channel.
        places: At how many instants of its range each channel is looked at.
        few: The weight in its range for which one look at a channel is enough; None: none is.
    """
    rates: dict[str, Rate] = {}
    failures: list[ChannelFailedError] = []
    channels = iter(spans.items())
    while some := dict(itertools.islice(channels, _AT_ONCE)):
        reads = (_rate(reader, channel, span, places, few) for channel, span in some.items())
        for channel, outcome in zip(some, await asyncio.gather(*reads, return_exceptions=True), strict=True):
            if isinstance(outcome, ChannelFailedError):
                failures.append(outcome)
            elif isinstance(outcome, BaseException):
                raise outcome
            else:
                rates[channel] = outcome
    return rates, failures


async def _rate(reader: WindowReader, channel: str, span: Span, places: int, few: int | None) -> Rate:
    found: list[SampleSeries] = []
    for at in _instants(channel, span, places):
        found.append(await _neighbours(reader, channel, at))
        if few is not None and sum(rates_at(found)) * (span[1] - span[0]) <= few:
            break
    types = [series[0].type for series in found if len(series)]
    samples = [1 / _time_between(series) if len(series) > 1 else 0.0 for series in found]
    return Rate(float(np.mean(rates_at(found))), float(np.mean(samples)), types[0] if types else None)


def _instants(channel: str, span: Span, places: int) -> list[int]:
    """Instants in equal parts of a range, those in the middle first.

    Each channel has its own, so that what happens to all channels at once, such as a shutdown, is not missed or hit
    with all of them. They are odd, as times of samples are more often even.
    """
    begin, end = span
    shift = zlib.crc32(channel.encode()) / 2**32
    instants = [begin + int((end - begin) * (place + shift) / places) | 1 for place in range(places)]
    return sorted(instants, key=lambda at: abs(2 * at - begin - end))


async def _neighbours(reader: WindowReader, channel: str, at: int) -> SampleSeries:
    """The samples before and after an instant, or before and after the next one if a sample lies just there."""
    found = await reader.around(channel, at, (0,))
    if len(found) == 1 and int(found.times[0]) == at:
        return await reader.around(channel, at + 1, (0,))
    return found


def rates_at(found: Collection[SampleSeries]) -> list[float]:
    """The rate at each of some instants: one over the time from the sample before to that after it.

    Over many instants the mean is the rate of the channel: an instant lies in a long interval more often than in a
    short one, which just makes up for it.
    """
    return [_rate_at(series) for series in found]


def _rate_at(series: SampleSeries) -> float:
    return 0.0 if len(series) < 2 else weight_of(columns_of(series[:1])) / _time_between(series)


def _time_between(series: SampleSeries) -> int:
    return max(int(series.times[-1] - series.times[0]), 1)
