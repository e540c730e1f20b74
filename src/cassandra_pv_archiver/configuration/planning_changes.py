"""What may be changed of one channel, and the command that does it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cassandra_pv_archiver.models import UpdateChannelCommand

from .difference import MemberDifference, member_differences
from .durations import period_text
from .model import ChannelConfiguration
from .plans import Loss, PlanPolicy, WithheldChange
from .rules import level_problem

__all__ = ["RESTARTED", "PermittedChannel", "Update", "impossible", "is_shorter", "permitted", "update_of"]

RESTARTED = "re-initialises the channel, counters restart"


@dataclass(frozen=True, slots=True)
class PermittedChannel:
    """How a channel may be made.

    Attributes:
        channel: As desired, but for what is withheld.
        withheld: What is not done.
        is_replaced: Whether it must be removed and added again, because its control-system type changes.
    """

    channel: ChannelConfiguration
    withheld: tuple[WithheldChange, ...]
    is_replaced: bool = False


def permitted(present: ChannelConfiguration, desired: ChannelConfiguration, policy: PlanPolicy) -> PermittedChannel:
    """How much of what is desired may be done to a channel."""
    same_type = present.control_system_type == desired.control_system_type
    withheld: list[WithheldChange] = []
    if not _can_be_changed(present, policy):
        kept = desired.model_copy(
            update={member: getattr(present, member) for member in ("control_system_type", *_UPDATED)}
        )
        if not _are_alike(present, desired):
            withheld.append(impossible(present, "changed"))
        return PermittedChannel(kept, tuple(withheld))
    if not same_type and policy.remove_channels:
        return PermittedChannel(desired, (), is_replaced=True)
    if not same_type:
        withheld.append(_withheld_type(present, desired))
        kept = {"control_system_type": present.control_system_type, "options": present.options}
        desired = desired.model_copy(update=kept)
    if present.levels != desired.levels:
        levels, more = _permitted_levels(present, desired, policy)
        desired = desired.model_copy(update={"levels": levels})
        withheld += more
    return PermittedChannel(desired, tuple(withheld))


_UPDATED = ("levels", "enabled", "options")


def _can_be_changed(channel: ChannelConfiguration, policy: PlanPolicy) -> bool:
    return policy.control_system_types is None or channel.control_system_type in policy.control_system_types


def _are_alike(present: ChannelConfiguration, desired: ChannelConfiguration) -> bool:
    return all(getattr(present, each) == getattr(desired, each) for each in ("control_system_type", *_UPDATED))


def impossible(present: ChannelConfiguration, done: str) -> WithheldChange:
    """What is withheld because the server would refuse it."""
    return WithheldChange(
        channel=present.name,
        message=f"it cannot be {done}, because the support of its control-system type "
        f"{present.control_system_type!r} is not installed",
    )


def _withheld_type(present: ChannelConfiguration, desired: ChannelConfiguration) -> WithheldChange:
    return WithheldChange(
        channel=present.name,
        member="control_system_type",
        permission="remove_channels",
        message=f"its control-system type stays {present.control_system_type!r} instead of "
        f"{desired.control_system_type!r}, and its options stay as well, because it would have to be removed with all "
        "its samples and added again",
    )


def is_shorter(period: int, than: int) -> bool:
    """Whether samples are kept for less time, 0 being for ever."""
    return period != 0 and (than == 0 or period < than)


def _permitted_levels(
    present: ChannelConfiguration, desired: ChannelConfiguration, policy: PlanPolicy
) -> tuple[dict[int, int], list[WithheldChange]]:
    levels = dict(desired.levels)
    withheld: list[WithheldChange] = []
    for level, period in present.levels.items():
        if level not in desired.levels:
            if not policy.remove_levels:
                levels[level] = period
                withheld.append(_withheld_removal(present.name, level))
        elif is_shorter(desired.levels[level], period) and not policy.shorten_retention:
            levels[level] = period
            withheld.append(_withheld_period(present.name, level, period, desired.levels[level]))
    levels = {level: levels[level] for level in sorted(levels)}
    problem = level_problem(levels)
    if problem is not None:
        message = f"none of its levels is changed, because what is permitted does not go together: {problem}"
        withheld.append(WithheldChange(channel=present.name, member="levels", message=message))
        levels = dict(present.levels)
    return levels, withheld


def _withheld_removal(channel: str, level: int) -> WithheldChange:
    message = f"level {level} stays, because its samples would be removed"
    return WithheldChange(channel=channel, member=f"levels.{level}", permission="remove_levels", message=message)


def _withheld_period(channel: str, level: int, period: int, desired: int) -> WithheldChange:
    message = (
        f"level {level} stays kept {_for(period)} instead of {_for(desired)}, because older samples would be removed"
    )
    return WithheldChange(channel=channel, member=f"levels.{level}", permission="shorten_retention", message=message)


def _for(period: int) -> str:
    return f"for {period_text(period)}" if period else "for ever"


@dataclass(frozen=True, slots=True)
class Update:
    """An update of a channel.

    Attributes:
        command: The command.
        reason: What differs.
        costs: What it does besides.
        losses: The samples that it removes.
    """

    command: UpdateChannelCommand
    reason: str
    costs: tuple[str, ...]
    losses: tuple[Loss, ...]


def update_of(present: ChannelConfiguration, desired: ChannelConfiguration, name_before: str) -> Update | None:
    """The command that gives a channel the desired levels, options and flag; None if it has them.

    Args:
        present: The channel, under the name that it has when the command is executed.
        desired: How it is to be. Its server is not looked at.
        name_before: The name that it has in the cluster now.
    """
    differences = [each for each in member_differences(present, desired) if each.member != "server"]
    if not differences:
        return None
    added = [level for level in desired.levels if level not in present.levels]
    removed = [level for level in present.levels if level not in desired.levels]
    periods = {level: period for level, period in desired.levels.items() if present.levels.get(level) != period}
    options = {name: value for name, value in desired.options.items() if present.options.get(name) != value}
    dropped = [name for name in present.options if name not in desired.options]
    # Only what differs is mentioned, so that what somebody else changes meanwhile is not overwritten.
    command = UpdateChannelCommand(
        channel_name=present.name,
        expected_control_system_type=present.control_system_type,
        expected_server_id=present.server,
        add_decimation_levels=tuple(added) if added or removed else None,
        remove_decimation_levels=tuple(removed) if added or removed else None,
        decimation_level_to_retention_period=periods,
        enabled=None if present.enabled == desired.enabled else desired.enabled,
        add_options=options if options or dropped else None,
        remove_options=tuple(dropped) if options or dropped else None,
    )
    losses = tuple(_losses(name_before, present, desired))
    costs = (*map(_cost, differences_that_lose(differences)), RESTARTED)
    return Update(command, "; ".join(map(str, differences)), costs, losses)


def differences_that_lose(differences: list[MemberDifference]) -> list[MemberDifference]:
    """Those that remove samples."""
    return [each for each in differences if each.member.startswith("levels.") and _loses(each)]


def _loses(difference: MemberDifference) -> bool:
    before, after = difference.before, difference.after
    return isinstance(before, int) and (after is None or (isinstance(after, int) and is_shorter(after, before)))


def _cost(difference: MemberDifference) -> str:
    level = difference.member.removeprefix("levels.")
    if isinstance(difference.after, int):
        return f"removes samples of level {level} that are older than {period_text(difference.after)}"
    return f"removes level {level} and its samples"


def _losses(name: str, present: ChannelConfiguration, desired: ChannelConfiguration) -> Iterator[Loss]:
    for level, period in present.levels.items():
        if level not in desired.levels:
            yield Loss(kind="level", channel=name, level=level)
        elif is_shorter(desired.levels[level], period):
            yield Loss(kind="retention", channel=name, level=level)
