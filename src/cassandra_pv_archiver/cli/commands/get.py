"""``cpva get``: samples on the screen or in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cassandra_pv_archiver.cli.frame import examples
from cassandra_pv_archiver.cli.getting import Request, get_at, get_range, matching
from cassandra_pv_archiver.cli.lookup import channel_names
from cassandra_pv_archiver.cli.options import (
    WHICH_SAMPLES,
    Channels,
    ChannelsFile,
    Count,
    End,
    For,
    Match,
    Spacing,
    Start,
)
from cassandra_pv_archiver.cli.session import session_of
from cassandra_pv_archiver.cli.writing_files import FORMATS

_HOW = "How they are written"


@examples(
    "cpva get RING:CURRENT --start -10min",
    "cpva get RING:CURRENT RING:LIFETIME --start -1h -o beam.csv",
    "cpva get RING:CURRENT --start -6h --spacing 15min -o beam.parquet",
    "cpva get --match 'RING:S*:TEMP' --start -10min --step 1min -o temperatures.csv",
    "cpva get RING:CURRENT RING:MODE --at -2h",
)
def get(
    context: typer.Context,
    channels: Channels = None,
    match: Match = None,
    channels_file: ChannelsFile = None,
    start: Start = None,
    end: End = None,
    duration: For = None,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="TIME", help="Only the values at this time.", rich_help_panel=WHICH_SAMPLES),
    ] = None,
    count: Count = None,
    spacing: Spacing = None,
    fill_tail: Annotated[
        bool,
        typer.Option(
            "--fill-tail", help="Also the raw samples after the last decimated one.", rich_help_panel=WHICH_SAMPLES
        ),
    ] = False,
    with_edges: Annotated[
        bool,
        typer.Option(
            "--with-edges",
            help="Also the last sample before the range, and the first after it.",
            rich_help_panel=WHICH_SAMPLES,
        ),
    ] = False,
    severity: Annotated[
        str | None,
        typer.Option(
            "--severity",
            metavar="LEVEL",
            help="Only samples at least this severe: MINOR, MAJOR or INVALID.",
            rich_help_panel=WHICH_SAMPLES,
        ),
    ] = None,
    changes: Annotated[
        bool,
        typer.Option(
            "--changes",
            help="Only samples whose value or alarm differs from the one before.",
            rich_help_panel=WHICH_SAMPLES,
        ),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write to a file, whose ending is the format; - for stdout.",
            allow_dash=True,
            rich_help_panel=_HOW,
        ),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option("--format", metavar="FORMAT", help=f"One of: {', '.join(FORMATS)}.", rich_help_panel=_HOW),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that exists.", rich_help_panel=_HOW)] = False,
    time_format: Annotated[
        str | None,
        typer.Option(
            "--time-format",
            metavar="FORMAT",
            help="iso (UTC, nine digits), local (in the zone of --tz), or ns (since 1970).",
            rich_help_panel=_HOW,
        ),
    ] = None,
    align: Annotated[
        str | None,
        typer.Option(
            "--align",
            metavar="METHOD",
            help="A column for each channel, at common times: previous, nearest or linear.",
            rich_help_panel=_HOW,
        ),
    ] = None,
    step: Annotated[
        str | None,
        typer.Option(
            "--step", metavar="DURATION", help="With --align, the time from row to row.", rich_help_panel=_HOW
        ),
    ] = None,
    enum_numbers: Annotated[
        bool, typer.Option("--enum-numbers", help="States as numbers, not as labels.", rich_help_panel=_HOW)
    ] = False,
) -> None:
    """Get samples of one channel or several, as a table or into a file.

    A terminal gets a table, a pipe CSV. Rows of all channels are in the
    order of time. A file gets its name when it is complete; what was read
    before a failure or Ctrl-C is kept as NAME.partial.ENDING.
    """
    session = session_of(context)
    request = Request(
        at=at,
        start=start,
        end=end,
        duration=duration,
        count=count or None,  # 0 is all raw samples, as without it
        spacing=spacing,
        fill_tail=fill_tail,
        with_edges=with_edges,
        severity=severity,
        changes=changes,
        file=None if output is None or str(output) == "-" else output,
        form=form,
        force=force,
        time_format=time_format,
        align=align,
        step=step,
        enum_numbers=enum_numbers,
    )
    plan = request.plan(session)
    names = channel_names([*(channels or ()), *matching(session, match or ())], channels_file)
    if plan.at is None:
        get_range(session, names, plan)
    else:
        get_at(session, names, plan)
