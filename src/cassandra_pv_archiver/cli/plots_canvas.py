"""Panels of plots in a terminal: lines of dots, texts and shades, on so many columns."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.cells import cell_len, set_cell_size

from cassandra_pv_archiver._optional_libraries import optional_library
from cassandra_pv_archiver._plot_texts import printable
from cassandra_pv_archiver._plot_thinning import merged, thinned
from cassandra_pv_archiver._plot_traces import ALARMS, Trace

from .plots_axis import Scale

LINE_COLOURS = (12, 2, 6, 10, 4, 14, 8)
"""Colours of lines by the number that terminals give them; yellow, red and magenta are for alarms."""
ALARM_COLOURS = {"MINOR": 3, "MAJOR": 1, "INVALID": 5}
ALARM_LETTERS = {"MINOR": "m", "MAJOR": "M", "INVALID": "I"}
NO_VALUE = "x"
LETTERS = "abcdefghijklnopqrstuvwyz"
"""What lines are made of if several share a panel and there are no colours; without the letters of alarms."""
SHADES = "·░▒▓█"
_BAND = "░"
_DOTS = "braille"
_ROWS_OF_ARRAYS = 8
_THINNED_TO = 2
"""Parts of each column in which as much is drawn as can be seen: a character has two columns of dots."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """Where panels are drawn.

    Attributes:
        margin: Columns before the panels, for labels.
        width: Columns of the panels.
        colour: Whether colours are shown.
    """

    margin: int
    width: int
    colour: bool

    def painted(self, text: str, colour: int) -> str:
        """A text in one of the colours of the terminal."""
        return self.styled(text, f"38;5;{colour}")

    def styled(self, text: str, code: str) -> str:
        """A text in a style of the terminal, if it has any."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text

    def lines(self, panel: Sequence[Trace], scale: Scale, rows: int) -> list[str]:
        """Numbers or states as lines; the extremes of aggregates as a band if there is only one channel."""
        library: Any = optional_library("plotext", "plot")
        figure = library.figure
        figure.clear()
        library.terminal.limit(False, False)
        figure.plot_size(self.margin + 1 + self.width, rows)
        figure.theme("colorless")
        figure.axes(False)
        figure.axes(True, axis="y", side="left")
        figure.ruler("x").lim(0, 1).frequency(0)
        figure.ruler("y").lim(scale.low, scale.high)
        labels = [set_cell_size(" " * (self.margin - cell_len(text)) + text, self.margin) for text in scale.labels]
        figure.ruler("y").ticks(list(scale.marks), labels)
        for place, trace in enumerate(panel):
            if len(panel) == 1:
                self._draw_band(figure, trace, (scale.high - scale.low) / rows)
            self._draw_line(library, trace, place, alone=len(panel) == 1)
        text: str = figure.build().string(colorless=not self.colour)
        figure.clear()
        return [line if self.colour else line.rstrip() for line in text.splitlines()]

    def _draw_band(self, figure: Any, trace: Trace, row: float) -> None:
        trace = self._visible(trace)
        # Narrower bands are hidden by the line, or stand beside it in the next row.
        trace = replace(trace, has_value=trace.has_value & (trace.highs - trace.lows > row))
        for begin, end in _runs(trace, by_alarm=False):
            part = trace.select(np.arange(begin, end))
            x = _in_turn(_shares(trace, part.begins), _shares(trace, part.ends))
            low, high = (_in_turn(edge, edge).tolist() for edge in (part.lows, part.highs))
            edge = figure.signal(x.tolist(), low, marker=_BAND).lines(True)
            figure.draw(figure.signal(x.tolist(), high, marker=_BAND).lines(True).fill(edge))

    def _draw_line(self, library: Any, trace: Trace, place: int, *, alone: bool) -> None:
        trace = self._visible(trace)
        symbol = _DOTS if alone or self.colour else LETTERS[place % len(LETTERS)]
        colour = LINE_COLOURS[place % len(LINE_COLOURS)]
        before = -1
        for begin, end in _runs(trace, by_alarm=True):
            part = trace.select(np.arange(begin, end))
            x = _in_turn(_shares(trace, part.begins), _shares(trace, part.ends))
            y = _in_turn(part.values, part.values)
            if before == begin and trace.ends[begin - 1] == trace.begins[begin]:
                # The way from the sample before, which has another severity.
                x, y = np.append(x[0], x), np.append(trace.values[begin - 1], y)
            rank = int(part.ranks[0])
            pixel = library.pixel(ALARM_COLOURS[ALARMS[rank - 1]] if rank else colour)
            signal = library.figure.signal(x.tolist(), y.tolist(), marker=library.marker(symbol, pixel=pixel))
            library.figure.draw(signal.lines(True))
            before = end

    def _visible(self, trace: Trace) -> Trace:
        return thinned(merged(trace), _THINNED_TO * self.width)

    def alarms(self, panel: Sequence[Trace]) -> str:
        """A row below a panel that tells where there are alarms or no values; empty if that is nowhere."""
        ranks = np.zeros(self.width, np.int64)
        for trace in panel:
            for begin, end, rank in zip(*self._columns(trace), trace.ranks.tolist(), strict=True):
                ranks[begin:end] = np.maximum(ranks[begin:end], rank)
        cells = [ALARM_LETTERS[ALARMS[rank - 1]] if rank else " " for rank in ranks.tolist()]
        if len(panel) == 1:
            for begin, end in self._gaps(panel[0]):
                cells[begin:end] = [NO_VALUE if cell == " " else cell for cell in cells[begin:end]]
        colours = {ALARM_LETTERS[severity]: colour for severity, colour in ALARM_COLOURS.items()}
        stretches = ((letter, "".join(same)) for letter, same in itertools.groupby(cells))
        row = "".join(self.painted(text, colours[letter]) if letter in colours else text for letter, text in stretches)
        return f"{' ' * (self.margin + 1)}{row.rstrip()}" if row.strip() else ""

    def texts(self, trace: Trace) -> str:
        """Each text at the place where it came into force, as far as there is room for it."""
        trace = merged(trace)
        spans = [
            (begin, end, f"│{printable(trace.labels[int(number)])}", rank)
            for begin, end, number, rank in zip(*self._columns(trace), trace.values, trace.ranks, strict=True)
            if not np.isnan(number)
        ]
        spans += [(begin, end, NO_VALUE * (end - begin), 0) for begin, end in self._gaps(trace)]
        row, at = "", 0
        for begin, end, text, rank in sorted(spans, key=lambda span: span[0]):
            free = max(begin, at)
            if end <= free:
                continue
            shown = set_cell_size(_shortened(text, end - free), end - free)
            row += " " * (free - at)
            row += self.painted(shown, ALARM_COLOURS[ALARMS[int(rank) - 1]]) if rank else shown
            at = end
        return f"{' ' * self.margin}┤{row}".rstrip()

    def arrays(self, trace: Trace) -> tuple[list[str], str]:
        """Arrays side by side as shades, the first elements at the bottom; and what the shades mean."""
        elements = trace.values.shape[1]
        if not elements or not np.isfinite(trace.values).any():
            return [], ""
        middles = trace.start + (np.arange(self.width) + 0.5) / self.width * (trace.end - trace.start)
        places = np.searchsorted(trace.begins, middles, side="right") - 1
        there = (places >= 0) & trace.has_value[places] & (middles < trace.ends[places])
        low, high = (float(edge(trace.values[np.isfinite(trace.values)])) for edge in (np.min, np.max))
        lines: list[str] = []
        rows = min(elements, _ROWS_OF_ARRAYS)
        for element in reversed([(2 * row + 1) * elements // (2 * rows) for row in range(rows)]):
            taken = trace.values[places, element]
            with np.errstate(invalid="ignore"):
                steps = (taken / 2 - low / 2) / ((high / 2 - low / 2) or 1) * (len(SHADES) - 1)
            shade = np.where(there & np.isfinite(steps), np.round(steps), -1).astype(np.intp)
            label = str(element).rjust(self.margin)[-self.margin :]
            row = "".join(SHADES[step] if step >= 0 else " " for step in shade.tolist())
            lines.append(f"{label}┤{row}".rstrip())
        return lines, f"{SHADES[0]} {low:.4g} to {SHADES[-1]} {high:.4g}"

    def _columns(self, trace: Trace) -> tuple[list[int], list[int]]:
        """The first column of each sample, and the one behind its last."""
        begins = np.minimum(np.floor(_shares(trace, trace.begins) * self.width), self.width - 1).astype(np.intp)
        ends = np.ceil(_shares(trace, trace.ends) * self.width).astype(np.intp)
        return begins.tolist(), np.maximum(ends, begins + 1).tolist()

    def _gaps(self, trace: Trace) -> Iterator[tuple[int, int]]:
        for gap in trace.gaps:
            until = trace.end if gap.end is None else min(gap.end, trace.end)
            edges = np.array([max(gap.start, trace.start), until], np.int64)
            begin, end = (_shares(trace, edges) * self.width).tolist()
            yield min(int(begin), self.width - 1), max(int(end), int(begin) + 1)


def _runs(trace: Trace, *, by_alarm: bool) -> Iterator[tuple[int, int]]:
    """Samples that one line connects, from and up to."""
    together = trace.joined[:-1]
    if by_alarm:
        together = together & (trace.ranks[:-1] == trace.ranks[1:])
    edges = [0, *(np.flatnonzero(~together) + 1).tolist(), len(trace.begins)]
    for begin, end in itertools.pairwise(edges):
        if begin < end and trace.has_value[begin]:
            yield begin, end


def _shares(trace: Trace, times: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Times as shares of the range."""
    return (times - trace.start) / max(trace.end - trace.start, 1)


def _in_turn(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.stack([one, other], axis=1).ravel()


def _shortened(text: str, width: int) -> str:
    return text if cell_len(text) <= width else f"{set_cell_size(text, width - 1)}…"
