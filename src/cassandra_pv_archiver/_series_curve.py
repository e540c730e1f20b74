"""A small drawing of numbers over time, as inline SVG."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ._html import SEVERITY_COLOURS, attribute, shortened
from .times import format_time

__all__ = ["Curve", "Floats", "drawing"]

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.intp]

WIDTH, HEIGHT = 640, 132
LEFT, RIGHT, TOP, BOTTOM = 90, 632, 12, 106
_STRIP = 3
_COLOUR = "#3b82f6"
_LONGEST_LABEL = 14


@dataclass(frozen=True)
class Curve:
    """What is drawn.

    Attributes:
        times: When the samples were taken, ascending.
        values: Their values. Those that are not finite are not drawn: the line ends there.
        lows: The lower edge of the band around the values; the values themselves where there is none.
        highs: The upper edge, likewise.
        severities: For each sample the place of its severity among the colours, from 1 on; 0 for no alarm.
        start: The time at the left edge; what is earlier is drawn there.
        end: The time at the right edge.
        are_steps: Whether a value stays until the next one, instead of moving there in a straight line.
        marks: Values, with the texts to write beside them.
        title: What is read out instead of the drawing.
    """

    times: npt.NDArray[np.int64]
    values: Floats
    lows: Floats
    highs: Floats
    severities: npt.NDArray[np.integer[Any]]
    start: int
    end: int
    are_steps: bool
    marks: Sequence[tuple[float, str]]
    title: str


def drawing(curve: Curve) -> str:
    """The SVG element, whose size does not depend on the number of samples."""
    x = np.append(_across(curve), RIGHT)
    drawable = np.isfinite(curve.values)
    scale = _Scale.of(curve.lows[drawable], curve.highs[drawable])
    lines = _Lines.of(x, drawable, scale.heights(curve.values))
    line = f'<path d="{lines.path(are_steps=curve.are_steps)}" stroke="{_COLOUR}" stroke-linejoin="round"/>'
    body = [
        _absences(x, drawable),
        _band(lines, scale.heights(curve.lows), scale.heights(curve.highs), drawable),
        line,
        _alarms(x, curve.severities),
        *_marks(curve.marks, scale),
        _edge(curve.start, LEFT, "start"),
        _edge(curve.end, RIGHT, "end"),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
        f' style="max-width:100%;height:auto" role="img" aria-label="{attribute(curve.title)}" fill="none"'
        f' font-family="sans-serif" font-size="11">{"".join(body)}</svg>'
    )


def _across(curve: Curve) -> Floats:
    # The difference of two times may have more than 63 bits, but less than 64.
    since = np.clip(curve.times, curve.start, curve.end).view(np.uint64) - np.int64(curve.start).view(np.uint64)
    return LEFT + since.astype(np.float64) / max(curve.end - curve.start, 1) * (RIGHT - LEFT)


@dataclass(frozen=True)
class _Scale:
    low: float
    high: float

    @classmethod
    def of(cls, lows: Floats, highs: Floats) -> _Scale:
        shown = np.concatenate([lows, highs])
        shown = shown[np.isfinite(shown)]
        return cls(float(shown.min()), float(shown.max())) if shown.size else cls(0.0, 0.0)

    def heights(self, values: Floats) -> Floats:
        # In halves, because the difference of the two largest numbers is infinite.
        span = self.high / 2 - self.low / 2
        with np.errstate(all="ignore"):
            share = (values / 2 - self.low / 2) / span if span else np.full(len(values), 0.5)
        return BOTTOM - np.clip(np.nan_to_num(share, nan=0.5), 0.0, 1.0) * (BOTTOM - TOP)


@dataclass(frozen=True)
class _Lines:
    """Samples that have something to draw, gathered by columns of pixels.

    Attributes:
        places: The places of these samples.
        begins: Which of `places` are the first of their column.
        x: Where each column is.
        heights: For each column the heights of the first, the highest, the lowest and the last sample.
        ends: For each column where the value ends to hold if nothing to draw follows; NaN if the line goes on.
    """

    places: Integers
    begins: Integers
    x: Floats
    heights: npt.NDArray[np.float64]
    ends: Floats

    @classmethod
    def of(cls, x: Floats, drawable: npt.NDArray[np.bool_], heights: Floats) -> _Lines:
        places = np.flatnonzero(drawable)
        own = heights[places]
        begins = np.flatnonzero(np.diff(np.floor(x[places]), prepend=-1.0))
        lasts = np.append(begins[1:], len(places))[: len(begins)] - 1
        goes_on = np.append(np.diff(places) == 1, False)[lasts] if len(places) else np.empty(0, np.bool_)
        return cls(
            places,
            begins,
            x[places][begins],
            np.stack(
                [own[begins], np.minimum.reduceat(own, begins), np.maximum.reduceat(own, begins), own[lasts]], axis=1
            )
            if len(places)
            else np.empty((0, 4)),
            np.where(goes_on, np.nan, x[places[lasts] + 1]) if len(places) else np.empty(0),
        )

    def runs(self) -> Iterator[tuple[int, int]]:
        """The columns that are connected, from and up to."""
        edges = [0, *(np.flatnonzero(~np.isnan(self.ends)) + 1).tolist()]
        return itertools.pairwise(edges)

    def path(self, *, are_steps: bool) -> str:
        parts: list[str] = []
        for begin, end in self.runs():
            for column in range(begin, end):
                across, (first, *between) = _number(self.x[column]), map(_number, self.heights[column])
                moves = "M" if column == begin else "L"
                parts.append(f"H{across}V{first}" if are_steps and moves == "L" else f"{moves}{across},{first}")
                parts.extend(f"V{height}" for height in _changes(first, between))
            parts.append(f"H{_number(self.ends[end - 1])}")
        return "".join(parts)


def _changes(previous: str, heights: Sequence[str]) -> Iterator[str]:
    if set(heights) == {previous}:
        return
    for height in heights:
        if height != previous:
            yield height
        previous = height


def _band(lines: _Lines, lows: Floats, highs: Floats, drawable: npt.NDArray[np.bool_]) -> str:
    if not np.any(lows[drawable] != highs[drawable]):
        return ""
    lowest = np.maximum.reduceat(lows[lines.places], lines.begins)
    highest = np.minimum.reduceat(highs[lines.places], lines.begins)
    outlines = ""
    for begin, end in lines.runs():
        there = [f"{_number(lines.x[column])},{_number(highest[column])}" for column in range(begin, end)]
        back = [f"{_number(lines.x[column])},{_number(lowest[column])}" for column in reversed(range(begin, end))]
        outlines += f"M{' '.join(there + back)}Z"
    return f'<path d="{outlines}" fill="{_COLOUR}" stroke="{_COLOUR}" opacity=".35"/>'


def _absences(x: Floats, drawable: npt.NDArray[np.bool_]) -> str:
    edges = np.flatnonzero(np.diff(~drawable, prepend=False, append=False))
    covered = np.zeros(WIDTH + 2, np.int64)
    left, right = np.floor(x[edges[::2]]), np.ceil(x[edges[1::2]])
    np.add.at(covered, left.astype(np.intp), 1)
    np.add.at(covered, np.maximum(right, left + 1).astype(np.intp), -1)
    return "".join(
        f'<rect x="{begin}" y="{TOP - 4}" width="{end - begin}" height="{BOTTOM - TOP + 8}" fill="currentColor"'
        ' opacity=".12"><title>no value</title></rect>'
        for begin, end, _ in _stretches((np.cumsum(covered) > 0).astype(np.int64))
    )


def _alarms(x: Floats, severities: npt.NDArray[np.integer[Any]]) -> str:
    """A strip below the curve: in each column of pixels the highest severity."""
    highest = np.zeros(WIDTH + 2, np.int64)
    columns = np.floor(x).astype(np.intp)
    begins = np.flatnonzero(np.diff(columns[:-1], prepend=-1))
    if not len(begins):
        return ""
    greatest = np.maximum.reduceat(severities, begins)
    ends = np.append(begins[1:], len(severities))
    for begin, end, severity in zip(begins.tolist(), ends.tolist(), greatest.tolist(), strict=True):
        highest[columns[begin]] = max(severity, highest[columns[begin]])
        highest[columns[begin] + 1 : columns[end] + 1] = severities[end - 1]
    return "".join(
        f'<rect x="{begin}" y="{BOTTOM + 6}" width="{end - begin}" height="{_STRIP}" fill="{colour}">'
        f"<title>{name}</title></rect>"
        for begin, end, severity in _stretches(highest[: RIGHT + 1])
        for name, colour in [list(SEVERITY_COLOURS.items())[severity - 1]]
    )


def _stretches(numbers: npt.NDArray[np.int64]) -> Iterator[tuple[int, int, int]]:
    """Where equal numbers other than 0 begin and end, and the number."""
    edges = np.flatnonzero(np.diff(numbers, prepend=0, append=0)).tolist()
    for begin, end in itertools.pairwise(edges):
        if numbers[begin]:
            yield begin, end, int(numbers[begin])


def _marks(marks: Sequence[tuple[float, str]], scale: _Scale) -> Iterator[str]:
    for value, text in marks:
        height = _number(scale.heights(np.array([value]))[0])
        yield f'<path d="M{LEFT},{height}H{RIGHT}" stroke="currentColor" opacity=".15"/>'
        yield (
            f'<text x="{LEFT - 6}" y="{height}" dy=".35em" text-anchor="end" fill="currentColor" opacity=".8">'
            f"{attribute(shortened(text, _LONGEST_LABEL))}</text>"
        )


def _edge(time: int, across: int, anchor: str) -> str:
    text = f"{format_time(time)[:19].replace('T', ' ')} UTC"
    return f'<text x="{across}" y="{HEIGHT - 4}" text-anchor="{anchor}" fill="currentColor" opacity=".8">{text}</text>'


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
