"""Plans: what is to be done to a cluster, why, and what it costs; values that can be saved and reviewed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self, TypeAlias
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from cassandra_pv_archiver.models import ArchiveConfigurationCommand

from .model import ChannelConfiguration
from .prediction_rules import ModelledCluster, RefusedCommandError

if TYPE_CHECKING:
    import os

__all__ = ["Loss", "Permission", "Plan", "PlanPolicy", "PlannedBatch", "PlannedCommand", "WithheldChange"]

Permission: TypeAlias = Literal["remove_channels", "remove_levels", "shorten_retention", "rename_in_circles"]
"""A member of `PlanPolicy` that permits something."""

_FROZEN = ConfigDict(frozen=True, extra="forbid", strict=True)


def _positive(number: int) -> int:
    if number < 1:
        raise PydanticCustomError("batch_size", "A batch has at least one command.")
    return number


class PlanPolicy(BaseModel):
    """What a plan may do. What destroys samples has to be permitted."""

    model_config: ClassVar[ConfigDict] = _FROZEN

    remove_channels: bool = False
    """Whether channels may be removed with all their samples: those that the desired configuration owns and does not
    name, and those whose control-system type changes, which are then added again, empty."""
    remove_levels: bool = False
    """Whether decimation levels may be removed with their samples."""
    shorten_retention: bool = False
    """Whether samples may be kept for a shorter time, so that older ones are removed."""
    rename_in_circles: bool = False
    """Whether channels may exchange their names. Nobody can tell afterwards whether it has been done, so each plan with
    this permission does it again."""
    control_system_types: frozenset[str] | None = Field(default=None, strict=False)
    """The types whose support is installed on the servers; None if that is not known. Channels of other types can be
    added, moved and renamed, but neither changed nor removed."""
    batch_size: Annotated[int, AfterValidator(_positive)] = 500
    """How many commands are sent at once, at most. The servers need about 5 ms for each, and all commands of a batch
    have to be looked up if a server dies during it (section 3.6)."""


class Loss(BaseModel):
    """Samples that a command removes for good."""

    model_config: ClassVar[ConfigDict] = _FROZEN

    kind: Literal["channel", "level", "retention"]
    """``channel`` for all samples of a channel, ``level`` for those of one level, ``retention`` for the old ones of a
    level."""
    channel: str
    """The name of the channel before the plan."""
    level: int | None = None
    """The level, in seconds; None for a whole channel."""


class PlannedCommand(BaseModel):
    """A command, why it is there, and what it costs."""

    model_config: ClassVar[ConfigDict] = _FROZEN

    number: int
    """Its number within the plan, from 0 on."""
    command: ArchiveConfigurationCommand
    """The command. It expects what the plan was made for: owner and type."""
    server: UUID
    """The server that is to execute it."""
    reason: str
    """Why it is needed: what differs."""
    costs: tuple[str, ...] = ()
    """What it does besides, such as ``re-initialises the channel, counters restart``."""
    losses: tuple[Loss, ...] = ()
    """The samples that it removes."""
    needs: tuple[int, ...] = ()
    """The numbers of earlier commands without which it makes no sense."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of channels that it is about: for a rename the old one and the new one."""
        new = getattr(self.command, "new_channel_name", None)
        return (self.command.subject,) if new is None else (self.command.subject, new)

    def __str__(self) -> str:
        """One line: the command, the reason, the costs."""
        names = " -> ".join(repr(name) for name in self.names)
        details = "; ".join([self.reason, *self.costs])
        return f"{self.command.command_type} {names}: {details}"


class PlannedBatch(BaseModel):
    """Commands that the servers may execute at the same time: not two of them are about one channel."""

    model_config: ClassVar[ConfigDict] = _FROZEN

    commands: tuple[PlannedCommand, ...]
    """The commands, grouped by server."""
    pause: float = 0.0
    """Seconds that must have passed since the batch before, because it leaves names or channels that refuse changes
    for 5 s (section 3.5)."""


class WithheldChange(BaseModel):
    """Something that differs, but is not done."""

    model_config: ClassVar[ConfigDict] = _FROZEN

    channel: str
    """The name of the channel in the cluster."""
    message: str
    """What is not done, and why."""
    permission: Permission | None = None
    """Which permission would be needed; None if it cannot be done."""
    member: str | None = None
    """The member of the channel, as in `MemberDifference`; None for the whole channel."""

    def __str__(self) -> str:
        """One line: the channel and the message."""
        return f"{self.channel!r}: {self.message}"


class Plan(BaseModel):
    """What is to be done to a cluster so that it archives what is desired.

    It is a value: it can be saved as JSON, reviewed, and applied later if the channels concerned are still as they
    were.
    """

    model_config: ClassVar[ConfigDict] = _FROZEN

    version: Literal[1] = 1
    """The version of this form."""
    batches: tuple[PlannedBatch, ...] = ()
    """What is done, in order; empty if there is nothing to do."""
    withheld: tuple[WithheldChange, ...] = ()
    """What is not done."""
    warnings: tuple[str, ...] = ()
    """What may not be meant."""
    before: tuple[ChannelConfiguration, ...] = ()
    """The channels that the commands are about, as they were in the cluster."""
    absent: tuple[str, ...] = ()
    """The names that no channel of the cluster had, and that the commands use."""
    fingerprint: str = ""
    """A SHA-256 digest of ``batches``, ``before`` and ``absent``, so that what is applied is what was planned and
    reviewed. It is made if it is left out, but JSON needs it."""

    @model_validator(mode="after")
    def _is_whole(self, info: ValidationInfo) -> Plan:
        found = self._digest()
        if not self.fingerprint and info.mode != "json":
            object.__setattr__(self, "fingerprint", found)  # as in a frozen dataclass's __post_init__
        if self.fingerprint != found:
            raise PydanticCustomError("plan_changed", "The plan has been changed by hand: make a new plan instead.")
        for place, planned in enumerate(self.commands):
            if planned.number != place or any(need >= place or need < 0 for need in planned.needs):
                raise PydanticCustomError("plan_changed", "The commands of the plan are not in their order.")
        return self

    def _digest(self) -> str:
        digest = hashlib.sha256()
        for batch in self.batches:
            digest.update(batch.model_dump_json().encode() + b"\n")
        for channel in self.before:
            digest.update(channel.model_dump_json(exclude={"renamed_from"}).encode() + b"\n")
        for name in self.absent:
            digest.update(json.dumps(name).encode() + b"\n")
        return digest.hexdigest()

    @cached_property
    def commands(self) -> tuple[PlannedCommand, ...]:
        """All commands, in order."""
        return tuple(command for batch in self.batches for command in batch.commands)

    @property
    def losses(self) -> tuple[Loss, ...]:
        """The samples that are removed for good if the plan is applied."""
        return tuple(loss for command in self.commands for loss in command.losses)

    @property
    def seconds_of_pauses(self) -> float:
        """How long applying it takes at least."""
        return sum(batch.pause for batch in self.batches)

    def after(self) -> dict[str, ChannelConfiguration | None]:
        """The names that the commands are about, with the channels that have them afterwards; None for no channel.

        Raises:
            ValueError: A command cannot succeed, so the plan has been changed by hand.
        """
        cluster = ModelledCluster(self.before)
        for planned in self.commands:
            try:
                cluster.execute(planned.command)
            except RefusedCommandError as refused:
                raise ValueError(f"The plan cannot be applied: {refused} Make a new plan.") from refused
            cluster.pending.clear()
        names = {*self.absent, *(channel.name for channel in self.before), *cluster.channels}
        return {name: cluster.channels.get(name) for name in names}

    def __bool__(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.batches)

    def __str__(self) -> str:
        """The warnings, the commands and what is withheld, one a line."""
        return "\n".join(self._lines()) or "Nothing is to be done."

    def _lines(self) -> Iterator[str]:
        yield from (f"warning: {warning}" for warning in self.warnings)
        for batch in self.batches:
            if batch.pause:
                yield f"wait for {batch.pause:g} s"
            yield from map(str, batch.commands)
        yield from (f"withheld: {withheld}" for withheld in self.withheld)

    def to_json(self) -> str:
        """The plan as JSON, indented."""
        return self.model_dump_json(indent=1)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Reads a plan.

        Raises:
            ValueError: It is none, or has been changed by hand.
        """
        return cls.model_validate_json(text)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the plan to a file.

        Raises:
            OSError: It cannot be written.
        """
        Path(path).write_text(self.to_json() + "\n", "utf-8", "surrogatepass")

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Reads a plan from a file.

        Raises:
            OSError: It cannot be read.
            ValueError: It is none, or has been changed by hand.
        """
        return cls.from_json(Path(path).read_bytes())
