"""Aligned samples as the tables of other libraries."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import tzinfo
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ._aligned_columns import AlignedColumn, ColumnKind
from ._optional_libraries import optional_library
from ._values_in_force import Integers
from .times import parse_time_zone

__all__ = ["arrow_table", "pandas_frame", "polars_frame", "record_array"]

Columns: TypeAlias = Mapping[str, AlignedColumn]

_TIME = "time"


def record_array(times: Integers, columns: Columns) -> npt.NDArray[np.void]:
    """Makes the array that `AlignedSamples.to_numpy` describes."""
    _refuse_time(columns)
    fields = {_TIME: times, **{name: column.values for name, column in columns.items()}}
    table = np.empty(len(times), [(name, values.dtype) for name, values in fields.items()])
    for name, values in fields.items():
        table[name] = values
    return table


def pandas_frame(times: Integers, columns: Columns, tz: str | tzinfo | None) -> Any:
    """Makes the frame that `AlignedSamples.to_pandas` describes."""
    pandas = optional_library("pandas", "pandas")
    index = pandas.DatetimeIndex(times.view("datetime64[ns]"), name=_TIME)
    if tz is not None:
        index = index.tz_localize("UTC").tz_convert(parse_time_zone(tz))
    frame = pandas.DataFrame({name: _pandas_column(pandas, column) for name, column in columns.items()}, index=index)
    frame.attrs["units"] = {name: column.units for name, column in columns.items()}
    return frame


def _pandas_column(pandas: Any, column: AlignedColumn) -> Any:
    match column.kind:
        case ColumnKind.INTEGER:
            return pandas.arrays.IntegerArray(column.values.copy(), ~column.valid)
        case ColumnKind.TEXT:
            return pandas.array(column.values, dtype="string")
        case ColumnKind.LABEL:
            return pandas.Categorical.from_codes(_codes(column), categories=column.categories)
        case ColumnKind.FLOAT | ColumnKind.ARRAY:
            return column.values.copy()


def polars_frame(times: Integers, columns: Columns) -> Any:
    """Makes the frame that `AlignedSamples.to_polars` describes."""
    polars = optional_library("polars", "polars")
    _refuse_time(columns)
    time = polars.Series(_TIME, times).cast(polars.Datetime("ns", "UTC"))
    return polars.DataFrame([time, *(_polars_column(polars, name, column) for name, column in columns.items())])


def _polars_column(polars: Any, name: str, column: AlignedColumn) -> Any:
    match column.kind:
        case ColumnKind.FLOAT | ColumnKind.INTEGER:
            values = polars.Series(name, column.values)
            return values if column.valid.all() else values.set(polars.Series(~column.valid), None)
        case ColumnKind.TEXT:
            return polars.Series(name, column.values.tolist(), dtype=polars.String)
        case ColumnKind.LABEL:
            return polars.Series(name, column.values.tolist(), dtype=polars.Enum(column.categories))
        case ColumnKind.ARRAY:
            of = {"f": polars.Float64, "i": polars.Int64, "O": polars.String}[_element_kind(column)]
            return polars.Series(name, _lists(column), dtype=polars.List(of))


def arrow_table(times: Integers, columns: Columns) -> Any:
    """Makes the table that `AlignedSamples.to_arrow` describes."""
    arrow = optional_library("pyarrow", "arrow")
    _refuse_time(columns)
    fields = [arrow.field(_TIME, arrow.timestamp("ns", "UTC"), nullable=False)]
    arrays = [arrow.array(times.view("datetime64[ns]")).cast(fields[0].type)]
    for name, column in columns.items():
        array = _arrow_column(arrow, column)
        arrays.append(array)
        fields.append(arrow.field(name, array.type, metadata=None if column.units is None else {"units": column.units}))
    return arrow.table(arrays, schema=arrow.schema(fields))


def _arrow_column(arrow: Any, column: AlignedColumn) -> Any:
    match column.kind:
        case ColumnKind.FLOAT | ColumnKind.INTEGER:
            return arrow.array(column.values, mask=None if column.valid.all() else ~column.valid)
        case ColumnKind.TEXT:
            return arrow.array(column.values.tolist(), arrow.string())
        case ColumnKind.LABEL:
            codes = arrow.array(_codes(column), mask=~column.valid)
            return arrow.DictionaryArray.from_arrays(codes, arrow.array(column.categories, arrow.string()))
        case ColumnKind.ARRAY:
            of = {"f": arrow.float64(), "i": arrow.int64(), "O": arrow.string()}[_element_kind(column)]
            return arrow.array(_lists(column), arrow.list_(of))


def _codes(column: AlignedColumn) -> npt.NDArray[np.int32]:
    """The place of each label among the categories; -1 where there is none."""
    places: dict[str | None, int] = {label: place for place, label in enumerate(column.categories)}
    places[None] = -1
    return np.fromiter((places[label] for label in column.values.tolist()), np.int32, len(column.values))


def _element_kind(column: AlignedColumn) -> str:
    """NumPy's letter for what the arrays of a column hold; objects are texts, or texts and numbers."""
    return next((values.dtype.kind for values in column.values if values is not None), "f")


def _lists(column: AlignedColumn) -> list[list[Any] | None]:
    lists: list[list[Any] | None] = [None if values is None else values.tolist() for values in column.values]
    if _element_kind(column) == "O":
        return [None if elements is None else [str(element) for element in elements] for elements in lists]
    return lists


def _refuse_time(columns: Collection[str]) -> None:
    if _TIME in columns:
        raise ValueError("A channel is called 'time', as the column of the times is; give its series another key.")
