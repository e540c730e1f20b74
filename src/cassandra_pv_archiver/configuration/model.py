"""What a cluster archives, as values: channels, and which of all channels a configuration is about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from .channel_access_options import CHANNEL_ACCESS
from .rules import code_units, level_problem, sorted_by_code_units

__all__ = ["ArchiveConfiguration", "ChannelConfiguration", "OwnedChannels", "server_id"]

_ID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


def _broken(text: str) -> PydanticCustomError:
    return PydanticCustomError("configuration_rule", "{text}", {"text": text})


def _name(name: str) -> str:
    if not name:
        raise _broken("The name of a channel must not be empty.")
    return name


def _levels(levels: Mapping[int, int]) -> Mapping[int, int]:
    complete = {level: levels[level] for level in sorted(levels)} if 0 in levels else _with_raw(levels)
    problem = level_problem(complete)
    if problem is not None:
        advice = " Keep longer levels at least as long as shorter ones." if "which is less than" in problem else ""
        raise _broken(problem + advice)
    return complete


def _with_raw(levels: Mapping[int, int]) -> dict[int, int]:
    return {level: levels.get(level, 0) for level in sorted({0, *levels})}


def server_id(text: str) -> UUID:
    """Reads the ID of a server.

    Raises:
        ValueError: It is none.
    """
    if not _ID.fullmatch(text):
        raise ValueError(f"{text!r} is not the ID of a server, such as 6c1f8a58-5e31-4c0a-9d55-0e4b6a2f7d10.")
    return UUID(text)


def _uuid(value: Any) -> Any:
    try:
        return server_id(value) if isinstance(value, str) else value
    except ValueError as error:
        raise _broken(str(error)) from None


_Name = Annotated[str, AfterValidator(_name)]
_ServerId = Annotated[UUID, BeforeValidator(_uuid)]


class ChannelConfiguration(BaseModel):
    """What the archive is told about one channel. Never changes; equal if all members are.

    Raises:
        pydantic.ValidationError: A rule of sections 3.2 and 4.1 is broken; it is a ``ValueError``.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: _Name
    """The name of the channel, unique in the cluster; at least one character."""
    server: _ServerId | None = None
    """The ID of the server that owns it; None if it is not said, as in the server's own files, which are those of
    one server. Adding a channel needs one."""
    control_system_type: str = CHANNEL_ACCESS
    """The type of its control-system support. The servers take any text."""
    levels: Annotated[Mapping[int, int], AfterValidator(_levels)] = Field(default_factory=lambda: {0: 0})
    """Its decimation levels (periods in seconds, 0 being raw samples) in ascending order, with the seconds for which
    their samples are kept, 0 being for ever. Level 0 is always there. A longer level is kept at least as long."""
    enabled: bool = True
    """Whether samples are archived."""
    options: Annotated[Mapping[str, str], AfterValidator(sorted_by_code_units)] = Field(default_factory=dict[str, str])
    """Options of the control-system support by their names, in the order of the server. They are not checked here,
    because a cluster may hold wrong ones; see `channel_access_problems`."""
    renamed_from: _Name | None = None
    """The name that the channel had before. It is renamed while that one exists and this one does not, and keeps its
    samples; afterwards this says nothing."""

    @field_validator("renamed_from")
    @classmethod
    def _is_another_name(cls, old: str | None, info: ValidationInfo) -> str | None:
        if old is not None and old == info.data.get("name"):
            raise _broken(
                "A channel cannot be renamed from the name that it has: write the one before, or leave it out."
            )
        return old

    def __hash__(self) -> int:
        return hash((self.name, self.server, self.control_system_type, tuple(self.levels.items()), self.enabled))


class OwnedChannels(BaseModel):
    """Channels that a configuration owns: those that it does not name are to be removed.

    With both members, the channels of that server that match the pattern.

    Raises:
        pydantic.ValidationError: Neither is given, or the pattern is empty; it is a ``ValueError``.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid", strict=True)

    server: _ServerId | None = None
    """The ID of a server whose channels are owned; None for any server."""
    channels: _Name | None = None
    """A pattern for names of channels, where ``*`` is any text, ``?`` any one character, and everything else itself,
    upper and lower case being different; None for any name."""

    @model_validator(mode="after")
    def _says_something(self) -> OwnedChannels:
        if self.server is None and self.channels is None:
            raise _broken("Say which channels are owned: those of a server, those that match a pattern, or both.")
        return self

    def covers(self, name: str, server: UUID | None) -> bool:
        """Whether a channel of this name on this server is owned."""
        if self.server is not None and server != self.server:
            return False
        return self._pattern is None or self._pattern.fullmatch(name) is not None

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        if self.channels is None:
            return None
        first, *others = (".".join(map(re.escape, part.split("?"))) for part in re.split(r"\*+", self.channels))
        # What stands between two stars is taken where it comes first and never tried elsewhere: names of many equal
        # letters would take for ever otherwise.
        between = "".join(f"(?>.*?{part})" for part in others[:-1])
        return re.compile(first + between + "".join(f".*{part}" for part in others[-1:]), re.DOTALL)


def _in_order(channels: tuple[ChannelConfiguration, ...]) -> tuple[ChannelConfiguration, ...]:
    return tuple(sorted(channels, key=lambda channel: code_units(channel.name)))


class ArchiveConfiguration(BaseModel):
    """What a cluster, or a part of it, is to archive. Never changes; equal if all members are.

    Channels that it neither names nor owns are none of its business.

    Raises:
        pydantic.ValidationError: Names are not unique; it is a ``ValueError``.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid", strict=True)

    channels: Annotated[tuple[ChannelConfiguration, ...], AfterValidator(_in_order)] = Field(default=(), strict=False)
    """The channels, in the order of the server: by the UTF-16 code units of their names."""
    owns: tuple[OwnedChannels, ...] = Field(default=(), strict=False)
    """Which channels it owns, so that those that it does not name are to be removed."""
    servers: Mapping[str, _ServerId] = Field(default_factory=dict[str, UUID])
    """Names for servers, for people who read files, with the IDs of the servers. They need not be host names."""

    @model_validator(mode="after")
    def _is_unique(self) -> ArchiveConfiguration:
        for what, names in (("channel", [each.name for each in self.channels]), ("renamed_from", self._old_names())):
            if len(set(names)) < len(names):
                repeated = [repr(name) for name, times in Counter(names).items() if times > 1]
                raise _broken(f"Each {what} can be there only once, but these are there again: {', '.join(repeated)}.")
        return self

    def _old_names(self) -> list[str]:
        return [channel.renamed_from for channel in self.channels if channel.renamed_from is not None]

    @cached_property
    def by_name(self) -> Mapping[str, ChannelConfiguration]:
        """The channels by their names."""
        return {channel.name: channel for channel in self.channels}

    def of_server(self, server: UUID) -> tuple[ChannelConfiguration, ...]:
        """The channels of one server."""
        return tuple(channel for channel in self.channels if channel.server == server)

    def owns_channel(self, name: str, server: UUID | None) -> bool:
        """Whether a channel of this name on this server is to be removed if the configuration does not name it."""
        return any(owned.covers(name, server) for owned in self.owns)

    def with_server(self, server: UUID) -> ArchiveConfiguration:
        """The configuration in which channels that do not say their server belong to this one."""
        return self.with_channels(
            channel if channel.server is not None else channel.model_copy(update={"server": server})
            for channel in self.channels
        )

    def with_channels(self, channels: Iterable[ChannelConfiguration]) -> ArchiveConfiguration:
        """The configuration with these channels instead of its own.

        Raises:
            pydantic.ValidationError: Names are not unique; it is a ``ValueError``.
        """
        return ArchiveConfiguration(channels=tuple(channels), owns=self.owns, servers=self.servers)
