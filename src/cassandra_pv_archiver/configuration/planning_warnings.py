"""What may not be meant: channels that go and come with the same configuration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from .model import ArchiveConfiguration, ChannelConfiguration

__all__ = ["lost_rename_warnings", "rename_warnings"]

_NAMED = 3


def rename_warnings(
    desired: ArchiveConfiguration, added: Iterable[ChannelConfiguration], removed: Iterable[ChannelConfiguration]
) -> list[str]:
    """Warns where channels of one scope are added and removed that have equal configurations but for the server."""
    new = _alike(desired, added)
    warnings: list[str] = []
    told: set[tuple[str, ...]] = set()
    for key, old_names in _alike(desired, removed).items():
        names = *new.get(key, ()), "", *old_names
        if key in new and names not in told:
            told.add(names)
            warnings.append(
                f"{_named(new[key])} would be added and {_named(old_names)} would go, with equal configurations. If "
                "this is a rename, say so with renamed_from: otherwise the samples of the old name stay with it or are "
                "removed, and cannot be joined later."
            )
    return warnings


def lost_rename_warnings(desired: ArchiveConfiguration, removed: Iterable[ChannelConfiguration]) -> Iterator[str]:
    """Warns where a channel is removed that another one is declared to be renamed from."""
    new_names = {channel.renamed_from: channel.name for channel in desired.channels if channel.renamed_from is not None}
    for channel in removed:
        new = new_names.get(channel.name)
        if new is not None:
            yield (
                f"{channel.name!r} is not renamed to {new!r}, because {new!r} is there already: it would go, and its "
                f"samples would not become those of {new!r}."
            )


def _alike(desired: ArchiveConfiguration, channels: Iterable[ChannelConfiguration]) -> dict[Any, list[str]]:
    groups: defaultdict[Any, list[str]] = defaultdict(list)
    for channel in channels:
        members = (
            channel.control_system_type,
            channel.enabled,
            tuple(channel.levels.items()),
            tuple(channel.options.items()),
        )
        for scope, owned in enumerate(desired.owns):
            if owned.covers(channel.name, channel.server):
                groups[scope, *members].append(channel.name)
    return groups


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(map(repr, names[:_NAMED]))
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"
