"""``cpva run``: a batch of commands from a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from cassandra_pv_archiver.cli.changes import make_changes
from cassandra_pv_archiver.cli.failures import usage
from cassandra_pv_archiver.cli.frame import examples
from cassandra_pv_archiver.cli.options import Yes
from cassandra_pv_archiver.cli.session import session_of
from cassandra_pv_archiver.cli.text_files import read_text

if TYPE_CHECKING:
    from cassandra_pv_archiver import AdminClient, ArchiveConfigurationCommands

_FORM = 'Write a list of commands, or {"commands": [...]}, as the service takes them.'


@examples("cpva run commands.json --yes")
def run(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="COMMANDS.json", help="A list of commands in JSON; - for stdin.", allow_dash=True)
    ],
    yes: Yes = False,
) -> None:
    """Run the commands of a file, as the administrative service takes them.

    All commands are checked before any is sent. The server runs them at the same time, so at most one should be about
    each channel.
    """
    session = session_of(context)
    members = _read(file)

    def build(admin: AdminClient, commands: ArchiveConfigurationCommands) -> list[str]:  # noqa: ARG001 -- not needed here
        from cassandra_pv_archiver.commands import check_commands

        commands.extend(members)
        check_commands(commands)
        return [_in_words(command) for command in members]

    def question(number: int) -> str:
        return "Run 1 command?" if number == 1 else f"Run {number} commands?"

    make_changes(session, build, question=question, yes=yes)


def _in_words(command: dict[str, Any]) -> str:
    kind = str(command.get("commandType", "?"))
    name = command.get("channelName") or f"{command.get('oldChannelName')} to {command.get('newChannelName')}"
    destroys = " with all its samples" if kind == "remove_channel" else ""
    destroys = destroys or (" with the samples of removed levels" if command.get("removeDecimationLevels") else "")
    return f"{kind.replace('_', ' ')} {name}{destroys}"


def _read(file: Path) -> list[dict[str, Any]]:
    try:
        found: Any = json.loads(read_text(file, _FORM))
    except json.JSONDecodeError as error:
        raise usage(f"{file}, line {error.lineno}, column {error.colno}: this is no JSON.", _FORM) from error
    members = cast("dict[str, Any]", found).get("commands") if isinstance(found, dict) else found
    listed = cast("list[Any]", members) if isinstance(members, list) else None
    if listed is None or not all(isinstance(member, dict) for member in listed):
        raise usage(f"{file} has no list of commands.", _FORM)
    return listed
