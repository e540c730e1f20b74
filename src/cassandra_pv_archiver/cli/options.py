"""Options and arguments that several commands have, so that they are called and explained alike."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from .completion import complete_channel

Channel: TypeAlias = Annotated[
    str, typer.Argument(metavar="CHANNEL", help="Name of the channel.", autocompletion=complete_channel)
]
Channels: TypeAlias = Annotated[
    list[str] | None,
    typer.Argument(metavar="CHANNEL", help="Names of channels.", autocompletion=complete_channel),
]
ChannelsFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--channels-file", metavar="FILE", help="Names from a file, one a line; - for stdin.", allow_dash=True
    ),
]
Match: TypeAlias = Annotated[
    list[str] | None, typer.Option("--match", metavar="PATTERN", help="Also all channels that match a pattern.")
]
Start: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--start",
        "--since",
        metavar="TIME",
        help="Beginning: -1h, 'yesterday 02:10', 'today 06:00', 02:10, or ISO 8601.",
        show_default=False,
    ),
]
End: TypeAlias = Annotated[
    str | None,
    typer.Option("--end", "--until", metavar="TIME", help="End, likewise; now if it is left out.", show_default=False),
]
For: TypeAlias = Annotated[
    str | None,
    typer.Option("--for", metavar="DURATION", help="Length, such as 10min, instead of one of the two."),
]
WHICH_SAMPLES = "Which samples"
"""The heading of options about what is read of a channel."""
Count: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--count",
        metavar="N",
        min=0,
        help="Decimated samples, about so many, with minimum and maximum; 0 for all raw ones.",
        rich_help_panel=WHICH_SAMPLES,
    ),
]
Spacing: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--spacing",
        metavar="DURATION",
        help="Decimated samples, about so far apart, with minimum and maximum.",
        rich_help_panel=WHICH_SAMPLES,
    ),
]
Yes: TypeAlias = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Server: TypeAlias = Annotated[
    str | None, typer.Option("--server", metavar="ID|NAME", help="One server of the cluster, by its ID or name.")
]
