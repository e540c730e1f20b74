"""Finding channels with samples, and small windows, without ever asking for many samples."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .findings import NotApplicableError
from .json_text import as_object, as_objects, read
from .probe import Probe
from .session import KnownChannel, Session, members_of, percent, spread, tilde
from .wire import LARGEST_SAMPLES, Reply

SECOND = 1_000_000_000
_DAY = 86400 * SECOND
_ASKED = 40
"""Channels that are asked for samples."""
_USED = 6
"""Channels whose samples are looked at."""
_STEPS = 5
"""Samples before the newest one that are looked for."""


@dataclass(frozen=True, slots=True)
class SampledChannel:
    """A channel with samples.

    Attributes:
        channel: The channel.
        samples: Its newest raw samples in the order of time, one after the other.
        levels: Its decimation periods in seconds, ascending.
    """

    channel: KnownChannel
    samples: tuple[Any, ...]
    levels: tuple[int, ...]

    @property
    def times(self) -> list[int]:
        """The times of the samples."""
        return [sample["time"] for sample in self.samples]


def target(name: str, start: int, end: int, count: int | None = None) -> str:
    """What asks for samples."""
    counted = "" if count is None else f"&count={count}"
    return f"/archive/1/samples/{percent(name)}?start={start}&end={end}{counted}"


def ask(probe: Probe, name: str, start: int, end: int, count: int | None = None) -> Reply:
    """Asks for samples; for a window that is small."""
    return probe.archive(target(name, start, end, count), largest=LARGEST_SAMPLES)


def samples_in(probe: Probe, name: str, start: int, end: int, count: int | None = None) -> tuple[Reply, list[Any]]:
    """Asks for samples and checks each against its schema.

    Raises:
        NotApplicableError: The channel has gone meanwhile.
    """
    reply = ask(probe, name, start, end, count)
    if reply.status == 404 and name not in probe.session.names(again=True):
        raise NotApplicableError(f"the channel {name!r} was removed meanwhile")
    return reply, probe.json(reply, "getSamples", "6")


def sampled_channels(session: Session) -> list[SampledChannel]:
    """Some channels with samples, of as many kinds as there are.

    Raises:
        NotApplicableError: None of those that were asked has any.
    """
    if session.sampled is None:
        session.sampled = _search(session)
    if not session.sampled:
        raise NotApplicableError("none of the channels that were asked has samples")
    return session.sampled


def _search(session: Session) -> list[SampledChannel]:
    now = far_end(session)
    found: dict[str, SampledChannel] = {}
    more: list[SampledChannel] = []
    for channel in _candidates(session):
        newest = _at(session, channel, now)
        if newest is None:
            continue
        kind = f"{newest['type']} {min(len(newest['value']), 2)}"
        if kind in found and len(found) + len(more) >= _USED:
            continue
        sampled = SampledChannel(channel, _previous(session, channel, newest), _levels(session, channel))
        if kind in found:
            more.append(sampled)
        else:
            found[kind] = sampled
    return [*found.values(), *more][: _USED + 2]


def far_end(session: Session) -> int:
    """A time after which no samples are expected, in nanoseconds."""
    online = [server.get("lastOnlineTime") for server in session.servers()]
    known = [int(text) * 1_000_000 for text in online if isinstance(text, str) and text.isdigit()]
    return max([time.time_ns(), *known]) + _DAY


def _candidates(session: Session) -> list[KnownChannel]:
    """Channels that can be asked, those first that are said to have written samples."""
    written = dict[str, int]()
    for server_id in session.server_ids():
        reply = session.wire.send("admin", "GET", f"/channels/by-server/{server_id}")
        for entry in as_objects(members_of(reply).get("channels")):
            count = entry.get("totalSamplesWritten")
            if isinstance(entry.get("channelName"), str) and isinstance(count, str) and count.isdigit():
                written[entry["channelName"]] = int(count)
    readable = [channel for channel in session.channels() if channel.can_be_read and channel.is_supported]
    busy = [channel for channel in readable if written.get(channel.name)]
    others = [channel for channel in readable if not written.get(channel.name)]
    return [*spread(busy, _ASKED), *spread(others, _ASKED)][:_ASKED]


def _raw(session: Session, channel: KnownChannel, when: int) -> list[Any]:
    """The newest sample at or before a time, and the oldest after it if none lies there: never more than two."""
    asked = target(channel.name, when, when)
    try:
        reply = session.wire.send("archive", "GET", asked, largest=LARGEST_SAMPLES)
    except NotApplicableError:
        return []  # arrays of millions of elements
    samples = _usable(reply)
    if samples is None:
        session.strange_samples.append(asked)
    return samples or []


def _usable(reply: Reply) -> list[dict[str, Any]] | None:
    """The samples of a reply; None if it is not what it should be, apart from the channel having gone."""
    try:
        body = read(reply.body) if reply.status == 200 else None
    except ValueError:
        return None
    samples = as_objects(body)
    if body is None or not all(map(_is_usable, samples)):
        return [] if reply.status == 404 else None
    return samples


def _is_usable(sample: Mapping[str, Any]) -> bool:
    return isinstance(sample.get("time"), int) and isinstance(sample.get("value"), list) and "type" in sample


def _at(session: Session, channel: KnownChannel, when: int) -> Any:
    samples = [sample for sample in _raw(session, channel, when) if sample["time"] <= when]
    return samples[0] if samples else None


def _previous(session: Session, channel: KnownChannel, newest: Any) -> tuple[Any, ...]:
    samples = [newest]
    while len(samples) <= _STEPS and samples[0]["time"] > 0:
        before = _at(session, channel, samples[0]["time"] - 1)
        if before is None or before["time"] >= samples[0]["time"]:
            break
        samples.insert(0, before)
    return tuple(samples)


def _levels(session: Session, channel: KnownChannel) -> tuple[int, ...]:
    reply = session.wire.send("admin", "GET", f"/channels/all/by-name/{tilde(channel.name)}")
    periods = as_object(members_of(reply).get("decimationLevelToRetentionPeriod"))
    return tuple(sorted({0, *(int(level) for level in periods if level.isdigit())}))
