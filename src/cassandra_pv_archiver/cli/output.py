"""What commands print: tables and JSON on stdout, everything else on stderr."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from rich.console import Console


_NARROWEST = 24
"""Characters that a column of sentences gets at least."""
_GAP = 2


class Output:
    """Prints for one run of ``cpva``.

    What was asked for goes to stdout and nothing else does, so that it can be piped. On a terminal tables are fitted to
    its width; elsewhere each row is one line, however long.
    """

    def __init__(self, *, quiet: bool = False, color: bool = True) -> None:
        self._quiet = quiet
        self._color = color

    @cached_property
    def console(self) -> Console:
        """Rich's console on stdout, for what the methods below cannot show. It knows no markup and no emoji."""
        return self._console(stderr=False)

    @cached_property
    def errors(self) -> Console:
        """Rich's console on stderr."""
        return self._console(stderr=True)

    @property
    def is_terminal(self) -> bool:
        """Whether stdout is a terminal."""
        return sys.stdout.isatty()

    def json(self, value: object) -> None:
        """Prints a value as one JSON document; see `plain` for how values are written."""
        self.line(json.dumps(plain(value), indent=2, ensure_ascii=False))

    def line(self, text: str) -> None:
        """Prints one line as it is."""
        sys.stdout.write(text + "\n")

    def text(self, text: str, *, style: str = "") -> None:
        """Prints text, wrapped on a terminal; all lines are as far to the right as the first one."""
        if not self.is_terminal:
            self.console.print(text, style=style, soft_wrap=True)
            return
        from rich.padding import Padding

        self.console.print(Padding(text.lstrip(), (0, 0, 0, len(text) - len(text.lstrip())), style=style, expand=False))

    def heading(self, text: str) -> None:
        """Prints the title of what follows."""
        self.text(text, style="bold")

    def table(
        self,
        columns: Sequence[str],
        rows: Iterable[Sequence[Any]],
        *,
        right: Sequence[str] = (),
        wrap: Sequence[str] = (),
        optional: Sequence[str] = (),
        empty: str = "Nothing was found.",
    ) -> None:
        """Prints a table. Where it does not fit a terminal, columns are wrapped, then left out, then folded.

        Args:
            columns: The titles.
            rows: One cell per column: text, numbers, rich's ``Text``, or None for nothing.
            right: The titles of columns of numbers, which are aligned on the right.
            wrap: The titles of columns of sentences, which may be wrapped.
            optional: The titles of columns that may be left out on a narrow terminal, the first one first.
            empty: What is said, on stderr, if there is no row.
        """
        cells = [[_cell(value) for value in row] for row in rows]
        if not cells:
            self.note(empty)
        elif self.is_terminal:
            self._fitted(columns, cells, right, wrap, optional)
        else:
            self._lines(columns, cells, right)

    def fields(self, values: Mapping[str, Any]) -> None:
        """Prints names and their values, one below the other; those that are None are left out."""
        shown = {name: _cell(value) for name, value in values.items() if value is not None}
        if self.is_terminal:
            from rich.table import Table

            grid = Table.grid(padding=(0, 2, 0, 0))
            grid.add_column(style="bold", no_wrap=True)
            grid.add_column(overflow="fold")
            for name, value in shown.items():
                grid.add_row(name, value)
            self.console.print(grid)
            return
        width = max(map(len, shown), default=0)
        for name, value in shown.items():
            self.line(f"{name.ljust(width)}  {value}".rstrip())

    def note(self, text: str, *, style: str = "") -> None:
        """Says something on stderr that is not asked for, such as a retry; nothing with ``--quiet``."""
        if not self._quiet:
            self.errors.print(text, style=style, soft_wrap=True)

    def warn(self, text: str) -> None:
        """Says something on stderr that must not be missed, also with ``--quiet``."""
        self.errors.print(text, style="yellow", soft_wrap=True)

    def _console(self, *, stderr: bool) -> Console:
        from rich.console import Console

        plain = not self._color or bool(os.environ.get("NO_COLOR"))
        return Console(stderr=stderr, markup=False, emoji=False, highlight=False, no_color=plain or None)

    def _fitted(
        self,
        columns: Sequence[str],
        rows: Sequence[Sequence[Any]],
        right: Sequence[str],
        wrap: Sequence[str],
        optional: Sequence[str],
    ) -> None:
        from rich.table import Table

        widths = _widths(columns, rows)
        least = {title: min(width, _NARROWEST) if title in wrap else width for title, width in widths.items()}
        left_out: list[str] = []
        for title in (title for title in optional if title in least):
            if sum(least.values()) + _GAP * (len(least) - 1) <= self.console.width:
                break
            least.pop(title, None)
            left_out.append(title)
        table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, _GAP, 0, 0))
        for title, width in least.items():
            wide = None if title in wrap else width
            table.add_column(title, overflow="fold", justify="right" if title in right else "left", min_width=wide)
        for row in rows:
            table.add_row(*(cell for cell, title in zip(row, columns, strict=True) if title in least))
        self.console.print(table)
        if left_out:
            self.note(f"Left out, as the terminal is narrow: {', '.join(left_out)}.", style="dim")

    def _lines(self, columns: Sequence[str], rows: Sequence[Sequence[Any]], right: Sequence[str]) -> None:
        from rich.cells import cell_len

        widths = _widths(columns, rows)
        for row in (columns, *rows):
            cells = {title: str(cell).replace("\n", " ") for title, cell in zip(columns, row, strict=True)}
            spaces = {title: " " * (widths[title] - cell_len(text)) for title, text in cells.items()}
            padded = [spaces[title] + text if title in right else text + spaces[title] for title, text in cells.items()]
            self.line("  ".join(padded).rstrip())


def _widths(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, int]:
    """The width of each column's longest cell, by title."""
    from rich.cells import cell_len

    return {
        title: max(cell_len(title), *(cell_len(str(row[number]).replace("\n", " ")) for row in rows))
        for number, title in enumerate(columns)
    }


def plain(value: object) -> Any:
    """Makes a value one that JSON has.

    Models become objects with the names that their attributes have in Python. Times (``datetime``) become ISO 8601
    text in UTC, IDs and paths text, enumerations their names, and numbers that JSON lacks ``"NaN"``, ``"Infinity"`` and
    ``"-Infinity"``, as in the service's own JSON.
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return getattr(value, "name", value)
    if isinstance(value, float):
        return value if math.isfinite(value) else {math.inf: "Infinity", -math.inf: "-Infinity"}.get(value, "NaN")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    members = getattr(type(value), "model_fields", None)
    if members is not None:
        return {name: plain(getattr(value, name)) for name in members}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in cast("Mapping[object, object]", value).items()}
    if isinstance(value, Iterable):
        return [plain(item) for item in cast("Iterable[object]", value)]
    return str(value)


def _cell(value: object) -> Any:
    from rich.text import Text

    if value is None:
        return ""
    return value if isinstance(value, Text) else str(value)
