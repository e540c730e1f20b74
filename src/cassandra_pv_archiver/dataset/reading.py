"""Datasets as they are read: as tables, and as series."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Unpack

import numpy as np
import numpy.typing as npt

from cassandra_pv_archiver._read_windows import multiple_of_spacing
from cassandra_pv_archiver._sample_columns import SampleColumns
from cassandra_pv_archiver._sample_query import ReadNotes
from cassandra_pv_archiver.aligned_samples import AlignedSamples
from cassandra_pv_archiver.read_results import SampleAtTime
from cassandra_pv_archiver.series import SampleQuery, SampleSeries
from cassandra_pv_archiver.times import RelativeTime, TimeLike, format_time, parse_time

from ._arrow import arrow
from .aligning import AT_ONCE, AlignOptions, align_groups
from .coverage import Coverage
from .files import DatasetFiles, timestamp
from .manifest import DatasetError, DatasetInfo, Entry, Failure, Manifest
from .selection import Held, held_by_channel
from .storage import DatasetPath, Storage
from .thinning import thinned, windows

__all__ = ["Dataset", "open_dataset"]


def open_dataset(path: DatasetPath) -> Dataset:
    """Opens a dataset that `export_dataset` has written, as it is now.

    Args:
        path: Where it is, as in `export_dataset`.

    Raises:
        DatasetError: There is none, or it cannot be read.
        MissingExtraError: pyarrow is not installed.
    """
    return Dataset(path)


class Dataset:
    """A dataset of samples, as it was when it was opened.

    Only what the manifest has is read. A dataset can be pickled; it is opened again where that is read.
    """

    def __init__(self, path: DatasetPath, *, without: Collection[str] = ()) -> None:
        """Opens it, as `open_dataset` does.

        Args:
            path: Where it is.
            without: The names of entries that are left out.
        """
        self._path = path
        self._storage = Storage(path)
        self._manifest = Manifest(self._storage)
        info = self._manifest.info()
        if info is None:
            raise DatasetError(f"There is no dataset at {self._storage}.")
        self._info = info
        self._entries = self._manifest.entries(without)
        self._held = held_by_channel(self._entries)
        self._files = DatasetFiles(self._storage, self._held)
        self._coverage = Coverage()
        for entry in self._entries:
            if entry.kind == "samples":
                self._coverage.add(entry)

    def __reduce__(self) -> tuple[type[Dataset], tuple[DatasetPath]]:
        # Where it is opened again, a path may be relative to another folder.
        folder = self._storage.folder
        return Dataset, (self._path if folder is None else str(folder),)

    def __repr__(self) -> str:
        samples = sum(entry.samples for entry in self._entries)
        return f"<Dataset {str(self._storage)!r}: {samples:,} samples of {len(self.channels):,} channels>"

    @property
    def info(self) -> DatasetInfo:
        """What all its samples have in common."""
        return self._info

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What the manifest has of each file, by the time of its begin."""
        return tuple(self._entries)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What the latest export could not read."""
        return tuple(self._manifest.failures())

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels, also those without samples, in the order of their names."""
        return tuple(sorted(self._coverage.parts))

    def range(self, channel: str) -> tuple[int, int]:
        """The range that was exported of a channel, in nanoseconds since 1970-01-01 UTC; its end does not belong to it.

        Raises:
            KeyError: The dataset does not have this channel.
        """
        bounds = self._coverage.bounds(channel)
        if bounds is None:
            near = difflib.get_close_matches(channel, self.channels, 1)
            meant = f" Is {near[0]!r} meant?" if near else ""
            raise KeyError(f"{self._storage} has no channel {channel!r}.{meant}")
        return bounds

    def to_arrow(
        self, channels: Iterable[str] | None = None, start: TimeLike | None = None, end: TimeLike | None = None
    ) -> Any:
        """A ``pyarrow.dataset.Dataset`` with the rows of some channels and of some time.

        Files that have none of them are left out, and row groups when it is read. Filters, batches, tables and all else
        are pyarrow's: ``dataset.to_arrow(["RING:CURRENT"]).to_table(columns=["time", "value"])``.

        Args:
            channels: The channels. None: all.
            start: The first instant, as in `SampleSeries.between`. None: from the first sample on.
            end: The last instant, likewise.

        Raises:
            ValueError: A time has no offset, or counts from now.
        """
        compute = arrow("compute")
        names = None if channels is None else _names(channels)
        first, last = (
            None if each is None else _instant(each, name) for each, name in ((start, "start"), (end, "end"))
        )
        files = {entry.file for entry in self._entries if entry.file is not None and _has(entry, names, first, last)}
        found = self._files.to_arrow(sorted(files))
        if names is not None:
            found = found.filter(compute.field("channel").isin(names))
        if first is not None:
            found = found.filter(compute.field("time") >= timestamp(first))
        if last is not None:
            found = found.filter(compute.field("time") <= timestamp(last))
        return found

    def series(
        self,
        channel: str,
        start: TimeLike | None = None,
        end: TimeLike | None = None,
        *,
        allow_missing: bool = False,
    ) -> SampleSeries:
        """The samples of a channel as a series, equal to that which `ArchiveClient.get_samples` gives.

        Args:
            channel: The channel.
            start: The first instant, as in `SampleSeries.between`. None: the begin of what was exported.
            end: The last instant, likewise.
            allow_missing: Whether parts of the range may not have been exported.

        Raises:
            KeyError: The dataset does not have this channel.
            DatasetError: Part of the range was not exported.
            ValueError: A time has no offset, or counts from now, or the end lies before the start.
        """
        return self.several([channel], start, end, allow_missing=allow_missing)[channel]

    def several(
        self,
        channels: Iterable[str],
        start: TimeLike | None = None,
        end: TimeLike | None = None,
        *,
        allow_missing: bool = False,
    ) -> dict[str, SampleSeries]:
        """The samples of several channels, each as `series` gives them. Each file is read once.

        Args:
            channels: The channels.
            start: As in `series`; None: for each channel the begin of what was exported.
            end: Likewise.
            allow_missing: Likewise.

        Raises:
            KeyError: The dataset does not have one of the channels.
            DatasetError: Part of the range was not exported.
            ValueError: As in `series`.
        """
        queries = {name: self._query(name, start, end) for name in _names(channels)}
        if not allow_missing:
            for query in queries.values():
                self._check_covered(query)
        columns = self._files.read(queries)
        return {name: _series(query, columns[name]) for name, query in queries.items()}

    def value_at(self, channel: str, time: TimeLike) -> SampleAtTime | None:
        """The sample that was in force at some time.

        Args:
            channel: The channel.
            time: The time, as in `SampleSeries.between`.

        Returns:
            The newest sample at or before that time, and its age; None if there is none.

        Raises:
            KeyError: The dataset does not have this channel.
            DatasetError: This time was not exported.
            ValueError: The time has no offset, or counts from now.
        """
        series = self.series(channel, time, time)
        found = series[series.times <= series.start]
        return SampleAtTime(channel, series.start, found[-1]) if len(found) else None

    def align(
        self,
        channels: Iterable[str],
        start: TimeLike | None = None,
        end: TimeLike | None = None,
        *,
        allow_missing: bool = False,
        **options: Unpack[AlignOptions],
    ) -> AlignedSamples:
        """Puts several channels into one table, as `cassandra_pv_archiver.align` does, reading each file once.

        With ``step`` or ``times``, the samples of a few channels at a time are held in memory, and of a single channel
        with many raw samples those of a few files; without, those of all.

        Args:
            channels: The channels.
            start: As in `series`.
            end: Likewise.
            allow_missing: Whether parts of the range may not have been exported; there is no value there then.
            **options: ``times``, ``step``, ``method``, ``tolerance``, ``max_severity`` and ``labels`` of
                `cassandra_pv_archiver.align`.

        Raises:
            KeyError: The dataset does not have one of the channels.
            DatasetError: Part of the range was not exported.
            ValueError: As in `series` and in `cassandra_pv_archiver.align`.
        """
        names = _names(channels)
        spans = [self.range(name) for name in names]
        first = min(span[0] for span in spans) if start is None else _instant(start, "start")
        last = max(span[1] for span in spans) if end is None else _instant(end, "end")
        sizes = {name: sum(part.samples for part in self._held_in(name, first, last)) for name in names}

        def read(group: list[str]) -> Mapping[str, SampleSeries]:
            return self.several(group, first, last, allow_missing=allow_missing)

        def read_thinned(name: str, instants: npt.NDArray[np.int64]) -> SampleSeries:
            query = self._query(name, first, last)
            if not allow_missing:
                self._check_covered(query)
            spans = list(windows(self._held_in(name, first, last), first, last, AT_ONCE // 4))

            def part(begin: int, end: int) -> SampleColumns:
                return self._files.read({name: SampleQuery(name, query.archive_key, begin, end)})[name]

            return _series(query, thinned(instants, spans, part))

        is_raw = self._info.query.spacing_ns is None
        return align_groups(sizes, first, last, read, read_thinned if is_raw else None, options)

    def _held_in(self, channel: str, first: int, last: int) -> list[Held]:
        return [part for part in self._held.get(channel, ()) if part.last >= first and part.first <= last]

    def _query(self, channel: str, start: TimeLike | None, end: TimeLike | None) -> SampleQuery:
        begin, behind = self.range(channel)
        first = begin if start is None else _instant(start, "start")
        last = behind if end is None else _instant(end, "end")
        if last < first:
            raise ValueError(f"end ({last}) lies before start ({first}); exchange them.")
        query = self._info.query
        if query.spacing_ns is None:
            return SampleQuery(channel, query.archive_key, first, last)
        count = multiple_of_spacing(last - first, query.spacing_ns)[1]
        return SampleQuery(channel, query.archive_key, first, last, count, query.spacing_ns)

    def _check_covered(self, query: SampleQuery) -> None:
        # Both ends belong to the range. A sample right at the end of what was exported is there, as the one next to it.
        is_end = self._coverage.ends_at(query.channel_name, query.end)
        behind = query.end if is_end else query.end + 1
        for begin, end in self._coverage.gaps(query.channel_name, query.start, behind):
            raise DatasetError(
                f"{self._storage} does not have {query.channel_name!r} from {format_time(begin)} to "
                f"{format_time(end)}. Export it, ask for less, or set allow_missing=True."
            )


def _has(entry: Entry, names: Collection[str] | None, first: int | None, last: int | None) -> bool:
    if names is not None and entry.channels.keys().isdisjoint(names):
        return False
    return not (
        (first is not None and entry.last is not None and entry.last < first)
        or (last is not None and entry.first is not None and entry.first > last)
    )


def _series(query: SampleQuery, columns: SampleColumns) -> SampleSeries:
    late = not query.count and (not len(columns) or int(columns.times[0]) > query.start)
    return SampleSeries(query, columns, ReadNotes(begins_late=late))


def _names(channels: Iterable[str]) -> list[str]:
    if isinstance(channels, str):
        raise TypeError(f"channels is a list of names, not a text; write [{channels!r}].")
    return list(dict.fromkeys(channels))


def _instant(time: TimeLike, parameter: str) -> int:
    parsed = parse_time(time, parameter=parameter)
    if isinstance(parsed, RelativeTime):
        raise ValueError(f"{parameter} must not count from now here, as {time!r} does.")
    return parsed
