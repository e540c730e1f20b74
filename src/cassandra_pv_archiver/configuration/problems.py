"""What is wrong with a configuration, and where it says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from cassandra_pv_archiver.errors import ArchiverError

__all__ = ["ConfigurationProblem", "InvalidConfigurationError", "Place"]

_MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Place:
    """Where a configuration says something.

    Attributes:
        file: The file as it was named by the caller; None for bytes and for what no file says.
        line: The line in it, counted from 1; None if it is not known.
    """

    file: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        """As editors and compilers write it: ``ring.yaml:12``, or ``line 12``; empty if nothing is known."""
        if self.file is None:
            return "" if self.line is None else f"line {self.line}"
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class ConfigurationProblem:
    """One thing that is wrong with a configuration.

    Attributes:
        message: What is wrong, in the server's own words where it has some, and what to write instead.
        level: ``error`` for what makes the configuration unusable, ``warning`` for what is usable but hardly meant.
        place: The file and line.
        channel: The name of the channel that is concerned; None if it is none, or if its name is the problem.
        member: What of it is concerned: a member of `ChannelConfiguration` (``levels``), a member of a file with its
            place in it (``groups[0].levels.30s``), an attribute or a column; None for the whole.
    """

    message: str
    level: Literal["error", "warning"] = "error"
    place: Place = Place()
    channel: str | None = None
    member: str | None = None

    def __str__(self) -> str:
        """One line: the place, the level of warnings, the channel, the member and the message."""
        about = [] if self.channel is None else [f"channel {self.channel!r}"]
        about += [] if self.member is None else [self.member]
        parts = [str(self.place), "warning" if self.level == "warning" else "", ", ".join(about), self.message]
        return ": ".join(part for part in parts if part)


class InvalidConfigurationError(ArchiverError, ValueError):
    """A configuration that breaks rules. All problems that were found are there, not only the first.

    The text lists them, one a line, but not more than 50.

    Attributes:
        problems: What is wrong, errors and warnings, in the order of their places.
    """

    problems: tuple[ConfigurationProblem, ...]

    def __init__(self, problems: Iterable[ConfigurationProblem]) -> None:
        self.problems = tuple(problems)
        errors = [problem for problem in self.problems if problem.level == "error"]
        lines = [str(problem) for problem in errors[:_MOST_SHOWN]]
        if len(errors) > _MOST_SHOWN:
            lines.append(f"... and {len(errors) - _MOST_SHOWN} more")
        super().__init__("\n".join(lines))
