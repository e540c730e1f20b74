"""Rows as Parquet, or as a file of Apache Arrow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from cassandra_pv_archiver._optional_libraries import optional_library

from .reading_rows import COLUMNS, EXTREMES, Row
from .writing_csv import text_cell

_GROUP = 100_000
"""Values that are collected before they are written."""
_TEXTS = frozenset(COLUMNS) - {"time", "value"}


class ArrowWriter:
    """Writes row groups of one schema. Where later values do not fit it, what there is is written again in a wider one.

    Args:
        path: A regular file of our own, which is there already and empty.
        columns: The names of the rows' columns.
        is_parquet: Whether it becomes Parquet.
    """

    def __init__(self, path: Path, columns: Sequence[str], *, is_parquet: bool) -> None:
        self._arrow = optional_library("pyarrow", "arrow")
        self._path = path
        self._columns = list(columns)
        self._is_parquet = is_parquet
        is_long = "severity" in columns
        known: dict[str, str] = {**dict.fromkeys(_TEXTS, "text"), **dict.fromkeys(EXTREMES, "number")}
        self._kinds: list[str | None] = [known.get(name) if is_long else None for name in columns]
        self._rows: list[Row] = []
        self._held = 0
        self._writer: Any = None

    def write(self, rows: Sequence[Row]) -> None:
        """Takes some rows."""
        for row in rows:
            self._rows.append(row)
            self._held += 1 + sum(map(_elements, row))
            if self._held >= _GROUP:
                self._flush()

    def finish(self) -> None:
        """Writes what is left, and the end of the file."""
        self._flush()
        if self._writer is None:
            self._open()
        self._close()

    def _flush(self) -> None:
        if not self._rows:
            return
        cells = [list(column) for column in zip(*self._rows, strict=True)]
        self._rows, self._held = [], 0
        kinds = [self._kinds[0], *map(_wider_kind, self._kinds[1:], cells[1:])]
        if self._writer is None:
            self._kinds = kinds
            self._open()
        elif [kind or "number" for kind in kinds] != [kind or "number" for kind in self._kinds]:
            self._widen(kinds)
        self._kinds = kinds
        writer: Any = self._writer
        writer.write_batch(self._batch(cells))

    def _widen(self, kinds: list[str | None]) -> None:
        """Writes again what there is, with columns of other types."""
        self._close()
        assert self._path.is_file()
        narrow = self._path.with_name(f"{self._path.name}.narrow")
        self._path.replace(narrow)
        self._kinds = kinds
        try:
            self._open()
            for batch in self._read(narrow):
                times = batch.column(0).cast(self._arrow.int64()).to_pylist()
                self._writer.write_batch(self._batch([times, *(column.to_pylist() for column in batch.columns[1:])]))
        finally:
            narrow.unlink()

    def _read(self, path: Path) -> Iterator[Any]:
        with path.open("rb") as file:
            if self._is_parquet:
                yield from optional_library("pyarrow.parquet", "arrow").ParquetFile(file).iter_batches()
            else:
                batches = self._arrow.ipc.open_file(file)
                yield from map(batches.get_batch, range(batches.num_record_batches))

    def _open(self) -> None:
        fields = [self._type(name, kind) for name, kind in zip(self._columns, self._kinds, strict=True)]
        self._schema = self._arrow.schema(list(zip(self._columns, fields, strict=True)))
        self._file = self._path.open("wb")
        if self._is_parquet:
            parquet = optional_library("pyarrow.parquet", "arrow")
            self._writer = parquet.ParquetWriter(self._file, self._schema, compression="zstd")
        else:
            self._writer = self._arrow.ipc.new_file(self._file, self._schema)

    def _close(self) -> None:
        try:
            self._writer.close()
        finally:
            self._file.close()

    def _type(self, name: str, kind: str | None) -> Any:
        arrow = self._arrow
        if name == self._columns[0]:
            return arrow.timestamp("ns", "UTC")
        types = {
            "integer": arrow.int64(),
            "text": arrow.string(),
            "integers": arrow.list_(arrow.int64()),
            "numbers": arrow.list_(arrow.float64()),
        }
        return types.get(kind or "", arrow.float64())

    def _batch(self, cells: Sequence[list[Any]]) -> Any:
        columns = [self._arrow.array(cells[0], self._arrow.int64()).view(self._schema.field(0).type)]
        for number, kind in enumerate(self._kinds[1:], 1):
            values = [_as_text(value) for value in cells[number]] if kind == "text" else cells[number]
            if kind == "number":
                values = [None if value is None else float(value) for value in values]
            columns.append(self._arrow.array(values, self._schema.field(number).type))
        return self._arrow.record_batch(columns, schema=self._schema)


def _wider_kind(kind: str | None, values: Sequence[Any]) -> str | None:
    """The kind of a column after these values."""
    for value in values:
        if value is not None and kind != "text":
            kind = _common(kind, _kind(value))
    return kind


def _elements(value: object) -> int:
    return len(cast("list[object]", value)) if isinstance(value, list) else 0


def _kind(value: object) -> str | None:
    if isinstance(value, list):
        kinds = {_kind(element) for element in cast("list[object]", value)}
        if not kinds <= {"integer", "number"}:
            return "text"
        return "integers" if kinds == {"integer"} else "numbers"
    return "integer" if isinstance(value, int) else "number" if isinstance(value, float) else "text"


def _common(one: str | None, other: str | None) -> str | None:
    if one is None or one == other:
        return other
    for kinds, wider in (({"integer", "number"}, "number"), ({"integers", "numbers"}, "numbers")):
        if {one, other} == kinds:
            return wider
    return "text"


def _as_text(value: Any) -> str | None:
    return None if value is None else str(text_cell(value))
