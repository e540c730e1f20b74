"""How ``cpva config`` shows differences and plans: one line each, with a colour, and short sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from .config_files import number_of
from .session import Session

if TYPE_CHECKING:
    from cassandra_pv_archiver.configuration import (
        ArchiveConfiguration,
        ChannelDifference,
        ConfigurationDifference,
        ConfigurationFile,
        ConfigurationProblem,
        Loss,
        MemberDifference,
        Plan,
        PlannedCommand,
    )

STYLES = {"added": "green", "removed": "red", "changed": "yellow"}
_COMMANDS = {"add": "green", "remove": "red", "move": "cyan", "rename": "cyan", "update": "yellow"}
ALLOWING = {
    "remove_channels": "--allow-remove-channels",
    "remove_levels": "--allow-remove-levels",
    "shorten_retention": "--allow-shorter-retention",
    "rename_in_circles": "--allow-exchanged-names",
}
"""The options that give the permissions of a plan."""
NEEDED = {"channel": "remove_channels", "level": "remove_levels", "retention": "shorten_retention"}
"""The permissions that losses of samples need."""


@dataclass(frozen=True, slots=True)
class Words:
    """How differences are told.

    Attributes:
        kinds: What an added, removed and changed channel is called.
        member: How a member with two values is written.
        renamed: What is said of a channel with another name before.
    """

    kinds: Mapping[str, str]
    member: str
    renamed: str


COMPARED = Words({"added": "added", "removed": "removed", "changed": "changed"}, "{0} -> {1}", "renamed from {0}")
DRIFTED = Words(
    {"added": "missing", "removed": "extra", "changed": "changed"}, "{1} in the file, {0} in the cluster", "still {0}"
)


def server_names(*configurations: ArchiveConfiguration) -> dict[UUID, str]:
    """What servers are called, by their IDs; names of later configurations come first."""
    return {server: name for each in configurations for name, server in each.servers.items()}


def shown(name: str) -> str:
    """The name of a channel; in quotation marks if it has characters that cannot be seen."""
    return name if name.isprintable() and name.strip() == name else repr(name)


def difference_line(difference: ChannelDifference, words: Words, names: Mapping[UUID, str]) -> str:
    """A difference in one line."""
    details = [] if difference.renamed_from is None else [words.renamed.format(shown(difference.renamed_from))]
    details += [_member(member, words, names) for member in difference.members]
    kind = words.kinds[difference.kind]
    return f"{kind:<8} {shown(difference.name)}" + (f"  {'; '.join(details)}" if details else "")


def _member(member: MemberDifference, words: Words, names: Mapping[UUID, str]) -> str:
    from cassandra_pv_archiver.configuration.durations import level_text, period_text

    what = member.member
    is_level = what.startswith("levels.")
    if is_level:
        what = f"levels.{level_text(int(what.removeprefix('levels.')))}"

    def text(value: object) -> str:
        if value is None:
            return "none"
        if is_level and isinstance(value, int):
            return period_text(value)
        if isinstance(value, UUID):
            return names.get(value, str(value))
        return repr(value) if isinstance(value, str) else str(value).lower()

    return f"{what}: {words.member.format(text(member.before), text(member.after))}"


def show_line(session: Session, text: str, style: str) -> None:
    """Prints a line on stdout, in colour on a terminal; elsewhere rich would only be slow, as there may be many."""
    if session.output.is_terminal:
        session.output.text(text, style=style)
    else:
        session.output.line(text)


def show_differences(
    session: Session, found: ConfigurationDifference, words: Words, names: Mapping[UUID, str], *, nothing: str
) -> None:
    """Shows differences: one line each on stdout, and how many there are on stderr; or that there is none."""
    if session.as_json:
        session.output.json({"different": bool(found), "channels": found.channels})
        return
    for difference in found.channels:
        show_line(session, difference_line(difference, words, names), STYLES[difference.kind])
    counts = Counter(words.kinds[difference.kind] for difference in found.channels)
    sums = ", ".join(f"{count:,} {kind}" for kind, count in counts.items())
    session.output.note(f"{number_of(len(found.channels), 'channel')}: {sums}." if found else nothing)


def command_text(planned: PlannedCommand, names: Mapping[UUID, str]) -> str:
    """What a command does, why, and what it costs."""
    verb = planned.command.command_type.removesuffix("_channel")
    about = " -> ".join(map(shown, planned.names))
    # A rename that says only which name becomes which has said that already.
    reason = [] if planned.reason.startswith("name: ") else [_reason(planned)]
    details = "; ".join([*reason, *planned.costs])
    for server, name in names.items():
        details = details.replace(str(server), name)
    return f"{verb:<6} {about}  {details}"


def _reason(planned: PlannedCommand) -> str:
    from cassandra_pv_archiver.configuration.durations import level_text, period_text
    from cassandra_pv_archiver.models import AddChannelCommand

    command = planned.command
    if not isinstance(command, AddChannelCommand):
        return planned.reason
    periods = command.decimation_level_to_retention_period or {}
    levels = (f"{level_text(level)} {period_text(periods.get(level, 0))}" for level in command.decimation_levels or ())
    return f"to {command.server_id}: {', '.join(levels)}"


def command_style(planned: PlannedCommand) -> str:
    """The colour of a command: that of removing if it removes samples."""
    return "red" if planned.losses else _COMMANDS.get(planned.command.command_type.removesuffix("_channel"), "")


def plan_lines(plan: Plan, names: Mapping[UUID, str]) -> Iterator[tuple[str, str]]:
    """The commands of a plan and the pauses between them, with their colours."""
    for batch in plan.batches:
        if batch.pause:
            yield f"wait   {batch.pause:g} s, for which the servers refuse what comes next", "dim"
        for planned in batch.commands:
            yield command_text(planned, names), command_style(planned)


def show_plan(session: Session, plan: Plan, names: Mapping[UUID, str]) -> None:
    """Shows a plan on stdout, with its sums on stderr."""
    if session.as_json:
        session.output.line(plan.to_json())
    else:
        for text, style in plan_lines(plan, names):
            show_line(session, text, style)
    tell_sums(session, plan)


def tell_sums(session: Session, plan: Plan, commands: Sequence[PlannedCommand] | None = None) -> None:
    """Tells on stderr how much is done, what it destroys, what is left out, and what may not be meant.

    Args:
        session: The session.
        plan: The plan.
        commands: Those of its commands that are still to be done; None for all of them.
    """
    for warning in plan.warnings:
        session.output.warn(f"Warning: {warning}")
    tell_withheld(session, plan)
    if not plan:
        session.output.note("Nothing is to be done.")
        return
    todo = plan.commands if commands is None else commands
    kinds = Counter(planned.command.command_type.removesuffix("_channel") for planned in todo)
    sums = ", ".join(f"{count:,} {kind}" for kind, count in kinds.items()) or "all are done"
    left = f" of {len(plan.commands):,}" if len(todo) < len(plan.commands) else ""
    pauses = f" It takes at least {plan.seconds_of_pauses:g} s." if plan.seconds_of_pauses and not left else ""
    session.output.note(f"{number_of(len(todo), 'command')}{left}: {sums}.{pauses}")
    losses = [loss for planned in todo for loss in planned.losses]
    if losses:
        session.output.warn(f"Samples are removed for good: {losses_text(losses)}.")


def tell_withheld(session: Session, plan: Plan) -> None:
    """Tells on stderr what differs and is not done."""
    for withheld in plan.withheld:
        session.output.note(f"left   {shown(withheld.channel)}  {withheld.message}", style="magenta")
    if plan.withheld:
        permissions = {each.permission for each in plan.withheld if each.permission is not None}
        how = f" To permit it, add {options_text(permissions)}." if permissions else ""
        session.output.warn(f"{number_of(len(plan.withheld), 'difference')} not touched.{how}")


def losses_text(losses: Iterable[Loss]) -> str:
    """How much is removed, such as ``2 channels, 1 level, old samples of 3 levels``."""
    kinds = Counter(loss.kind for loss in losses)
    parts: list[str] = []
    if kinds["channel"]:
        parts.append(number_of(kinds["channel"], "channel"))
    if kinds["level"]:
        parts.append(number_of(kinds["level"], "level"))
    if kinds["retention"]:
        parts.append(f"old samples of {number_of(kinds['retention'], 'level')}")
    return ", ".join(parts)


def options_text(permissions: Iterable[str]) -> str:
    """The options that give permissions, in the order of the help."""
    wanted = set(permissions)
    return " ".join(option for permission, option in ALLOWING.items() if permission in wanted)


def file_as_json(
    path: Path, file: ConfigurationFile | None, problems: Sequence[ConfigurationProblem]
) -> dict[str, object]:
    """A file that was checked, with its problems; ``channels`` is None if it cannot be used."""
    return {
        "file": path,
        "channels": None if file is None else len(file.configuration.channels),
        "problems": [
            {
                "level": problem.level,
                "line": problem.place.line,
                "channel": problem.channel,
                "member": problem.member,
                "message": problem.message,
            }
            for problem in problems
        ],
    }
