"""Samples as a DataFrame of pandas."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import numpy.typing as npt

from ._optional_libraries import optional_library
from ._sample_columns import SampleColumns
from ._sample_query import SampleQuery
from ._sample_values import Kind
from ._series_tables import (
    Categories,
    TableValues,
    description,
    has_extremes,
    labels_of,
    qualities_of,
    severities_of,
    statuses_of,
)
from .times import parse_time_zone

__all__ = ["pandas_frame"]


def pandas_frame(columns: SampleColumns, query: SampleQuery, tz: str | dt.tzinfo | None) -> Any:
    """Makes the frame that `SampleSeries.to_pandas` describes."""
    pandas = optional_library("pandas", "pandas")
    times = pandas.DatetimeIndex(columns.times.view("datetime64[ns]"), name="time")
    if tz is not None:
        times = times.tz_localize("UTC").tz_convert(parse_time_zone(tz))
    labels = labels_of(columns)
    members: dict[str, Any] = {"value": _values(pandas, TableValues.of(columns))}
    if labels is not None:
        members["label"] = _categorical(pandas, labels)
    members["valid"] = columns.valid
    if has_extremes(columns, query):
        members["minimum"] = columns.filled(columns.minimums)
        members["maximum"] = columns.filled(columns.maximums)
    members["severity"] = _categorical(pandas, severities_of(columns), ordered=True)
    members["status"] = _categorical(pandas, statuses_of(columns))
    members["quality"] = _categorical(pandas, qualities_of(columns))
    frame = pandas.DataFrame(members, index=times)
    frame.attrs.update(description(columns, query))
    return frame


def _categorical(pandas: Any, categories: Categories, *, ordered: bool = False) -> Any:
    return pandas.Categorical.from_codes(categories.codes, categories.texts, ordered=ordered)


def _values(pandas: Any, values: TableValues) -> Any:
    if not values.are_scalars:
        return _arrays(values)
    scalars = values.scalars()
    if values.kind is Kind.INTEGER:
        return pandas.arrays.IntegerArray(scalars, ~values.valid)
    if values.kind is Kind.TEXT:
        return pandas.array(values.texts(), dtype="string")
    return scalars


def _arrays(values: TableValues) -> npt.NDArray[np.object_]:
    elements, offsets = values.flat()
    column = np.full(len(values.valid), None, object)
    for place in np.flatnonzero(values.valid).tolist():
        column[place] = elements[offsets[place] : offsets[place + 1]]
    return column
