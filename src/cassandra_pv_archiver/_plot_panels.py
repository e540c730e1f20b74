"""Traces drawn on axes of matplotlib, which are never imported here but handed in."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ._html import SEVERITY_COLOURS, shortened
from ._optional_libraries import optional_library
from ._plot_texts import printable
from ._plot_thinning import merged, thinned
from ._plot_traces import ALARMS, Floats, Shape, Trace

__all__ = ["dates", "draw_arrays", "draw_limits", "draw_line", "draw_texts", "fitted", "on_picture"]

COLUMNS = 4000
"""Parts of the range in which as much is drawn as can be seen: more than any screen has points."""
_IMAGE = (1200, 600)
"""Columns and rows of the picture of arrays at most."""
_LONGEST_STATE = 24
_NANOSECONDS_A_DAY = 86_400 * 10**9
_POINTS_A_LETTER = 5.2


def on_picture(text: str) -> str:
    """A text that comes out as it is: dollar signs begin no formula, and an underscore hides nothing."""
    escaped = printable(text).replace("$", r"\$")
    return f"\u200b{escaped}" if escaped.startswith("_") else escaped


def dates(times: npt.NDArray[np.int64]) -> Floats:
    """Times as matplotlib has them: days since 1970-01-01 UTC."""
    days, rest = np.divmod(times, _NANOSECONDS_A_DAY)
    return days + rest / _NANOSECONDS_A_DAY


def draw_line(axes: Any, trace: Trace, *, shows_gaps: bool) -> Any:
    """Numbers or states as steps, the extremes of aggregates as a band, alarms in their colours.

    Returns:
        The line, whose label is the name of the channel.
    """
    trace = thinned(merged(trace), COLUMNS)
    x = _steps(dates(trace.begins), dates(trace.ends), dates(trace.ends))
    joined = trace.joined
    y = _steps(trace.values, trace.values, np.where(joined, trace.values, np.nan))
    (line,) = axes.plot(x, y, label=on_picture(trace.name), linewidth=1.3, solid_joinstyle="round", zorder=3)
    if np.any((trace.lows != trace.highs) & trace.has_value):
        low, high = (_steps(e, e, np.where(joined, e, np.nan)) for e in (trace.lows, trace.highs))
        present = np.isfinite(y)
        axes.fill_between(x, low, high, where=present, color=line.get_color(), alpha=0.25, linewidth=0.6, zorder=2)
    _draw_alarms(axes, trace, x)
    if trace.shape is Shape.STATES:
        labels = [on_picture(shortened(label, _LONGEST_STATE)) for label in trace.labels]
        axes.set_yticks(range(len(labels)), labels)
        axes.set_ylim(-0.5, max(len(trace.labels), 1) - 0.5)
    if shows_gaps:
        _draw_gaps(axes, trace)
    return line


def _steps(begin: Floats, end: Floats, after: Floats) -> Floats:
    return np.stack([begin, end, after], axis=1).ravel()


def _draw_alarms(axes: Any, trace: Trace, x: Floats) -> None:
    """Over the line, in the colour of each severity; a wide faint line makes short alarms visible."""
    for rank, severity in enumerate(ALARMS, 1):
        own = (trace.ranks == rank) & trace.has_value
        if not own.any():
            continue
        here = np.where(own, trace.values, np.nan)
        # The way from one sample to the next has the colour only if both have it.
        y = _steps(here, here, np.where(trace.joined & np.append(own[1:], False), here, np.nan))
        colour = SEVERITY_COLOURS[severity]
        axes.plot(x, y, color=colour, linewidth=6, alpha=0.3, solid_capstyle="butt", zorder=2.5, label="_")
        axes.plot(x, y, color=colour, linewidth=1.6, zorder=4, label=f"_{severity}", gid=severity)


def _draw_gaps(axes: Any, trace: Trace) -> None:
    """Times without values in grey, with the reason if there is room for it."""
    for gap in trace.gaps:
        begin, end = max(gap.start, trace.start), trace.end if gap.end is None else min(gap.end, trace.end)
        left, right = dates(np.array([begin, end])).tolist()
        axes.axvspan(left, right, facecolor="grey", alpha=0.2, hatch="///", edgecolor="grey", linewidth=0, zorder=1)
        reason = fitted(axes, gap.reason.replace("_", " "), (end - begin) / max(trace.end - trace.start, 1))
        if reason:
            place = axes.get_xaxis_transform()
            axes.text((left + right) / 2, 0.04, reason, transform=place, ha="center", va="bottom", size="small")


def draw_limits(axes: Any, trace: Trace) -> None:
    """The limits of alarms as thin lines, where they lie between the values; the axis is not made longer for them."""
    lines = optional_library("matplotlib.lines", "plot")
    for limit, severity in trace.limits:
        line = lines.Line2D(
            (0, 1),
            (limit, limit),
            transform=axes.get_yaxis_transform(),
            color=SEVERITY_COLOURS[severity],
            linewidth=0.9,
            linestyle=(0, (5, 4)),
            zorder=1.5,
            label=f"_limit of {severity}",
        )
        axes.add_artist(line)


def draw_texts(axes: Any, trace: Trace) -> None:
    """Each text as long as it was in force, shortened to the room that it has."""
    pyplot_colours = optional_library("matplotlib", "plot").colormaps["tab20"].colors
    trace = merged(trace)
    for begin, end, number, rank in zip(trace.begins, trace.ends, trace.values, trace.ranks, strict=True):
        if np.isnan(number) or end <= begin:
            continue
        left, right = dates(np.array([begin, end])).tolist()
        colour = pyplot_colours[(2 * int(number) + 1) % len(pyplot_colours)]
        edge = SEVERITY_COLOURS[ALARMS[rank - 1]] if rank else "white"
        axes.axvspan(left, right, 0.1, 0.9, facecolor=colour, edgecolor=edge, linewidth=1.5 if rank else 0.8)
        text = fitted(axes, trace.labels[int(number)], (end - begin) / max(trace.end - trace.start, 1), cut=True)
        if text:
            axes.annotate(
                on_picture(text),
                (left, 0.5),
                (5, 0),
                textcoords="offset points",
                va="center",
                size="small",
                color="black",
            )
    _draw_gaps(axes, trace)
    axes.set_yticks([])
    axes.set_ylim(0, 1)


def fitted(axes: Any, text: str, share: float, *, cut: bool = False) -> str:
    """The text, or its beginning, if it fits this share of the width; empty if it does not."""
    plain = printable(text)
    letters = int((share * axes.bbox.width * 72 / axes.figure.dpi - 8) / _POINTS_A_LETTER)
    if len(plain) <= letters:
        return plain
    return shortened(plain, letters) if cut and letters >= 3 else ""


def draw_arrays(axes: Any, trace: Trace) -> Any:
    """Arrays side by side as an image, an element a row.

    Returns:
        The image, for a bar of its colours.
    """
    columns, rows = _IMAGE
    edges = np.linspace(trace.start, trace.end, columns + 1)
    middles = (edges[:-1] + edges[1:]) / 2
    elements = trace.values.shape[1]
    chosen = np.array(range(0, elements, max(-(-elements // rows), 1)), np.intp)
    cells = np.full((columns, max(len(chosen), 1)), np.nan)
    if len(trace.begins) and elements:
        places = np.searchsorted(trace.begins, middles, side="right") - 1
        there = (places >= 0) & trace.has_value[places] & (middles < trace.ends[places])
        cells[there] = trace.values[places[there]][:, chosen]
    left, right = dates(np.array([trace.start, trace.end])).tolist()
    image = axes.imshow(
        np.ma.masked_invalid(cells.T),
        aspect="auto",
        origin="lower",
        interpolation="nearest",
        extent=(left, right, -0.5, max(elements, 1) - 0.5),
    )
    _draw_gaps(axes, trace)
    axes.set_ylabel("element")
    return image
