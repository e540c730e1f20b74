"""What commands print: tables and JSON on stdout, everything else on stderr."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, cast

if TYPE_CHECKING:
    from rich.console import Console

Cell = "str | Text | int | float | None"
Alignment = Literal["left", "right"]


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

    def table(
        self,
        columns: Sequence[str],
        rows: Iterable[Sequence[Any]],
        *,
        right: Sequence[str] = (),
        empty: str = "Nothing was found.",
    ) -> None:
        """Prints a table.

        Args:
            columns: The titles.
            rows: One cell per column: text, numbers, rich's ``Text``, or None for nothing.
            right: The titles of columns of numbers, which are aligned on the right.
            empty: What is said, on stderr, if there is no row.
        """
        cells = [[_cell(value) for value in row] for row in rows]
        if not cells:
            self.note(empty)
        elif self.is_terminal:
            self._fitted(columns, cells, right)
        else:
            self._lines(columns, cells, right)

    def fields(self, values: Mapping[str, Any]) -> None:
        """Prints names and their values, one below the other; those that are None are left out."""
        shown = {name: _cell(value) for name, value in values.items() if value is not None}
        width = max(map(len, shown), default=0)
        for name, value in shown.items():
            self._field(name.ljust(width), value)

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

    def _fitted(self, columns: Sequence[str], rows: Sequence[Sequence[Any]], right: Sequence[str]) -> None:
        from rich.table import Table

        table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
        for column in columns:
            table.add_column(column, overflow="fold", justify="right" if column in right else "left")
        for row in rows:
            table.add_row(*row)
        self.console.print(table)

    def _lines(self, columns: Sequence[str], rows: Sequence[Sequence[Any]], right: Sequence[str]) -> None:
        from rich.cells import cell_len

        texts = [list(columns), *([str(cell).replace("\n", " ") for cell in row] for row in rows)]
        widths = [max(map(cell_len, column)) for column in zip(*texts, strict=True)]
        for row in texts:
            padded = [
                " " * (width - cell_len(text)) + text if column in right else text + " " * (width - cell_len(text))
                for text, width, column in zip(row, widths, columns, strict=True)
            ]
            self.line("  ".join(padded).rstrip())

    def _field(self, name: str, value: Any) -> None:
        from rich.table import Table

        if not self.is_terminal:
            self.line(f"{name}  {value}".rstrip())
            return
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(style="bold", no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(name, value)
        self.console.print(grid)


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
