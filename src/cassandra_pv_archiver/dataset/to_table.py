"""Samples become rows of a dataset's table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cassandra_pv_archiver._sample_columns import SampleColumns, SampleContext
from cassandra_pv_archiver._sample_values import Kind, Mask
from cassandra_pv_archiver._series_to_arrow import context_form
from cassandra_pv_archiver.models import EnumMetaData, NumericMetaData
from cassandra_pv_archiver.series import SampleSeries

from ._arrow import arrow
from .layout import schema

__all__ = ["columns_of", "join_tables", "to_table", "weight_of"]


def columns_of(series: SampleSeries) -> SampleColumns:
    """The columns of a series."""
    return series._columns  # pyright: ignore[reportPrivateUsage]  # noqa: SLF001 -- what rows are made of is no matter of users


def weight_of(columns: SampleColumns) -> int:
    """How much room samples take, as a number of scalar samples: an array counts its elements."""
    lengths = columns.values.lengths
    return len(columns) if lengths is None else int(np.maximum(lengths, 1).sum())


def to_table(channel_name: str, columns: SampleColumns) -> Any:
    """The rows of the samples of a channel, as a ``pyarrow.Table`` with the schema of the layout."""
    pa = arrow()
    count = len(columns)
    shapes = _Shapes(columns)
    texts = _texts(columns, shapes)
    {kind: shapes.scalars[kind] for kind in (Kind.FLOAT, Kind.INTEGER)}
    members = {
        "channel": _constant(channel_name, count),
        "time": pa.array(columns.times).view(pa.timestamp("ns", "UTC")),
        "value": _numbers(
            columns, {Kind.FLOAT: shapes.scalars[Kind.FLOAT], Kind.INTEGER: shapes.scalars[Kind.INTEGER]}
        ),
        "integer": _numbers(columns, {Kind.INTEGER: shapes.scalars[Kind.INTEGER]}, np.int64),
        "text": texts,
        "values": _lists(columns, shapes.arrays[Kind.FLOAT], pa.float64()),
        "integers": _lists(columns, shapes.arrays[Kind.INTEGER], pa.int64()),
        "texts": _text_lists(columns, shapes),
        "minimum": _extremes(columns, columns.minimums),
        "maximum": _extremes(columns, columns.maximums),
        "marker": _markers(columns),
        "severity": _by_context(columns, lambda context: str(context.severity.level)),
        "status": _by_context(columns, lambda context: context.status),
        "quality": _by_context(columns, lambda context: context.quality),
        "units": _by_context(columns, _units),
        "type": _by_context(columns, lambda context: context.type),
        "context": _by_context(columns, lambda context: context_form.dump_json(context).decode()),
    }
    wanted = schema()
    return pa.table([members[name] for name in wanted.names], schema=wanted)


def join_tables(tables: Sequence[Any]) -> Any:
    """The rows of several tables in one, in memory of its own."""
    return arrow().concat_tables(tables).unify_dictionaries().combine_chunks()


def _units(context: SampleContext) -> str | None:
    return context.meta_data.units if isinstance(context.meta_data, NumericMetaData) else None


class _Shapes:
    """Which samples have one element and which have an array, by what the elements are.

    Markers have neither, except for those that hold something else than a text, which no known server sends.
    """

    def __init__(self, columns: SampleColumns) -> None:
        lengths = columns.values.lengths
        single: Mask = np.ones(len(columns), np.bool_) if lengths is None else lengths == 1
        self.is_marker_text: Mask = ~columns.valid & single & (columns.kinds == Kind.TEXT)
        self.scalars: dict[Kind, Mask] = {}
        self.arrays: dict[Kind, Mask] = {}
        for kind in Kind:
            own = (columns.kinds == kind) & ~self.is_marker_text
            self.scalars[kind] = own & single & columns.valid
            self.arrays[kind] = own & ~self.scalars[kind]


def _constant(text: str, count: int) -> Any:
    pa = arrow()
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), pa.array([text], pa.string()))


def _by_context(columns: SampleColumns, text_of: Callable[[SampleContext], str | None]) -> Any:
    texts: dict[str, int] = {}
    codes = np.full(len(columns.contexts), -1, np.int32)
    for number in columns.used_numbers:
        text = text_of(columns.contexts[number])
        if text is not None:
            codes[number] = texts.setdefault(text, len(texts))
    return _encoded(columns.by_context(codes.tolist(), np.int32), list(texts))


def _encoded(codes: npt.NDArray[np.int32], texts: list[str]) -> Any:
    pa = arrow()
    missing = codes < 0
    indices = pa.array(codes, mask=missing if missing.any() else None)
    return pa.DictionaryArray.from_arrays(indices, pa.array(texts, pa.string()))


def _elements(columns: SampleColumns, own: Mask) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """The elements of samples of one kind, and how many each sample has: 0 for others."""
    return columns.values.flat(columns.kinds, own)


def _numbers(columns: SampleColumns, masks: dict[Kind, Mask], dtype: Any = np.float64) -> Any:
    pa = arrow()
    kinds = [kind for kind, own in masks.items() if own.any()]
    if not kinds:
        return pa.nulls(len(columns), pa.from_numpy_dtype(dtype))
    if len(kinds) == 1 and bool(masks[kinds[0]].all()):
        return pa.array(_elements(columns, masks[kinds[0]])[0].astype(dtype, copy=False))
    numbers = np.zeros(len(columns), dtype)
    for kind in kinds:
        numbers[masks[kind]] = _elements(columns, masks[kind])[0]
    return pa.array(numbers, mask=~np.logical_or.reduce(list(masks.values())))


def _extremes(columns: SampleColumns, extremes: npt.NDArray[np.float64] | None) -> Any:
    pa = arrow()
    if extremes is None:
        return pa.nulls(len(columns), pa.float64())
    own = columns.by_context([context.type == "minMaxDouble" for context in columns.contexts], np.bool_)
    return pa.array(extremes, mask=~own)


def _lists(columns: SampleColumns, own: Mask, of: Any) -> Any:
    pa = arrow()
    if not own.any():
        return pa.nulls(len(columns), pa.list_(of))
    elements, lengths = _elements(columns, own)
    return _list_array(pa.array(elements, of), lengths, own)


def _list_array(elements: Any, lengths: npt.NDArray[np.int64], own: Mask) -> Any:
    pa = arrow()
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), elements, mask=pa.array(~own))


def _texts(columns: SampleColumns, shapes: _Shapes) -> Any:
    pa = arrow()
    plain, states = shapes.scalars[Kind.TEXT], shapes.scalars[Kind.INTEGER] & _are_states(columns)
    if not plain.any() and not states.any():
        return _encoded(np.full(len(columns), -1, np.int32), [])
    texts = np.full(len(columns), None, object)
    texts[plain] = _elements(columns, plain)[0]
    texts[states] = _labels(columns, states)
    return pa.array(texts, pa.string()).dictionary_encode()


def _text_lists(columns: SampleColumns, shapes: _Shapes) -> Any:
    pa = arrow()
    plain, states = shapes.arrays[Kind.TEXT], shapes.arrays[Kind.INTEGER] & _are_states(columns)
    if not plain.any() and not states.any():
        return pa.nulls(len(columns), pa.list_(pa.string()))
    lengths = _elements(columns, plain)[1] + _elements(columns, states)[1]
    elements = np.full(int(lengths.sum()), None, object)
    elements[np.repeat(plain, lengths)] = _elements(columns, plain)[0]
    elements[np.repeat(states, lengths)] = _labels(columns, states)
    return _list_array(pa.array(elements, pa.string()), lengths, plain | states)


def _are_states(columns: SampleColumns) -> Mask:
    return columns.by_context([context.type == "enum" for context in columns.contexts], np.bool_)


def _labels(columns: SampleColumns, own: Mask) -> npt.NDArray[np.object_]:
    """The label of each element of samples that are states of an enum; the index as text where there is none."""
    indices, lengths = _elements(columns, own)
    numbers = np.repeat(columns.numbers, lengths)
    labels = np.empty(len(indices), object)
    used: list[int] = np.unique(numbers).tolist()
    for number in used:
        meta_data = columns.contexts[number].meta_data
        states = list(meta_data.states) if isinstance(meta_data, EnumMetaData) else []
        here = numbers == number
        unique, places = np.unique(indices[here], return_inverse=True)
        found: list[int] = unique.tolist()
        known = [states[index] if 0 <= index < len(states) else str(index) for index in found]
        labels[here] = np.array(known, object)[places]
    return labels


def _markers(columns: SampleColumns) -> Any:
    if bool(columns.valid.all()):
        return _encoded(np.full(len(columns), -1, np.int32), [])
    pa = arrow()
    texts = np.full(len(columns), None, object)
    statuses = columns.by_context([context.status for context in columns.contexts], object)
    texts[~columns.valid] = statuses[~columns.valid]
    own = _Shapes(columns).is_marker_text
    texts[own] = _elements(columns, own)[0]
    return pa.array(texts, pa.string()).dictionary_encode()
