"""The files of a dataset, as they are read."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from cassandra_pv_archiver._sample_columns import SampleColumns
from cassandra_pv_archiver.series import SampleQuery

from ._arrow import arrow
from .from_table import from_table
from .layout import MONTH, READ_BACK, schema
from .selection import Held, Rows, rows_for
from .storage import Storage

__all__ = ["DatasetFiles", "by_channel", "timestamp"]

_ENCODED = ("text", "marker", "severity", "status", "quality", "units", "type", "context", "channel")


class DatasetFiles:
    """Reads the files of a dataset, each once for all channels that are wanted of it."""

    def __init__(self, storage: Storage, held: Mapping[str, list[Held]]) -> None:
        self._storage = storage
        self._held = held

    def read(self, queries: Mapping[str, SampleQuery]) -> dict[str, SampleColumns]:
        """The samples of channels in their ranges, with one before and one after."""
        rows = [row for name, query in queries.items() for row in self._rows(name, query)]
        found = {name: _trimmed(columns, queries[name]) for name, columns in self._columns(rows).items()}
        unsure = {row.channel for row in rows if row.is_guess}
        again = [name for name in unsure if not _has_neighbours(found[name], self._held[name], queries[name])]
        rows = [row for name in again for row in self._rows(name, queries[name], guess=False)]
        found |= {name: _trimmed(columns, queries[name]) for name, columns in self._columns(rows).items()}
        return {name: found.get(name, SampleColumns.none()) for name in queries}

    def _rows(self, channel: str, query: SampleQuery, *, guess: bool = True) -> list[Rows]:
        held = self._held.get(channel)
        return [] if held is None else rows_for(channel, held, query.start, query.end, guess=guess)

    def _columns(self, rows: list[Rows]) -> dict[str, SampleColumns]:
        by_file: dict[str, list[Rows]] = {}
        for row in rows:
            by_file.setdefault(row.file, []).append(row)
        parts: dict[str, list[SampleColumns]] = {row.channel: [] for row in rows}
        for file, wanted in sorted(by_file.items()):
            for channel, columns in self._of_file(file, wanted):
                parts[channel].append(columns)
        return {
            channel: SampleColumns.concatenate(found or [SampleColumns.none()]).in_order_of_time()
            for channel, found in parts.items()
        }

    def _of_file(self, file: str, rows: list[Rows]) -> Iterator[tuple[str, SampleColumns]]:
        compute = arrow("compute")
        names = [row.channel for row in rows]
        lower, upper = min(row.lower for row in rows), max(row.upper for row in rows)
        field = compute.field
        wanted = (
            field("channel").isin(names) & (field("time") >= timestamp(lower)) & (field("time") <= timestamp(upper))
        )
        table = self.to_arrow([file]).to_table(columns=["channel", *READ_BACK], filter=wanted)
        for name, part in by_channel(table):
            yield name, from_table(part)

    def to_arrow(self, files: list[str]) -> Any:
        """A ``pyarrow.dataset.Dataset`` of files."""
        datasets = arrow("dataset")
        form = datasets.ParquetFileFormat(dictionary_columns=set(_ENCODED))
        pa = arrow()
        months = datasets.partitioning(pa.schema([(MONTH, pa.string())]), flavor="hive")
        columns = pa.schema([*schema(), pa.field(MONTH, pa.string())])
        fragments = [
            form.make_fragment(self._storage.path(file), self._storage.filesystem, months.parse(file)) for file in files
        ]
        return datasets.FileSystemDataset(fragments, columns, form, self._storage.filesystem)


def by_channel(table: Any) -> Iterator[tuple[str, Any]]:
    """The rows of each channel, which stand together."""
    channels = table.column("channel").combine_chunks() if table.num_rows else None
    if channels is None:
        return
    channels = channels.chunk(0) if hasattr(channels, "num_chunks") else channels
    codes = channels.indices.to_numpy(zero_copy_only=False)
    names = channels.dictionary.to_pylist()
    edges = [0, *(np.flatnonzero(np.diff(codes)) + 1).tolist(), len(codes)]
    for begin, end in itertools.pairwise(edges):
        yield names[codes[begin]], table.slice(begin, end - begin)


def _trimmed(columns: SampleColumns, query: SampleQuery) -> SampleColumns:
    """The samples of the range, with one before and one after it, unless there are some right at its ends."""
    times = columns.times
    first = max(int(np.searchsorted(times, query.start, "right")) - 1, 0)
    behind = int(np.searchsorted(times, query.end, "left")) + 1
    return columns.select(slice(first, behind)).compact()


def _has_neighbours(columns: SampleColumns, held: list[Held], query: SampleQuery) -> bool:
    """Whether the samples reach beyond the range wherever there are such samples."""
    times = columns.times
    before = held[0].first > query.start or (len(times) > 0 and int(times[0]) <= query.start)
    after = held[-1].last < query.end or (len(times) > 0 and int(times[-1]) >= query.end)
    return before and after


def timestamp(time: int) -> Any:
    """A time in nanoseconds since 1970-01-01 UTC as pyarrow has it."""
    pa = arrow()
    return pa.scalar(time, pa.timestamp("ns", "UTC"))
