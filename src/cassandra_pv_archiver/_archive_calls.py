"""The operations of the archive-access service (section 5), as calls and flows."""

from __future__ import annotations

import operator
from typing import Any, SupportsIndex, TypeVar

from ._exchange import JsonFormat, current_limits, exchange, now_ns
from ._path_encoding import archive_path_encode, check_target
from ._regular_expressions import backslash_free
from ._sample_decoding import SampleFormat
from ._steps import Call, Flow
from .models import ArchiveInformation
from .series import SampleQuery, SampleSeries
from .times import TimeLike, parse_time, resolve_time

T = TypeVar("T")

SERVICE_PATH = "/archive-access/api/1.0"
_LARGEST_INT32 = 2**31 - 1


def list_archives() -> Flow[list[ArchiveInformation]]:
    """The archives that the server offers."""
    return exchange(_read("list_archives", "/archive/", list[ArchiveInformation]))


def find_channels_by_pattern(pattern: str, archive_key: int) -> Flow[list[str]]:
    """The names that match a glob pattern."""
    path = f"{_archive(archive_key)}/channels-by-pattern/{archive_path_encode(pattern, 'pattern')}"
    return exchange(_read("find_channels_by_pattern", path, list[str]))


def find_channels_by_regexp(regular_expression: str, archive_key: int) -> Flow[list[str]]:
    """The names that match a regular expression."""
    expression = archive_path_encode(backslash_free(regular_expression), "regular_expression")
    path = f"{_archive(archive_key)}/channels-by-regexp/{expression}"
    return exchange(_read("find_channels_by_regexp", path, list[str]))


def get_samples(
    channel_name: str, start_time: TimeLike, end_time: TimeLike, count: int, archive_key: int
) -> Flow[SampleSeries]:
    """The samples of one channel."""
    name = archive_path_encode(channel_name, "channel_name")
    if not name:
        raise ValueError("channel_name is empty.")
    query = yield from _query(channel_name, start_time, end_time, count, archive_key)
    parameters = f"start={query.start}&end={query.end}" + (f"&count={query.count}" if query.count else "")
    target = check_target(f"{SERVICE_PATH}/archive/{query.archive_key}/samples/{name}?{parameters}")
    return (yield from exchange(Call("get_samples", "GET", target, SampleFormat(query), channel_name)))


def _query(
    channel_name: str, start_time: TimeLike, end_time: TimeLike, count: int, archive_key: int
) -> Flow[SampleQuery]:
    limits = yield from current_limits()
    start = parse_time(start_time, time_zone=limits.time_zone, parameter="start_time")
    end = parse_time(end_time, time_zone=limits.time_zone, parameter="end_time")
    now = yield from now_ns()
    start_ns, end_ns = resolve_time(start, now), resolve_time(end, now)
    if end_ns < start_ns:
        raise ValueError(f"end_time ({end_ns}) lies before start_time ({start_ns}); exchange them.")
    return SampleQuery(channel_name, _whole("archive_key", archive_key), start_ns, end_ns, _count(count))


def _count(count: int) -> int:
    number = _whole("count", count)
    if not 0 <= number <= _LARGEST_INT32:
        raise ValueError(f"count lies between 0 (raw samples) and {_LARGEST_INT32}, not {number}.")
    return number


def _whole(name: str, value: SupportsIndex) -> int:
    try:
        if not isinstance(value, bool):
            return operator.index(value)
    except TypeError:
        pass
    raise TypeError(f"{name} is a whole number, not {value!r}.")


def _archive(archive_key: SupportsIndex) -> str:
    return f"/archive/{_whole('archive_key', archive_key)}"


def _read(operation: str, path: str, model: Any) -> Call[Any]:
    return Call(operation, "GET", check_target(SERVICE_PATH + path), JsonFormat(model))
