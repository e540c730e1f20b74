"""What differs between two configurations, by channel and member."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal, TypeAlias
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from .durations import period_text
from .model import ArchiveConfiguration, ChannelConfiguration
from .planning_renames import due_renames
from .rules import code_units

__all__ = ["ChannelDifference", "ConfigurationDifference", "MemberDifference", "diff", "member_differences"]

MemberValue: TypeAlias = UUID | str | bool | int | None


class MemberDifference(BaseModel):
    """One member of a channel that differs."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    member: str
    """``server``, ``control_system_type`` or ``enabled``; ``levels.30`` for the retention period of level 30 in seconds
    (0 keeps samples for ever), ``options.monitorMask`` for an option."""
    before: MemberValue
    """The value in the first configuration; None if there is no such level or option."""
    after: MemberValue
    """The value in the second one."""

    def __str__(self) -> str:
        """Like ``levels.30: none -> 1d``; numbers are retention periods."""
        return f"{self.member}: {_shown(self.before)} -> {_shown(self.after)}"


class ChannelDifference(BaseModel):
    """One channel that differs."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    name: str
    """The name; that in the second configuration if it is renamed."""
    kind: Literal["added", "removed", "changed"]
    """``added`` if only the second configuration has it, ``removed`` if only the first one has it."""
    renamed_from: str | None = None
    """The name in the first configuration, if the second one declares that it is renamed."""
    members: tuple[MemberDifference, ...] = ()
    """What differs, if both have it; empty if only the name does."""
    before: ChannelConfiguration | None = None
    """The channel in the first configuration."""
    after: ChannelConfiguration | None = None
    """The channel in the second one."""

    def __str__(self) -> str:
        """One line, like ``changed 'a' (levels.30: none -> 1d)``."""
        renamed = [] if self.renamed_from is None else [f"renamed from {self.renamed_from!r}"]
        details = "; ".join([*renamed, *map(str, self.members)])
        return f"{self.kind} {self.name!r}" + (f" ({details})" if details else "")


class ConfigurationDifference(BaseModel):
    """What differs between two configurations; false if nothing does."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    channels: tuple[ChannelDifference, ...] = ()
    """The channels that differ, in the order of the server: by the UTF-16 code units of their names."""

    @property
    def added(self) -> tuple[ChannelDifference, ...]:
        """The channels that only the second configuration has."""
        return self._of("added")

    @property
    def removed(self) -> tuple[ChannelDifference, ...]:
        """The channels that only the first configuration has."""
        return self._of("removed")

    @property
    def changed(self) -> tuple[ChannelDifference, ...]:
        """The channels that both have."""
        return self._of("changed")

    def _of(self, kind: str) -> tuple[ChannelDifference, ...]:
        return tuple(channel for channel in self.channels if channel.kind == kind)

    def __bool__(self) -> bool:
        return bool(self.channels)

    def __str__(self) -> str:
        """One line per channel."""
        return "\n".join(map(str, self.channels))


def diff(
    before: ArchiveConfiguration, after: ArchiveConfiguration, *, only_owned: bool = False
) -> ConfigurationDifference:
    """Compares two configurations: of files, of exports, or of a running cluster.

    Names tell which channels belong together. Another name is a difference only where the second configuration declares
    it with ``renamed_from``, the first one has a channel of that name, and has none of the new name. Servers differ
    only if both configurations say one, so the file of one server can be compared with the cluster.

    Args:
        before: The first configuration.
        after: The second one.
        only_owned: Whether channels that the second configuration neither names nor owns are left out, as they are none
            of its business.
    """
    old_names = due_renames(after, before.by_name).old_names
    renamed = set(old_names.values())
    found = list(_of_named(before.by_name, after, old_names, renamed))
    for channel in before.channels:
        is_left = channel.name not in renamed and channel.name not in after.by_name
        if is_left and (not only_owned or after.owns_channel(channel.name, channel.server)):
            found.append(ChannelDifference(name=channel.name, kind="removed", before=channel))
    return ConfigurationDifference(channels=tuple(sorted(found, key=lambda each: code_units(each.name))))


def _of_named(
    before: Mapping[str, ChannelConfiguration],
    after: ArchiveConfiguration,
    old_names: Mapping[str, str],
    renamed: set[str],
) -> Iterator[ChannelDifference]:
    for channel in after.channels:
        name = old_names.get(channel.name)
        is_there = channel.name in before and channel.name not in renamed
        if name is None and not is_there:
            yield ChannelDifference(name=channel.name, kind="added", after=channel)
            continue
        old = before[name or channel.name]
        members = tuple(member_differences(old, channel))
        if members or name is not None:
            yield ChannelDifference(
                name=channel.name, kind="changed", renamed_from=name, members=members, before=old, after=channel
            )


def member_differences(before: ChannelConfiguration, after: ChannelConfiguration) -> Iterator[MemberDifference]:
    """The members that differ, but for the name."""
    if None not in {before.server, after.server} and before.server != after.server:
        yield MemberDifference(member="server", before=before.server, after=after.server)
    if before.control_system_type != after.control_system_type:
        types = before.control_system_type, after.control_system_type
        yield MemberDifference(member="control_system_type", before=types[0], after=types[1])
    if before.enabled != after.enabled:
        yield MemberDifference(member="enabled", before=before.enabled, after=after.enabled)
    if before.levels != after.levels:
        for level in sorted({*before.levels, *after.levels}):
            if before.levels.get(level) != after.levels.get(level):
                periods = before.levels.get(level), after.levels.get(level)
                yield MemberDifference(member=f"levels.{level}", before=periods[0], after=periods[1])
    if before.options != after.options:
        for option in sorted({*before.options, *after.options}, key=code_units):
            if before.options.get(option) != after.options.get(option):
                values = before.options.get(option), after.options.get(option)
                yield MemberDifference(member=f"options.{option}", before=values[0], after=values[1])


def _shown(value: MemberValue) -> str:
    if isinstance(value, str):
        return repr(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return period_text(value)
    return "none" if value is None else str(value).lower()
