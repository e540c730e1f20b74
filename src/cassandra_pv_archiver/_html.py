"""Pieces of HTML for notebooks: every text escaped, nothing loaded from elsewhere, colours of the notebook's theme."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

__all__ = ["SEVERITY_COLOURS", "attribute", "bold", "box", "escaped", "faint", "shortened", "table"]

# Each stands out from white as well as from nearly black. Everything else has the colour of the text around it.
SEVERITY_COLOURS = {"MINOR": "#d08700", "MAJOR": "#e0393e", "INVALID": "#b04fd6"}

_BOX = "font-size:13px;line-height:1.5"
_TABLE = "border-collapse:collapse;margin:.3em 0;font-size:12px"
_CELL = "text-align:left;vertical-align:top;padding:.1em .8em .1em 0;border:0;background:none"
_HEADER = f"{_CELL};font-weight:normal;opacity:.65;white-space:nowrap"
# XML has no place for these, not even escaped; half a surrogate pair has no UTF-8.
_IMPOSSIBLE = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escaped(text: str) -> str:
    """A text as HTML and XML, also within attributes; it cannot change the direction of the text around it."""
    return f"<bdi>{attribute(text)}</bdi>"


def attribute(text: str) -> str:
    """A text as the value of an attribute, or where no elements are allowed."""
    return html.escape(_IMPOSSIBLE.sub("\N{REPLACEMENT CHARACTER}", text))


def shortened(text: str, length: int) -> str:
    """The beginning of a text that is too long."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def bold(markup: str) -> str:
    """A name or a number that stands out."""
    return f"<strong>{markup}</strong>"


def faint(markup: str) -> str:
    """Something that is not so important."""
    return f'<span style="opacity:.65">{markup}</span>'


def box(*blocks: str) -> str:
    """All of it, one block below the other."""
    return f'<div style="{_BOX}">{"".join(f"<div>{block}</div>" for block in blocks if block)}</div>'


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of markup; without headers the first cell of each row says what the row is."""
    head = "".join(f'<th style="{_HEADER}">{header}</th>' for header in headers)
    body = "".join(f"<tr>{''.join(_cells(row, first_is_header=not headers))}</tr>" for row in rows)
    return (
        f'<table style="{_TABLE}">{f"<thead><tr>{head}</tr></thead>" if headers else ""}<tbody>{body}</tbody></table>'
    )


def _cells(row: Sequence[str], *, first_is_header: bool) -> Iterable[str]:
    for place, cell in enumerate(row):
        kind, style = ("th", _HEADER) if first_is_header and place == 0 else ("td", _CELL)
        yield f'<{kind} style="{style}">{cell}</{kind}>'
