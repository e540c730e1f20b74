"""Holds a dataset against its manifest and against the archive, and repairs it."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from cassandra_pv_archiver.archive_client import ArchiveClient
from cassandra_pv_archiver.errors import ArchiverError, NotFoundError
from cassandra_pv_archiver.limits import check_count

from .archive_checks import ArchiveCheck, differs
from .edge_checks import EdgeCheck, chosen_edges, edge_differs
from .layout import MANIFEST
from .manifest import Failure, Manifest
from .manifest_checks import against_manifest, failures_of, forms, of_wanted
from .problems import DatasetProblem, Found, VerifyResult
from .reading import Dataset
from .repairing import repaired
from .storage import DatasetPath, Storage

__all__ = ["DatasetProblem", "VerifyResult", "verify_dataset"]

Check = TypeVar("Check", ArchiveCheck, EdgeCheck)


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

    Every file is read as a whole, its hash compared, and its rows counted; ranges that exports were asked for have to
    be there. Against the archive, the samples next to the edges of each part are looked up (of files with more than a
    hundred channels, of a hundred of them; of decimated samples only for the parts that are compared), and the samples
    around a random instant of randomly chosen parts are compared one by one. What the retention period has removed from
    the archive meanwhile is no difference.

    What is repaired is removed and read again. Where the archive does not have all of it any more, files that only
    differ are left as they are, and damaged ones are kept in the folder ``_damaged``.

    Args:
        path: Where the dataset is, as in `export_dataset`.
        client: Where to compare samples, and where to read what is repaired. None: only the manifest counts.
        repair: Whether to remove what is wrong, and to read it again.
        compare: How many parts of channels are compared with the archive sample by sample. 0: the archive only serves
            repairs.
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
    manifest = Manifest(storage)
    found = list(forms(manifest))
    damaged = [each.delete.removeprefix(f"{MANIFEST}/").removesuffix(".json") for each in found if each.delete]
    dataset = Dataset(path, without=damaged)
    compared = probed = 0
    with ThreadPoolExecutor(max_concurrency, "cassandra_pv_archiver verify") as executor:
        found += against_manifest(storage, dataset.entries, executor, progress)
        found += of_wanted(storage, dataset.entries, failures_of(manifest))
        if client is not None and compare:
            broken = {entry.name for each in found for entry in each.entries}
            sound = Dataset(path, without=[*damaged, *broken])
            chooser = random.Random(seed)  # noqa: S311 -- a sample, which must be the same twice
            checks = _chosen(sound, compare, chooser)
            # Which level the neighbours of decimated samples come from depends on the whole range.
            edges = chosen_edges(sound.entries, chooser) if sound.info.query.spacing_ns is None else []
            compared, probed = len(checks), len(edges)
            looks = executor.map(partial(_looked_up, partial(differs, client, sound)), checks)
            probes = executor.map(partial(_looked_up, partial(edge_differs, client, sound.info.query)), edges)
            found += [each for each in (*looks, *probes) if each is not None]
    failures: tuple[Failure, ...] = ()
    if repair and found:
        found, failures = repaired(storage, dataset.info.query, client, found, max_concurrency)
    files = [entry for entry in dataset.entries if entry.file is not None]
    problems = tuple(each.problem for each in found)
    return VerifyResult(len(files), sum(entry.samples for entry in files), compared, problems, failures, probed)


def _chosen(dataset: Dataset, number: int, chooser: random.Random) -> list[ArchiveCheck]:
    parts = [
        (entry, channel)
        for entry in dataset.entries
        if entry.kind == "samples" and not entry.open
        for channel, part in entry.channels.items()
        if part.final_end > part.begin
    ]
    chosen = chooser.sample(parts, min(number, len(parts)))
    return [ArchiveCheck.random(entry, channel, chooser) for entry, channel in chosen]


def _looked_up(look: Callable[[Check], str | None], check: Check) -> Found | None:
    """What the archive has in another way; None also if it does not have the channel any more."""
    entries = (check.entry,) if isinstance(check, ArchiveCheck) else check.entries
    file = next((entry.file for entry in entries if entry.file is not None), None)
    try:
        message = look(check)
    except NotFoundError:
        return None  # a channel that was removed meanwhile is all the more worth keeping
    except ArchiverError as error:
        return Found(DatasetProblem("unchecked", file, f"{check.channel!r}: {error}"))
    return None if message is None else Found(DatasetProblem("differs", file, message), entries)
