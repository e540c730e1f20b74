"""How ``cpva follow`` waits for samples and prints them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from .failures import Failure, Status
from .getting import explained, tell_failures
from .reading_at import rows_at
from .reading_rows import Row, RowForm
from .session import Session
from .writing_files import Writer
from .writing_formats import Shape, maker_of

if TYPE_CHECKING:
    from cassandra_pv_archiver import SampleSeries

_SOON = 30 * 86400 * 10**9
"""Nanoseconds within which a change of clocks makes local times show their offset."""


@dataclass(frozen=True, slots=True)
class Following:
    """What is followed, and how it is printed.

    Attributes:
        names: The channels.
        start: From when on samples are wanted, in nanoseconds since 1970-01-01 UTC; None for the value in force and
            all later ones.
        interval: The time between two requests for a channel.
        rows: How rows are made.
        form: The format: ``table``, ``csv`` or ``jsonl``.
        time_format: How times are written.
        most: After how many rows it ends; None for never.
        length: After how many nanoseconds it ends; None for never.
    """

    names: Sequence[str]
    start: int | None
    interval: str
    rows: RowForm
    form: str
    time_format: str
    most: int | None
    length: int | None


class _Until:
    """Becomes true at some time."""

    def __init__(self, length: int | None) -> None:
        self._end = None if length is None else time.monotonic() + length / 1e9

    def is_set(self) -> bool:
        """Whether the time has come."""
        return self._end is not None and time.monotonic() >= self._end


@dataclass
class _Printer:
    """Prints rows and counts them."""

    following: Following
    writer: Writer
    choices: dict[str, Callable[[Row], bool] | None]
    printed: int = 0

    def print(self, rows: Iterator[Row]) -> bool:
        """Prints those rows that are wanted; says whether more are wanted."""
        most = self.following.most
        wanted = [row for row in rows if (choice := self.choices[row[1]]) is None or choice(row)]
        wanted = wanted if most is None else wanted[: most - self.printed]
        if wanted:
            self.printed += len(wanted)  # before anybody can have seen them
            self.writer.write(wanted)
            sys.stdout.flush()
        return most is None or self.printed < most


def follow_channels(session: Session, following: Following) -> None:
    """Prints samples as they are archived.

    Raises:
        Failure: No channel can be followed, or Ctrl-C was pressed.
        typer.Exit: Channels cannot be followed; the others were.
    """
    until = _Until(following.length)
    present = time.time_ns()
    shape = Shape(
        following.rows.columns,
        following.time_format,
        present,
        present + _SOON,
        has_one_channel=len(following.names) == 1,
        to_terminal=session.output.is_terminal,
    )
    printer = _Printer(following, maker_of(following.form, session, shape)(sys.stdout), {})
    try:
        with session.progress("Reading"), session.archive() as archive:
            before = present if following.start is None else following.start
            found, failures = rows_at(archive, following.names, before, following.rows)
        if not found:
            name, failure = next(iter(failures.items()))
            raise explained(session, name, failure) from failure
        tell_failures(session, failures)
        printer.choices = {name: following.rows.choice() for name in found}
        if session.output.is_terminal:
            session.output.note("Waiting for samples; Ctrl-C ends it.", style="dim")
        goes_on = following.start is not None or printer.print(row for row in found.values() if row is not None)
        if goes_on:
            _print_all(session, printer, list(found), before + (following.start is None), until)
    except KeyboardInterrupt as error:
        number = f"{printer.printed:,} {'row' if printer.printed == 1 else 'rows'}"
        raise Failure(f"Interrupted after {number}.", status=Status.INTERRUPTED) from error
    if failures:
        raise typer.Exit(Status.PARTIAL)


def _print_all(session: Session, printer: _Printer, names: list[str], start: int, until: _Until) -> None:
    from cassandra_pv_archiver import CancelledReadError, RetryPolicy

    following = printer.following
    with session.archive(retry=RetryPolicy()) as archive:
        news: Any = archive.follow(names, start, interval=following.interval, cancel=until)
        with news:
            try:
                series: SampleSeries
                for _, series in news:
                    if not printer.print(following.rows.of_series(series)):
                        return
            except CancelledReadError:
                return
