"""Samples as a DataFrame of Polars, made without pyarrow."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._optional_libraries import optional_library
from ._sample_columns import SampleColumns
from ._sample_query import SampleQuery
from ._sample_values import Kind, Mask
from ._series_tables import (
    Categories,
    TableValues,
    as_text,
    has_extremes,
    labels_of,
    qualities_of,
    severities_of,
    statuses_of,
)

__all__ = ["polars_frame"]


def polars_frame(columns: SampleColumns, query: SampleQuery) -> Any:
    """Makes the frame that `SampleSeries.to_polars` describes."""
    polars = optional_library("polars", "polars")
    values = TableValues.of(columns)
    labels = labels_of(columns)
    members: dict[str, Any] = {
        "time": polars.Series(columns.times).cast(polars.Datetime("ns", "UTC")),
        "value": _scalars(polars, values) if values.are_scalars else _lists(polars, values),
    }
    if labels is not None:
        members["label"] = _categorical(polars, labels, polars.Categorical)
    if has_extremes(columns, query):
        own = columns.by_context([context.type == "minMaxDouble" for context in columns.contexts], np.bool_)
        members["minimum"] = _with_nulls(polars, polars.Series(columns.filled(columns.minimums)), own)
        members["maximum"] = _with_nulls(polars, polars.Series(columns.filled(columns.maximums)), own)
    severities, qualities = severities_of(columns), qualities_of(columns)
    members["severity"] = _categorical(polars, severities, polars.Enum(severities.texts))
    members["status"] = _categorical(polars, statuses_of(columns), polars.Categorical)
    members["quality"] = _categorical(polars, qualities, polars.Enum(qualities.texts))
    return polars.DataFrame(members)


def _categorical(polars: Any, categories: Categories, dtype: Any) -> Any:
    texts = polars.Series([*categories.texts, None], dtype=dtype)  # the last one for those that have none
    codes = np.where(categories.codes < 0, len(categories.texts), categories.codes)
    return texts.gather(codes.astype(np.uint32))


def _scalars(polars: Any, values: TableValues) -> Any:
    if values.kind in {Kind.FLOAT, Kind.INTEGER}:
        return _with_nulls(polars, polars.Series(values.scalars()), values.valid)
    return polars.Series(values.texts(), dtype=polars.String)


def _with_nulls(polars: Any, series: Any, valid: Mask) -> Any:
    if valid.all():
        return series
    return polars.select(polars.when(polars.Series(valid)).then(series)).to_series()


def _lists(polars: Any, values: TableValues) -> Any:
    elements, offsets = values.flat()
    if elements.dtype == object:
        flat = polars.Series(list(map(as_text, elements.tolist())), dtype=polars.String)
    else:
        flat = polars.Series(elements)
    rows = np.arange(len(values.valid))
    lists = (
        polars.DataFrame({"row": np.repeat(rows, np.diff(offsets)), "list": flat})
        .group_by("row", maintain_order=True)
        .agg("list")
    )
    # Empty arrays have no rows in the groups.
    column = polars.col("list").fill_null(polars.lit(polars.Series([[]], dtype=polars.List(flat.dtype))))
    joined = polars.DataFrame({"row": rows}).join(lists, on="row", how="left", maintain_order="left")
    return _with_nulls(polars, joined.select(column).to_series(), values.valid)
