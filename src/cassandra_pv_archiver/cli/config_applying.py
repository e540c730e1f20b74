"""How ``cpva config apply`` asks, does what a plan says, and tells what became of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import typer

from .config_files import number_of
from .config_showing import NEEDED, command_style, command_text, losses_text, options_text, show_line, tell_sums
from .failures import Failure, Status, explain, usage
from .session import Session

if TYPE_CHECKING:
    from cassandra_pv_archiver.configuration import (
        AppliedCommand,
        ApplyProgress,
        ApplyReport,
        Loss,
        Plan,
        PlannedCommand,
        PlanPolicy,
    )

_SHOWN = 20
"""Commands that are shown before the question; those that remove samples come first."""
_OUTCOMES = {"done": "done   ", "failed": "FAILED ", "unknown": "UNKNOWN", "not_tried": "left   "}

Apply = Callable[["Callable[[ApplyProgress], object]"], "ApplyReport"]
"""Calls the client with a handler of progress."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of ``cpva config apply``.

    Attributes:
        session: The session.
        names: What servers are called.
        permissions: The permissions that were given on the command line.
        yes: Whether ``--yes`` was given.
        journal: The journal of the run; None if there is none.
        again: What to type to go on if there is no journal.
    """

    session: Session
    names: Mapping[UUID, str]
    permissions: frozenset[str]
    yes: bool
    journal: Path | None
    again: str

    def carry_out(self, plan: Plan, commands: Sequence[PlannedCommand], apply: Apply) -> None:
        """Shows what will be done, asks, does it, and tells what became of it.

        Args:
            plan: The plan.
            commands: Those of its commands that are still to be done.
            apply: Does it.

        Raises:
            Failure: The answer was no, or the run ended before its end.
            typer.Exit: The cluster is not as planned.
        """
        from cassandra_pv_archiver.configuration import ApplyReport

        if not self.yes:
            self._show(commands)
        tell_sums(self.session, plan, commands)
        if commands:
            self._ask(commands)
        report = self._apply(apply) if plan else ApplyReport(commands=(), is_proven=True)
        self._report(plan, report)

    def _show(self, commands: Sequence[PlannedCommand]) -> None:
        for planned in sorted(commands, key=lambda each: not each.losses)[:_SHOWN]:
            self.session.output.note(command_text(planned, self.names), style=command_style(planned))
        if len(commands) > _SHOWN:
            self.session.output.note(f"and {len(commands) - _SHOWN:,} more commands.")

    def _ask(self, commands: Sequence[PlannedCommand]) -> None:
        losses = [loss for planned in commands for loss in planned.losses]
        if losses:
            self._ask_for_losses(losses)
        else:
            self.session.confirm(f"Do {number_of(len(commands), 'command')}?", yes=self.yes)

    def _ask_for_losses(self, losses: Sequence[Loss]) -> None:
        needed = {NEEDED[loss.kind] for loss in losses}
        counts = losses_text(losses)
        if self.yes:
            missing = needed - self.permissions
            if missing:
                raise usage(
                    f"The plan removes samples for good ({counts}), for which --yes is not enough.",
                    f"Add {options_text(missing)} if that is meant, or leave --yes out and answer.",
                )
            return
        if not sys.stdin.isatty():
            raise usage(
                "This needs an answer, and there is no terminal to ask at.",
                f"Add --yes {options_text(needed)} if you are sure.",
            )
        question = f"To remove samples for good, type what is lost: {counts}\n"
        try:
            answer = typer.prompt(question, prompt_suffix="> ", default="", show_default=False, err=True)
        except typer.Abort:
            answer = ""
        if " ".join(str(answer).split()) != counts:
            raise Failure("Nothing was changed.")

    def _apply(self, apply: Apply) -> ApplyReport:
        from cassandra_pv_archiver.configuration import PlanInterruptedError, PlanOutdatedError

        try:
            with self.session.progress("Applying the plan"):
                return apply(self._tell)
        except KeyboardInterrupt:
            self.session.output.warn(f"\n{self._how_to_go_on()}")
            raise
        except PlanOutdatedError as error:
            raise Failure(str(error), "Look at what changed, and plan again: cpva config plan FILE") from error
        except PlanInterruptedError as error:
            status = explain(error.__cause__).status if error.__cause__ is not None else Status.PARTIAL
            raise Failure(str(error), self._how_to_go_on(), status) from error

    def _tell(self, progress: ApplyProgress) -> None:
        text = f"{progress.done:,} of {progress.total:,} commands are done"
        if progress.pause:
            self.session.output.note(f"{text}; waiting for {progress.pause:.1f} s.", style="dim")
        elif progress.batch < progress.batches:
            self.session.output.note(f"{text}.", style="dim")

    def _how_to_go_on(self) -> str:
        if self.journal is None:
            return self.again
        if not self.journal.exists():
            return "Nothing was sent."
        return (
            f"Go on with: cpva config apply --resume {self.journal}   "
            f"Take it back with: cpva config apply --undo {self.journal}"
        )

    def _report(self, plan: Plan, report: ApplyReport) -> None:
        output = self.session.output
        if self.session.as_json:
            output.json(
                {
                    "as_planned": bool(report),
                    "commands": report.commands,
                    "differences": report.differences.channels,
                    "withheld": plan.withheld,
                    "warnings": plan.warnings,
                }
            )
        else:
            for applied in report.commands:
                show_line(self.session, self._line(applied), "" if applied.outcome == "done" else "red")
        for difference in report.differences.channels:
            output.warn(f"Not as it should be: {difference}")
        done = len(report.commands) - len(report.failures)
        if not report:
            output.warn(f"{done:,} of {number_of(len(report.commands), 'command')} done. {self._how_to_go_on()}")
            raise typer.Exit(Status.PARTIAL)
        if plan:
            output.note(f"{number_of(done, 'command')} done; the cluster is as planned.", style="green")

    def _line(self, applied: AppliedCommand) -> str:
        text = f"{_OUTCOMES[applied.outcome]} {command_text(applied.planned, self.names)}"
        return f"{text}: {applied.message}" if applied.message else text


def policy_of(
    *, remove_channels: bool, remove_levels: bool, shorten_retention: bool, exchange_names: bool
) -> PlanPolicy:
    """The policy that options give."""
    from cassandra_pv_archiver.configuration import PlanPolicy

    return PlanPolicy(
        remove_channels=remove_channels,
        remove_levels=remove_levels,
        shorten_retention=shorten_retention,
        rename_in_circles=exchange_names,
    )


def permissions_of(policy: PlanPolicy) -> frozenset[str]:
    """The permissions that a policy gives."""
    return frozenset(name for name in NEEDED.values() if getattr(policy, name))
