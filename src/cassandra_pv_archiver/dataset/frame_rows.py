"""The rows of a dataset's table as a DataFrame of pandas, with the same types whatever the samples are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from cassandra_pv_archiver._optional_libraries import optional_library
from cassandra_pv_archiver._sample_columns import is_ascending

from ._arrow import arrow
from .layout import schema

__all__ = ["column_names", "empty_frame", "to_frame"]

_INDEX = "time"
_UNASKED = "context"
"""Some hundred bytes of JSON for each row, of which nobody but this package makes use."""


def column_names(columns: Iterable[str] | None) -> list[str]:
    """The columns that are wanted besides the index, each once.

    Args:
        columns: The columns; None for those of the table's layout without ``context``.

    Raises:
        TypeError: There is a single text.
        ValueError: There is no such column.
    """
    known = [name for name in schema().names if name != _INDEX]
    if columns is None:
        return [name for name in known if name != _UNASKED]
    if isinstance(columns, str):
        raise TypeError(f"columns is a list of names, not a text; write [{columns!r}].")
    wanted = list(dict.fromkeys(columns))
    if _INDEX in wanted:
        raise ValueError("time is the index and need not be asked for.")
    for name in wanted:
        if name not in known:
            raise ValueError(f"There is no column {name!r}, only {', '.join(known)}.")
    return wanted


def empty_frame(columns: Sequence[str]) -> Any:
    """A frame without rows."""
    return to_frame(schema().empty_table(), columns)


def to_frame(table: Any, columns: Sequence[str]) -> Any:
    """A frame with the time as the index.

    Numbers are ``float64`` (NaN where there is none) and ``Int64``, texts are ``string``, arrays are lists of Arrow.

    Args:
        table: A ``pyarrow.Table`` with rows of one channel: the time, and at least these columns.
        columns: The columns.
    """
    pandas, pa = optional_library("pandas", "dask"), arrow()
    times = table.column(_INDEX).cast(pa.int64()).to_numpy()
    if not is_ascending(times):
        order = np.argsort(times, kind="stable")
        table, times = table.take(order), times[order]
    index = pandas.DatetimeIndex(times.view("datetime64[ns]"), name=_INDEX).tz_localize("UTC")
    types = {column.type: _in_pandas(pandas, pa, column.type) for column in map(_plain, schema())}
    # With the time, as a table without columns has no rows.
    plain = pa.table([pa.array(times), *(_decoded(table.column(name)) for name in columns)], names=[_INDEX, *columns])
    return plain.to_pandas(types_mapper=types.get).set_index(index).drop(columns=_INDEX)


def _in_pandas(pandas: Any, pa: Any, type_: Any) -> Any:
    if pa.types.is_int64(type_):
        return pandas.Int64Dtype()
    if pa.types.is_list(type_):
        return pandas.ArrowDtype(type_)
    return pandas.StringDtype("pyarrow") if pa.types.is_string(type_) else None


def _plain(field: Any) -> Any:
    is_encoded = arrow().types.is_dictionary(field.type)
    return field.with_type(field.type.value_type) if is_encoded else field


def _decoded(column: Any) -> Any:
    return column.cast(column.type.value_type) if arrow().types.is_dictionary(column.type) else column
