"""Who has which name in the course of a plan."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping

from cassandra_pv_archiver.models import RenameChannelCommand

from .model import ChannelConfiguration
from .planning_batches import Draft
from .planning_changes import RESTARTED
from .planning_renames import name_aside

__all__ = ["PlannedNames", "as_present"]


class PlannedNames:
    """Names, the channels that have them, and the commands that give and free them.

    Args:
        present: The channels of the cluster.
        desired: Names that are wanted, so that they cannot be used for something else.
    """

    def __init__(self, present: Mapping[str, ChannelConfiguration], desired: Container[str]) -> None:
        self._present = present
        self._desired = desired
        self._freed: dict[str, Draft] = {}
        self._renamed: dict[str, tuple[ChannelConfiguration, Draft, str]] = {}

    def holder_of(self, name: str) -> tuple[ChannelConfiguration | None, Draft | None, str]:
        """The channel that has a name after all renames, the rename that gave it, and the name in the cluster now."""
        if name in self._renamed:
            return self._renamed[name]
        return (None if name in self._freed else self._present.get(name)), None, name

    def freed_by(self, name: str) -> Draft | None:
        """The command after which no channel has a name that one has now."""
        return self._freed.get(name)

    def is_freed(self, name: str) -> bool:
        """Whether the channel that has a name now loses it."""
        return name in self._freed

    def free(self, name: str, by: Draft) -> None:
        """Takes note that a command frees a name."""
        self._freed[name] = by

    def rename_chain(self, chain: Iterable[tuple[str, str]]) -> Iterator[Draft]:
        """Renames of which each one frees the new name of the next one."""
        for old, new in chain:
            yield self._rename(self._present[old], old, new)

    def rename_in_circle(self, circle: tuple[str, ...]) -> Iterator[Draft]:
        """Renames that give each channel the next name, and the last one the first name, by way of a free name."""
        first, second, *_ = circle
        aside = self._unused_name(first)
        yield self._rename(self._present[first], first, aside)
        for old, new in zip(reversed(circle[1:]), (first, *reversed(circle[2:])), strict=True):
            yield self._rename(self._present[old], old, new)
        yield self._rename(self._renamed[aside][0], first, second)

    def _unused_name(self, name: str) -> str:
        number = 1
        while (free := name_aside(name, number)) in self._present or free in self._desired:
            number += 1
        return free

    def _rename(self, channel: ChannelConfiguration, name_before: str, new: str) -> Draft:
        earlier = self._renamed.get(channel.name)
        freed = self._freed.get(new)
        needs = (*(() if earlier is None else (earlier[1],)), *(() if freed is None else (freed,)))
        assert channel.server is not None
        draft = Draft(
            RenameChannelCommand(
                old_channel_name=channel.name, new_channel_name=new, expected_server_id=channel.server
            ),
            channel.server,
            f"name: {name_before!r} -> {new!r}",
            costs=(RESTARTED,),
            needs=needs,
            waits_for=(freed,) if freed is not None and freed.blocks_its_name else (),
        )
        self._freed[channel.name] = draft
        self._renamed[new] = as_present(channel).model_copy(update={"name": new}), draft, name_before
        return draft


def as_present(channel: ChannelConfiguration) -> ChannelConfiguration:
    """A channel as it is in a cluster, which knows nothing of earlier names."""
    return channel if channel.renamed_from is None else channel.model_copy(update={"renamed_from": None})
