"""Panels below each other with one axis of time, made with matplotlib."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import Any

import numpy as np

from ._html import SEVERITY_COLOURS
from ._optional_libraries import optional_library
from ._plot_panels import dates, draw_arrays, draw_limits, draw_line, draw_texts, fitted, on_picture
from ._plot_texts import duration_text, range_text
from ._plot_traces import ALARMS, Plottable, Shape, Trace, trace_of

__all__ = ["draw_on_axes", "draw_on_figure", "has_logarithms", "panels_of"]

Panel = list[Trace]
_WIDTH = 10.0
_HEIGHTS = {Shape.NUMBERS: 2.2, Shape.TEXTS: 0.75, Shape.ARRAYS: 2.4}
_ALONE = {Shape.NUMBERS: 3.6, Shape.ARRAYS: 3.6, Shape.TEXTS: 1.0}
_NAMES_A_ROW = 3
_STATE_HEIGHT, _STATES_AROUND = 0.26, 0.5
_DECIMATED = {
    Shape.NUMBERS: "mean with minimum and maximum of {} each",
    Shape.STATES: "the first state of {} each",
    Shape.TEXTS: "the first text of {} each",
    Shape.ARRAYS: "the first array of {} each",
}


def draw_on_figure(figure: Any, series: Sequence[Plottable], *, overlaid: bool, zone: tzinfo, log: bool = False) -> Any:
    """Draws series on an empty figure, which gets a fitting size; None: a new one of pyplot.

    Raises:
        MissingExtraError: matplotlib is not installed.
        ValueError: A series has no picture.
    """
    traces = [trace_of(each) for each in series]
    panels = panels_of(traces, overlaid=overlaid)
    heights = [_height(panel, alone=len(panels) == 1) for panel in panels]
    if figure is None:
        figure = optional_library("matplotlib.pyplot", "plot").figure(layout="constrained")
    figure.set_size_inches(_WIDTH, sum(heights) + 0.8)
    grid = figure.subplots(len(panels), 1, sharex=True, squeeze=False, height_ratios=heights)
    places = [axes for (axes,) in grid]
    _draw_time(places[-1], min(t.start for t in traces), max(t.end for t in traces), zone)
    for axes, panel in zip(places, panels, strict=True):
        _draw_panel(axes, panel)
        if log and has_logarithms(panel):
            _make_logarithmic(axes)
        if len(panel) == 1:
            draw_limits(axes, panel[0])
    _draw_legend(figure, panels)
    return figure


def draw_on_axes(axes: Any, series: Plottable, zone: tzinfo) -> Any:
    """Draws a series on axes, which may have others already, and returns them.

    Raises:
        ValueError: The series has no picture.
    """
    trace = trace_of(series)
    lines = len(axes.lines)
    _draw_time(axes, trace.start, trace.end, zone, keep=lines > 0)
    _draw_panel(axes, [trace])
    if not lines:
        draw_limits(axes, trace)
    else:
        axes.set_title("", loc="left")
        axes.set_title("", loc="right")
    return axes


def _make_logarithmic(axes: Any) -> None:
    axes.set_yscale("log", nonpositive="clip")
    low, high = axes.get_ylim()
    if high < 10 * low:  # within so little, marks at equal distances say more
        ticker = optional_library("matplotlib.ticker", "plot")
        axes.yaxis.set_major_locator(ticker.MaxNLocator("auto", steps=[1, 2, 2.5, 5, 10]))
        axes.yaxis.set_major_formatter(ticker.ScalarFormatter())
        axes.yaxis.set_minor_locator(ticker.NullLocator())


def has_logarithms(panel: Panel) -> bool:
    """Whether a logarithmic axis has something to show: numbers above 0."""
    return panel[0].shape is Shape.NUMBERS and any(bool(np.any(trace.highs > 0)) for trace in panel)


def panels_of(traces: Sequence[Trace], *, overlaid: bool) -> list[Panel]:
    panels: list[Panel] = []
    by_units: dict[str, Panel] = {}
    for trace in traces:
        if overlaid and trace.shape is Shape.NUMBERS:
            if trace.units not in by_units:
                panels.append(by_units.setdefault(trace.units, []))
            by_units[trace.units].append(trace)
        else:
            panels.append([trace])
    return panels


def _height(panel: Panel, *, alone: bool) -> float:
    shape = panel[0].shape
    if not alone and not any(bool(trace.has_value.any()) for trace in panel):
        return _HEIGHTS[Shape.TEXTS]
    if shape is Shape.STATES:
        return _STATES_AROUND + _STATE_HEIGHT * max(len(panel[0].labels), 2)
    if len(panel) > 1:
        return _ALONE[shape] + 0.1 * len(panel)
    return (_ALONE if alone else _HEIGHTS)[shape]


def _draw_time(axes: Any, start: int, end: int, zone: tzinfo, *, keep: bool = False) -> None:
    """The axis of time; with ``keep`` it goes on showing what it showed."""
    library = optional_library("matplotlib.dates", "plot")
    locator = library.AutoDateLocator(tz=zone, minticks=4, maxticks=9)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(library.ConciseDateFormatter(locator, tz=zone, show_offset=False))
    axes.set_xlabel(on_picture(range_text(zone, start, end)))
    left, right = dates(np.array([start, max(end, start + 1000)])).tolist()
    shown = axes.get_xlim() if keep else (left, right)
    axes.set_xlim(min(left, shown[0]), max(right, shown[1]))


def _draw_panel(axes: Any, panel: Panel) -> None:
    first = panel[0]
    axes.margins(x=0)
    match first.shape:
        case Shape.TEXTS:
            draw_texts(axes, first)
        case Shape.ARRAYS:
            image = draw_arrays(axes, first)
            bar = axes.figure.colorbar(image, cax=axes.inset_axes((1.01, 0, 0.015, 1)))
            bar.set_label(on_picture(first.units))
        case Shape.NUMBERS | Shape.STATES:
            axes.grid(alpha=0.25)
            lines = [draw_line(axes, trace, shows_gaps=len(panel) == 1) for trace in panel]
            axes.set_ylabel(on_picture(first.units))
            if len(panel) > 1:
                _draw_names(axes, lines, panel)
    if len(panel) == 1:
        _draw_title(axes, first)
    if not any(bool(trace.has_value.any()) for trace in panel):
        axes.text(0.5, 0.5, "no values in this range", transform=axes.transAxes, ha="center", va="center", alpha=0.7)
        axes.set_yticks([])


def _draw_names(axes: Any, lines: Sequence[Any], panel: Panel) -> None:
    # Legends are filled column by column; names shall be read row by row.
    order = [place for column in range(_NAMES_A_ROW) for place in range(column, len(panel), _NAMES_A_ROW)]
    axes.legend(
        [lines[place] for place in order],
        [on_picture(panel[place].name) for place in order],
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=_NAMES_A_ROW,
        frameon=False,
        borderpad=0,
    )


def _draw_title(axes: Any, trace: Trace) -> None:
    name = on_picture(trace.name)
    axes.set_title(name, loc="left", size="medium", weight="bold")
    if trace.spacing is not None:
        note = _DECIMATED[trace.shape].format(duration_text(trace.spacing))
        if fitted(axes, f"{name}    {note}", 0.95):
            axes.set_title(note, loc="right", size="small", alpha=0.75)


def _draw_legend(figure: Any, panels: Sequence[Panel]) -> None:
    """What colours and hatches mean, below the picture, if there are any."""
    handles = list(_explained(panels))
    if handles:
        figure.legend(handles=handles, loc="outside lower right", ncols=len(handles), frameon=False, fontsize="small")


def _explained(panels: Sequence[Panel]) -> Iterator[Any]:
    lines, patches = optional_library("matplotlib.lines", "plot"), optional_library("matplotlib.patches", "plot")
    for rank, severity in enumerate(ALARMS, 1):
        if any(bool(np.any(trace.ranks == rank)) for panel in panels for trace in panel):
            yield lines.Line2D([], [], color=SEVERITY_COLOURS[severity], linewidth=3, label=severity)
    if any(len(panel) == 1 and panel[0].gaps for panel in panels):
        yield patches.Patch(facecolor="grey", alpha=0.4, hatch="///", label="no value")
