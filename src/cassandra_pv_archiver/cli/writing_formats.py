"""Which writer each format has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from .session import Session
from .times import show_time
from .writing_files import MakeWriter
from .writing_times import offsets, time_writer


@dataclass(frozen=True, slots=True)
class Shape:
    """What rows look like.

    Attributes:
        columns: The names of their columns.
        time_format: How times are written.
        start: The earliest time that is to be expected, in nanoseconds since 1970-01-01 UTC.
        end: The latest one.
        has_one_channel: Whether all rows are of one channel, which a table then need not name.
        to_terminal: Whether they go to the terminal.
    """

    columns: Sequence[str]
    time_format: str
    start: int
    end: int
    has_one_channel: bool = False
    to_terminal: bool = False


def maker_of(form: str, session: Session, shape: Shape) -> MakeWriter:
    """What makes a writer of a format."""
    time = time_writer(shape.time_format, session.zone)
    match form:
        case "csv":
            from .writing_csv import CsvWriter

            return lambda stream: CsvWriter(stream, shape.columns, time)
        case "json" | "jsonl":
            from .writing_json import JsonLinesWriter, JsonWriter

            kind = JsonWriter if form == "json" else JsonLinesWriter
            return lambda stream: kind(stream, shape.columns, time)
        case "table":
            return _table(session, shape)
        case _:
            from .writing_arrow import ArrowWriter

            return lambda path: ArrowWriter(path, shape.columns, is_parquet=form == "parquet")


def _table(session: Session, shape: Shape) -> MakeWriter:
    from .writing_table import TableWriter

    time, title = time_writer(shape.time_format, session.zone), "Time"
    if shape.time_format == "local":
        found = offsets(shape.start, shape.end, session.zone)
        if len(found) == 1:
            title = f"Time ({found[0] if found[0] != 'Z' else 'UTC'})"
        else:
            time = partial(show_time, zone=session.zone)
    hidden = frozenset({"Channel"}) if shape.has_one_channel else frozenset[str]()
    output = session.output if shape.to_terminal else None
    return lambda stream: TableWriter(stream, shape.columns, time, title=title, hidden=hidden, output=output)
