"""How arguments of exports are read."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from cassandra_pv_archiver._path_encoding import archive_path_encode
from cassandra_pv_archiver.archive_client import ArchiveClient, AsyncArchiveClient
from cassandra_pv_archiver.limits import check_count, check_seconds
from cassandra_pv_archiver.times import DurationLike, TimeLike, parse_duration, parse_time, resolve_time

from .concurrency import Gate
from .coverage import Coverage, Span
from .manifest import Manifest, Query
from .servers import time_zone_of
from .storage import Storage
from .wanted import merged, missing_spans, wanted_ranges

__all__ = ["archive_channels", "channel_names", "gate", "query_of", "span_of", "wanted_spans"]


def channel_names(channels: Iterable[str]) -> list[str]:
    """The names of channels, each once.

    Raises:
        TypeError: There is a single text.
    """
    if isinstance(channels, str):
        raise TypeError(f"channels is a list of names, not a text; write [{channels!r}].")
    return list(dict.fromkeys(channels))


def archive_channels(channels: Iterable[str]) -> list[str]:
    """The names of channels that are to be read from the archive, each once.

    Raises:
        TypeError: There is a single text, or something else than texts.
        ValueError: The archive-access service cannot be asked for one of them.
    """
    names = channel_names(channels)
    for name in names:
        archive_path_encode(name, "channel_name")
    return names


def query_of(archive_key: int, spacing: DurationLike | None) -> Query:
    """What all samples have in common."""
    check_count("archive_key", archive_key, least=0)
    if spacing is None:
        return Query(archive_key)
    length = parse_duration(spacing, parameter="spacing")
    if length <= 0:
        raise ValueError(f"spacing is a positive length of time, not {spacing!r}.")
    return Query(archive_key, length)


def gate(max_concurrency: int, max_rate: float | None) -> Gate:
    """What lets requests begin. Needs a running event loop only once there are some."""
    check_count("max_concurrency", max_concurrency, least=1)
    if max_rate is not None:
        check_seconds("max_rate", max_rate)
    return Gate(max_concurrency, max_rate)


def span_of(
    client: ArchiveClient | AsyncArchiveClient, start: TimeLike | None, end: TimeLike
) -> tuple[int | None, int, int]:
    """Begin and end of a range, and the time now, in nanoseconds since 1970-01-01 UTC."""
    now, zone = time.time_ns(), time_zone_of(client)
    last = resolve_time(parse_time(end, time_zone=zone, parameter="end"), now)
    if start is None:
        return None, last, now
    first = resolve_time(parse_time(start, time_zone=zone, parameter="start"), now)
    if last < first:
        raise ValueError(f"end ({last}) lies before start ({first}); exchange them.")
    return first, last, now


def wanted_spans(
    storage: Storage, channels: Iterable[str] | None, first: int | None, last: int, since: str | None
) -> dict[str, Span]:
    """The range that is wanted of each channel.

    Args:
        storage: Where the dataset is or will be.
        channels: The channels; None: those of the dataset.
        first: The begin; None: that of the dataset.
        last: The end.
        since: ``'last'`` for what comes after that which the dataset has.
    """
    if since not in {None, "last"}:
        raise ValueError(f"since is 'last' or None, not {since!r}.")
    names = None if channels is None else archive_channels(channels)
    coverage, before = Coverage(), dict[str, list[Span]]()
    if names is None or since is not None:
        coverage, before = Coverage.of(Manifest(storage).entries()), _wanted_before(storage)
    names = sorted(before) if names is None else names
    if not names:
        raise ValueError("There is no channel: none is given, or the dataset has none.")
    if first is None:
        first = _first(storage, before, since)
    wanted = dict.fromkeys(names, (first, last))
    if since is not None:
        missing = missing_spans(before, coverage)
        for channel in before.keys() & wanted.keys():
            begin = missing[channel][0][0] if channel in missing else before[channel][-1][1]
            wanted[channel] = (begin, max(begin, last))
    return wanted


def _wanted_before(storage: Storage) -> dict[str, list[Span]]:
    """The ranges that a dataset is meant to have, by channel, including those of exports that were interrupted."""
    found: dict[str, list[Span]] = {}
    for channel, spans in wanted_ranges(storage).items():
        found.setdefault(channel, []).extend(spans)
    for entry in Manifest(storage).entries():
        if entry.kind == "samples":
            for channel, part in entry.channels.items():
                found.setdefault(channel, []).append((part.begin, part.end))
    return {channel: merged(spans) for channel, spans in found.items() if spans}


def _first(storage: Storage, before: Mapping[str, list[Span]], since: str | None) -> int:
    if since is None:
        raise ValueError("start is missing; without it, since='last' is needed.")
    if not before:
        raise ValueError(f"There is no dataset at {storage} yet, so start is needed.")
    return min(spans[0][0] for spans in before.values())
