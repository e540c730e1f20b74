"""How far a plan has been applied, and what follows from what servers answer and list."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Literal, TypeAlias
from uuid import UUID

from cassandra_pv_archiver.models import AddChannelCommand, MoveChannelCommand

from .applying_reports import AppliedCommand, ApplyProgress, ApplyReport, PlanOutdatedError
from .difference import ConfigurationDifference, diff
from .journal import CommandOutcome, Journal
from .model import ArchiveConfiguration, ChannelConfiguration
from .planning_batches import BLOCKED_FOR
from .plans import Plan, PlannedBatch, PlannedCommand
from .prediction_rules import ModelledCluster

__all__ = ["Channels", "PlanRun", "servers_of"]

Channels: TypeAlias = Mapping[str, ChannelConfiguration]
"""Channels by their names."""
_PENDING = re.compile(r"because another operation for this channel is pending\.$")
_UNSEEN = re.compile(r"because (?:it|the channel) does not exist\.$")
Verdict: TypeAlias = Literal["done", "retry", "failed", "unknown"]


class PlanRun:
    """A plan on its way: which commands are done, and how the channels should be therefore.

    Args:
        journal: Knows the plan and what has become of its commands.

    Raises:
        ValueError: A command of the plan cannot succeed.
    """

    def __init__(self, journal: Journal) -> None:
        self.journal: Journal = journal
        self.plan: Plan = journal.plan
        self.plan.after()
        self._cluster = ModelledCluster(self.plan.before)
        for planned in self.plan.commands:
            if self.outcome(planned) == "done":
                self._execute(planned)

    def outcome(self, planned: PlannedCommand) -> CommandOutcome:
        """What has become of a command."""
        return self.journal.outcomes.get(planned.number, ("not_tried", None))[0]

    def due(self, batch: PlannedBatch) -> list[PlannedCommand]:
        """The commands of a batch that are not done, but all that they need is."""
        return [each for each in batch.commands if self.outcome(each) != "done" and self._can_be_done(each)]

    def _can_be_done(self, planned: PlannedCommand) -> bool:
        return all(self.outcome(self.plan.commands[need]) == "done" for need in planned.needs)

    def doubtful(self) -> list[PlannedCommand]:
        """The commands that were sent and may have been executed or not."""
        return [each for each in self.plan.commands if self.outcome(each) == "unknown"]

    def note(self, verdicts: Mapping[int, tuple[CommandOutcome, str | None]]) -> None:
        """Takes note of what has become of commands, also in the journal."""
        self.journal.note_outcomes(verdicts)
        for number, (outcome, _) in verdicts.items():
            if outcome == "done":
                self._execute(self.plan.commands[number])

    def _execute(self, planned: PlannedCommand) -> None:
        self._cluster.execute(planned.command)
        self._cluster.pending.clear()

    def verdict(self, planned: PlannedCommand, message: str | None, listed: Channels, *, is_refused: bool) -> Verdict:
        """What became of a command that did not succeed, judged by how the channel is listed now.

        Args:
            planned: The command.
            message: What was said about it.
            listed: The channels of the servers concerned.
            is_refused: Whether the server said itself that it did not execute it.
        """
        now = {name: listed.get(name) for name in planned.names}
        before = {name: self._cluster.channels.get(name) for name in planned.names}
        if now == self._after(planned, before):
            return "done"
        if now != before:
            return "failed" if is_refused else "unknown"
        if not is_refused:
            return "retry"
        # The contacted server may not know channels of a server that has died, though they are listed (section 3.6).
        return "retry" if _PENDING.search(message or "") or _UNSEEN.search(message or "") else "failed"

    def _after(
        self, planned: PlannedCommand, before: Mapping[str, ChannelConfiguration | None]
    ) -> dict[str, ChannelConfiguration | None]:
        cluster = ModelledCluster(channel for channel in before.values() if channel is not None)
        cluster.execute(planned.command)
        return {name: cluster.channels.get(name) for name in planned.names}

    def is_done(self, planned: PlannedCommand, listed: Channels) -> bool:
        """Whether a command has been executed, judged by how the channel is listed now if nobody knows."""
        if self.outcome(planned) != "unknown":
            return self.outcome(planned) == "done"
        return self.verdict(planned, None, listed, is_refused=False) == "done"

    def check_cluster(self, servers: Collection[UUID]) -> None:
        """Checks that this is the cluster of the journal; in another one, nobody can look up what became of commands.

        Args:
            servers: The servers of the cluster.

        Raises:
            PlanOutdatedError: None of those is there that were there when the run began.
        """
        if not self.journal.servers:
            self.journal.servers = frozenset(servers)
        elif not self.journal.servers & set(servers):
            raise PlanOutdatedError(ConfigurationDifference(), sorted(self.journal.servers))

    def check(self, listed: Channels, known_servers: Iterable[UUID]) -> None:
        """Checks that what is still to be done can be done.

        Raises:
            PlanOutdatedError: The channels concerned have changed, or servers are not there.
        """
        left = [planned for planned in self.plan.commands if self.outcome(planned) != "done"]
        differences = self._differences({name for planned in left for name in planned.names}, listed)
        unknown = {server for planned in left for server in given_to(planned)} - set(known_servers)
        if differences or unknown:
            raise PlanOutdatedError(differences, sorted(unknown))

    def _differences(self, names: Iterable[str], listed: Channels) -> ConfigurationDifference:
        expected, found = (
            [channels[name] for name in names if name in channels] for channels in (self._cluster.channels, listed)
        )
        return diff(ArchiveConfiguration(channels=tuple(expected)), ArchiveConfiguration(channels=tuple(found)))

    def report(self, listed: Channels | None = None) -> ApplyReport:
        """What has been done.

        Args:
            listed: The channels that the servers list afterwards; None if they have not been asked.
        """
        commands = tuple(
            AppliedCommand(planned=planned, outcome=outcome, message=None if outcome == "done" else message)
            for planned in self.plan.commands
            for outcome, message in [self.journal.outcomes.get(planned.number, ("not_tried", None))]
        )
        if listed is None:
            return ApplyReport(commands=commands)
        return ApplyReport(commands=commands, differences=self._differences(self.names, listed), is_proven=True)

    @property
    def names(self) -> set[str]:
        """All names that the plan is about."""
        return {name for planned in self.plan.commands for name in planned.names}

    def progress(self, batch: int, pause: float = 0.0) -> ApplyProgress:
        """How far it is."""
        outcomes = [outcome for outcome, _ in self.journal.outcomes.values()]
        done = outcomes.count("done")
        failed = outcomes.count("failed") + outcomes.count("unknown")
        return ApplyProgress(done, failed, len(self.plan.commands), batch + 1, len(self.plan.batches), pause)

    @staticmethod
    def pause_after(waited: float, patience: float) -> float | None:
        """How long to wait before commands are tried again; None if patience is at its end."""
        return BLOCKED_FOR if waited + BLOCKED_FOR <= patience else None


def given_to(planned: PlannedCommand) -> set[UUID]:
    """The servers that a command gives a channel to."""
    command = planned.command
    if isinstance(command, AddChannelCommand):
        return {command.server_id}
    return {command.new_server_id} if isinstance(command, MoveChannelCommand) else set()


def servers_of(commands: Iterable[PlannedCommand]) -> list[UUID]:
    """The servers that have, or may have afterwards, the channels that commands are about."""
    return sorted({server for planned in commands for server in {planned.server, *given_to(planned)}})
