"""Makes plans: from what is desired and what there is to the commands that lead there."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from cassandra_pv_archiver.models import (
    AddChannelCommand,
    MoveChannelCommand,
    RemoveChannelCommand,
)

from .model import ArchiveConfiguration, ChannelConfiguration
from .planning_batches import Draft, batches_of
from .planning_changes import impossible, permitted, update_of
from .planning_names import PlannedNames, as_present
from .planning_renames import due_renames
from .planning_warnings import lost_rename_warnings, rename_warnings
from .plans import Loss, Plan, PlanPolicy, WithheldChange
from .prediction import check_servers
from .problems import ConfigurationProblem, InvalidConfigurationError
from .rules import code_units

__all__ = ["plan", "plan_after_removing"]


def plan(desired: ArchiveConfiguration, current: ArchiveConfiguration, policy: PlanPolicy | None = None) -> Plan:
    """Plans what is to be done so that a cluster archives what is desired.

    The same arguments give the same plan. Channels that ``desired`` neither names nor owns are left alone. Channels
    that it names without a server stay where they are. Within the plan, what others depend on comes first, removals of
    channels come last, and there are pauses where the servers would refuse commands because of earlier ones (section
    3.5).

    Args:
        desired: What is to be archived.
        current: All channels of the cluster, each with its server, such as ``AdminClient.get_configuration`` gives.
        policy: What may be done. None: nothing that removes samples.

    Returns:
        The plan. What is not permitted is listed in it as withheld.

    Raises:
        InvalidConfigurationError: Channels are to be added, but nothing says to which server.
        ValueError: A channel of ``current`` has no server.
    """
    return plan_after_removing((), desired, current, policy or PlanPolicy())


def plan_after_removing(
    in_the_way: Collection[str], desired: ArchiveConfiguration, current: ArchiveConfiguration, policy: PlanPolicy
) -> Plan:
    """A plan that begins with removing channels, so that their names can be given to others.

    Raises:
        InvalidConfigurationError: Channels are to be added, but nothing says to which server.
        ValueError: A channel of ``current`` has no server.
    """
    check_servers(current)
    return _Planning(desired, current, policy).plan(in_the_way)


class _Planning:
    """One plan while it is made."""

    def __init__(self, desired: ArchiveConfiguration, current: ArchiveConfiguration, policy: PlanPolicy) -> None:
        self._desired = desired
        self._present = current.by_name
        self._policy = policy
        self._names = PlannedNames(current.by_name, desired.by_name)
        self._drafts: list[Draft] = []
        self._withheld: list[WithheldChange] = []
        self._added: list[ChannelConfiguration] = []
        self._homeless: list[str] = []

    def plan(self, in_the_way: Collection[str]) -> Plan:
        removed = self._remove(self._present[name] for name in in_the_way if name in self._present)
        taken = self._present.keys() - {channel.name for channel in removed if self._policy.remove_channels}
        warnings, undecided = self._rename(taken)
        blocked = taken & set(in_the_way)
        for channel in self._desired.channels:
            if channel.name in blocked:
                self._withheld.append(_blocked(channel))
            elif channel.name not in undecided:
                self._plan_channel(channel)
        if self._homeless:
            raise InvalidConfigurationError(
                ConfigurationProblem("Say on which server it is to be added.", channel=name, member="server")
                for name in self._homeless
            )
        removed += self._remove(self._to_remove(), is_last=True)
        warnings += rename_warnings(self._desired, self._added, removed)
        warnings += lost_rename_warnings(self._desired, removed)
        return self._whole(warnings)

    def _whole(self, warnings: Iterable[str]) -> Plan:
        used = sorted({name for draft in self._drafts for name in draft.names}, key=code_units)
        before = tuple(as_present(self._present[name]) for name in used if name in self._present)
        absent = tuple(name for name in used if name not in self._present)
        return Plan(
            batches=batches_of(self._drafts, self._policy.batch_size),
            withheld=tuple(self._withheld),
            warnings=tuple(warnings),
            before=before,
            absent=absent,
        )

    def _rename(self, taken: Collection[str]) -> tuple[list[str], set[str]]:
        due = due_renames(self._desired, taken)
        warnings = [
            f"{name!r} is taken for the channel that was {old!r} before an exchange of names was interrupted."
            for name, old in due.aside.items()
        ]
        undecided: set[str] = set()
        for chain in due.chains:
            self._drafts += self._names.rename_chain(chain)
        for circle in due.circles:
            if self._policy.rename_in_circles:
                self._drafts += self._names.rename_in_circle(circle)
            else:
                warnings.append(_undecidable(circle))
                undecided.update(circle)
                message = "nothing is changed, because it may have to exchange its name with another channel"
                self._withheld += (
                    WithheldChange(channel=name, message=message, permission="rename_in_circles") for name in circle
                )
        return warnings, undecided

    def _plan_channel(self, desired: ChannelConfiguration) -> None:
        present, renaming, name_before = self._names.holder_of(desired.name)
        if present is None:
            self._add(desired, self._names.freed_by(desired.name))
            return
        allowed = permitted(present, desired, self._policy)
        self._withheld += (each.model_copy(update={"channel": name_before}) for each in allowed.withheld)
        target = allowed.channel if desired.server is not None else _on_server_of(present, allowed.channel)
        needs = () if renaming is None else (renaming,)
        if allowed.is_replaced:
            self._replace(present, target, name_before, needs)
        else:
            self._change(present, target, name_before, needs)

    def _change(
        self, present: ChannelConfiguration, target: ChannelConfiguration, name_before: str, needs: tuple[Draft, ...]
    ) -> None:
        # Updating comes before moving, because a channel refuses changes for 5 s after it has been moved.
        update = update_of(present, target, name_before)
        if update is not None:
            draft = Draft(update.command, _server(present), update.reason, update.costs, update.losses, needs=needs)
            self._drafts.append(draft)
            needs = (draft,)
        if present.server != target.server:
            command = MoveChannelCommand(
                channel_name=present.name,
                expected_old_server_id=present.server,
                new_server_id=_server(target),
            )
            reason = f"server: {present.server} -> {target.server}"
            costs = ("moves; in error for about 6 s",)
            self._drafts.append(Draft(command, _server(present), reason, costs, needs=needs))

    def _replace(
        self, present: ChannelConfiguration, target: ChannelConfiguration, name_before: str, needs: tuple[Draft, ...]
    ) -> None:
        reason = f"control_system_type: {present.control_system_type!r} -> {target.control_system_type!r}"
        removal = _removal(present, reason, name_before, needs=needs)
        self._drafts.append(removal)
        self._drafts.append(_addition(target, reason, needs=(removal,)))

    def _add(self, desired: ChannelConfiguration, freed_by: Draft | None) -> None:
        if desired.server is None:
            self._homeless.append(desired.name)
            return
        needs = () if freed_by is None else (freed_by,)
        draft = _addition(desired, "it is not there", needs=needs)
        draft.waits_for = tuple(need for need in needs if need.blocks_its_name)
        self._added.append(desired)
        self._drafts.append(draft)

    def _to_remove(self) -> Iterable[ChannelConfiguration]:
        for channel in self._present.values():
            is_left = channel.name not in self._desired.by_name and not self._names.is_freed(channel.name)
            if is_left and self._desired.owns_channel(channel.name, channel.server):
                yield channel

    def _remove(self, channels: Iterable[ChannelConfiguration], *, is_last: bool = False) -> list[ChannelConfiguration]:
        removed: list[ChannelConfiguration] = []
        types = self._policy.control_system_types
        for channel in channels:
            if types is not None and channel.control_system_type not in types:
                self._withheld.append(impossible(channel, "removed"))
                continue
            removed.append(channel)
            if self._policy.remove_channels:
                draft = _removal(channel, "it is not wanted any more", channel.name, is_last=is_last)
                self._drafts.append(draft)
                self._names.free(channel.name, draft)
            else:
                message = "it is not removed, because all its samples would be"
                self._withheld.append(
                    WithheldChange(channel=channel.name, message=message, permission="remove_channels")
                )
        return removed


def _undecidable(circle: tuple[str, ...]) -> str:
    named = " -> ".join(map(repr, (*circle, circle[0])))
    return (
        f"Channels are to exchange their names ({named}). Nobody can tell from the names whether that has been done, "
        "so it is not done: permit rename_in_circles for one plan, or leave renamed_from out."
    )


def _blocked(channel: ChannelConfiguration) -> WithheldChange:
    return WithheldChange(
        channel=channel.renamed_from or channel.name,
        message=f"it does not become {channel.name!r}, because another channel has that name and is not removed",
    )


def _server(channel: ChannelConfiguration) -> UUID:
    assert channel.server is not None
    return channel.server


def _on_server_of(present: ChannelConfiguration, channel: ChannelConfiguration) -> ChannelConfiguration:
    return channel.model_copy(update={"server": present.server})


def _addition(channel: ChannelConfiguration, reason: str, needs: tuple[Draft, ...]) -> Draft:
    command = AddChannelCommand(
        channel_name=channel.name,
        control_system_type=channel.control_system_type,
        decimation_levels=tuple(channel.levels),
        decimation_level_to_retention_period=channel.levels,
        enabled=channel.enabled,
        options=channel.options,
        server_id=_server(channel),
    )
    return Draft(command, _server(channel), reason, needs=needs)


def _removal(
    channel: ChannelConfiguration,
    reason: str,
    name_before: str,
    needs: tuple[Draft, ...] = (),
    *,
    is_last: bool = False,
) -> Draft:
    command = RemoveChannelCommand(channel_name=channel.name, expected_server_id=channel.server)
    losses = (Loss(kind="channel", channel=name_before),)
    costs = ("removes the channel and all its samples",)
    return Draft(command, _server(channel), reason, costs, losses, needs=needs, is_last=is_last)
