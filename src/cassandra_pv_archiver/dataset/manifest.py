"""The manifest of a dataset: what each file holds, and what was found where there are no samples."""

from __future__ import annotations

import platform
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from typing import Any, Literal, TypeAlias, TypeVar

from pydantic import TypeAdapter, ValidationError

from cassandra_pv_archiver.errors import ArchiverError

from ._arrow import arrow
from .layout import FAILURES, FORMAT, INFO, MANIFEST, MONTH, WANTED
from .storage import Storage

__all__ = [
    "ChannelPart",
    "DatasetError",
    "DatasetInfo",
    "Entry",
    "EntryKind",
    "Failure",
    "Manifest",
    "PartState",
    "Query",
    "versions",
]

_T = TypeVar("_T")

EntryKind: TypeAlias = Literal["samples", "before", "after"]
PartState: TypeAlias = Literal["complete", "empty", "expired"]


_PASSING = tuple(f"{MANIFEST}/{kind}-" for kind in ("open", "before", "after"))
"""How the names of entries begin that give way to others."""


class DatasetError(ArchiverError):
    """A dataset that is not there, cannot be read, or is of another kind than what is wanted."""


@dataclass(frozen=True, slots=True)
class Query:
    """What all samples of a dataset have in common.

    Attributes:
        archive_key: The archive.
        spacing_ns: The wanted time between two samples in nanoseconds; None for raw samples.
    """

    archive_key: int = 1
    spacing_ns: int | None = None


@dataclass(frozen=True, slots=True)
class ChannelPart:
    """What one entry holds of one channel.

    Attributes:
        begin: The first instant of what was read, in nanoseconds since 1970-01-01 UTC.
        end: The end of what was read, which does not belong to it.
        samples: The number of samples.
        weight: As `samples`, but an array counts as often as it has elements.
        first: The time of the first sample; None if there is none.
        last: Likewise of the last one.
        state: ``'complete'``; ``'empty'`` if the archive has no samples there; ``'expired'`` if the retention period
            has removed samples before they were read: all, or those before ``first``.
        settled: Of decimated samples the time up to which no further ones can come up; None: up to the end. They do
            once a later raw sample has arrived.
    """

    begin: int
    end: int
    samples: int = 0
    weight: int = 0
    first: int | None = None
    last: int | None = None
    state: PartState = "complete"
    settled: int | None = None

    @property
    def final_end(self) -> int:
        """The end of what need not be read again."""
        return self.end if self.settled is None else self.settled


@dataclass(frozen=True, slots=True)
class Entry:
    """What one file of the table holds.

    Attributes:
        name: The name of the entry.
        kind: ``'samples'`` for samples of a range; ``'before'`` and ``'after'`` for those next to the whole range.
        file: The file, relative to the dataset; None if there are no samples.
        begin: The first instant, in nanoseconds since 1970-01-01 UTC.
        end: The end, which does not belong to it.
        samples: The number of rows.
        bytes: The size of the file.
        sha256: The hash of the file, in hexadecimal digits.
        first: The time of the first sample; None if there is none.
        last: Likewise of the last one.
        open: Whether late samples may be missing, because the end was as good as now.
        channels: What it holds of each channel.
        query: What was asked for.
        server: Where it was read.
        written: When, in nanoseconds since 1970-01-01 UTC.
        versions: Of what had a part in it.
    """

    name: str
    kind: EntryKind
    file: str | None
    begin: int
    end: int
    channels: Mapping[str, ChannelPart]
    samples: int = 0
    bytes: int = 0
    sha256: str | None = None
    first: int | None = None
    last: int | None = None
    open: bool = False
    query: Query = field(default_factory=Query)
    server: str = ""
    written: int = 0
    versions: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Failure:
    """A channel of which something could not be read.

    Attributes:
        channel: The channel.
        reason: ``'missing'`` if the archive has no such channel, else ``'failed'``.
        message: What happened.
        begin: From where on it is missing, in nanoseconds since 1970-01-01 UTC.
        end: Up to where.
        when: When it failed, likewise.
    """

    channel: str
    reason: Literal["missing", "failed"]
    message: str
    begin: int
    end: int
    when: int


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """What a whole dataset is about.

    Attributes:
        format: The version of the layout.
        query: What all its samples have in common.
        created: When it was begun, in nanoseconds since 1970-01-01 UTC.
        versions: Of what has begun it.
    """

    format: int
    query: Query
    created: int
    versions: Mapping[str, str] = field(default_factory=dict[str, str])


_entry_form: TypeAdapter[Entry] = TypeAdapter(Entry)
_info_form: TypeAdapter[DatasetInfo] = TypeAdapter(DatasetInfo)
_failures_form: TypeAdapter[list[Failure]] = TypeAdapter(list[Failure])


@cache
def versions() -> dict[str, str]:
    """The versions of this package, of pyarrow and of Python."""
    package = version("cassandra-pv-archiver-client")
    return {
        "cassandra-pv-archiver-client": package,
        "pyarrow": arrow().__version__,
        "python": platform.python_version(),
    }


class Manifest:
    """The entries of a dataset, each a file of its own, so that several processes can add theirs."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def info(self) -> DatasetInfo | None:
        """What the dataset is about; None if there is no dataset.

        Raises:
            DatasetError: It cannot be read, or is of a newer version.
        """
        content = self._storage.read(INFO)
        if content is None:
            return None
        info = self._parsed(_info_form, INFO, content)
        if info.format > FORMAT:
            raise DatasetError(
                f"{self._storage}: the dataset has layout {info.format}, but only {FORMAT} is known here. Use a newer"
                " version of cassandra-pv-archiver-client."
            )
        return info

    def begin(self, query: Query, now: int) -> None:
        """Sees to it that there is a dataset for this query.

        Raises:
            DatasetError: There is one for another, or a table of somebody else.
        """
        info = self.info()
        if info is None:
            self._refuse_others()
            created = DatasetInfo(FORMAT, query, now, versions())
            self._storage.write(INFO, _info_form.dump_json(created, indent=1))
        elif info.query != query:
            raise DatasetError(
                f"{self._storage} has {_described(info.query)}, not {_described(query)}. Use another folder."
            )

    def _refuse_others(self) -> None:
        # Files that no entry has are deleted by each export, which must not happen to those of somebody else.
        tables = [name for name in self._storage.files() if name.endswith(".parquet")]
        folders = [name for name in self._storage.folders() if name.startswith(f"{MONTH}=")]
        own = [name for name in self._storage.files(MANIFEST) if name.endswith(".json")]
        for found in (*folders, *tables, *own):
            raise DatasetError(
                f"{self._storage} has {found}, but no {INFO}, so this is not a dataset of this package, or one that is"
                " damaged. Use another folder, or put that file back."
            )

    def entries(self, without: Collection[str] = ()) -> list[Entry]:
        """All entries, by the time of their begin.

        Args:
            without: Names of entries that are left out.

        Raises:
            DatasetError: One cannot be read.
        """
        others = {INFO, FAILURES, WANTED, *map(_place, without)}
        found = self._entries(lambda name: name not in others)
        return sorted(found, key=lambda entry: (entry.begin, entry.name))

    def damaged(self) -> dict[str, str]:
        """The files that cannot be read, and why, apart from that which tells what the dataset is about."""
        found: dict[str, str] = {}
        for name in self._storage.files(MANIFEST):
            content = self._storage.read(name) if name.endswith(".json") and name not in {INFO, WANTED} else None
            if content is not None:
                form: TypeAdapter[Any] = _failures_form if name == FAILURES else _entry_form
                try:
                    form.validate_json(content)
                except ValidationError as error:
                    found[name] = str(error)
        return found

    def _entries(self, is_wanted: Callable[[str], bool]) -> list[Entry]:
        names = [name for name in self._storage.files(MANIFEST) if name.endswith(".json") and is_wanted(name)]
        contents = dict(zip(names, self._storage.read_many(names), strict=True))
        return [self._parsed(_entry_form, name, content) for name, content in contents.items() if content is not None]

    def entry(self, name: str) -> Entry | None:
        """The entry of some name; None if there is none."""
        content = self._storage.read(_place(name))
        return None if content is None else self._parsed(_entry_form, name, content)

    def add(self, entry: Entry, *, is_new: bool = False) -> None:
        """Records an entry, which makes what it tells part of the dataset.

        Args:
            entry: The entry.
            is_new: Whether there must not be one of this name yet.

        Raises:
            FileExistsError: Another process was faster.
        """
        self._storage.write(_place(entry.name), _entry_form.dump_json(entry), is_new=is_new)

    def remove(self, entries: Iterable[Entry]) -> None:
        """Takes entries and their files out of the dataset."""
        for entry in entries:
            # The other way round, a reader could be told of a file that is not there any more.
            self._storage.delete(_place(entry.name))
            if entry.file is not None:
                self._storage.delete(entry.file)

    def passing_entries(self) -> list[Entry]:
        """The entries that give way to others: open ends, and samples next to a range."""
        return self._entries(lambda name: name.startswith(_PASSING))

    def failures(self) -> list[Failure]:
        """What the latest export could not read."""
        content = self._storage.read(FAILURES)
        return [] if content is None else self._parsed(_failures_form, FAILURES, content)

    def set_failures(self, failures: Collection[Failure]) -> None:
        """Records what could not be read."""
        self._storage.write(FAILURES, _failures_form.dump_json(list(failures), indent=1))

    def _parsed(self, form: TypeAdapter[_T], name: str, content: bytes) -> _T:
        try:
            return form.validate_json(content)
        except ValidationError as error:
            raise DatasetError(f"{self._storage}: {name} is not what was written there: {error}") from error


def _place(name: str) -> str:
    return f"{MANIFEST}/{name}.json"


def _described(query: Query) -> str:
    what = "raw samples" if query.spacing_ns is None else f"samples {query.spacing_ns / 1e9:g} s apart"
    return f"{what} of archive {query.archive_key}"
