"""Commands that change what a cluster archives: what will happen, the question, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import typer

from .failures import Failure, Status, usage
from .lookup import near_channels
from .session import Session

if TYPE_CHECKING:
    from cassandra_pv_archiver import AdminClient, ArchiveConfigurationCommands, ChannelSummary, CommandResult

_EQUALS = re.compile(r"\s*=\s*|\s+")
_SHOWN = 20
"""Changes that are shown before the question; of more, the number says enough."""


def existing_channels(session: Session, admin: AdminClient, names: Sequence[str]) -> dict[str, ChannelSummary]:
    """The channels with these names, in their order.

    Raises:
        Failure: A name is not that of a channel; nothing is changed then.
    """
    known = {channel.channel_name: channel for channel in admin.list_all_channels()}
    missing = [name for name in names if name not in known]
    if not missing:
        return {name: known[name] for name in names}
    what = f"There is no channel {missing[0]!r}"
    what += f", nor {len(missing) - 1} more of those given." if len(missing) > 1 else "."
    near = near_channels(session, missing[0])
    advice = f"Did you mean {' or '.join(near)}? " if near else ""
    raise Failure(what, f"{advice}Nothing was changed.")


def make_changes(
    session: Session,
    build: Callable[[AdminClient, ArchiveConfigurationCommands], Sequence[str]],
    *,
    question: Callable[[int], str] | None,
    yes: bool,
) -> None:
    """Shows what will happen, asks, sends the commands, and tells what became of them.

    Args:
        session: The session.
        build: Adds the commands, and says in words what each will do.
        question: What is asked, given how many commands there are; None: nothing is asked.
        yes: Whether ``--yes`` was given.

    Raises:
        Failure: The answer was no, or something was wrong before anything was sent.
        typer.Exit: Commands failed.
    """
    from cassandra_pv_archiver import ArchiveConfigurationCommands

    with session.admin() as admin:
        commands = ArchiveConfigurationCommands()
        changes = build(admin, commands)
        if question is not None and not yes:
            _show(session, changes)
            session.confirm(question(len(commands)))
        with session.progress("Changing the configuration"):
            results = admin.run_archive_configuration_commands(commands)
    report(session, results, changes)


def count_of(channels: int) -> str:
    """How many channels, in words."""
    return "1 channel" if channels == 1 else f"{channels} channels"


def _show(session: Session, changes: Sequence[str]) -> None:
    for change in changes[:_SHOWN]:
        session.output.note(change)
    if len(changes) > _SHOWN:
        session.output.note(f"and {len(changes) - _SHOWN} more.")


def report(session: Session, results: Sequence[CommandResult], changes: Sequence[str]) -> None:
    """Lists what became of commands; those that failed with the server's reason.

    Raises:
        typer.Exit: Commands failed.
    """
    from cassandra_pv_archiver.command_results import describe

    failed = [result for result in results if not result.success]
    if session.as_json:
        session.output.json([_as_json(result) for result in results])
    else:
        for result, change in zip(results, changes, strict=True):
            if result.success:
                session.output.line(f"done    {change}")
            else:
                session.output.line(f"FAILED  {describe(result)}")
    if failed:
        session.output.warn(_failed(len(failed), len(results)))
        if any(result.outcome == "unknown" for result in failed):
            session.output.warn(
                "Of those with an unknown outcome, look at the channels of their server before repeating."
            )
        raise typer.Exit(Status.PARTIAL)


def _failed(failed: int, commands: int) -> str:
    if failed < commands:
        return f"{failed} of {commands} commands failed; the others were executed."
    return "The command failed." if commands == 1 else f"All {commands} commands failed."


def _as_json(result: CommandResult) -> dict[str, object]:
    return {
        "command": result.command,
        "success": result.success,
        "outcome": result.outcome,
        "error_message": result.error_message,
    }


def parse_levels(text: str) -> dict[int, int]:
    """Reads ``0,30=90d``: decimation levels in seconds, with how long their samples are kept.

    What tables show, such as ``raw 90d, 1min 3650d, 15min``, is read as well.

    Returns:
        Retention periods in seconds by level; 0 is for ever.

    Raises:
        Failure: It cannot be read.
    """
    from cassandra_pv_archiver.configuration.durations import read_level, read_period

    levels: dict[int, int] = {}
    for part in text.split(","):
        level, *retention = _EQUALS.split(part.strip(), maxsplit=1)
        seconds = _seconds(level, read_level)
        if seconds in levels:
            raise usage(f"--levels names the level {seconds} s twice.", "Write each level once, such as 0,30=90d.")
        levels[seconds] = _seconds(retention[0], read_period) if retention else 0
    return levels


def _seconds(text: str, read: Callable[[str], int]) -> int:
    if text.isdecimal():
        return int(text)
    try:
        return read(text)
    except ValueError as error:
        raise usage(f"--levels: {error}", "Write for example 0=90d,30,15min=730d; numbers are seconds.") from error


def parse_options(texts: Sequence[str]) -> dict[str, str]:
    """Reads ``NAME=VALUE`` texts.

    Raises:
        Failure: One has no equals sign, or a name comes twice.
    """
    options: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise usage(f"--option {text!r} is not NAME=VALUE.", "Write for example --option minUpdatePeriod=1.")
        if name in options:
            raise usage(f"--option {name} is given twice.", "Give each option once.")
        options[name] = value
    return options
