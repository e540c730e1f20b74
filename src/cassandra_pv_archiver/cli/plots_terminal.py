"""Pictures of channels in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

import numpy as np
from rich.cells import cell_len, set_cell_size

from cassandra_pv_archiver._plot_figure import has_logarithms
from cassandra_pv_archiver._plot_texts import duration_text, printable
from cassandra_pv_archiver._plot_traces import ALARMS, Floats, Shape, Trace

from .plots_axis import Scale, logarithmic_scale, state_scale, time_axis, value_scale
from .plots_canvas import ALARM_COLOURS, ALARM_LETTERS, LETTERS, LINE_COLOURS, NO_VALUE, Canvas

_LOWEST, _HIGHEST = 5, 24
_BOLD, _FAINT = "1", "2"
_SMALLEST_MARGIN = 3
_WORDS = {Shape.NUMBERS: "mean, minimum and maximum", Shape.STATES: "first state"}


@dataclass(frozen=True, slots=True)
class Page:
    """Where everything is drawn.

    Attributes:
        width: Columns of the terminal.
        height: Rows of the terminal, which several panels may exceed.
        zone: The zone of the axis.
        colour: Whether colours are shown.
    """

    width: int
    height: int
    zone: tzinfo
    colour: bool


def picture(panels: Sequence[Sequence[Trace]], page: Page, *, log: bool = False) -> Iterator[str]:
    """The lines of a picture of panels below each other, over one axis of time.

    Args:
        panels: The traces of each panel; several are numbers of the same units.
        page: Where it is drawn.
        log: Whether axes of numbers are logarithmic, where any are above 0.
    """
    rows = _rows(panels, page.height)
    is_log = [log and has_logarithms(list(panel)) for panel in panels]
    panels = [_logarithms(panel) if is_one else panel for panel, is_one in zip(panels, is_log, strict=True)]
    scales = [_scale(panel, rows, log=is_one) for panel, is_one in zip(panels, is_log, strict=True)]
    longest = max((cell_len(label) for scale in scales if scale for label in scale.labels), default=0)
    margin = max(min(longest, page.width // 3), _SMALLEST_MARGIN)
    canvas = Canvas(margin, page.width - margin - 1, page.colour)
    for panel, scale in zip(panels, scales, strict=True):
        yield from _panel(canvas, panel, scale, rows)
    traces = [trace for panel in panels for trace in panel]
    start, end = min(trace.start for trace in traces), max(trace.end for trace in traces)
    yield from time_axis(start, end, page.zone, margin, canvas.width)
    if explained := _explained(canvas, panels):
        yield explained


def _rows(panels: Sequence[Sequence[Trace]], height: int) -> int:
    """Rows of each panel of numbers, if the rest shall fit as well."""
    numbers = [panel for panel in panels if panel[0].shape is Shape.NUMBERS]
    states = sum(len(panel[0].labels) for panel in panels if panel[0].shape is Shape.STATES)
    others = sum(panel[0].shape in {Shape.TEXTS, Shape.ARRAYS} for panel in panels)
    left = height - 6 - states - others - 2 * len(panels)
    return min(max(left // max(len(numbers), 1), _LOWEST), _HIGHEST)


def _logarithms(panel: Sequence[Trace]) -> list[Trace]:
    """Decadic logarithms instead of numbers; what is not above 0 lies at the lower edge."""
    columns = [column for trace in panel for column in (trace.values, trace.lows, trace.highs)]
    least = min(float(np.min(column[column > 0], initial=np.inf)) for column in columns)

    def of(column: Floats) -> Floats:
        return np.log10(np.maximum(column, least))

    return [replace(trace, values=of(trace.values), lows=of(trace.lows), highs=of(trace.highs)) for trace in panel]


def _scale(panel: Sequence[Trace], rows: int, *, log: bool) -> Scale | None:
    if panel[0].shape is Shape.STATES and panel[0].labels:
        return state_scale([printable(label) for label in panel[0].labels])
    present = [trace for trace in panel if trace.has_value.any()]
    if panel[0].shape is not Shape.NUMBERS or not present:
        return None
    low = min(float(np.nanmin(trace.lows)) for trace in present)
    high = max(float(np.nanmax(trace.highs)) for trace in present)
    return logarithmic_scale(low, high, rows) if log else value_scale(low, high, rows)


def _panel(canvas: Canvas, panel: Sequence[Trace], scale: Scale | None, rows: int) -> Iterator[str]:
    first = panel[0]
    meaning = ""
    if not any(bool(trace.has_value.any()) for trace in panel):
        lines = [f"{' ' * canvas.margin}┤ no values in this range"]
    elif first.shape is Shape.TEXTS:
        lines = [canvas.texts(first)]
    elif scale is None:
        lines, meaning = canvas.arrays(first)
    else:
        lines = canvas.lines(panel, scale, rows if first.shape is Shape.NUMBERS else len(first.labels))
        alarms = canvas.alarms(panel)
        lines += [alarms] if alarms else []
    yield from (_title(canvas, first, meaning),) if len(panel) == 1 else _names(canvas, panel)
    yield from lines


def _title(canvas: Canvas, trace: Trace, meaning: str) -> str:
    width = canvas.margin + 1 + canvas.width
    units = f"  {printable(trace.units)}" if trace.units else ""
    name = printable(trace.name)
    left = name + units
    if cell_len(left) > width:
        left = name = f"{set_cell_size(left, width - 1)}…"
    notes = [meaning] if meaning else []
    if trace.spacing is not None:
        notes.append(f"{_WORDS.get(trace.shape, 'first value')} of {duration_text(trace.spacing)} each")
    right = ", ".join(notes)
    space = width - cell_len(left) - cell_len(right)
    shown = canvas.styled(name, _BOLD) + left[len(name) :]
    return f"{shown}{' ' * space}{canvas.styled(right, _FAINT)}" if right and space > 2 else shown


def _names(canvas: Canvas, panel: Sequence[Trace]) -> Iterator[str]:
    """What lines of one panel are called, in as many rows as that needs."""

    def mark(place: int) -> str:
        return "━━" if canvas.colour else LETTERS[place % len(LETTERS)]

    entries = [
        (f"{mark(place)} {printable(trace.name)}", mark(place), LINE_COLOURS[place % len(LINE_COLOURS)])
        for place, trace in enumerate(panel)
    ]
    entries += [(printable(panel[0].units), "", 0)] if panel[0].units else []
    row, used = "", 0
    for text, begin, colour in entries:
        if used and used + 3 + cell_len(text) > canvas.margin + 1 + canvas.width:
            yield row
            row, used = "", 0
        row += ("   " if used else "") + canvas.painted(begin, colour) + text[len(begin) :]
        used += (3 if used else 0) + cell_len(text)
    yield row


def _explained(canvas: Canvas, panels: Sequence[Sequence[Trace]]) -> str:
    """What the letters below panels mean, as far as there are any."""
    parts = [
        canvas.painted(f"{ALARM_LETTERS[severity]} {severity}", ALARM_COLOURS[severity])
        for rank, severity in enumerate(ALARMS, 1)
        if any(bool(np.any(trace.ranks == rank)) for panel in panels for trace in panel)
    ]
    parts += [f"{NO_VALUE} no value"] if any(len(panel) == 1 and panel[0].gaps for panel in panels) else []
    return " " * (canvas.margin + 1) + "   ".join(parts) if parts else ""
