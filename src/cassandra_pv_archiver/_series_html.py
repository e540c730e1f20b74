"""Series as notebooks show them."""

from __future__ import annotations

import numpy as np

from ._html import SEVERITY_COLOURS, bold, box, escaped, faint, table
from ._sample_columns import SampleColumns
from ._sample_query import SampleQuery
from ._sample_rows import samples_of
from ._sample_values import Kind
from ._series_curve import Curve, Floats, drawing
from ._series_tables import TableValues, labels_of
from .models import NumericMetaData
from .times import format_time

__all__ = ["series_html"]

_SAMPLES_LISTED = 4
_STATES_LABELLED = 6


def series_html(columns: SampleColumns, query: SampleQuery) -> str:
    """What was found, a curve of numbers or the last samples, and what was asked for."""
    asked = f"asked for {_time(query.start)} to {_time(query.end)} UTC"
    if query.count:
        asked += f", count={query.count} (a sample each {(query.end - query.start) / query.count / 1e9:g} s)"
    shown = _curve(columns, query) or _last_samples(columns)
    return box(f"{bold(escaped(query.channel_name))} {escaped(_summary(columns))}", shown, faint(asked))


def _summary(columns: SampleColumns) -> str:
    contexts = [columns.contexts[number] for number in columns.used_numbers]
    types = ", ".join(dict.fromkeys(context.type for context in contexts if not context.is_marker))
    units = [context.meta_data.units for context in contexts if isinstance(context.meta_data, NumericMetaData)]
    parts = [f"{len(columns):,} sample{'' if len(columns) == 1 else 's'}{f' of {types}' if types else ''}"]
    parts += [f"in {', '.join(used)}"] if (used := [text for text in dict.fromkeys(units) if text]) else []
    parts += [f"markers: {markers:,}"] if (markers := int((~columns.valid).sum())) else []
    parts += ["decimated"] if any(context.quality == "Interpolated" for context in contexts) else []
    return ", ".join(parts)


def _time(time: int) -> str:
    return format_time(time)[:19].replace("T", " ")


def _last_samples(columns: SampleColumns) -> str:
    last = samples_of(columns.select(slice(max(len(columns) - _SAMPLES_LISTED, 0), None)))
    rows = [[escaped(str(sample))] for sample in last]
    return table(["the last of them" if len(last) < len(columns) else ""], rows) if rows else ""


def _curve(columns: SampleColumns, query: SampleQuery) -> str:
    """The samples within the range, and the value in force at its start; empty if these are no scalar numbers."""
    first = max(int(np.searchsorted(columns.times, np.int64(query.start), side="right")) - 1, 0)
    behind = int(np.searchsorted(columns.times, np.int64(query.end), side="right"))
    columns = columns.select(slice(first, behind))
    values = TableValues.of(columns)
    if not values.are_scalars or values.kind not in {Kind.FLOAT, Kind.INTEGER} or not columns.valid.any():
        return ""
    numbers = np.where(columns.valid, values.scalars().astype(np.float64), np.nan)
    lows, highs = (
        np.where(np.isfinite(edges), edges, numbers)
        for edges in (columns.filled(columns.minimums), columns.filled(columns.maximums))
    )
    start, end = _range(columns, query)
    names = ["OK", *SEVERITY_COLOURS]  # a level that is not known is at least as bad as the worst
    levels = [str(context.severity.level) for context in columns.contexts]
    ranks = [names.index(level) if level in names else len(names) - 1 for level in levels]
    return drawing(
        Curve(
            columns.times,
            numbers,
            lows,
            highs,
            columns.by_context(ranks, np.int64),
            start,
            end,
            values.kind is Kind.INTEGER,
            _marks(columns, lows, highs),
            f"The values of {query.channel_name} from {_time(start)} to {_time(end)} UTC",
        )
    )


def _range(columns: SampleColumns, query: SampleQuery) -> tuple[int, int]:
    """From the first sample to the end, unless that lies so far behind the last one that nothing could be seen."""
    start = max(int(columns.times[0]), query.start)
    last = int(columns.times[-1])
    end = min(query.end, last + (last - start)) if last > start else query.end
    return start, max(end, start + 1)


def _marks(columns: SampleColumns, lows: Floats, highs: Floats) -> list[tuple[float, str]]:
    labels = labels_of(columns)
    if labels is not None:
        codes, places = np.unique(labels.codes, return_index=True)
        used: list[tuple[int, int]] = list(zip(codes.tolist(), places.tolist(), strict=True))
        states = [(float(lows[place]), labels.texts[code]) for code, place in used if code >= 0]
        if len(states) <= _STATES_LABELLED:
            return states
    shown = np.concatenate([lows, highs])
    shown = shown[np.isfinite(shown)]
    edges = [float(shown.min()), float(shown.max())] if shown.size else []
    return [(edge, f"{edge:.6g}") for edge in dict.fromkeys(edges)]
