"""Files of a dataset's table: written aside, checked, and moved into place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ._arrow import arrow
from .layout import schema
from .storage import NewFile, Storage

__all__ = ["TableFile", "WrittenFile", "write_table"]

_TEXTS = ("channel", "text", "marker", "severity", "status", "quality", "units", "type", "context")
_DICTIONARY = [*_TEXTS, "texts.list.element"]
_DICTIONARY_BYTES = 16 * 1024 * 1024
"""Room for the contexts of some ten thousand channels in one row group."""


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file that has taken its place.

    Attributes:
        name: The file, relative to the dataset.
        rows: The number of its rows.
        bytes: Its size.
        sha256: Its hash, in hexadecimal digits.
    """

    name: str
    rows: int
    bytes: int
    sha256: str


class TableFile:
    """A Parquet file that is being written, a row group at a time.

    Texts are dictionary-encoded, and every column has statistics, so that readers skip row groups. The schema of Arrow
    is not stored: it would make readers see dictionaries where others see texts.
    """

    def __init__(self, storage: Storage, name: str) -> None:
        self._name = name
        self._file: NewFile = storage.new_file(name)
        self.rows: int = 0
        try:
            self._writer = _writer(self._file.stream)
        except BaseException:
            self.abandon()
            raise

    def write(self, tables: Sequence[Any]) -> None:
        """Writes rows, which follow those before by channel and time, as a row group."""
        self.rows += _write_row_group(self._writer, tables)

    def finish(self) -> WrittenFile:
        """Checks the file and moves it into place.

        Raises:
            OSError: It could not be written, or what is stored is not what was written.
        """
        try:
            self._writer.close()
            size, digest = self._file.finish()
            self._file.put_in_place()
        except BaseException:
            self.abandon()
            raise
        return WrittenFile(self._name, self.rows, size, digest)

    def abandon(self) -> None:
        """Gives the file up; nothing of it stays."""
        self._file.abandon()


def write_table(stream: Any, tables: Sequence[Any]) -> None:
    """Writes a file of one row group to a stream."""
    writer = _writer(stream)
    _write_row_group(writer, tables)
    writer.close()


def _writer(stream: Any) -> Any:
    parquet = arrow("parquet")
    return parquet.ParquetWriter(
        stream,
        schema(),
        compression="zstd",
        use_dictionary=_DICTIONARY,
        column_encoding={"time": "DELTA_BINARY_PACKED", "integer": "DELTA_BINARY_PACKED"},
        dictionary_pagesize_limit=_DICTIONARY_BYTES,
        write_statistics=True,
        write_page_index=True,
        store_schema=False,
        sorting_columns=[parquet.SortingColumn(0), parquet.SortingColumn(1)],
    )


def _write_row_group(writer: Any, tables: Sequence[Any]) -> int:
    # A dictionary that changes within a row group would end its encoding.
    table = arrow().concat_tables(tables).unify_dictionaries()
    writer.write_table(table, row_group_size=table.num_rows)
    return table.num_rows
