"""Rows as a table for people, written while they come."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Any, TextIO, cast

from .output import Output, plain
from .reading_rows import Row
from .writing_times import TimeWriter

_GAP = "  "
_STYLES = {"MINOR": "yellow", "MAJOR": "red", "INVALID": "magenta"}
_ELEMENTS = 4
_DISPENSABLE = ("Maximum", "Minimum", "Unit")
_WIDEST = 24
"""Characters up to which texts and arrays make their column wide."""
_LEAST = {"Value": 10, "Minimum": 10, "Maximum": 10, "Unit": 4}


class TableWriter:
    """Writes aligned columns; those get wider, never narrower, so that rows are written as soon as they are there.

    Args:
        stream: Where to.
        columns: The names of the rows' columns.
        time: How times are written.
        title: The title of the times.
        hidden: Titles of columns that are left out.
        output: The terminal whose width and colours count; None if ``stream`` is none.
    """

    def __init__(
        self,
        stream: TextIO,
        columns: Sequence[str],
        time: TimeWriter,
        *,
        title: str,
        hidden: Collection[str] = (),
        output: Output | None = None,
    ) -> None:
        self._stream = stream
        self._time = time
        self._output = output
        self._is_long = "severity" in columns
        names = [*columns[1:4], *columns[6:], "alarm"] if self._is_long else columns[1:]
        self._titles = [title, *(name.title() if self._is_long else name for name in names)]
        self._shown = [title for title in self._titles if title not in hidden]
        self._widths: dict[str, int] = {}

    def write(self, rows: Sequence[Row]) -> None:
        """Writes some rows; the first ones decide which columns there are."""
        cells = [self._cells(row) for row in rows]
        if not self._widths:
            self._begin(cells)
        for row, texts in zip(rows, cells, strict=True):
            self._line(texts, _STYLES.get(row[4], "") if self._is_long else "")

    def finish(self) -> None:
        """Nothing is left to be written."""

    def _cells(self, row: Row) -> dict[str, str]:
        time = str(self._time(row[0]))
        if not self._is_long:
            return dict(zip(self._titles, [time, *map(cell, row[1:])], strict=True))
        _, channel, value, unit, severity, status, *extremes = row
        alarm = "" if (severity, status) == ("OK", "NO_ALARM") else f"{severity} {status}"
        return dict(
            zip(self._titles, [time, channel, cell(value), unit or "", *map(cell, extremes), alarm], strict=True)
        )

    def _begin(self, cells: Sequence[dict[str, str]]) -> None:
        for title in self._titles:
            self._widths[title] = max(self._wide(title, text) for text in (title, *(row[title] for row in cells)))
        left_out: list[str] = []
        for title in self._dispensable() if self._output is not None else ():
            if self._total() > self._width():
                self._shown.remove(title)
                left_out.insert(0, title)
        if left_out and self._output is not None:
            advice = "" if self._is_long else " -o FILE writes all."
            self._output.note(f"Left out, as the terminal is narrow: {', '.join(left_out)}.{advice}", style="dim")
        self._line({title: title for title in self._titles}, "bold")

    def _dispensable(self) -> list[str]:
        """Columns that may be left out, the first one first."""
        if self._is_long:
            return [title for title in _DISPENSABLE if title in self._shown]
        return self._titles[:1:-1]

    def _wide(self, title: str, text: str) -> int:
        """The width that a cell gives its column; long texts and arrays reach beyond theirs."""
        from rich.cells import cell_len

        width = max(cell_len(text), _LEAST.get(title, 0))
        is_value = title == "Value" or (not self._is_long and title != self._titles[0])
        return min(width, max(_WIDEST, cell_len(title))) if is_value else width

    def _width(self) -> int:
        return self._output.console.width if self._output is not None else 0

    def _total(self) -> int:
        return sum(self._widths[title] for title in self._shown) + len(_GAP) * (len(self._shown) - 1)

    def _line(self, cells: dict[str, str], style: str) -> None:
        from rich.cells import cell_len

        texts: list[str] = []
        for title in self._shown:
            text = cells[title]
            width = self._widths[title] = max(self._widths[title], self._wide(title, text) if title != "Alarm" else 0)
            space = " " * (width - cell_len(text))
            texts.append(space + text if self._is_right(title, text) else text + space)
        line = _GAP.join(texts).rstrip()
        if style and self._output is not None:
            self._output.console.print(line, style=style, soft_wrap=True)
        else:
            self._stream.write(line + "\n")

    def _is_right(self, title: str, text: str) -> bool:
        if title in {"Minimum", "Maximum"}:
            return True
        return (title == "Value" or (not self._is_long and title != self._titles[0])) and (
            text in {title, "NaN"} or text[-1:].isdigit()
        )


def cell(value: Any) -> str:
    """A value as people read it: numbers with seven digits, the first elements of arrays."""
    if value is None:
        return ""
    if isinstance(value, list):
        elements = cast("list[object]", value)
        more = f", ... {len(elements)} elements" if len(elements) > _ELEMENTS else ""
        return f"[{', '.join(_text(element, 4) for element in elements[:_ELEMENTS])}{more}]"
    return _text(value, 7)


def _text(value: object, digits: int) -> str:
    if isinstance(value, float):
        return f"{value:.{digits}g}" if math.isfinite(value) else str(plain(value))
    return str(value).replace("\n", " ")
