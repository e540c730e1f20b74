"""How decimated samples come about (section 7.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .cluster import Channel, Level, Sample

SECOND = 1_000_000_000
_SEVERITIES = ("OK", "MINOR", "MAJOR", "INVALID")


def decimate(channel: Channel) -> None:
    """Brings all decimated levels up to date with the raw samples."""
    for period in sorted(channel.retention):
        if period:
            source = channel.level(source_of(period, list(channel.retention)))
            channel.level(period).add(_decimated(source, channel.level(period), period))


def source_of(period: int, levels: list[int]) -> int:
    """The longest shorter level whose period divides this one, else the raw samples."""
    return max((level for level in levels if 0 < level < period and period % level == 0), default=0)


def _decimated(source: Level, target: Level, period: int) -> Iterator[Sample]:
    width = period * SECOND
    if not source.times:
        return
    at = target.times[-1] + width if target.times else -(-source.times[0] // width) * width
    while source.times[-1] >= at + width:
        samples = source.select(at, at + width - 1, extra=False)
        yield _decimate_one(samples, at, width)
        at += width


def _is_number(sample: Sample) -> bool:
    return sample["type"] in {"double", "long", "minMaxDouble"} and len(sample["value"]) == 1


def _decimate_one(samples: list[Sample], at: int, width: int) -> Sample:
    """One decimated sample from the one valid at its time and all others in the interval."""
    if not _is_number(samples[0]) and not _is_marker(samples[0]):
        return _copy(samples[0], at)
    spans = [(max(sample["time"], at), sample) for sample in samples]
    ends = [begin for begin, _ in spans[1:]] + [at + width]
    covered: dict[str, int] = {}
    for (begin, sample), end in zip(spans, ends, strict=True):
        if _is_number(sample):
            covered[sample["type"]] = covered.get(sample["type"], 0) + end - begin
    if not covered:
        return _copy(samples[0], at)
    kind = max(covered, key=lambda name: (covered[name], name == "minMaxDouble", name == "double"))
    weighted = [
        (end - begin, sample) for (begin, sample), end in zip(spans, ends, strict=True) if sample["type"] == kind
    ]
    return _aggregate(weighted, at)


def _is_marker(sample: Sample) -> bool:
    return not sample["severity"]["hasValue"]


def _copy(sample: Sample, at: int) -> Sample:
    return {**sample, "time": at, "quality": "Interpolated"}


def _aggregate(weighted: list[tuple[int, Sample]], at: int) -> Sample:
    samples = [sample for _, sample in weighted]
    total = sum(weight for weight, _ in weighted)
    worst = max(samples, key=lambda sample: _SEVERITIES.index(sample["severity"]["level"]))
    values = [float(sample["value"][0]) for sample in samples]
    lows = [float(sample.get("minimum", value)) for sample, value in zip(samples, values, strict=True)]
    highs = [float(sample.get("maximum", value)) for sample, value in zip(samples, values, strict=True)]
    has_nan = any(value != value for value in values)
    mean = sum(weight * value for (weight, _), value in zip(weighted, values, strict=True)) / total
    aggregate: dict[str, Any] = {
        "time": at,
        "severity": dict(worst["severity"]),
        "status": worst["status"],
        "quality": "Interpolated",
    }
    if "metaData" in samples[0]:
        aggregate["metaData"] = samples[0]["metaData"]
    nan = float("nan")
    return {
        **aggregate,
        "type": "minMaxDouble",
        "value": [nan if has_nan else mean],
        "minimum": nan if has_nan else min(lows),
        "maximum": nan if has_nan else max(highs),
    }
