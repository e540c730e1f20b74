"""Which files, and which rows of them, tell the samples of channels in a range."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .manifest import ChannelPart, Entry

__all__ = ["Held", "Rows", "held_by_channel", "rows_for"]

_AROUND = 1000
"""Mean intervals within which a neighbour of an instant is looked for first."""


@dataclass(frozen=True, slots=True)
class Held:
    """The samples that a file holds of a channel.

    Attributes:
        file: The file, relative to the dataset.
        samples: Their number, at least 1.
        first: The time of the first one, in nanoseconds since 1970-01-01 UTC.
        last: Likewise of the last one.
    """

    file: str
    samples: int
    first: int
    last: int

    @property
    def nearby(self) -> int:
        """Nanoseconds within which there is a sample, unless they come very irregularly."""
        return (self.last - self.first) // self.samples * _AROUND


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a channel that are wanted of a file.

    Attributes:
        channel: The channel.
        file: The file, relative to the dataset.
        lower: The earliest time that is wanted, in nanoseconds since 1970-01-01 UTC.
        upper: The latest one.
        is_guess: Whether a neighbour of the range may lie further off.
    """

    channel: str
    file: str
    lower: int
    upper: int
    is_guess: bool = False


def held_by_channel(entries: Iterable[Entry]) -> dict[str, list[Held]]:
    """What there is of each channel, in the order of time."""
    held: dict[str, list[Held]] = {}
    for entry in entries:
        if entry.file is not None:
            for channel, part in entry.channels.items():
                _add(held, channel, entry.file, part)
    for parts in held.values():
        parts.sort(key=lambda part: part.first)
    return dict(sorted(held.items()))


def _add(held: dict[str, list[Held]], channel: str, file: str, part: ChannelPart) -> None:
    if part.samples and part.first is not None and part.last is not None:
        held.setdefault(channel, []).append(Held(file, part.samples, part.first, part.last))


def rows_for(channel: str, held: list[Held], start: int, end: int, *, guess: bool = True) -> list[Rows]:
    """The rows that have the samples of a range, the newest one at or before it, and the oldest one at or after it.

    Args:
        channel: The channel.
        held: What there is of it, in the order of time.
        start: The first instant, in nanoseconds since 1970-01-01 UTC.
        end: The last instant.
        guess: Whether to look for the neighbours nearby only, and not in all that a file has.
    """
    before = max((place for place, part in enumerate(held) if part.first <= start), default=0)
    after = min((place for place, part in enumerate(held) if part.last >= end), default=len(held) - 1)
    wanted: list[Rows] = []
    for part in held[before : after + 1]:
        lower, upper = max(part.first, min(start, part.last)), min(part.last, max(end, part.first))
        # Of a file in which the range begins or ends, the neighbour lies anywhere before or after.
        inner_start, inner_end = part.first < start < part.last, part.first < end < part.last
        if inner_start:
            lower = max(part.first, start - part.nearby) if guess else part.first
        if inner_end:
            upper = min(part.last, end + part.nearby) if guess else part.last
        wanted.append(Rows(channel, part.file, lower, upper, guess and (inner_start or inner_end)))
    return wanted
