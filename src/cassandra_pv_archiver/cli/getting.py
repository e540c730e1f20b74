"""How ``cpva get`` reads samples and writes them."""

from __future__ import annotations

import shlex
import signal
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import typer

from cassandra_pv_archiver.errors import NotFoundError, ServerFailedError

from .failures import Failure, Status, explain
from .getting_plan import Plan, Request
from .lookup import no_such_channel
from .reading_aligned import aligned_rows
from .reading_at import rows_at
from .reading_channels import ChannelReading, readings
from .reading_rows import Row, merged
from .session import Session
from .times import show_time
from .writing_files import File, Stream

if TYPE_CHECKING:
    from cassandra_pv_archiver import ArchiveClient

__all__ = ["Request", "explained", "get_at", "get_range", "matching", "tell_failures"]

_AT_ONCE = 1_000
_FIRST_ON_SCREEN = 40
_LISTED = 10


@contextmanager
def _as_a_whole() -> Generator[None]:
    """Lets Ctrl-C wait for the moment that writing to a file takes, so that what was written is known."""
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if pressed:
            raise KeyboardInterrupt


@dataclass
class Copy:
    """Rows on their way.

    Attributes:
        session: The session.
        plan: What is wanted.
        target: Where the rows go, once that is open.
        waiting: Rows that are to go together.
        rows: How many have gone.
        last: The time of the last one, in nanoseconds since 1970-01-01 UTC.
    """

    session: Session
    plan: Plan
    target: File | Stream | None = None
    waiting: list[Row] = field(default_factory=list[Row])
    rows: int = 0
    last: int = 0

    def all(self, names: Sequence[str], rows: Iterator[Row], progress: ExitStack) -> None:
        """Writes all rows. Progress ends with the first ones if they go to a terminal."""
        self.target = self.plan.open(self.session, names)
        to_terminal = self.plan.file is None and self.session.output.is_terminal
        size = _FIRST_ON_SCREEN if to_terminal else _AT_ONCE
        for row in rows:
            self.waiting.append(row)
            if len(self.waiting) == size:
                if to_terminal:
                    progress.close()
                self._write()
                size = _AT_ONCE
        progress.close()
        self._write()

    def _write(self) -> None:
        rows, self.waiting = self.waiting, []
        if self.target is not None and rows:
            with _as_a_whole() if isinstance(self.target, File) else nullcontext():
                self.target.write(rows)
                self.rows, self.last = self.rows + len(rows), rows[-1][0]

    def complete(self) -> None:
        """Ends it well."""
        if self.target is not None:
            self.target.complete()

    def abandon(self) -> str:
        """Ends what cannot be completed; says what was kept."""
        where = ""
        try:
            self._write()
        except Failure:
            self.discard()
            raise
        if self.target is not None and self.rows:
            where = self.target.abandon()
        if not where:
            self.discard()
            return "Nothing was kept."
        number = "1 row" if self.rows == 1 else f"{self.rows:,} rows"
        return f"{number}, up to {show_time(self.last, self.session.zone)}, {where}."

    def discard(self) -> None:
        """Leaves nothing behind."""
        if self.target is not None:
            self.target.remove()


def matching(session: Session, patterns: Sequence[str]) -> list[str]:
    """The channels that match any of some patterns.

    Raises:
        Failure: None matches one of them.
    """
    names: list[str] = []
    for pattern in patterns:
        with session.progress("Searching"), session.archive() as archive:
            found = archive.find_channels_by_pattern(pattern)
        if not found:
            raise Failure(f"No channel matches {pattern!r}.", "Look for names with: cpva search '*PART*'")
        names += found
    return names


def get_range(session: Session, names: Sequence[str], plan: Plan) -> None:
    """Reads the samples of a range and writes them.

    Raises:
        Failure: They could not be read or written.
        typer.Exit: Channels could not be read; the others are complete.
    """
    copy = Copy(session, plan)
    with session.archive() as archive:
        try:
            channels = _copied(copy, archive, names)
            _end(copy, channels)
        except KeyboardInterrupt as error:
            raise Failure(f"Interrupted. {copy.abandon()}", status=Status.INTERRUPTED) from error
        except BaseException:
            copy.discard()
            raise
        _tell_what_is_gone(session, archive, channels)
    failures = _failures_of(channels)
    _tell_the_end(session, plan, copy.rows, failures, len(names))


def get_at(session: Session, names: Sequence[str], plan: Plan) -> None:
    """Reads the values at a time and writes them.

    Raises:
        Failure: None could be read, or they could not be written.
        typer.Exit: Channels could not be read.
    """
    copy = Copy(session, plan)
    with session.progress("Reading"), session.archive() as archive:
        found, failures = rows_at(archive, names, plan.wanted.start, plan.rows)
    if len(failures) == len(names):
        name = names[0]
        error = failures.pop(name)
        if isinstance(error, NotFoundError):
            tell_failures(session, failures)
        raise explained(session, name, error) from error
    try:
        copy.all(names, (row for row in found.values() if row is not None), ExitStack())
        copy.complete()
    except BaseException:
        copy.discard()
        raise
    missing = [name for name, row in found.items() if row is None]
    if missing:
        session.output.note(f"No raw sample at that time or before: {_listed(missing)}.")
    _tell_the_end(session, plan, copy.rows, failures, len(names))


def _copied(copy: Copy, archive: ArchiveClient, names: Sequence[str]) -> list[ChannelReading]:
    plan, wanted = copy.plan, copy.plan.wanted
    with ExitStack() as progress:
        bars = progress.enter_context(copy.session.progress("Reading"))
        with readings(archive, names, wanted, bars) as channels:
            there = [channel for channel in channels if channel.failure is None or channel.reached is not None]
            if not there:
                first = next((channel for channel in channels if channel.ended_all), channels[0])
                assert first.failure is not None
                if isinstance(first.failure, NotFoundError):
                    tell_failures(copy.session, _failures_of(channels[1:]))
                raise explained(copy.session, first.name, first.failure) from first.failure
            if plan.step is None:
                rows = merged(there, plan.rows)
            else:
                labels = not plan.rows.enum_numbers
                rows = aligned_rows(there, wanted.start, wanted.end, plan.step, plan.method, labels=labels)
            copy.all([channel.name for channel in there], rows, progress)
    return channels


def _ended(copy: Copy, name: str, error: Exception) -> Failure:
    failure = explained(copy.session, name, error)
    return Failure(failure.what, f"{copy.abandon()} {failure.advice}".rstrip(), failure.status)


def _end(copy: Copy, channels: Sequence[ChannelReading]) -> None:
    """Completes what was written, unless samples are missing of a channel that it has."""
    for channel in channels:
        if channel.failure is not None and (channel.ended_all or len(channels) == 1):
            raise _ended(copy, channel.name, channel.failure) from channel.failure
    if any(channel.failure is not None and channel.reached is not None for channel in channels):
        copy.session.output.warn(f"Samples are missing. {copy.abandon()}")
    else:
        copy.complete()


def explained(session: Session, name: str, error: Exception) -> Failure:
    """The failure that tells of an error with a channel; of a channel that does not exist, with near names."""
    if isinstance(error, NotFoundError):
        return no_such_channel(session, name)
    failure = explain(error)
    if isinstance(error, ServerFailedError):
        return Failure(failure.what, f"See what is wrong with it: cpva channel {shlex.quote(name)}", failure.status)
    return failure


def _tell_what_is_gone(session: Session, archive: ArchiveClient, channels: Sequence[ChannelReading]) -> None:
    """Says of which channels raw samples of the beginning are gone while decimated ones are there."""
    late = [channel.name for channel in channels if channel.begins_late and channel.failure is None]
    if not late or session.quiet:
        return
    start = channels[0].start
    looked_up = archive.get_samples_for(late, start, start, errors="collect")
    gone = [name for name, series in looked_up.items() if series.earlier_decimated]
    if gone:
        session.output.note(
            f"Raw samples from {show_time(start, session.zone)} on are gone of {_listed(gone)}; decimated ones are "
            "there: --spacing or --count."
        )


def _tell_the_end(session: Session, plan: Plan, rows: int, failures: Mapping[str, Exception], channels: int) -> None:
    output = session.output
    if plan.file is not None and session.as_json:
        output.json(
            {
                "file": str(plan.file),
                "format": plan.form,
                "rows": rows,
                "channels": channels - len(failures),
                "failures": {name: str(error) for name, error in failures.items()},
            }
        )
    if not rows:
        before = "" if plan.wanted.edges or plan.at is not None else " The one before it: --with-edges."
        output.note(f"There are no such samples in this range.{before}")
    elif plan.file is not None:
        output.note(f"{rows:,} {'row' if rows == 1 else 'rows'}: {plan.file}")
    tell_failures(session, failures)
    if failures:
        raise typer.Exit(Status.PARTIAL)


def _failures_of(channels: Sequence[ChannelReading]) -> dict[str, Exception]:
    return {channel.name: channel.failure for channel in channels if channel.failure is not None}


def tell_failures(session: Session, failures: Mapping[str, Exception]) -> None:
    """Lists what happened to channels that are missing, and what to do about it."""
    for name, error in list(failures.items())[:_LISTED]:
        failure = explained(session, name, error)
        what = failure.what if name in failure.what else f"{name}: {failure.what}"
        session.output.warn(f"{what} {failure.advice}".rstrip())
    if len(failures) > _LISTED:
        session.output.warn(f"... and {len(failures) - _LISTED} more channels failed.")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more
