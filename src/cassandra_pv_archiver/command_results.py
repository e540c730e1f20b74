"""What became of the commands of a batch."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence

from .errors import ArchiverError, InvalidReplyError
from .models import ArchiveConfigurationCommand, CommandResult

__all__ = ["CommandResults", "CommandsFailedError"]

_SHOWN = 10


class CommandsFailedError(ArchiverError):
    """Commands of a batch failed; the others were executed.

    Attributes:
        failures: The results of the commands that failed. `CommandResult.outcome` tells of each whether the server
            refused it, so that nothing changed, or whether its outcome is unknown.
    """

    failures: tuple[CommandResult, ...]

    def __init__(self, failures: Iterable[CommandResult]) -> None:
        self.failures = tuple(failures)
        lines = [describe(result) for result in self.failures[:_SHOWN]]
        if len(self.failures) > _SHOWN:
            lines.append(f"and {len(self.failures) - _SHOWN} more")
        count = "1 command" if len(self.failures) == 1 else f"{len(self.failures)} commands"
        super().__init__(f"{count} failed: " + "; ".join(lines))


class CommandResults(list[CommandResult]):
    """One result per command of a batch, in the order of the commands."""

    @property
    def failures(self) -> list[CommandResult]:
        """The results of the commands that failed."""
        return [result for result in self if not result.success]

    def raise_for_failures(self) -> None:
        """Raises `CommandsFailedError` with every failure, if there is one."""
        if self.failures:
            raise CommandsFailedError(self.failures)


def describe(result: CommandResult) -> str:
    """One line about a failed command."""
    command = result.command
    reason = result.error_message or "no reason given"
    unknown = " (outcome unknown)" if result.outcome == "unknown" else ""
    return f"{command.command_type} {command.subject!r}: {reason}{unknown}"


def match_results(commands: Sequence[ArchiveConfigurationCommand], results: Iterable[CommandResult]) -> CommandResults:
    """Brings results into the order of their commands.

    The server groups results by server (section 3.1), so they are matched by content: first by the whole command
    as the server echoes it, then by its kind and names. A command without a result gets one that says so.

    Raises:
        InvalidReplyError: A result belongs to none of the commands.
    """
    found: list[CommandResult | None] = [None] * len(commands)
    left = list(results)
    for key in (_content, _subject):
        waiting: defaultdict[str, deque[int]] = defaultdict(deque)
        for position, command in enumerate(commands):
            if found[position] is None:
                waiting[key(command)].append(position)
        unmatched: list[CommandResult] = []
        for result in left:
            positions = waiting[key(result.command)]
            if positions:
                found[positions.popleft()] = result
            else:
                unmatched.append(result)
        left = unmatched
    if left:
        raise InvalidReplyError(
            f"The reply has a result for a command that was not sent: {describe(left[0])}.", "/results"
        )
    return CommandResults(
        _missing(command) if result is None else result for command, result in zip(commands, found, strict=True)
    )


def _content(command: ArchiveConfigurationCommand) -> str:
    return json.dumps(command.to_request(), sort_keys=True)


def _subject(command: ArchiveConfigurationCommand) -> str:
    request = command.to_request()
    return json.dumps([request.get(name) for name in ("commandType", "channelName", "oldChannelName")])


def _missing(command: ArchiveConfigurationCommand) -> CommandResult:
    return CommandResult(
        command=command, success=False, error_message="The reply of the server has no result for this command."
    )
