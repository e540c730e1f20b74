"""What a YAML or TOML file says, with the lines where it says it."""

from __future__ import annotations

from typing import Any

__all__ = ["MOST_NESTED", "Array", "Plain", "Table", "UnreadableFileError", "line_of"]

MOST_NESTED = 40
"""How deep lists and tables may be within each other; configurations need no more than 6."""


class UnreadableFileError(Exception):
    """A file cannot be read at all.

    Attributes:
        message: What is wrong, and what to write instead.
        line: Where; None if it is not known.
    """

    message: str
    line: int | None

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message, line)
        self.message, self.line = message, line


class Plain(str):
    """A text that is not in quotation marks: a number, true, false, a date. In YAML it may be any text."""

    __slots__ = ()


class Table(dict[str, Any]):
    """A table of members.

    Attributes:
        lines: The lines of the members, by their names.
    """

    lines: dict[str, int]

    def __init__(self) -> None:
        super().__init__()
        self.lines = {}


class Array(list[Any]):
    """A list.

    Attributes:
        lines: The lines of the elements.
    """

    lines: list[int]

    def __init__(self) -> None:
        super().__init__()
        self.lines = []


def line_of(root: Any, path: tuple[str | int, ...]) -> int | None:
    """The line of a member; that of the member it belongs to if it is not there itself."""
    line: int | None = None
    here = root
    for part in path:
        lines: Any = getattr(here, "lines", {})
        try:
            line, here = lines[part], here[part]
        except (LookupError, TypeError):
            break
    return line
