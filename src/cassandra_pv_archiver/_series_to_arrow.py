"""Samples as a table of Apache Arrow, which `_series_from_arrow` reads back without loss."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter

from ._optional_libraries import optional_library
from ._sample_columns import SampleColumns, SampleContext
from ._sample_query import ReadNotes, SampleQuery
from ._sample_values import Kind, Mask
from ._series_tables import (
    Categories,
    TableValues,
    as_text,
    description,
    has_extremes,
    labels_of,
    qualities_of,
    severities_of,
    statuses_of,
)

__all__ = ["EXACT_COLUMNS", "FORMAT", "SCHEMA_KEY", "arrow_table", "context_form"]

SCHEMA_KEY = b"cassandra_pv_archiver"
"""Where the schema says what was asked for."""
FORMAT = 1
"""The version of the table's form; a reader refuses later ones."""
EXACT_COLUMNS = {Kind.FLOAT: "exact_float", Kind.INTEGER: "exact_integer", Kind.TEXT: "exact_text"}
"""For values that the column of values does not hold, or not exactly."""

context_form: TypeAdapter[SampleContext] = TypeAdapter(SampleContext)
"""Contexts as JSON. In this form and not as numbers they survive when tables are put together."""


def arrow_table(columns: SampleColumns, query: SampleQuery, notes: ReadNotes) -> Any:
    """Makes the table that `SampleSeries.to_arrow` describes."""
    pyarrow = optional_library("pyarrow", "arrow")
    values = TableValues.of(columns)
    labels = labels_of(columns)
    members: dict[str, Any] = {
        "time": pyarrow.array(columns.times).view(pyarrow.timestamp("ns", "UTC")),
        "value": _values(pyarrow, values),
    }
    if labels is not None:
        members["label"] = _dictionary(pyarrow, labels)
    if has_extremes(columns, query):
        members["minimum"] = _extremes(pyarrow, columns, columns.minimums)
        members["maximum"] = _extremes(pyarrow, columns, columns.maximums)
    members["severity"] = _dictionary(pyarrow, severities_of(columns), ordered=True)
    members["status"] = _dictionary(pyarrow, statuses_of(columns))
    members["quality"] = _dictionary(pyarrow, qualities_of(columns))
    members["context"] = _contexts(pyarrow, columns)
    members |= _exact(pyarrow, values)
    about = {"format": FORMAT, **description(columns, query), "notes": asdict(notes)}
    return pyarrow.table(members, metadata={SCHEMA_KEY: json.dumps(about, ensure_ascii=False)})


def _dictionary(pyarrow: Any, categories: Categories, *, ordered: bool = False) -> Any:
    missing = categories.codes < 0
    codes = pyarrow.array(categories.codes, mask=missing if missing.any() else None)
    return pyarrow.DictionaryArray.from_arrays(
        codes, pyarrow.array(categories.texts, pyarrow.string()), ordered=ordered
    )


def _contexts(pyarrow: Any, columns: SampleColumns) -> Any:
    used = sorted(columns.used_numbers)
    texts = [context_form.dump_json(columns.contexts[number]).decode() for number in used]
    return _dictionary(pyarrow, Categories(np.searchsorted(used, columns.numbers), texts))


def _extremes(pyarrow: Any, columns: SampleColumns, extremes: npt.NDArray[np.float64] | None) -> Any:
    if extremes is None:
        return pyarrow.nulls(len(columns), pyarrow.float64())
    own = columns.by_context([context.type == "minMaxDouble" for context in columns.contexts], np.bool_)
    return _numbers(pyarrow, extremes, own)


def _values(pyarrow: Any, values: TableValues) -> Any:
    if not values.are_scalars:
        elements, offsets = values.flat()
        return _lists(pyarrow, elements, offsets, values.valid)
    if values.kind in {Kind.FLOAT, Kind.INTEGER}:
        return _numbers(pyarrow, values.scalars(), values.valid)
    return pyarrow.array(values.texts(), pyarrow.large_string())


def _numbers(pyarrow: Any, numbers: npt.NDArray[Any], valid: Mask) -> Any:
    return pyarrow.array(numbers, mask=None if valid.all() else ~valid)


def _lists(pyarrow: Any, elements: npt.NDArray[Any], offsets: npt.NDArray[np.int64], valid: Mask) -> Any:
    if elements.dtype == object:
        flat = pyarrow.array(list(map(as_text, elements.tolist())), pyarrow.large_string())
    else:
        flat = pyarrow.array(elements)
    mask = None if valid.all() else pyarrow.array(~valid)
    return pyarrow.LargeListArray.from_arrays(pyarrow.array(offsets), flat, mask=mask)


def _exact(pyarrow: Any, values: TableValues) -> dict[str, Any]:
    columns = values.columns
    held = Kind.TEXT if values.kind is None else values.kind
    exact: dict[str, Any] = {}
    for kind, name in EXACT_COLUMNS.items():
        own = columns.kinds == kind
        if held is kind:
            own &= ~columns.valid
        if own.any():
            elements, lengths = columns.values.flat(columns.kinds, own)
            exact[name] = _lists(pyarrow, elements, np.concatenate([[0], np.cumsum(lengths)]), own)
    return exact
