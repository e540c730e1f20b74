"""``cpva rename``: channels get other names and keep their samples."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cassandra_pv_archiver.cli.changes import count_of, existing_channels, make_changes
from cassandra_pv_archiver.cli.completion import complete_channel
from cassandra_pv_archiver.cli.failures import Failure, usage
from cassandra_pv_archiver.cli.frame import examples
from cassandra_pv_archiver.cli.options import Yes
from cassandra_pv_archiver.cli.session import session_of
from cassandra_pv_archiver.cli.text_files import read_text

if TYPE_CHECKING:
    from cassandra_pv_archiver import AdminClient, ArchiveConfigurationCommands

_FORM = "Each line has the old and the new name, separated by a comma."


@examples("cpva rename RING:NEW RING:NEWER --yes", "cpva rename --pairs pairs.csv --yes")
def rename(
    context: typer.Context,
    old: Annotated[
        str | None, typer.Argument(metavar="OLD", help="The present name.", autocompletion=complete_channel)
    ] = None,
    new: Annotated[str | None, typer.Argument(metavar="NEW", help="The name it gets.")] = None,
    pairs: Annotated[
        Path | None,
        typer.Option("--pairs", metavar="FILE", help=f"{_FORM} - for stdin.", allow_dash=True),
    ] = None,
    yes: Yes = False,
) -> None:
    """Give channels other names; their samples stay with them.

    An old name cannot be used again for 5 s. Names that are passed on (A to B while B becomes C) have to be renamed one
    after the other, the last one first.
    """
    session = session_of(context)
    renames = _renames(old, new, pairs)

    def build(admin: AdminClient, commands: ArchiveConfigurationCommands) -> list[str]:
        found = existing_channels(session, admin, list(renames))
        for present, channel in found.items():
            commands.rename_channel(renames[present], present, channel.server_id)
        return [f"rename {present} to {renames[present]}" for present in found]

    make_changes(session, build, question=lambda number: f"Rename {count_of(number)}?", yes=yes)


def _renames(old: str | None, new: str | None, pairs: Path | None) -> dict[str, str]:
    if pairs is not None:
        if old is not None:
            raise usage("Names and --pairs are given.", "Give either OLD and NEW, or --pairs FILE.")
        return _read(pairs)
    if old is None or new is None:
        raise usage("The old and the new name are wanted.", "Write: cpva rename OLD NEW, or cpva rename --pairs FILE")
    return {old: new}


def _read(path: Path) -> dict[str, str]:
    text = read_text(path, _FORM, encoding="utf-8-sig")
    renames: dict[str, str] = {}
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            if row:
                _add(renames, row, f"{path}, line {reader.line_num}")
    except csv.Error as error:
        raise usage(f"{path}, line {reader.line_num}: {error}.", _FORM) from error
    if not renames:
        raise usage(f"{path} has no names.", _FORM)
    if len(set(renames.values())) < len(renames) or renames.keys() & set(renames.values()):
        raise usage(f"{path} gives one name twice.", "Each name may be there once, as an old one or as a new one.")
    return renames


def _add(renames: dict[str, str], row: list[str], place: str) -> None:
    names = [name.strip() for name in row]
    if len(names) != 2 or not all(names):
        raise usage(f"{place} has {len(names)} fields.", _FORM)
    old, new = names
    if old in renames:
        raise Failure(f"{place}: {old!r} was there before.", "Give each old name once.")
    renames[old] = new
