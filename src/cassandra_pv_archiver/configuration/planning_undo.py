"""Plans that undo what a run of another plan has done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cassandra_pv_archiver.models import AddChannelCommand, RemoveChannelCommand

from .applying import PlanRun
from .journal import Journal
from .model import ArchiveConfiguration, ChannelConfiguration
from .planning import plan_after_removing
from .plans import Plan, PlannedCommand, PlanPolicy

__all__ = ["undo"]


def undo(journal: Journal, current: ArchiveConfiguration, policy: PlanPolicy | None = None) -> Plan:
    """Plans what is to be done so that channels are again as they were before a plan was applied.

    Samples that were removed do not come back: the warnings of the plan say of which channels and levels.

    Args:
        journal: What has been done.
        current: All channels of the cluster as they are now, such as ``AdminClient.get_configuration`` gives.
        policy: What may be done. Undoing an addition removes the channel, with all samples that it has got meanwhile;
            what else has to be permitted is listed in the plan as withheld. Names may be exchanged in any case.

    Returns:
        A plan, to be applied as any other.

    Raises:
        ValueError: A channel of ``current`` has no server.
    """
    policy = (policy or PlanPolicy()).model_copy(update={"rename_in_circles": True})
    done = list(_done(journal, current))
    course = _Course.of(done)
    desired = ArchiveConfiguration(channels=tuple(_as_before(journal.plan, course)))
    made = plan_after_removing(sorted(course.added), desired, current, policy)
    return made.model_copy(update={"warnings": (*_not_undone(done), *made.warnings)})


def _done(journal: Journal, current: ArchiveConfiguration) -> Iterator[PlannedCommand]:
    """The commands that were executed; those of which nobody knows are judged by the channels as they are."""
    run = PlanRun(journal)
    for planned in journal.plan.commands:
        if run.is_done(planned, current.by_name):
            yield planned


@dataclass(frozen=True, slots=True)
class _Course:
    """What has become of channels.

    Attributes:
        names: The present names of the channels that were there before, by the names they had; None if removed.
        added: The names of channels that were added.
    """

    names: dict[str, str | None]
    added: set[str]

    @classmethod
    def of(cls, done: list[PlannedCommand]) -> _Course:
        course = cls({}, set())
        holders: dict[str, str] = {}  # the names before, by the present ones
        for planned in done:
            name, new = planned.names[0], planned.names[-1]
            if isinstance(planned.command, AddChannelCommand):
                course.added.add(name)
                continue
            before = holders.pop(name, name)
            is_removed = isinstance(planned.command, RemoveChannelCommand)
            course.names[before] = None if is_removed else new
            if not is_removed:
                holders[new] = before
        return course


def _as_before(plan: Plan, course: _Course) -> Iterator[ChannelConfiguration]:
    for channel in plan.before:
        if channel.name in course.names:
            now = course.names[channel.name]
            old = now if now != channel.name else None
            yield channel.model_copy(update={"renamed_from": old})


def _not_undone(done: list[PlannedCommand]) -> Iterator[str]:
    for planned in done:
        for loss in planned.losses:
            what = {
                "channel": "all its samples",
                "level": f"the samples of level {loss.level}",
                "retention": f"old samples of level {loss.level}",
            }[loss.kind]
            yield f"{loss.channel!r} has lost {what}, which do not come back."
