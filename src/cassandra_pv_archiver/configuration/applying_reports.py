"""What applying a plan tells: how far it is, what it has done, and why it did not go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar, TypeAlias
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from cassandra_pv_archiver.errors import ArchiverError

from .difference import ConfigurationDifference
from .journal import CommandOutcome
from .plans import PlannedCommand

__all__ = [
    "AppliedCommand",
    "ApplyProgress",
    "ApplyProgressHandler",
    "ApplyReport",
    "PlanFailedError",
    "PlanInterruptedError",
    "PlanOutdatedError",
]

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class ApplyProgress:
    """How far a plan has been applied.

    Attributes:
        done: Commands that have been executed.
        failed: Commands that have failed, or of which nobody knows.
        total: Commands of the plan.
        batch: The number of the batch, from 1 on.
        batches: Batches of the plan.
        pause: Seconds of a pause that begins now; 0 if none does.
    """

    done: int
    failed: int
    total: int
    batch: int
    batches: int
    pause: float = 0.0


ApplyProgressHandler: TypeAlias = Callable[[ApplyProgress], object]
"""Takes how far a plan has been applied: after each batch and before each pause, in the thread or task that called the
client's method. What it raises ends the run, which can be continued."""


class AppliedCommand(BaseModel):
    """What has become of a command of a plan."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True)

    planned: PlannedCommand
    """The command."""
    outcome: CommandOutcome
    """``done``; ``failed`` if it was certainly not executed; ``unknown`` if nobody can tell; ``not_tried``."""
    message: str | None = None
    """What the server or the network said; None for commands that are done or were not tried."""

    def __str__(self) -> str:
        """One line."""
        names = " -> ".join(map(repr, self.planned.names))
        return f"{self.planned.command.command_type} {names}: {self.outcome}" + (
            f": {self.message}" if self.message else ""
        )


class ApplyReport(BaseModel):
    """What applying a plan has done; true if the cluster is as planned."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True)

    commands: tuple[AppliedCommand, ...]
    """All commands of the plan, in order."""
    differences: ConfigurationDifference = ConfigurationDifference()
    """How the channels that the plan is about differ, afterwards, from what the commands that are done should have made
    of them; empty if not at all. ``before`` is what should be, ``after`` what the servers list."""
    is_proven: bool = False
    """Whether the servers have been asked afterwards."""

    @property
    def failures(self) -> tuple[AppliedCommand, ...]:
        """The commands that are not done."""
        return tuple(command for command in self.commands if command.outcome != "done")

    def __bool__(self) -> bool:
        """Whether all commands are done and the servers list the channels as planned."""
        return self.is_proven and not self.failures and not self.differences

    def raise_for_failures(self) -> None:
        """Raises `PlanFailedError` unless the cluster is as planned."""
        if not self:
            raise PlanFailedError(self)

    def __str__(self) -> str:
        """What is done, and what is not as planned."""
        done = len(self.commands) - len(self.failures)
        lines = [f"{done} of {len(self.commands)} commands are done."]
        lines += map(str, self.failures[:_SHOWN])
        if len(self.failures) > _SHOWN:
            lines.append(f"and {len(self.failures) - _SHOWN} more")
        lines += [f"not as it should be: {each}" for each in self.differences.channels[:_SHOWN]]
        if len(self.differences.channels) > _SHOWN:
            lines.append(f"and {len(self.differences.channels) - _SHOWN} more")
        return "\n".join(lines)


class PlanFailedError(ArchiverError):
    """A plan was applied, but the cluster is not as planned.

    Attributes:
        report: What has been done, and what is not as planned.
    """

    report: ApplyReport

    def __init__(self, report: ApplyReport) -> None:
        super().__init__(f"The plan was not applied as a whole. {report}")
        self.report = report


class PlanInterruptedError(ArchiverError):
    """Applying a plan was ended by an error; with a journal, it can be continued.

    Attributes:
        report: What has been done until then. Nothing was read back.
    """

    report: ApplyReport

    def __init__(self, reason: str, report: ApplyReport) -> None:
        done = len(report.commands) - len(report.failures)
        super().__init__(f"Applying the plan was interrupted after {done} of {len(report.commands)} commands: {reason}")
        self.report = report


class PlanOutdatedError(ArchiverError):
    """The cluster is not what the plan was made for, so nothing was done.

    Attributes:
        differences: How the channels that the plan is about differ from what they were. ``before`` is what the plan
            was made for, ``after`` what the servers list.
        unknown_servers: The servers that the plan gives channels to, and that are not part of the cluster.
    """

    differences: ConfigurationDifference
    unknown_servers: tuple[UUID, ...]

    def __init__(self, differences: ConfigurationDifference, unknown_servers: Iterable[UUID] = ()) -> None:
        self.differences = differences
        self.unknown_servers = tuple(unknown_servers)
        lines = [f"there is no server {server}" for server in self.unknown_servers]
        lines += map(str, differences.channels[:_SHOWN])
        if len(differences.channels) > _SHOWN:
            lines.append(f"and {len(differences.channels) - _SHOWN} more")
        super().__init__("The cluster is not what the plan was made for; make a new plan. " + "; ".join(lines))
