"""Commands in batches, so that none races with another one and none comes while a name or channel is blocked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from uuid import UUID

from cassandra_pv_archiver.models import ArchiveConfigurationCommand, RenameChannelCommand

from .plans import Loss, PlannedBatch, PlannedCommand

__all__ = ["BLOCKED_FOR", "Draft", "batches_of"]

BLOCKED_FOR = 5.5
"""Seconds after which a name or a channel takes changes again (section 3.5), with some spare time."""


@dataclass(slots=True, eq=False)
class Draft:
    """A command that has no place yet.

    Attributes:
        command: The command.
        server: The server that executes it.
        reason: Why it is needed.
        costs: What it does besides.
        losses: The samples that it removes.
        needs: The commands that must have been executed before.
        waits_for: Those among them after which it is blocked for a while.
        is_last: Whether it comes after all that destroys nothing, because it can.
        stage: Commands of one stage can be executed at the same time.
        number: Its number within the plan, once it has a place.
    """

    command: ArchiveConfigurationCommand
    server: UUID
    reason: str
    costs: tuple[str, ...] = ()
    losses: tuple[Loss, ...] = ()
    needs: tuple[Draft, ...] = ()
    waits_for: tuple[Draft, ...] = ()
    is_last: bool = False
    stage: int = field(default=0, init=False)
    number: int = field(default=-1, init=False)

    def __post_init__(self) -> None:
        self.stage = max((need.stage + 1 for need in self.needs), default=0)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of channels that it is about."""
        command = self.command
        if isinstance(command, RenameChannelCommand):
            return command.old_channel_name, command.new_channel_name
        return (command.channel_name,)

    @property
    def blocks_its_name(self) -> bool:
        """Whether the name that it frees cannot be given to a channel for a while."""
        return isinstance(self.command, RenameChannelCommand)


def batches_of(drafts: Sequence[Draft], batch_size: int) -> tuple[PlannedBatch, ...]:
    """Puts commands into batches.

    Args:
        drafts: The commands; those of one stage and server stay in this order.
        batch_size: How many commands a batch has at most.
    """
    last = max((draft.stage + 1 for draft in drafts if not draft.is_last), default=0)
    for draft in drafts:
        draft.stage = last if draft.is_last else draft.stage
    in_order = sorted(drafts, key=lambda draft: (draft.stage, draft.server.bytes))
    for number, draft in enumerate(in_order):
        draft.number = number
    batches: list[PlannedBatch] = []
    paused_before = 0
    for stage, members in groupby(in_order, key=lambda draft: draft.stage):
        commands = list(members)
        is_blocked = any(cause.stage >= paused_before for draft in commands for cause in draft.waits_for)
        paused_before = stage if is_blocked else paused_before
        for begin in range(0, len(commands), batch_size):
            pause = BLOCKED_FOR if is_blocked and begin == 0 else 0.0
            batches.append(PlannedBatch(commands=tuple(_planned(commands[begin : begin + batch_size])), pause=pause))
    return tuple(batches)


def _planned(drafts: Iterable[Draft]) -> Iterable[PlannedCommand]:
    for draft in drafts:
        yield PlannedCommand(
            number=draft.number,
            command=draft.command,
            server=draft.server,
            reason=draft.reason,
            costs=draft.costs,
            losses=draft.losses,
            needs=tuple(sorted(need.number for need in draft.needs)),
        )
