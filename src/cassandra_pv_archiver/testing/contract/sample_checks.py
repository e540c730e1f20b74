"""Checks of samples: their form, and which of them a request gives (sections 5.5, 6, 7.1 and 7.2)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from .findings import NotApplicableError, pointer_to
from .probe import Probe
from .registry import check
from .samples import SampledChannel, ask, far_end, sampled_channels, samples_in, target
from .schemas import told
from .selection import select
from .wire import LARGEST_SAMPLES, Reply

_MARKERS = frozenset({"Archive_Disabled", "Disconnected"})


@check("archive.samples.form", "Samples of each type, as JSON", "6")
def form(probe: Probe) -> None:
    try:
        channels = sampled_channels(probe.session)
    finally:
        for asked in probe.session.strange_samples[:3]:
            probe.json(probe.archive(asked, largest=LARGEST_SAMPLES), "getSamples", "6")
    for sampled in channels:
        times = sampled.times
        reply, samples = samples_in(probe, sampled.channel.name, times[0], times[-1])
        for index, sample in enumerate(samples):
            check_sample(probe, reply, sample, index)
            probe.equal(reply, pointer_to(index, "quality"), sample["quality"], "Original", "6")
        check_ascending(probe, reply, samples, 0, len(samples))


def check_sample(probe: Probe, reply: Reply, sample: Any, index: int) -> None:
    """Checks what the schema of a sample cannot say."""
    kind, value, severity = sample["type"], sample["value"], sample["severity"]
    if kind == "minMaxDouble":
        if len(value) != 1:
            probe.finding(reply, pointer_to(index, "value"), "one element, the mean", "6", told(value))
        numbers = [sample["minimum"], *value, sample["maximum"]]
        if all(isinstance(number, float) for number in numbers) and not _in_order(numbers):
            probe.finding(reply, pointer_to(index, "minimum"), "minimum <= mean <= maximum", "7.3", told(numbers))
    if kind == "string" and not severity["hasValue"] and value and value[0] in _MARKERS:
        probe.equal(reply, pointer_to(index, "severity", "level"), severity["level"], "INVALID", "7.4")
        probe.equal(reply, pointer_to(index, "status"), sample["status"], value[0], "7.4")


def _in_order(numbers: Sequence[float]) -> bool:
    slack = 1e-9 * max(map(abs, numbers))  # the mean is computed with rounding
    return all(one <= other + slack for one, other in pairwise(numbers))


def check_ascending(probe: Probe, reply: Reply, samples: Sequence[Any], start: int, end: int) -> None:
    """Checks the order of some of the samples."""
    for index in range(start + 1, end):
        if samples[index]["time"] <= samples[index - 1]["time"]:
            found = f"{samples[index]['time']} after {samples[index - 1]['time']}"
            probe.finding(reply, pointer_to(index, "time"), "ascending times", "7.1", found)


# Without count


@check("archive.samples.between", "A range between samples gives one more on each side", "7.1")
def between(probe: Probe) -> None:
    def windows(times: list[int]) -> list[tuple[int, int]]:
        gaps = [(one + 1, other - 1) for one, other in pairwise(times) if other - one > 1]
        return [*gaps[:2], (times[0] + 1, times[-1] - 1)] if gaps else []

    _selects(probe, windows)


@check("archive.samples.exact", "A range from sample to sample gives these and those between", "7.1")
def exact(probe: Probe) -> None:
    _selects(probe, lambda times: [(times[0], times[-1]), (times[len(times) // 2], times[-1])])


@check("archive.samples.instant", "An instant with a sample gives this one alone, another one its neighbours", "7.1")
def instant(probe: Probe) -> None:
    def windows(times: list[int]) -> list[tuple[int, int]]:
        gaps = [(one + 1, one + 1) for one, other in pairwise(times) if other - one > 1]
        return [(times[0], times[0]), (times[-1], times[-1]), *gaps[:2]]

    _selects(probe, windows)


def _selects(probe: Probe, windows: Callable[[list[int]], list[tuple[int, int]]]) -> None:
    """Checks which of the known samples come for windows among them."""
    asked = False
    for sampled in sampled_channels(probe.session):
        for start, end in windows(sampled.times):
            asked = True
            reply, samples = samples_in(probe, sampled.channel.name, start, end)
            times, expected = [sample["time"] for sample in samples], select(sampled.times, start, end)
            if times != expected and still_there(probe, sampled):
                probe.finding(reply, "", f"the samples at {expected}", "7.1", f"samples at {times}")
    if not asked:
        raise NotApplicableError("no channel has samples far enough from each other")


def still_there(probe: Probe, sampled: SampledChannel) -> bool:
    """Whether the samples are still those that were found; old ones may have been removed meanwhile."""
    for sample in sampled.samples:
        _, samples = samples_in(probe, sampled.channel.name, sample["time"], sample["time"])
        if [other["time"] for other in samples] != [sample["time"]]:
            return False
    return True


@check("archive.samples.edges", "Before the first and after the last sample", "7.1")
def edges(probe: Probe) -> None:
    end = far_end(probe.session)
    for sampled in sampled_channels(probe.session):
        reply, samples = samples_in(probe, sampled.channel.name, 0, 0)
        if len(samples) > 1 or any(sample["time"] < 0 for sample in samples):
            probe.finding(reply, "", "no more than the oldest sample", "7.1", f"{len(samples)} samples")
        if samples and len(sampled.times) == 1 and samples[0]["time"] < sampled.times[0]:
            before = sampled.times[0] - 1
            reply, others = samples_in(probe, sampled.channel.name, before, before)
            if not others or others[0]["time"] > before:
                wanted = f"a sample at or before {before}, as the oldest is at {samples[0]['time']}"
                found = f"samples at {[sample['time'] for sample in others]}"
                probe.finding(reply, "", wanted, "7.1", found)
        reply, samples = samples_in(probe, sampled.channel.name, end, end)
        if len(samples) != 1 or samples[0]["time"] < sampled.times[-1]:
            if any(sample["time"] > end for sample in samples):
                continue  # this channel has samples from the future
            probe.finding(reply, "", "the newest sample", "7.1", f"{len(samples)} samples")


@check("archive.samples.pretty", "Samples laid out for people are the same", "5")
def pretty(probe: Probe) -> None:
    for sampled in sampled_channels(probe.session)[:2]:
        name, time = sampled.channel.name, sampled.times[0]
        plain, samples = samples_in(probe, name, time, time)
        reply = probe.archive(f"{target(name, time, time)}&prettyPrint=false", largest=LARGEST_SAMPLES)
        shown = probe.json(reply, "getSamples", "5", compact=False)
        if json.dumps(shown) != json.dumps(samples):
            probe.finding(reply, "", "the same samples as without prettyPrint", "5", told(shown))
        elif samples and not reply.body.startswith((b'[ {\n  "time" : ', b'[ {\r\n  "time" : ')):
            probe.finding(reply, "", "each member on its own line", "5", reply.body[:60].decode("utf-8", "replace"))
        elif samples and reply.body == plain.body:
            probe.finding(reply, "", "another layout than without prettyPrint", "5", "the same")


# Parameters and errors


@check("archive.samples.parameters", "Parameters that are missing or no numbers", "5.5")
def parameters(probe: Probe) -> None:
    name = probe.session.some_channels(1, readable=True)[0].name
    path = target(name, 0, 0).partition("?")[0]
    for query in (
        "",
        "?end=1",
        "?start=0",
        "?start=&end=1",
        "?start=0&end=",
        "?start=x&end=1",
        "?start=1e3&end=5000",
        "?start=0&end=9223372036854775808",
        "?start=0&end=0&count=x",
        "?start=0&end=0&count=2147483648",
    ):
        probe.page(probe.archive(path + query, largest=LARGEST_SAMPLES), 400, "5.5")


@check("archive.samples.range", "Ranges and counts that make no sense", "5.5")
def ranges(probe: Probe) -> None:
    channels = [channel for channel in probe.session.some_channels(20, readable=True) if channel.is_supported]
    if not channels:
        raise NotApplicableError("no channel can be read")
    name = channels[0].name
    for start, end, count in ((1, 0, None), (-1, 0, None), (0, 0, 0), (0, 0, -3)):
        reply = ask(probe, name, start, end, count)
        if reply.status == 404 and name not in probe.session.names(again=True):
            raise NotApplicableError(f"the channel {name!r} was removed meanwhile")
        probe.page(reply, 400, "5.5")


@check("archive.samples.number-forms", "Numbers with white space, signs and in hexadecimal; an empty count", "5.5")
def number_forms(probe: Probe) -> None:
    sampled = sampled_channels(probe.session)[0]
    time = sampled.times[0]
    path = target(sampled.channel.name, 0, 0).partition("?")[0]
    for query in (
        f"?start={time}&end={time}&count=",
        f"?start=%20{time}&end={time}%20",
        f"?start=%2B{time}&end={time}",
        f"?start=0x{time:x}&end=%23{time:x}",
        f"?end={time}&start={time}&unknown=1",
    ):
        reply = probe.archive(path + query, largest=LARGEST_SAMPLES)
        samples = probe.json(reply, "getSamples", "5.5")
        times = [sample["time"] for sample in samples]
        if times != [time] and still_there(probe, sampled):
            probe.finding(reply, "", f"the sample at {time}", "5.5", f"samples at {times}")


@check("archive.samples.unknown-channel", "Samples of a channel that does not exist", "5.5")
def unknown_channel(probe: Probe) -> None:
    name = probe.session.unknown_name
    for part in (name, f"{name};x=1", f"{name}%3B", f"{name}/", ""):
        probe.page(probe.archive(f"/archive/1/samples/{part}?start=0&end=0"), 404, "5.5")


@check("archive.samples.order-of-checks", "Which of several errors is reported", "5.5")
def order_of_checks(probe: Probe) -> None:
    path = f"/archive/1/samples/{probe.session.unknown_name}"
    probe.page(probe.archive(f"{path}?end=1"), 400, "5.5")
    probe.page(probe.archive(f"{path}?start=x&end=1"), 400, "5.5")
    probe.page(probe.archive(f"{path}?start=1&end=0"), 404, "5.5")
    probe.page(probe.archive(f"{path}?start=0&end=0&count=-1"), 404, "5.5")


@check("archive.samples.encoding", "Names of channels with samples, fully percent-encoded", "5.1")
def encoded_names(probe: Probe) -> None:
    for sampled in sampled_channels(probe.session):
        name, time = sampled.channel.name, sampled.times[0]
        if "/" in name:
            continue
        encoded = "".join(f"%{byte:02X}" for byte in name.encode("utf-8", "surrogatepass"))
        reply = probe.archive(f"/archive/1/samples/{encoded}?start={time}&end={time}", largest=LARGEST_SAMPLES)
        times = [sample["time"] for sample in probe.json(reply, "getSamples", "5.1")]
        if times != [time] and still_there(probe, sampled):
            probe.finding(reply, "", f"the sample at {time}", "5.1", f"samples at {times}")


@check("archive.samples.head", "HEAD for samples", "1.3")
def head(probe: Probe) -> None:
    sampled = sampled_channels(probe.session)[0]
    time = sampled.times[0]
    reply = probe.send("archive", "HEAD", target(sampled.channel.name, time, time))
    if reply.status != 200 or reply.media_type != "application/json":
        probe.finding(reply, "", "status 200 and Content-Type application/json", "1.3", f"status {reply.status}")


@check("archive.samples.unsupported", "Channels whose control-system support is not installed", "5.5")
def unsupported(probe: Probe) -> None:
    channels = [channel for channel in probe.session.channels() if channel.can_be_read and not channel.is_supported]
    if not channels:
        raise NotApplicableError("the support for all channels is installed")
    reply = ask(probe, channels[0].name, 0, 0)
    if reply.status == 200 or reply.status == 404:
        raise NotApplicableError("the type of the control system is also its name, or the channel has gone")
    probe.page(reply, 500, "5.5")
