"""Checks of requests for samples with a count (section 7.2)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from .findings import NotApplicableError, pointer_to
from .probe import Probe
from .registry import check
from .sample_checks import check_ascending, check_sample, still_there
from .samples import SECOND, SampledChannel, sampled_channels, samples_in
from .selection import block_starts, level_for
from .wire import Reply

_PERIODS = 6
"""Periods of a decimation level that a window has."""


@check("archive.samples.count.raw", "A spacing below one second gives the raw samples first", "7.2")
def counted_raw(probe: Probe) -> None:
    for sampled in sampled_channels(probe.session):
        name, times = sampled.channel.name, sampled.times
        start, end = times[0], times[-1]
        count = 2 * (end - start) // SECOND + 2
        if count >= 2**31:
            continue
        for first, last in ((start, end), (start + 1, end - 1) if end - start > 1 else (end, end)):
            _, raw = samples_in(probe, name, first, last)
            reply, samples = samples_in(probe, name, first, last, count)
            check_blocks(probe, reply, samples, first, last, len(sampled.levels))
            wanted = samples if raw and raw[0]["time"] <= first else samples[: len(raw)]
            if wanted != raw and still_there(probe, sampled):
                wanted = f"first the raw samples at {[sample['time'] for sample in raw]}"
                found = f"samples at {[sample['time'] for sample in samples][: len(raw) + 1]}"
                probe.finding(reply, "", wanted, "7.2", found)


@check("archive.samples.count.blocks", "Blocks of decimation levels: order, and what lies outside the range", "7.2")
def counted_blocks(probe: Probe) -> None:
    for sampled in _decimated(probe):
        for level in sampled.levels[1:]:
            start, end, count = _window(sampled, level)
            if level_for(sampled.levels, start, end, count) != level:
                continue  # so long a period that the window is cut; raw samples could be many
            reply, samples = samples_in(probe, sampled.channel.name, start, end, count)
            check_blocks(probe, reply, samples, start, end, len(sampled.levels))
            for index, sample in enumerate(samples):
                check_sample(probe, reply, sample, index)


@check("archive.samples.count.same-level", "The same spacing selects the same decimation level", "7.2")
def counted_same_level(probe: Probe) -> None:
    compared = False
    for sampled in _decimated(probe):
        for level in sampled.levels[1:]:
            start, end, count = _window(sampled, level)
            if level_for(sampled.levels, start, end, count) != level:
                continue
            _, samples = samples_in(probe, sampled.channel.name, start, end, count)
            block = samples[: [*block_starts(samples), len(samples)][1]] if samples else []
            times = [sample["time"] for sample in block if sample["time"] <= end]
            if len(times) < 3 or (times[-1] - times[0]) % (level * SECOND):
                continue
            part_count = (times[-1] - times[0]) // (level * SECOND)
            if level_for(sampled.levels, times[0], times[-1], part_count) != level:
                continue
            compared = True
            reply, part = samples_in(probe, sampled.channel.name, times[0], times[-1], part_count)
            if [sample["time"] for sample in part] != times and _unchanged(probe, sampled, level, samples):
                found = f"samples at {[sample['time'] for sample in part]}"
                probe.finding(reply, "", f"the samples at {times}", "7.2", found)
    if not compared:
        raise NotApplicableError("no channel has three samples in a decimation level near its newest one")


def _unchanged(probe: Probe, sampled: SampledChannel, level: int, samples: Sequence[Any]) -> bool:
    start, end, count = _window(sampled, level)
    return samples_in(probe, sampled.channel.name, start, end, count)[1] == samples


def _decimated(probe: Probe) -> list[SampledChannel]:
    channels = [sampled for sampled in sampled_channels(probe.session) if len(sampled.levels) > 1]
    if not channels:
        raise NotApplicableError("no channel with samples has decimation levels")
    return channels


def _window(sampled: SampledChannel, level: int) -> tuple[int, int, int]:
    """A window of a few periods of a level, before the newest raw sample, and the count that selects the level."""
    period = level * SECOND
    end = max(sampled.times[-1] // period - 1, 0) * period
    start = max(end - _PERIODS * period, 0)
    return start, end, max((end - start) // period, 1)


def check_blocks(probe: Probe, reply: Reply, samples: Sequence[Any], start: int, end: int, levels: int) -> None:
    """Checks the blocks of a reply, and what lies outside the range."""
    starts = [*block_starts(samples), len(samples)] if samples else []
    if len(starts) - 1 > levels:
        wanted = f"at most {levels} blocks, one of each level"
        probe.finding(reply, "", wanted, "7.2", f"{len(starts) - 1} blocks")
    for one, other in pairwise(starts):
        check_ascending(probe, reply, samples, one, other)
        if one and samples[other - 1]["time"] >= samples[starts[starts.index(one) - 1]]["time"]:
            found = f"{samples[other - 1]['time']} in a later block"
            probe.finding(reply, pointer_to(other - 1, "time"), "blocks that do not overlap", "7.2", found)
    early = [index for index, sample in enumerate(samples) if sample["time"] <= start]
    if len(early) > 1 or (early and early[0] != starts[-2]):
        wanted = "at most one sample at or before start, the first of the last block"
        probe.finding(reply, pointer_to(early[-1], "time"), wanted, "7.2", f"{len(early)} such samples")
    late = [index for index in range(starts[1] if samples else 0) if samples[index]["time"] > end]
    if len(late) > 1:
        wanted = "at most one sample after end in the first block"
        probe.finding(reply, pointer_to(late[-1], "time"), wanted, "7.1", f"{len(late)} such samples")
