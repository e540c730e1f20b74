"""What ``cpva get`` was asked for: options as they were written, and what follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .failures import usage
from .reading_channels import Wanted
from .reading_rows import SEVERITIES, RowForm
from .session import Session
from .times import read_duration, read_range, read_time
from .writing_files import BINARY, File, Stream, check_target, format_of, is_stream
from .writing_formats import Shape, maker_of
from .writing_times import TIME_FORMATS, offsets

METHODS = ("previous", "nearest", "linear")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is read, and how it is written.

    Attributes:
        wanted: What is read of each channel.
        at: The time whose values are wanted, in nanoseconds since 1970-01-01 UTC; None for a range.
        rows: How rows are made.
        step: Nanoseconds from row to row of a wide table; None for one row for each sample.
        method: How a wide table comes by its values.
        file: The file; None for stdout.
        form: The format.
        force: Whether a file may be overwritten.
        time_format: How times are written.
    """

    wanted: Wanted
    at: int | None
    rows: RowForm
    step: int | None
    method: str
    file: Path | None
    form: str
    force: bool
    time_format: str

    def open(self, session: Session, names: Sequence[str]) -> File | Stream:
        """Opens what is written to.

        Raises:
            Failure: The file exists, or cannot be written.
        """
        columns = self.rows.columns if self.step is None else ("time", *names)
        if self.step is not None and "time" in names:
            raise usage("A channel is called 'time', as the first column is.", "Leave out --align and --step.")
        shape = Shape(
            columns,
            self.time_format,
            self.wanted.start,
            self.wanted.end,
            has_one_channel=len(names) == 1 and self.step is None,
            to_terminal=self.file is None and session.output.is_terminal,
        )
        make = maker_of(self.form, session, shape)
        if self.file is None or is_stream(self.file):
            return Stream(self.form, make, self.file)
        return File(self.file, self.form, make, force=self.force)


@dataclass(frozen=True, slots=True)
class Request:
    """The options of ``cpva get``, as they were written."""

    at: str | None = None
    start: str | None = None
    end: str | None = None
    duration: str | None = None
    count: int | None = None
    spacing: str | None = None
    fill_tail: bool = False
    with_edges: bool = False
    severity: str | None = None
    changes: bool = False
    file: Path | None = None
    form: str | None = None
    force: bool = False
    time_format: str | None = None
    align: str | None = None
    step: str | None = None
    enum_numbers: bool = False

    def plan(self, session: Session) -> Plan:
        """What follows from the options.

        Raises:
            Failure: They contradict each other, or cannot be read.
        """
        self._check()
        at = None if self.at is None else read_time(self.at, session.zone, option="--at")
        start, end = (
            read_range(self.start, self.end, self.duration, session.zone) if at is None else (max(at, 0), max(at, 0))
        )
        step = None if self.step is None else read_duration(self.step, option="--step")
        if step == 0:
            raise usage("--step 0 does not lead anywhere.", "Give a length of time, such as --step 1s.")
        if self.spacing is not None:
            read_duration(self.spacing, option="--spacing")
        form = format_of(self.file, self.form, as_json=session.as_json)
        if self.file is not None:
            check_target(self.file, force=self.force)
        is_decimated = self.count is not None or self.spacing is not None
        plan = Plan(
            wanted=Wanted(
                start, end, self.count or 0, self.spacing, self.fill_tail, edges=self.with_edges or step is not None
            ),
            at=at,
            rows=RowForm(is_decimated and step is None, self.enum_numbers, self.changes, self._severity()),
            step=step,
            method=one_of("--align", self.align, METHODS),
            file=self.file,
            form=form,
            force=self.force,
            time_format=self._time_format(form),
        )
        if plan.time_format == "local" and form != "table" and len(offsets(start, end, session.zone)) > 1:
            session.output.note("Clocks change in this range, so local times may occur twice; iso and ns do not.")
        return plan

    def _check(self) -> None:
        at_most_one = (
            ("--count", self.count is not None, "--spacing", self.spacing is not None),
            *(("--at", self.at is not None, name, given) for name, given in self._of_ranges().items()),
            *(("--step", self.step is not None, name, given) for name, given in self._of_samples().items()),
        )
        for one, is_given, other, is_other_given in at_most_one:
            if is_given and is_other_given:
                raise usage(f"{one} and {other} do not go together.", "Leave one of them out.")
        if self.align is not None and self.step is None:
            raise usage("--align needs the time from row to row.", "Give --step, such as --step 1s.")
        if self.fill_tail and self.count is None and self.spacing is None:
            raise usage("--fill-tail is for decimated samples.", "Give --spacing or --count, or leave it out.")

    def _of_ranges(self) -> dict[str, bool]:
        return {
            "--start": self.start is not None,
            "--end": self.end is not None,
            "--for": self.duration is not None,
            "--count": self.count is not None,
            "--spacing": self.spacing is not None,
            "--step": self.step is not None,
            **self._of_samples(),
        }

    def _of_samples(self) -> dict[str, bool]:
        return {
            "--severity": self.severity is not None,
            "--changes": self.changes,
            "--with-edges": self.with_edges,
        }

    def _severity(self) -> str:
        return one_of("--severity", None if self.severity is None else self.severity.upper(), SEVERITIES)

    def _time_format(self, form: str) -> str:
        if form in BINARY and self.time_format is not None:
            raise usage(f"Times in {form} files are always nanoseconds in UTC.", "Leave out --time-format.")
        if self.time_format is None:
            return "local" if form == "table" else "iso"
        return one_of("--time-format", self.time_format, TIME_FORMATS)


def one_of(option: str, given: str | None, known: Sequence[str]) -> str:
    """What was given of what is known; the first one if nothing was given.

    Raises:
        Failure: It is not known.
    """
    if given is None:
        return known[0]
    if given not in known:
        raise usage(f"{option}: {given!r} is not known.", f"Give one of: {', '.join(dict.fromkeys(known))}")
    return given
