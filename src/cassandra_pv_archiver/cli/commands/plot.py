"""``cpva plot``: channels over time, in the terminal, in a file, or in a window."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cassandra_pv_archiver.cli.failures import Failure, Status, usage
from cassandra_pv_archiver.cli.frame import examples
from cassandra_pv_archiver.cli.getting import explained
from cassandra_pv_archiver.cli.lookup import channel_names
from cassandra_pv_archiver.cli.options import Channels, ChannelsFile, Count, End, For, Match, Spacing, Start
from cassandra_pv_archiver.cli.session import Session, session_of
from cassandra_pv_archiver.cli.times import json_time, read_duration, read_range

if TYPE_CHECKING:
    from cassandra_pv_archiver import ChannelSeries
    from cassandra_pv_archiver._plot_traces import Trace

_MOST = 40
"""Channels that one picture shows at most."""
_NARROWEST = 40
_CLOCKS_DIFFER_BY = 60 * 10**9
_HOW = "How it is drawn"


@examples(
    "cpva plot RING:CURRENT --start -6h",
    "cpva plot RING:CURRENT RING:MODE --start -6h -o beam.png",
    "cpva plot --match 'RING:S*:TEMP' --start -6h --overlaid -o temperatures.svg",
    "cpva plot RING:S03:VAC:PRESSURE --start -3h --for 2h --count 0 --log",
)
def plot(
    context: typer.Context,
    channels: Channels = None,
    match: Match = None,
    channels_file: ChannelsFile = None,
    start: Start = None,
    end: End = None,
    duration: For = None,
    count: Count = None,
    spacing: Spacing = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write a .png, .svg or .pdf.", rich_help_panel=_HOW),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that exists.", rich_help_panel=_HOW)] = False,
    show: Annotated[bool, typer.Option("--show", help="Show a window.", rich_help_panel=_HOW)] = False,
    stacked: Annotated[
        bool,
        typer.Option(
            "--stacked/--overlaid",
            help="Each channel in a panel of its own, or numbers of the same units in one.",
            rich_help_panel=_HOW,
        ),
    ] = True,
    log: Annotated[bool, typer.Option("--log", help="Logarithmic axes for numbers.", rich_help_panel=_HOW)] = False,
    dark: Annotated[
        bool, typer.Option("--dark", help="With -o or --show, on a dark ground.", rich_help_panel=_HOW)
    ] = False,
) -> None:
    """Plot channels over time: in the terminal, in a file, or in a window.

    As many samples are read as can be seen: decimated ones where the server has them, with minimum and maximum, and
    raw ones after the last of them, so that the newest values show. Gaps stay empty; alarms have colours.
    """
    session = session_of(context)
    begin, until = read_range(start, end, duration, session.zone)
    request = _Request(begin, _not_in_the_future(session, begin, until), count, spacing, overlaid=not stacked, log=log)
    request.check()
    _check_target(session, output, show=show, force=force, dark=dark)
    names = _names(session, list(channels or ()), match or (), channels_file)
    screen = output is None and not show
    with session.progress("Reading") as bars, session.archive() as archive:
        read = archive.get_samples_for(
            names,
            request.start,
            request.end,
            request.samples(session, screen=screen),
            spacing=spacing,
            fill_tail=True,
            errors="collect",
            progress=bars.read,
        )
    traces, failures = _drawable(session, read)
    series = [read[name] for name in traces]
    if output is not None:
        from cassandra_pv_archiver.cli.plots_files import write_picture

        write_picture(output, series, overlaid=request.overlaid, log=log, zone=session.zone, dark=dark, force=force)
    if show:
        from cassandra_pv_archiver.cli.plots_files import show_window

        show_window(series, overlaid=request.overlaid, log=log, zone=session.zone, dark=dark)
    if screen:
        _print(session, list(traces.values()), request)
    _tell(session, output, read, traces, failures)


@dataclass(frozen=True, slots=True)
class _Request:
    start: int
    end: int
    count: int | None
    spacing: str | None
    overlaid: bool
    log: bool

    def check(self) -> None:
        if self.count is not None and self.spacing is not None:
            raise usage("--count and --spacing do not go together.", "Leave one of them out.")
        if self.spacing is not None and not read_duration(self.spacing, option="--spacing"):
            raise usage("--spacing 0 does not lead anywhere.", "Give --count 0 for all samples.")

    def samples(self, session: Session, *, screen: bool) -> int:
        """The ``count`` of the read; 0 if ``spacing`` says it."""
        if self.count is not None or self.spacing is not None:
            return self.count or 0
        if screen:
            return 2 * _width(session)
        from cassandra_pv_archiver.cli.plots_files import COUNT

        return COUNT


def _not_in_the_future(session: Session, start: int, end: int) -> int:
    """The end, or now if it is later: the last value must not be drawn for times that are still to come."""
    now = time.time_ns()
    if end <= now + _CLOCKS_DIFFER_BY:
        return end
    if start >= now:
        raise usage("The time range lies in the future.", "Give a --start that has passed.")
    session.output.note("The time range ends in the future; it is shown up to now.")
    return now


def _check_target(session: Session, output: Path | None, *, show: bool, force: bool, dark: bool) -> None:
    if output is not None or show:
        from cassandra_pv_archiver._optional_libraries import optional_library
        from cassandra_pv_archiver.cli.plots_files import check_file, check_windows

        optional_library("matplotlib", "plot")
        if output is not None:
            check_file(output, force=force)
        if show:
            check_windows()
        return
    if session.as_json:
        raise usage("A picture in the terminal is no JSON.", "Add -o FILE, or get the samples: cpva get --json")
    if dark:
        raise usage("--dark is for pictures.", "Add -o FILE or --show.")
    try:
        "┤⠿░".encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError as error:
        raise Failure(
            f"Plots are drawn with characters that {sys.stdout.encoding} lacks.",
            "Use a terminal with UTF-8 (PYTHONIOENCODING=utf-8), or write a file with -o plot.png.",
        ) from error


def _names(session: Session, given: list[str], patterns: Sequence[str], file: Path | None) -> list[str]:
    for pattern in patterns:
        with session.progress("Searching"), session.archive() as archive:
            found = archive.find_channels_by_pattern(pattern)
        if not found:
            session.output.note(f"No channel matches {pattern!r}.")
        given += found
    if patterns and not given and file is None:
        raise Failure("There is nothing to plot.", "Look for names with: cpva search '*PART*'")
    names = channel_names(given, file)
    if len(names) > _MOST:
        raise usage(
            f"These are {len(names):,} channels, of which one picture cannot show more than {_MOST}.", "Name fewer."
        )
    return names


def _drawable(session: Session, read: ChannelSeries) -> tuple[dict[str, Trace], dict[str, Failure]]:
    """What is drawn of each channel, and why others are not.

    Raises:
        Failure: There is nothing that could be drawn.
    """
    from cassandra_pv_archiver._plot_traces import trace_of

    failures = {name: explained(session, name, error) for name, error in read.failures.items()}
    traces: dict[str, Trace] = {}
    for name, series in read.items():
        try:
            traces[name] = trace_of(series)
        except ValueError as error:
            failures[name] = Failure(str(error), "Get them as text: cpva get")
    if not traces:
        for name, failure in list(failures.items())[1:]:
            session.output.warn(_named(name, failure))
        raise next(iter(failures.values()))
    return traces, failures


def _named(name: str, failure: Failure) -> str:
    return failure.what if name in failure.what else f"{name}: {failure.what}"


def _width(session: Session) -> int:
    return max(session.output.console.width, _NARROWEST)


def _print(session: Session, traces: Sequence[Trace], request: _Request) -> None:
    from cassandra_pv_archiver._plot_figure import panels_of
    from cassandra_pv_archiver.cli.plots_terminal import Page, picture

    console = session.output.console
    colour = console.is_terminal and not console.no_color and console.color_system is not None
    page = Page(_width(session), console.height, session.zone, colour)
    for line in picture(panels_of(traces, overlaid=request.overlaid), page, log=request.log):
        session.output.line(line)


def _tell(
    session: Session,
    output: Path | None,
    read: ChannelSeries,
    traces: Mapping[str, Trace],
    failures: Mapping[str, Failure],
) -> None:
    """What is to be known beside the picture.

    Raises:
        typer.Exit: Channels are missing in it.
    """
    from cassandra_pv_archiver._plot_traces import Shape

    if session.as_json:
        session.output.json(_summary(output, read, traces, failures))
    if output is not None:
        session.output.note(f"{'1 channel' if len(traces) == 1 else f'{len(traces)} channels'}: {output}")
    if thinned := [n for n, t in traces.items() if t.shape is not Shape.NUMBERS and t.spacing is not None]:
        session.output.note(
            f"Short states may be missing, as the server has decimated them: {', '.join(thinned)}. All: --count 0"
        )
    for name, failure in failures.items():
        session.output.warn(f"{_named(name, failure)} {failure.advice}".rstrip())
    if failures:
        raise typer.Exit(Status.PARTIAL)


def _summary(
    output: Path | None, read: ChannelSeries, traces: Mapping[str, Trace], failures: Mapping[str, Failure]
) -> dict[str, Any]:
    return {
        "file": output,
        "channels": [
            {
                "channel_name": name,
                "start": json_time(trace.start),
                "end": json_time(trace.end),
                "samples": len(read[name]),
                "units": trace.units or None,
                "decimated_to_seconds": None if trace.spacing is None else trace.spacing / 1e9,
            }
            for name, trace in traces.items()
        ],
        "failures": {name: failure.what for name, failure in failures.items()},
    }
