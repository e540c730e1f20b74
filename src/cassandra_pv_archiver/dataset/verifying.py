"""Holds a dataset against its manifest and against the archive, and repairs it."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, TypeAlias

from cassandra_pv_archiver.archive_client import ArchiveClient
from cassandra_pv_archiver.errors import ArchiverError, NotFoundError
from cassandra_pv_archiver.limits import check_count

from ._arrow import arrow
from .api import export_spans
from .archive_checks import ArchiveCheck, differs
from .layout import MONTH
from .locking import locked
from .manifest import Entry, Failure, Manifest
from .reading import Dataset
from .storage import DatasetPath, Storage
from .texts import number_text

__all__ = ["DatasetProblem", "VerifyResult", "verify_dataset"]

ProblemKind: TypeAlias = Literal["missing", "changed", "unreadable", "unknown", "overlap", "differs", "unchecked"]


@dataclass(frozen=True, slots=True)
class DatasetProblem:
    """Something about a dataset that is not as it should be.

    Attributes:
        kind: ``'missing'`` for a file that is not there; ``'changed'`` for one that is not what was written;
            ``'unreadable'`` for one that is no Parquet file of this layout; ``'unknown'`` for one that the manifest
            does not have; ``'overlap'`` for samples that two files have; ``'differs'`` for samples that the archive
            has in another way; ``'unchecked'`` if the archive did not answer.
        file: The file concerned; None for what has none.
        message: What is wrong.
        repaired: Whether it is right now.
    """

    kind: ProblemKind
    file: str | None
    message: str
    repaired: bool = False

    def __str__(self) -> str:
        where = f"{self.file}: " if self.file is not None else ""
        return f"{self.kind}{' (repaired)' if self.repaired else ''}: {where}{self.message}"


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """What verifying a dataset has shown.

    Attributes:
        files: The number of files that were looked at.
        samples: The number of samples that they have.
        compared: The number of places that were compared with the archive.
        problems: What is not as it should be.
        failures: What could not be read for the repair.
    """

    files: int
    samples: int
    compared: int
    problems: tuple[DatasetProblem, ...]
    failures: tuple[Failure, ...] = ()

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong, or all of it was repaired."""
        return all(problem.repaired for problem in self.problems) and not self.failures

    def __str__(self) -> str:
        compared = f", {number_text(self.compared, 'part')} compared with the archive" if self.compared else ""
        looked = f"{number_text(self.files, 'file')}, {number_text(self.samples, 'sample')}{compared}"
        lines = [f"{looked}: {'all is right' if self.is_right else 'something is wrong'}"]
        lines += [f"  {problem}" for problem in self.problems]
        lines += [f"  {failure.channel} is {failure.reason}: {failure.message}" for failure in self.failures]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Found:
    """A problem, and the entries that have to be written again for it."""

    problem: DatasetProblem
    entries: tuple[Entry, ...] = ()


def verify_dataset(
    path: DatasetPath,
    client: ArchiveClient | None = None,
    *,
    repair: bool = False,
    compare: int = 100,
    max_concurrency: int = 4,
    seed: int = 0,
    progress: Callable[[int, int], object] | None = None,
) -> VerifyResult:
    """Holds a dataset against its manifest, and on request against the archive.

    Every file is read as a whole and its hash compared. Against the archive, both edges of randomly chosen parts are
    looked up, and the samples around a random instant of them are compared one by one. What the retention period has
    removed from the archive meanwhile is no difference.

    Args:
        path: Where the dataset is, as in `export_dataset`.
        client: Where to compare samples, and where to read what is repaired. None: only the manifest counts.
        repair: Whether to remove what is wrong, and to read it again.
        compare: How many parts of channels are compared with the archive.
        max_concurrency: How many files are read, and requests made, at once.
        seed: Decides which parts are compared; another one chooses others.
        progress: Is told how many of how many files have been looked at.

    Raises:
        DatasetError: There is no dataset, or another process is writing to it.
        ArchiverError: The servers did not answer while it was repaired.
        ValueError: An argument cannot be used, or there is something to repair and no client.
    """
    check_count("compare", compare, least=0)
    check_count("max_concurrency", max_concurrency, least=1)
    storage = Storage(path)
    dataset = Dataset(path)
    with ThreadPoolExecutor(max_concurrency, "cassandra_pv_archiver verify") as executor:
        found = list(_against_manifest(storage, dataset.entries, executor, progress))
        broken = {entry.name for each in found for entry in each.entries}
        compared = 0
        if client is not None:
            sound = Dataset(path, without=broken)
            checks = _chosen(sound, compare, seed)
            compared = len(checks)
            found += _against_archive(client, sound, checks, executor)
    failures: tuple[Failure, ...] = ()
    if repair and found:
        failures = _repair(storage, dataset, client, found, max_concurrency)
        found = [_after_repair(each, failures) for each in found]
    files = [entry for entry in dataset.entries if entry.file is not None]
    problems = tuple(each.problem for each in found)
    return VerifyResult(len(files), sum(entry.samples for entry in files), compared, problems, failures)


def _against_manifest(
    storage: Storage,
    entries: Sequence[Entry],
    executor: ThreadPoolExecutor,
    progress: Callable[[int, int], object] | None,
) -> Iterator[_Found]:
    files = [entry for entry in entries if entry.file is not None]
    for number, problem in enumerate(executor.map(partial(_of_file, storage), files), 1):
        if progress is not None:
            progress(number, len(files))
        if problem is not None:
            yield problem
    known = {entry.file for entry in files}
    for folder in storage.folders():
        if folder.startswith(f"{MONTH}="):
            for name in storage.files(folder):
                if name not in known:
                    message = (
                        "The manifest does not have this file: an export was interrupted, or somebody put it there."
                    )
                    yield _Found(DatasetProblem("unknown", name, message))
    yield from _overlaps(entries)


def _of_file(storage: Storage, entry: Entry) -> _Found | None:
    assert entry.file is not None
    digest = storage.digest(entry.file)
    if digest is None:
        return _Found(DatasetProblem("missing", entry.file, "The file is not there."), (entry,))
    if digest != entry.sha256:
        return _Found(DatasetProblem("changed", entry.file, "The file is not what was written."), (entry,))
    try:
        with storage.filesystem.open_input_file(storage.path(entry.file)) as stream:
            rows = arrow("parquet").ParquetFile(stream).metadata.num_rows
    except arrow().ArrowInvalid as error:
        return _Found(DatasetProblem("unreadable", entry.file, str(error)), (entry,))
    if rows != entry.samples:
        message = f"The file has {rows:,} rows, but {entry.samples:,} were written."
        return _Found(DatasetProblem("unreadable", entry.file, message), (entry,))
    return None


def _overlaps(entries: Sequence[Entry]) -> Iterator[_Found]:
    by_channel: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.kind == "samples":
            for channel in entry.channels:
                by_channel.setdefault(channel, []).append(entry)
    for channel, own in by_channel.items():
        own.sort(key=lambda entry, name=channel: entry.channels[name].begin)
        for earlier, later in itertools.pairwise(own):
            if later.channels[channel].begin < earlier.channels[channel].final_end:
                message = f"{earlier.file} has the same range of {channel!r}."
                yield _Found(DatasetProblem("overlap", later.file, message), (earlier, later))


def _chosen(dataset: Dataset, number: int, seed: int) -> list[ArchiveCheck]:
    parts = [
        (entry, channel)
        for entry in dataset.entries
        if entry.kind == "samples" and not entry.open
        for channel, part in entry.channels.items()
        if part.final_end > part.begin
    ]
    chooser = random.Random(seed)  # noqa: S311 -- a sample, which must be the same twice
    chosen = chooser.sample(parts, min(number, len(parts)))
    return [ArchiveCheck.random(entry, channel, chooser) for entry, channel in chosen]


def _against_archive(
    client: ArchiveClient, dataset: Dataset, checks: list[ArchiveCheck], executor: ThreadPoolExecutor
) -> list[_Found]:
    def look(check: ArchiveCheck) -> _Found | None:
        try:
            message = differs(client, dataset, check)
        except NotFoundError:
            return None  # a channel that was removed meanwhile is all the more worth keeping
        except ArchiverError as error:
            return _Found(DatasetProblem("unchecked", check.entry.file, f"{check.channel!r}: {error}"))
        if message is None:
            return None
        return _Found(DatasetProblem("differs", check.entry.file, message), (check.entry,))

    return [found for found in executor.map(look, checks) if found is not None]


def _repair(
    storage: Storage, dataset: Dataset, client: ArchiveClient | None, found: list[_Found], max_concurrency: int
) -> tuple[Failure, ...]:
    entries = {entry.name: entry for each in found for entry in each.entries}
    if entries and client is None:
        raise ValueError(f"{len(entries)} files have to be read again, and no client is given.")
    manifest = Manifest(storage)
    with locked(storage):
        for each in found:
            if each.problem.kind == "unknown" and each.problem.file is not None:
                storage.delete(each.problem.file)
        manifest.remove(entries.values())
    failures: list[Failure] = []
    for entry in sorted(entries.values(), key=lambda each: each.begin):
        if entry.kind != "samples":
            continue
        assert client is not None
        spans = {channel: (part.begin, part.end) for channel, part in entry.channels.items()}
        failures += export_spans(client, spans, storage, dataset.info.query, max_concurrency).failures
    if entries and client is not None:
        export_spans(client, {}, storage, dataset.info.query, max_concurrency)
    return tuple(failures)


def _after_repair(found: _Found, failures: tuple[Failure, ...]) -> _Found:
    failed = {failure.channel for failure in failures}
    is_right = found.problem.kind != "unchecked" and all(failed.isdisjoint(entry.channels) for entry in found.entries)
    return replace(found, problem=replace(found.problem, repaired=is_right))
