"""``cpva dataset``: whole archives in Parquet files."""

from __future__ import annotations

from typing import Annotated

import typer

from cassandra_pv_archiver.cli.dataset_running import Wanted, run_estimate, run_export, run_info, run_verify
from cassandra_pv_archiver.cli.frame import Command, examples, new_app
from cassandra_pv_archiver.cli.options import Channels, ChannelsFile, End, For, Server, Spacing
from cassandra_pv_archiver.cli.session import session_of

app: typer.Typer = new_app(
    no_args_is_help=True,
    help="Export samples of many channels into Parquet files, verify them, and show what is there.",
)

_WHICH = "Which channels"
_HOW = "How it is read"
_Path = Annotated[
    str, typer.Argument(metavar="PATH", help="The folder of the dataset, or a URI such as s3://bucket/it.")
]
_Concurrency = Annotated[
    int,
    typer.Option(
        "--max-concurrency", metavar="N", min=1, help="At most so many requests at once.", rich_help_panel=_HOW
    ),
]


@app.command("export", cls=Command)
@examples(
    "cpva dataset export beam RING:CURRENT RING:LIFETIME --start -10min",
    "cpva dataset export temperatures --match 'RING:S*:TEMP' --start -10min --estimate",
    "cpva dataset export beam --channels-file beam.txt --start -10min --max-rate 50000",
)
def export(
    context: typer.Context,
    path: _Path,
    channels: Channels = None,
    match: Annotated[
        list[str] | None,
        typer.Option("--match", metavar="PATTERN", help="Also all that match a pattern.", rich_help_panel=_WHICH),
    ] = None,
    channels_file: ChannelsFile = None,
    every: Annotated[
        bool, typer.Option("--all", help="All channels that the cluster has now.", rich_help_panel=_WHICH)
    ] = False,
    server: Server = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--start",
            "--since",
            metavar="TIME",
            help="Beginning: -1h, 'yesterday 02:10', ISO 8601; or last, for what is new since the last export.",
            show_default=False,
        ),
    ] = None,
    end: End = None,
    duration: For = None,
    spacing: Spacing = None,
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Only look at a few samples, and say how large it will be and how long.")
    ] = False,
    max_concurrency: _Concurrency = 4,
    max_rate: Annotated[
        float | None,
        typer.Option("--max-rate", metavar="N", help="At most so many samples per second.", rich_help_panel=_HOW),
    ] = None,
    patience: Annotated[
        str, typer.Option("--patience", metavar="DURATION", help="Sit out outages so long.", rich_help_panel=_HOW)
    ] = "1h",
) -> None:
    """Export samples into a dataset, or add to one what it does not have yet.

    An export that was interrupted goes on where it was when it is run again, and one that is finished does nothing.
    Channels that cannot be read are listed, and the exit status is 1 then; the others go on.
    """
    session = session_of(context)
    wanted = Wanted(
        session,
        path=path,
        channels=channels or [],
        match=match or [],
        channels_file=channels_file,
        every=every,
        server=server,
        start=start,
        end=end,
        duration=duration,
        spacing=spacing,
    )
    if estimate:
        run_estimate(session, wanted, max_concurrency)
    else:
        run_export(session, wanted, max_concurrency, max_rate, patience)


@app.command("verify", cls=Command)
@examples("cpva dataset verify example-dataset", "cpva dataset verify example-dataset --json")
def verify(
    context: typer.Context,
    path: _Path,
    archive: Annotated[
        bool, typer.Option("--archive", help="Also compare parts that are left to chance with the archive.")
    ] = False,
    compare: Annotated[
        int, typer.Option("--compare", metavar="N", min=1, help="With --archive, compare so many parts.")
    ] = 100,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", help="With --archive, another number compares other parts.")
    ] = 0,
    repair: Annotated[bool, typer.Option("--repair", help="Remove what is wrong, and read it again.")] = False,
    max_concurrency: _Concurrency = 4,
) -> None:
    """Hold a dataset against its manifest, and on request against the archive.

    The exit status is 10 if something is wrong that was not repaired.
    """
    run_verify(session_of(context), path, archive, compare, seed, repair, max_concurrency)


@app.command("info", cls=Command)
@examples("cpva dataset info example-dataset", "cpva dataset info example-dataset --channels")
def info(
    context: typer.Context,
    path: _Path,
    channels: Annotated[bool, typer.Option("--channels", help="List what there is of each channel.")] = False,
) -> None:
    """Show what a dataset has, and what could not be read."""
    run_info(session_of(context), path, by_channel=channels)
