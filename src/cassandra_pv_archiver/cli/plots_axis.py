"""Axes of plots in a terminal: where marks stand, and what is written at them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

import numpy as np

from cassandra_pv_archiver._optional_libraries import optional_library
from cassandra_pv_archiver._plot_panels import dates
from cassandra_pv_archiver._plot_texts import range_text

_COLUMNS_A_MARK = 9
_MARKS = (7, 10)
_MOST_DIGITS = 17


@dataclass(frozen=True, slots=True)
class Scale:
    """The values from the lower to the upper edge of a panel.

    Attributes:
        low: The value at the lower edge.
        high: The value at the upper edge.
        marks: Values at which something is written.
        labels: What is written there.
    """

    low: float
    high: float
    marks: Sequence[float]
    labels: Sequence[str]


def value_scale(low: float, high: float, rows: int) -> Scale:
    """A scale for numbers from the lowest to the highest one."""
    space = (high - low) * 0.05 or abs(high) * 0.05 or 1.0
    bottom, top = low - space, high + space
    ticker: Any = optional_library("matplotlib.ticker", "plot")
    found = ticker.MaxNLocator(max(min(rows // 3, 6), 1), steps=[1, 2, 2.5, 5, 10]).tick_values(bottom, top)
    marks = [float(mark) for mark in found if bottom <= mark <= top] or [(low + high) / 2]
    step = min(np.diff(marks), default=abs(marks[0]))
    largest = max(map(abs, marks))
    digits = min(math.ceil(math.log10(largest / step)) + 2, _MOST_DIGITS) if step and largest else 1
    return Scale(bottom, top, marks, [f"{mark:.{max(digits, 4)}g}" for mark in marks])


def logarithmic_scale(low: float, high: float, rows: int) -> Scale:
    """A scale for the decadic logarithms of numbers, which are written as the numbers."""
    plain = value_scale(low, high, rows)
    ticker: Any = optional_library("matplotlib.ticker", "plot")
    most = max(min(rows // 2, 8), 2)
    for factors in ((1.0, 2.0, 5.0), (1.0, 3.0), (1.0,)):
        locator = ticker.LogLocator(subs=factors, numticks=most + 1)
        found = np.log10(locator.tick_values(10**plain.low, 10**plain.high))
        marks = [float(mark) for mark in found if plain.low <= mark <= plain.high]
        if 2 <= len(marks) <= most:
            return Scale(plain.low, plain.high, marks, [f"{10**mark:.3g}" for mark in marks])
    even = value_scale(10**low, 10**high, rows)  # within so little, marks at equal distances say more
    shown = [(math.log10(mark), label) for mark, label in zip(even.marks, even.labels, strict=True) if mark > 0]
    shown = [(mark, label) for mark, label in shown if plain.low <= mark <= plain.high]
    return Scale(plain.low, plain.high, [mark for mark, _ in shown], [label for _, label in shown])


def state_scale(labels: Sequence[str]) -> Scale:
    """A scale for states, each in a row of its own."""
    # plotext puts both limits into the middle of the outermost rows.
    return Scale(0, max(len(labels) - 1, 1), list(range(len(labels))), labels)


def time_axis(start: int, end: int, zone: tzinfo, margin: int, width: int) -> list[str]:
    """The axis of time below all panels: a line with marks, their times, and days and zone.

    Args:
        start: The time at the left edge, in nanoseconds since 1970-01-01 UTC.
        end: The time at the right edge.
        zone: The zone of the times.
        margin: Columns before the axis.
        width: Columns of the panels.
    """
    library: Any = optional_library("matplotlib.dates", "plot")
    most = min(max(width // _COLUMNS_A_MARK, _MARKS[0]), _MARKS[1])
    locator = library.AutoDateLocator(tz=zone, minticks=3, maxticks=most)
    left, right = dates(np.array([start, max(end, start + 1000)]))
    found = [float(mark) for mark in locator.tick_values(*library.num2date([left, right])) if left <= mark <= right]
    formatter = library.ConciseDateFormatter(locator, tz=zone)
    texts: list[str] = formatter.format_ticks(found)
    line, below = ["─"] * width, [" "] * (margin + 1 + width)
    free = 0
    for mark, text in zip(found, texts, strict=True):
        column = min(int((mark - left) / (right - left) * width), width - 1)
        begin = min(max(margin + 1 + column - len(text) // 2, 0), len(below) - len(text))
        line[column] = "┬"
        if begin >= free:
            below[begin : begin + len(text)] = text
            free = begin + len(text) + 1
    named = range_text(zone, start, end)
    parts = [named] if len(named) <= len(below) else named.split(", ")
    return [
        f"{' ' * margin}└{''.join(line)}",
        "".join(below).rstrip(),
        *(part[-len(below) :].rjust(len(below)) for part in parts),
    ]
