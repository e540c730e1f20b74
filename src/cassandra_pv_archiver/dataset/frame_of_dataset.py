"""Partitions of a frame that are read from a dataset."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from cassandra_pv_archiver.archive_client import ArchiveClient, AsyncArchiveClient
from cassandra_pv_archiver.series import SampleQuery
from cassandra_pv_archiver.times import format_time

from ._arrow import arrow
from .arguments import query_of
from .coverage import Coverage, Span
from .files import DatasetFiles, timestamp
from .frame_arguments import FrameArguments
from .frame_rows import to_frame
from .frame_windows import FramePart, equal_windows, windows_of_equal_weight
from .manifest import DatasetError
from .reading import Dataset
from .selection import Held, held_by_channel
from .storage import DatasetPath, Storage
from .to_table import to_table

__all__ = ["DatasetRows", "dataset_partitions"]

_SECRET = re.compile(
    r"//[^/?]*:[^/?]*@|[?&][^=&]*(?:key|secret|password|token|sig)[^=&]*=",
    re.IGNORECASE,
)
"""What a URI with credentials has."""


@dataclass(frozen=True, slots=True)
class DatasetRows:
    """Reads partitions from a dataset.

    Attributes:
        path: Where it is.
        version: A digest of the files that are read.
    """

    path: DatasetPath
    version: str

    def __dask_tokenize__(self) -> tuple[str, str, str]:
        return type(self).__name__, str(Storage(self.path)), self.version

    def __call__(self, part: FramePart, columns: Sequence[str]) -> Any:
        """The rows of a partition, as a ``pandas.DataFrame``."""
        storage = Storage(self.path)
        try:
            tables = [_in_force(storage, part)] if part.in_force else []
            table = _rows(storage, part, columns)
        except FileNotFoundError as error:
            raise DatasetError(f"{storage} has changed since this frame was made; make it again.") from error
        if tables:
            table = arrow().concat_tables([*(each.select(table.column_names) for each in tables), table])
        return to_frame(table, columns)


def _rows(storage: Storage, part: FramePart, columns: Sequence[str]) -> Any:
    field = arrow("compute").field
    files = [held.file for held in part.held if _overlaps(held, part)]
    lower, upper = timestamp(part.begin), timestamp(part.end)
    wanted = (field("channel") == part.channel) & (field("time") >= lower) & (field("time") < upper)
    return DatasetFiles(storage, {}).to_arrow(files).to_table(columns=["time", *columns], filter=wanted)


def _overlaps(held: Held, part: FramePart) -> bool:
    return held.first < part.end and held.last >= part.begin


def _in_force(storage: Storage, part: FramePart) -> Any:
    """The newest sample before a partition, unless there is one right at its begin."""
    files = DatasetFiles(storage, {part.channel: list(part.held)} if part.held else {})
    found = files.read({part.channel: SampleQuery(part.channel, 0, part.begin, part.begin)})[part.channel]
    return to_table(part.channel, found.select(found.times < part.begin))


def dataset_partitions(
    source: Dataset | DatasetPath, wanted: FrameArguments, *, allow_missing: bool
) -> tuple[DatasetRows, list[FramePart]]:
    """What reads the partitions, and the partitions.

    Args:
        source: The dataset, or where it is.
        wanted: What is asked for.
        allow_missing: Whether parts of the range may be missing.
    """
    path = _path_of(source)
    dataset = Dataset(path)
    _check_query(dataset, wanted)
    channels = dataset.channels if wanted.channels is None else wanted.channels
    spans = {channel: wanted.span(*dataset.range(channel)) for channel in channels}
    coverage = Coverage()
    for entry in dataset.entries:
        if entry.kind == "samples":
            coverage.add(entry)
    if not allow_missing:
        _check_covered(path, coverage, spans)
    held = held_by_channel(dataset.entries)
    parts = [
        _part(held.get(channel, []), channel, window, wanted.in_force and window[0] == span[0])
        for channel, span in spans.items()
        for window in _windows(span, wanted.window, coverage, channel)
    ]
    return DatasetRows(path, _version(dataset, parts)), parts


def _path_of(source: Any) -> DatasetPath:
    """Where a dataset is, in a form that means the same on another machine.

    Raises:
        TypeError: It is a client.
        ValueError: It is a URL of the archive, or has credentials.
    """
    if isinstance(source, ArchiveClient | AsyncArchiveClient):
        raise TypeError("A client cannot be sent to workers; give its settings, such as ClientSettings(host='...').")
    path: DatasetPath = source._path if isinstance(source, Dataset) else source  # pyright: ignore[reportPrivateUsage]  # noqa: SLF001 -- it is opened again, as it is now
    if isinstance(path, str) and path.startswith(("http://", "https://")):
        raise ValueError("Addresses of the archive are given as ClientSettings(archive_url='...'), not as a path.")
    if isinstance(path, str) and "://" in path:
        if _SECRET.search(path):
            raise ValueError(
                "A URI with credentials would be seen by everybody who sees the tasks. Leave them out, and let the "
                "workers find them where their file systems look for them, such as AWS_ACCESS_KEY_ID."
            )
        return path
    if isinstance(path, str | os.PathLike):
        return str(Storage(cast("str | os.PathLike[str]", path)))
    return path


def _check_query(dataset: Dataset, wanted: FrameArguments) -> None:
    query = dataset.info.query
    key = query.archive_key if wanted.archive_key is None else wanted.archive_key
    asked = query_of(key, wanted.spacing)
    if key != query.archive_key or (wanted.spacing is not None and asked != query):
        raise ValueError(f"{dataset!r} was exported with {query}; leave spacing and archive_key out.")


def _check_covered(path: DatasetPath, coverage: Coverage, spans: Mapping[str, Span]) -> None:
    for channel, span in spans.items():
        for begin, end in coverage.gaps(channel, *span):
            raise DatasetError(
                f"{Storage(path)} does not have {channel!r} from {format_time(begin)} to {format_time(end)}. Export it,"
                " ask for less, or set allow_missing=True."
            )


def _windows(span: Span, length: int | None, coverage: Coverage, channel: str) -> list[Span]:
    if length is not None:
        return equal_windows(span, length)
    return windows_of_equal_weight(span, coverage.parts[channel])


def _part(held: Sequence[Held], channel: str, window: Span, in_force: bool) -> FramePart:
    begin, end = window
    first = next((place for place, each in enumerate(held) if each.last >= begin), len(held))
    if in_force:
        first = max((place for place, each in enumerate(held) if each.first <= begin), default=0)
    return FramePart(channel, begin, end, in_force, tuple(each for each in held[first:] if each.first < end))


def _version(dataset: Dataset, parts: Sequence[FramePart]) -> str:
    """A text that changes whenever what the partitions read does."""
    hashes = {entry.file: entry.sha256 for entry in dataset.entries}
    files = sorted({held.file for part in parts for held in part.held})
    return hashlib.sha256(json.dumps([(file, hashes[file]) for file in files]).encode()).hexdigest()[:20]
