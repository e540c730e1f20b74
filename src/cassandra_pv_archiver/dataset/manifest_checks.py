"""Holds the files of a dataset against its manifest, and the manifest against what was asked for."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from cassandra_pv_archiver.times import format_time

from ._arrow import arrow
from .coverage import Coverage
from .files import by_channel
from .layout import MANIFEST, MONTH, WANTED
from .manifest import ChannelPart, DatasetError, Entry, Failure, Manifest
from .problems import DatasetProblem, Found
from .storage import Storage
from .wanted import missing_spans, wanted_ranges

__all__ = ["against_manifest", "failures_of", "forms", "of_wanted"]


def forms(manifest: Manifest) -> Iterator[Found]:
    """The files of the manifest that cannot be read."""
    for name, message in manifest.damaged().items():
        yield Found(DatasetProblem("unreadable", name, message), delete=name)


def against_manifest(
    storage: Storage,
    entries: Sequence[Entry],
    executor: ThreadPoolExecutor,
    progress: Callable[[int, int], object] | None,
) -> Iterator[Found]:
    """What is wrong with the files."""
    files = [entry for entry in entries if entry.file is not None]
    for number, found in enumerate(executor.map(partial(_of_file, storage), files), 1):
        if progress is not None:
            progress(number, len(files))
        if found is not None:
            yield found
    for entry in entries:
        if entry.file is None and any(part.samples for part in entry.channels.values()):
            message = f"The manifest tells of samples in {entry.name}, but of no file that has them."
            yield Found(DatasetProblem("missing", None, message), (entry,))
    yield from _unknown(storage, {entry.file for entry in files})
    yield from _overlaps(entries)


def _of_file(storage: Storage, entry: Entry) -> Found | None:
    assert entry.file is not None
    digest = storage.digest(entry.file)
    if digest is None:
        return Found(DatasetProblem("missing", entry.file, "The file is not there."), (entry,))
    if digest != entry.sha256:
        return Found(DatasetProblem("changed", entry.file, "The file is not what was written."), (entry,))
    message = _of_rows(storage, entry)
    return None if message is None else Found(DatasetProblem("unreadable", entry.file, message), (entry,))


def _of_rows(storage: Storage, entry: Entry) -> str | None:
    """What is wrong with the rows of a file, which is what was written."""
    try:
        with storage.filesystem.open_input_file(storage.path(str(entry.file))) as stream:
            parquet = arrow("parquet").ParquetFile(stream, read_dictionary=["channel"])
            rows = parquet.metadata.num_rows
            if rows != entry.samples:
                return f"The file has {rows:,} rows, but the manifest tells of {entry.samples:,}."
            held = _held(parquet)
    except (arrow().ArrowInvalid, arrow().ArrowKeyError) as error:
        return str(error)
    if held is None:
        return "The rows are not in the order of channel and time."
    told = {name: (part.samples, part.first, part.last) for name, part in entry.channels.items() if part.samples}
    wrong = sorted(name for name in held.keys() | told.keys() if held.get(name) != told.get(name))
    return f"The rows of {wrong[0]!r} are not those that the manifest tells of." if wrong else None


def _held(parquet: Any) -> dict[str, tuple[int, int, int]] | None:
    """The number of rows of each channel and their first and last time; None if they are not in order."""
    held: dict[str, tuple[int, int, int]] = {}
    latest = ""
    for group in range(parquet.num_row_groups):
        for name, part in by_channel(parquet.read_row_group(group, columns=["channel", "time"])):
            times: npt.NDArray[np.int64] = part.column("time").cast(arrow().int64()).to_numpy()
            count, first, last = held.get(name, (0, int(times[0]), int(times[0]) - 1))
            if name < latest or times[0] <= last or not bool((np.diff(times) > 0).all()):
                return None
            held[name] = count + len(times), first, int(times[-1])
            latest = name
    return held


def _unknown(storage: Storage, known: set[str | None]) -> Iterator[Found]:
    for folder in storage.folders():
        if folder.startswith(f"{MONTH}="):
            for name in storage.files(folder):
                if name not in known:
                    message = (
                        "The manifest does not have this file: an export was interrupted, or somebody put it there."
                    )
                    yield Found(DatasetProblem("unknown", name, message), delete=name)


def _overlaps(entries: Sequence[Entry]) -> Iterator[Found]:
    of_channel: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.kind == "samples":
            for channel in entry.channels:
                of_channel.setdefault(channel, []).append(entry)
    for channel, own in of_channel.items():
        own.sort(key=lambda entry, name=channel: entry.channels[name].begin)
        for earlier, later in itertools.pairwise(own):
            if later.channels[channel].begin < earlier.channels[channel].final_end:
                message = f"{earlier.file} has the same range of {channel!r}."
                yield Found(DatasetProblem("overlap", later.file, message), (earlier, later))


def of_wanted(storage: Storage, entries: Sequence[Entry], failures: Sequence[Failure]) -> Iterator[Found]:
    """Ranges that exports were asked for and that are not there, other than those that could not be read."""
    try:
        wanted = wanted_ranges(storage)
    except DatasetError as error:
        yield Found(DatasetProblem("unreadable", WANTED, str(error)), delete=WANTED)
        return
    coverage = Coverage()
    for entry in entries:
        if entry.kind == "samples":
            coverage.add(entry)
    for failure in failures:
        parts = coverage.parts.setdefault(failure.channel, [])
        parts.append(ChannelPart(failure.begin, failure.end))
        parts.sort(key=lambda part: part.begin)
    missing = missing_spans(wanted, coverage)
    if missing:
        channel, ((begin, end), *_) = next(iter(missing.items()))
        others = f", and parts of {len(missing) - 1:,} other channels" if len(missing) > 1 else ""
        message = (
            f"{channel!r} from {format_time(begin)} to {format_time(end)} is missing{others}: an export was"
            f" interrupted, or {MANIFEST} has lost a file. Run the export again, or repair it."
        )
        yield Found(DatasetProblem("incomplete", None, message), spans=missing)


def failures_of(manifest: Manifest) -> tuple[Failure, ...]:
    """What exports could not read; none if that cannot be read."""
    try:
        return tuple(manifest.failures())
    except DatasetError:
        return ()
