"""Options and arguments of ``cpva config``, so that its commands are called and explained alike."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeAlias

import typer


class FileFormat(StrEnum):
    """The formats of configuration files."""

    YAML = "yaml"
    TOML = "toml"
    CSV = "csv"
    XML = "xml"


RemoveChannels: TypeAlias = Annotated[
    bool, typer.Option("--allow-remove-channels", help="Permit removing channels, with all their samples.")
]
RemoveLevels: TypeAlias = Annotated[
    bool, typer.Option("--allow-remove-levels", help="Permit removing decimation levels, with their samples.")
]
ShortenRetention: TypeAlias = Annotated[
    bool, typer.Option("--allow-shorter-retention", help="Permit keeping samples for less time; older ones go.")
]
ExchangeNames: TypeAlias = Annotated[
    bool, typer.Option("--allow-exchanged-names", help="Permit that channels exchange their names, each time anew.")
]
Force: TypeAlias = Annotated[bool, typer.Option("--force", help="Replace a file that exists.")]
Files: TypeAlias = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="Configuration files: .yaml, .toml, .csv or .xml.")
]
ServerOfFiles: TypeAlias = Annotated[
    str | None,
    typer.Option("--server", metavar="ID|NAME", help="The server of channels whose file does not say it, as XML."),
]
OwnedServers: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--own", metavar="ID|NAME", help="Own this server: what the files do not name is not wanted there."),
]
AcceptWrongOptions: TypeAlias = Annotated[
    bool,
    typer.Option("--accept-wrong-options", help="Only warn of options that put a channel into the state error."),
]
