"""``cpva follow``: samples as they are archived."""

from __future__ import annotations

from typing import Annotated

import typer

from cassandra_pv_archiver.cli.failures import usage
from cassandra_pv_archiver.cli.following import Following, follow_channels
from cassandra_pv_archiver.cli.frame import examples
from cassandra_pv_archiver.cli.getting import matching
from cassandra_pv_archiver.cli.getting_plan import one_of
from cassandra_pv_archiver.cli.lookup import channel_names
from cassandra_pv_archiver.cli.options import Channels, ChannelsFile
from cassandra_pv_archiver.cli.reading_rows import SEVERITIES, RowForm
from cassandra_pv_archiver.cli.session import session_of
from cassandra_pv_archiver.cli.times import read_duration, read_time
from cassandra_pv_archiver.cli.writing_times import TIME_FORMATS

_FORMATS = ("table", "csv", "jsonl")


@examples(
    "cpva follow RING:CURRENT --count 1",
    "cpva follow RING:CURRENT RING:LIFETIME --start -1min --count 10",
    "cpva follow --match 'RING:S*:TEMP' --for 1s --json",
)
def follow(
    context: typer.Context,
    channels: Channels = None,
    match: Annotated[
        list[str] | None, typer.Option("--match", metavar="PATTERN", help="Also all channels that match a pattern.")
    ] = None,
    channels_file: ChannelsFile = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--start", "--since", metavar="TIME", help="From when on; else the value in force and later ones."
        ),
    ] = None,
    duration: Annotated[str | None, typer.Option("--for", metavar="DURATION", help="End after this time.")] = None,
    count: Annotated[int | None, typer.Option("--count", metavar="N", min=1, help="End after so many rows.")] = None,
    interval: Annotated[
        str, typer.Option("--interval", metavar="DURATION", help="Time between two requests for a channel.")
    ] = "1s",
    severity: Annotated[
        str | None,
        typer.Option("--severity", metavar="LEVEL", help="Only samples at least this severe: MINOR, MAJOR or INVALID."),
    ] = None,
    changes: Annotated[
        bool, typer.Option("--changes", help="Only samples whose value or alarm differs from the one before.")
    ] = False,
    form: Annotated[
        str | None, typer.Option("--format", metavar="FORMAT", help=f"One of: {', '.join(_FORMATS)}.")
    ] = None,
    time_format: Annotated[
        str | None,
        typer.Option("--time-format", metavar="FORMAT", help="iso (UTC, nine digits), local, or ns (since 1970)."),
    ] = None,
    enum_numbers: Annotated[bool, typer.Option("--enum-numbers", help="States as numbers, not as labels.")] = False,
) -> None:
    """Print samples as they are archived, until Ctrl-C.

    It begins with the value in force. Samples come a little later than they
    are archived. Outages of the server are sat out. A terminal gets a table,
    a pipe CSV, and --json prints an object a line.
    """
    session = session_of(context)
    if session.as_json and form not in {None, "jsonl"}:
        raise usage(f"--json and --format {form} contradict each other.", "Leave one of them out.")
    default = "jsonl" if session.as_json else "table" if session.output.is_terminal else "csv"
    chosen = default if form is None else one_of("--format", form, _FORMATS)
    if read_duration(interval, option="--interval") == 0:
        raise usage("--interval 0 leaves the server no rest.", "Give a length of time, such as --interval 1s.")
    following = Following(
        names=channel_names([*(channels or ()), *matching(session, match or ())], channels_file),
        start=None if start is None else read_time(start, session.zone),
        interval=interval,
        rows=RowForm(
            enum_numbers=enum_numbers,
            changes=changes,
            severity=one_of("--severity", None if severity is None else severity.upper(), SEVERITIES),
        ),
        form=chosen,
        time_format=one_of(
            "--time-format", time_format, ("local", *TIME_FORMATS) if chosen == "table" else TIME_FORMATS
        ),
        most=count,
        length=None if duration is None else read_duration(duration),
    )
    follow_channels(session, following)
