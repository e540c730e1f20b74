"""Rows of a dataset's table become samples again."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cassandra_pv_archiver._categories import smallest_codes
from cassandra_pv_archiver._sample_columns import SampleColumns
from cassandra_pv_archiver._sample_values import Kind, Mask, SampleValues, kind_of
from cassandra_pv_archiver._series_to_arrow import context_form

from ._arrow import arrow

__all__ = ["from_table"]


def from_table(table: Any) -> SampleColumns:
    """The samples of rows of one channel, in the order of time.

    Args:
        table: A ``pyarrow.Table`` with the columns ``READ_BACK`` of the layout.
    """
    pa = arrow()
    if not table.num_rows:
        return SampleColumns.none()
    context = _one(table, "context")
    context = context if pa.types.is_dictionary(context.type) else context.dictionary_encode()
    contexts = tuple(context_form.validate_json(text) for text in context.dictionary.to_pylist())
    numbers = smallest_codes(context.indices.to_numpy(), len(contexts))
    times: npt.NDArray[np.int64] = _one(table, "time").view(pa.int64()).to_numpy().copy()
    kinds = np.array([kind_of(each.type) for each in contexts], np.int8)[numbers]
    minimums, maximums = (_floats(table, name) for name in ("minimum", "maximum"))
    columns = SampleColumns(times, numbers, contexts, _values(table, kinds), minimums, maximums)
    return columns.in_order_of_time().compact()


def _one(table: Any, name: str) -> Any:
    column = table.column(name)
    return column.chunk(0) if column.num_chunks == 1 else column.unify_dictionaries().combine_chunks()


def _floats(table: Any, name: str) -> npt.NDArray[np.float64] | None:
    column = table.column(name)
    if column.null_count == len(column):
        return None
    return _one(table, name).fill_null(float("nan")).to_numpy(zero_copy_only=False).copy()


_SCALARS = {Kind.FLOAT: "value", Kind.INTEGER: "integer", Kind.TEXT: "text"}
_ARRAYS = {Kind.FLOAT: "values", Kind.INTEGER: "integers", Kind.TEXT: "texts"}
_DTYPES: dict[Kind, Any] = {Kind.FLOAT: np.float64, Kind.INTEGER: np.int64, Kind.TEXT: object}


def _values(table: Any, kinds: npt.NDArray[np.int8]) -> SampleValues:
    starts, lengths = np.zeros(len(kinds), np.int64), np.ones(len(kinds), np.int64)
    elements: list[npt.NDArray[Any]] = []
    simple = 0
    for kind in Kind:
        own = kinds == kind
        arrays = _is_valid(table, _ARRAYS[kind]) & own
        scalars = own & ~arrays
        flat = _scalars(table, kind, scalars)
        starts[scalars] = np.arange(len(flat))
        if arrays.any():
            items, counts = _items(table, kind, arrays)
            starts[arrays] = len(flat) + np.cumsum(counts) - counts
            lengths[arrays] = counts
            flat = np.concatenate([flat, items])
        simple += bool(scalars.all())
        elements.append(flat)
    first, second, third = elements
    return SampleValues((first, second, third)) if simple else SampleValues((first, second, third), starts, lengths)


def _is_valid(table: Any, name: str) -> Mask:
    column = table.column(name)
    if column.null_count == len(column):
        return np.zeros(len(column), np.bool_)
    return _one(table, name).is_valid().to_numpy(zero_copy_only=False)


def _scalars(table: Any, kind: Kind, own: Mask) -> npt.NDArray[Any]:
    if not own.any():
        return np.empty(0, _DTYPES[kind])
    if kind is Kind.TEXT:
        texts, markers = (_decoded(_one(table, name)) for name in ("text", "marker"))
        return arrow("compute").coalesce(texts, markers).to_numpy(zero_copy_only=False)[own]
    return _one(table, _SCALARS[kind]).fill_null(0).to_numpy(zero_copy_only=False)[own]


def _decoded(column: Any) -> Any:
    pa = arrow()
    plain = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
    return plain.cast(pa.string())


def _items(table: Any, kind: Kind, own: Mask) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    compute = arrow("compute")
    chosen = _one(table, _ARRAYS[kind]).filter(arrow().array(own))
    counts = compute.list_value_length(chosen).to_numpy(zero_copy_only=False).astype(np.int64)
    return compute.list_flatten(chosen).to_numpy(zero_copy_only=False).astype(_DTYPES[kind], copy=False), counts
