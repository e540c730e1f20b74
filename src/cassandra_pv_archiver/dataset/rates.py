"""How many samples channels have in a range, as a few tiny requests tell."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping

import numpy as np

from cassandra_pv_archiver.series import SampleSeries

from .coverage import Span
from .to_table import columns_of, weight_of
from .windows import ChannelFailedError, WindowReader

__all__ = ["rates_at", "sampled_rates"]


async def sampled_rates(
    reader: WindowReader, spans: Mapping[str, Span], places: int, few: int | None = None
) -> tuple[dict[str, float], list[ChannelFailedError]]:
    """The weight that the samples of channels have in a nanosecond, and the channels that cannot be read.

    Args:
        reader: Reads samples.
        spans: The range of each channel.
        places: At how many instants of its range each channel is looked at.
        few: The weight in its range for which one look at a channel is enough; None: none is.
    """
    outcomes = await asyncio.gather(
        *(_rate(reader, channel, span, places, few) for channel, span in spans.items()), return_exceptions=True
    )
    rates: dict[str, float] = {}
    failures: list[ChannelFailedError] = []
    for channel, outcome in zip(spans, outcomes, strict=True):
        if isinstance(outcome, ChannelFailedError):
            failures.append(outcome)
        elif isinstance(outcome, BaseException):
            raise outcome
        else:
            rates[channel] = outcome
    return rates, failures


async def _rate(reader: WindowReader, channel: str, span: Span, places: int, few: int | None) -> float:
    if reader.query.spacing_ns is not None:
        return 1 / reader.query.spacing_ns
    found: list[SampleSeries] = []
    for at in _instants(span, places):
        found.append(await _neighbours(reader, channel, at))
        if few is not None and sum(rates_at(found)) * (span[1] - span[0]) <= few:
            break
    return float(np.mean(rates_at(found)))


def _instants(span: Span, places: int) -> list[int]:
    """The middles of equal parts of a range, the middle one first; odd, as times of samples are more often even."""
    begin, end = span
    instants = [begin + (end - begin) * (2 * place + 1) // (2 * places) | 1 for place in range(places)]
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
    if len(series) < 2:
        return 0.0
    return weight_of(columns_of(series[:1])) / max(int(series.times[-1] - series.times[0]), 1)
