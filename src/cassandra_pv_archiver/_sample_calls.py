"""What the clients' methods for samples take, read and checked, and the flows that do what they ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, SupportsIndex

from ._archive_paths import SERVICE_PATH, archive_path, whole
from ._exchange import current_limits, now_ns
from ._follow import Followed, follow_channels
from ._path_encoding import archive_path_encode, check_target
from ._read_windows import Windows, WindowSize, multiple_of_spacing
from ._sample_reads import Request, read_batches, read_series, read_several
from ._steps import Flow, Hand, RememberedWindow
from .errors import ArchiverError
from .read_results import ChannelSeries, SampleAtTime
from .series import SampleQuery, SampleSeries
from .times import LATEST, DurationLike, TimeLike, parse_duration, parse_time, resolve_time

_LARGEST_INT32 = 2**31 - 1
_PARAMETERS = ("start_time", "end_time")


@dataclass(frozen=True, slots=True)
class Range:
    """What every read of a range takes besides the channel; the client's methods describe it."""

    start_time: TimeLike
    end_time: TimeLike
    count: int
    archive_key: int
    spacing: DurationLike | None = None
    fill_tail: bool = False
    check_complete: bool = True


def get_samples(channel_name: str, wanted: Range) -> Flow[SampleSeries]:
    """The samples of one channel."""
    return (yield from read_series((yield from _request("get_samples", channel_name, wanted))))


def iter_batches(channel_name: str, wanted: Range, batch_size: int) -> Flow[None]:
    """The samples of one channel, in series of so many."""
    size = _positive("batch_size", batch_size)
    yield from read_batches((yield from _request("iter_batches", channel_name, wanted)), size)


def iter_samples(channel_name: str, wanted: Range) -> Flow[None]:
    """The samples of one channel, one by one."""
    request = yield from _request("iter_samples", channel_name, wanted)
    yield from _one_by_one(read_batches(request, None))


def _one_by_one(batches: Flow[None]) -> Flow[None]:
    go_on: Callable[[], Any] = batches.__next__
    try:
        while True:
            step = go_on()
            try:
                answer = None
                if isinstance(step, Hand):
                    for sample in step.item:
                        yield Hand(sample)
                else:
                    answer = yield step
            except ArchiverError as failure:
                go_on = partial(batches.throw, failure)
            else:
                go_on = partial(batches.send, answer)
    except StopIteration:
        return
    finally:
        batches.close()


def get_samples_for(
    channel_names: Iterable[str], wanted: Range, max_concurrency: int, errors: Literal["raise", "collect"]
) -> Flow[ChannelSeries]:
    """The samples of several channels."""
    at_most = _positive("max_concurrency", max_concurrency)
    if errors not in ("raise", "collect"):
        raise ValueError(f"errors is 'raise' or 'collect', not {errors!r}.")
    start, end = yield from _times(wanted)
    wanted = replace(wanted, start_time=start, end_time=end)  # "now" is the same for all channels
    requests: dict[str, Request] = {}
    for name in _names(channel_names):
        requests[name] = yield from _request("get_samples_for", name, wanted)
    return (yield from read_several(requests, at_most, errors))


def get_sample_at(
    channel_name: str, time: TimeLike, direction: Literal["before", "after"], archive_key: int
) -> Flow[SampleAtTime | None]:
    """The sample of a channel at some time."""
    request = yield from _instant("get_sample_at", channel_name, time, direction, archive_key)
    return _sample_in((yield from read_series(request)), direction)


def get_samples_at(
    channel_names: Iterable[str],
    time: TimeLike,
    direction: Literal["before", "after"],
    archive_key: int,
    max_concurrency: int,
) -> Flow[dict[str, SampleAtTime | None]]:
    """The samples of several channels at some time."""
    at_most = _positive("max_concurrency", max_concurrency)
    instant, _ = yield from _times(Range(time, time, 0, archive_key), ("time", "time"))
    requests: dict[str, Request] = {}
    for name in _names(channel_names):
        requests[name] = yield from _instant("get_samples_at", name, instant, direction, archive_key)
    found = yield from read_several(requests, at_most, "raise")
    return {name: _sample_in(series, direction) for name, series in found.items()}


def follow(
    channel_names: str | Iterable[str], start: TimeLike, interval: DurationLike, archive_key: int, max_concurrency: int
) -> Flow[None]:
    """New samples of channels, for ever."""
    seconds = _length("interval", interval) / 1e9
    at_most = _positive("max_concurrency", max_concurrency)
    names = [channel_names] if isinstance(channel_names, str) else _names(channel_names)
    followed: list[Followed] = []
    for name in names:
        wanted = Range(start, LATEST, 0, archive_key, check_complete=False)
        remembered: WindowSize = yield RememberedWindow()
        followed.append(Followed((yield from _request("follow", name, wanted)), Windows(remembered)))
    yield from follow_channels(followed, seconds, at_most)


def _instant(operation: str, channel_name: str, time: TimeLike, direction: str, archive_key: int) -> Flow[Request]:
    if direction not in ("before", "after"):
        raise ValueError(f"direction is 'before' or 'after', not {direction!r}.")
    request = yield from _request(
        operation, channel_name, Range(time, time, 0, archive_key), parameters=("time", "time")
    )
    return request


def _sample_in(series: SampleSeries, direction: str) -> SampleAtTime | None:
    found = series.between(0, series.start) if direction == "before" else series.between(series.start, LATEST)
    if not len(found):
        return None
    return SampleAtTime(series.channel_name, series.start, found[-1] if direction == "before" else found[0])


def _request(
    operation: str, channel_name: str, wanted: Range, parameters: tuple[str, str] = _PARAMETERS
) -> Flow[Request]:
    name = archive_path_encode(channel_name, "channel_name")
    if not name:
        raise ValueError("channel_name is empty.")
    query = yield from _query(channel_name, wanted, parameters)
    path = f"{SERVICE_PATH}{archive_path(query.archive_key)}/samples/{name}"
    request = Request(operation, path, query, wanted.check_complete, wanted.fill_tail)
    check_target(request.call(LATEST, LATEST, _LARGEST_INT32).target)
    return request


def _times(wanted: Range, parameters: tuple[str, str] = _PARAMETERS) -> Flow[tuple[int, int]]:
    limits = yield from current_limits()
    start = parse_time(wanted.start_time, time_zone=limits.time_zone, parameter=parameters[0])
    end = parse_time(wanted.end_time, time_zone=limits.time_zone, parameter=parameters[1])
    now = yield from now_ns()
    return resolve_time(start, now), resolve_time(end, now)


def _query(channel_name: str, wanted: Range, parameters: tuple[str, str]) -> Flow[SampleQuery]:
    start_ns, end_ns = yield from _times(wanted, parameters)
    if end_ns < start_ns:
        raise ValueError(f"end_time ({end_ns}) lies before start_time ({start_ns}); exchange them.")
    query = SampleQuery(channel_name, whole("archive_key", wanted.archive_key), start_ns, end_ns, _count(wanted.count))
    return query if wanted.spacing is None else _spaced(query, wanted.spacing)


def _spaced(query: SampleQuery, spacing: DurationLike) -> SampleQuery:
    if query.count:
        raise ValueError("Give either count or spacing, not both.")
    spacing_ns = _length("spacing", spacing)
    length, count = multiple_of_spacing(query.end - query.start, spacing_ns)
    if count > _LARGEST_INT32 or query.start + length > LATEST:
        raise ValueError(f"spacing {spacing!r} divides the range into {count:,} parts, which is too many.")
    return replace(query, count=count, spacing_ns=spacing_ns)


def _length(name: str, value: DurationLike) -> int:
    length = parse_duration(value, parameter=name)
    if length <= 0:
        raise ValueError(f"{name} is a positive length of time, not {value!r}.")
    return length


def _count(count: SupportsIndex) -> int:
    number = whole("count", count)
    if not 0 <= number <= _LARGEST_INT32:
        raise ValueError(f"count lies between 0 (raw samples) and {_LARGEST_INT32}, not {number}.")
    return number


def _positive(name: str, value: SupportsIndex) -> int:
    number = whole(name, value)
    if number < 1:
        raise ValueError(f"{name} is 1 or more, not {number}.")
    return number


def _names(channel_names: Iterable[str]) -> list[str]:
    if isinstance(channel_names, str):
        raise TypeError(f"channel_names is a list of names, not a text; write [{channel_names!r}].")
    return list(dict.fromkeys(channel_names))
