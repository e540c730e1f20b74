"""Tables of Apache Arrow become samples again."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter

from ._categories import Codes, smallest_codes
from ._optional_libraries import optional_library
from ._sample_columns import SampleColumns, SampleContext
from ._sample_query import ReadNotes, SampleQuery
from ._sample_values import Kind, Kinds, Mask, SampleValues, kind_of
from ._series_to_arrow import EXACT_COLUMNS, FORMAT, SCHEMA_KEY, context_form

__all__ = ["read_table"]


_object = TypeAdapter(dict[str, Any])
_query_form = TypeAdapter(SampleQuery)
_notes_form = TypeAdapter(ReadNotes)


def read_table(table: Any) -> tuple[SampleQuery, SampleColumns, ReadNotes]:
    """What was asked for, the samples in the order of the table's rows, and what was found out about them.

    Raises:
        TypeError: This is no table of pyarrow.
        ValueError: `SampleSeries.to_arrow` did not make this table, or something in it is missing.
    """
    pyarrow = optional_library("pyarrow", "arrow")
    if not isinstance(table, pyarrow.Table):
        raise TypeError(f"A pyarrow.Table is wanted, not {type(table).__name__}.")
    query, notes = _query_and_notes(table)
    numbers, contexts = _contexts(_column(table, "context"))
    times = _numbers(_column(table, "time").cast(pyarrow.timestamp("ns", "UTC")).view(pyarrow.int64()))
    kinds = np.array([kind_of(context.type) for context in contexts], np.int8)[numbers]
    exact = [name for name in EXACT_COLUMNS.values() if name in table.column_names]
    sources = [_source(pyarrow, _column(table, name), kinds) for name in ("value", *exact)]
    columns = SampleColumns(times, numbers, contexts, _joined(sources, kinds))
    return query, _with_extremes(table, columns), notes


def _query_and_notes(table: Any) -> tuple[SampleQuery, ReadNotes]:
    metadata: dict[bytes, bytes] = table.schema.metadata or {}
    if SCHEMA_KEY not in metadata:
        raise ValueError(
            f"The schema of this table has no {SCHEMA_KEY.decode()!r}, so it is not one that to_arrow made,"
            " or something on the way has dropped the schema's metadata."
        )
    about = _object.validate_json(metadata[SCHEMA_KEY])
    form = about.get("format")
    if form != FORMAT:
        raise ValueError(f"This table has form {form}, but only {FORMAT} is known: perhaps a newer version wrote it.")
    return _query_form.validate_json(metadata[SCHEMA_KEY]), _notes_form.validate_python(about.get("notes", {}))


def _column(table: Any, name: str) -> Any:
    """A column as one array. Only what consists of several chunks is copied."""
    if name not in table.column_names:
        raise ValueError(f"This table has no column {name!r}, which to_arrow makes and from_arrow needs.")
    column = table.column(name)
    column = column.chunk(0) if column.num_chunks == 1 else column.unify_dictionaries().combine_chunks()
    if name in {"time", "context"} and column.null_count:
        raise ValueError(f"In the column {name!r} {column.null_count} of {len(column)} values are missing.")
    return column


def _contexts(column: Any) -> tuple[Codes, tuple[SampleContext, ...]]:
    pyarrow = optional_library("pyarrow", "arrow")
    if not pyarrow.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    contexts = tuple(context_form.validate_json(text) for text in column.dictionary.to_pylist())
    return smallest_codes(_numbers(column.indices), len(contexts)), contexts


def _numbers(array: Any, filler: float = 0) -> npt.NDArray[Any]:
    filled = array.fill_null(filler) if array.null_count else array
    return filled.to_numpy()


class _Source(NamedTuple):
    """Values from one column of a table.

    Attributes:
        kind: What the elements are.
        rows: The samples whose values are here.
        elements: All elements.
        starts: For each sample where its value begins; meaningful only in `rows`.
        lengths: Likewise how many elements it has.
    """

    kind: Kind
    rows: Mask
    elements: npt.NDArray[Any]
    starts: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]


def _source(pyarrow: Any, column: Any, kinds: Kinds) -> _Source:
    compute = optional_library("pyarrow.compute", "arrow")
    present = column.is_valid().to_numpy(zero_copy_only=False)
    types = pyarrow.types
    if types.is_list(column.type) or types.is_large_list(column.type) or types.is_fixed_size_list(column.type):
        lengths = _numbers(compute.list_value_length(column)).astype(np.int64)
        starts = np.cumsum(lengths) - lengths
        column = compute.list_flatten(column)
    else:
        starts, lengths = np.arange(len(column)), np.ones(len(column), np.int64)
    found, elements = _elements(pyarrow, column)
    return _Source(found, present & (kinds == found), elements, starts, lengths)


def _elements(pyarrow: Any, column: Any) -> tuple[Kind, npt.NDArray[Any]]:
    if pyarrow.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pyarrow.types.is_floating(column.type):
        return Kind.FLOAT, _numbers(column.cast(pyarrow.float64()))
    if pyarrow.types.is_integer(column.type):
        return Kind.INTEGER, _numbers(column.cast(pyarrow.int64()))
    return Kind.TEXT, column.cast(pyarrow.large_string()).to_numpy(zero_copy_only=False)


def _joined(sources: list[_Source], kinds: Kinds) -> SampleValues:
    first = sources[0]
    if first.rows.all() and first.lengths.size and first.lengths.min() == first.lengths.max() == 1:
        return _scalars(first)
    parts: list[list[npt.NDArray[Any]]] = [[array] for array in SampleValues.none().elements]
    starts, lengths = np.full(len(kinds), -1, np.int64), np.zeros(len(kinds), np.int64)
    for source in sources:
        before = sum(map(len, parts[source.kind]))
        starts[source.rows] = before + source.starts[source.rows]
        lengths[source.rows] = source.lengths[source.rows]
        parts[source.kind].append(source.elements)
    if (missing := np.flatnonzero(starts < 0)).size:
        raise ValueError(f"Row {missing[0]} of this table has no value of the type that its context tells.")
    floats, integers, texts = (part[1] if len(part) == 2 else np.concatenate(part) for part in parts)
    return SampleValues((floats, integers, texts), starts, lengths)


def _scalars(source: _Source) -> SampleValues:
    floats, integers, texts = (
        source.elements if kind is source.kind else empty
        for kind, empty in zip(Kind, SampleValues.none().elements, strict=True)
    )
    return SampleValues((floats, integers, texts))


def _with_extremes(table: Any, columns: SampleColumns) -> SampleColumns:
    if not any(columns.contexts[number].type == "minMaxDouble" for number in columns.used_numbers):
        return columns
    minimums, maximums = (_numbers(_column(table, name), np.nan) for name in ("minimum", "maximum"))
    return SampleColumns(columns.times, columns.numbers, columns.contexts, columns.values, minimums, maximums)
