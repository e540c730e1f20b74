"""Channels collected from a file, with everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, TypeAlias
from uuid import UUID

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from .channel_access_options import CHANNEL_ACCESS, OptionProblem, option_problems
from .model import ArchiveConfiguration, ChannelConfiguration, OwnedChannels
from .problems import ConfigurationProblem, InvalidConfigurationError, Place

__all__ = ["ConfigurationFile", "FileContents", "StopReadingError", "WrongOptions"]

_MOST_ERRORS = 1000
Member = tuple[str | int, ...]
WrongOptions: TypeAlias = Literal["error", "warning"]
"""How bad options of Channel Access are that put their channel into the state ``error``."""


@dataclass(frozen=True, slots=True)
class ConfigurationFile:
    """What was read from a file.

    Attributes:
        configuration: What the file says.
        warnings: What can be used, but is hardly meant, in the order of the file.
        places: Where the file says what its channels are, by their names; those of a template are where it is used.
    """

    configuration: ArchiveConfiguration
    warnings: tuple[ConfigurationProblem, ...] = ()
    places: Mapping[str, Place] = field(default_factory=dict[str, Place])


class _Places(Mapping[str, Place]):
    """Places in one file. They are made when they are asked for, which is seldom, and of large files slow."""

    def __init__(self, file: str | None, lines: Mapping[str, int | None]) -> None:
        self._file, self._lines = file, lines

    def __getitem__(self, name: str) -> Place:
        return Place(self._file, self._lines[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


class StopReadingError(Exception):
    """Nothing of the rest of the file can be made sense of, or there are too many errors already."""


def _no_line(_member: Member) -> int | None:
    return None


class FileContents:
    """Collects the channels and the problems of one file.

    Args:
        file: Its name, for messages.
        wrong_options: How bad wrong Channel Access options are.
    """

    def __init__(self, file: str | None, *, wrong_options: WrongOptions) -> None:
        self.file = file
        self._wrong_options: WrongOptions = wrong_options
        self._channels: dict[str, ChannelConfiguration] = {}
        self._lines: dict[str, int | None] = {}
        self._named = 0
        self._renamed: dict[str, str] = {}
        self._problems: list[ConfigurationProblem] = []
        self._said: set[tuple[object, ...]] = set()
        self._errors = 0

    def add(
        self, values: Mapping[str, Any], line: int | None, line_of: Callable[[Member], int | None] = _no_line
    ) -> None:
        """Takes in a channel.

        Args:
            values: Its members, as `ChannelConfiguration` takes them.
            line: Where it is.
            line_of: Where a member is, such as ``("levels", 30)``; None if it is where the channel is.

        Raises:
            StopReadingError: There are too many errors.
        """
        name = str(values.get("name") or "") or None
        if name is not None:
            self._check_unique(name, values.get("renamed_from"), line, line_of)
        try:
            channel = ChannelConfiguration(**values)
        except ValidationError as error:
            for detail in error.errors(include_url=False, include_input=False):
                member = tuple(part for part in detail["loc"] if part != "[key]")
                self.error(message_of(detail), line_of(member) or line, channel=name, member=path_of(member))
            channel = None
        if values.get("control_system_type", CHANNEL_ACCESS) == CHANNEL_ACCESS:
            for option, message, hint in _known_problems(tuple(values.get("options", {}).items())):
                where = line_of(("options", option)) or line
                text = message if hint is None else f"{message} {hint}"
                self.problem(self._wrong_options, text, where, channel=name, member=f"options.{option}")
        if channel is not None:
            self._channels[channel.name] = channel

    def _check_unique(self, name: str, old: Any, line: int | None, line_of: Callable[[Member], int | None]) -> None:
        earlier = self._lines.setdefault(name, line)
        if len(self._lines) == self._named:
            where = "earlier" if earlier is None else f"in line {earlier}"
            message = f"The channel {name!r} is there already, {where}: leave one of them out, or give it another name."
            self.error(message, line_of(("name",)) or line, channel=name, member="name")
        self._named = len(self._lines)
        if old and self._renamed.setdefault(old, name) != name:
            message = f"{old!r} cannot become two channels: {self._renamed[old]!r} is renamed from it already."
            self.error(message, line_of(("renamed_from",)) or line, channel=name, member="renamed_from")

    def error(
        self, message: str, line: int | None = None, *, channel: str | None = None, member: str | None = None
    ) -> None:
        """Notes an error.

        Raises:
            StopReadingError: There are too many.
        """
        self.problem("error", message, line, channel=channel, member=member)

    def problem(
        self,
        level: Literal["error", "warning"],
        message: str,
        line: int | None = None,
        *,
        channel: str | None = None,
        member: str | None = None,
    ) -> None:
        """Notes an error or a warning. What one line of a file says wrong for many channels is noted for the first.

        Raises:
            StopReadingError: There are too many errors.
        """
        said = (level, message, line, member) if line is not None else (level, message, channel, member)
        if said in self._said:
            return
        self._said.add(said)
        self._problems.append(ConfigurationProblem(message, level, Place(self.file, line), channel, member))
        self._errors += level == "error"
        if self._errors >= _MOST_ERRORS:
            raise StopReadingError

    def finish(
        self, *, owns: tuple[OwnedChannels, ...] = (), servers: Mapping[str, UUID] | None = None
    ) -> ConfigurationFile:
        """What was read.

        Raises:
            InvalidConfigurationError: There are errors.
        """
        found = sorted(self._problems, key=lambda problem: problem.place.line or 0)
        if self._errors:
            raise InvalidConfigurationError(found)
        configuration = ArchiveConfiguration(channels=tuple(self._channels.values()), owns=owns, servers=servers or {})
        return ConfigurationFile(configuration, tuple(found), _Places(self.file, self._lines))


@lru_cache(maxsize=1024)
def _known_problems(options: tuple[tuple[str, str], ...]) -> list[OptionProblem]:
    return option_problems(dict(options))


def path_of(member: Member) -> str | None:
    """A member as people write it: ``groups[0].levels.30s``; None for the whole."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in member).removeprefix(".") or None


def message_of(detail: ErrorDetails) -> str:
    """A sentence about one error of pydantic."""
    text = detail["msg"].removeprefix("Value error, ")
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith((".", "?", "!")) else ".")
