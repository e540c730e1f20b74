"""What is asked for when a frame is made, whatever its source."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from cassandra_pv_archiver.times import DurationLike, TimeLike, format_time, parse_duration, parse_time, resolve_time

from .arguments import channel_names
from .coverage import Span

__all__ = ["FrameArguments", "names_of", "window_length"]


@dataclass(frozen=True, slots=True)
class FrameArguments:
    """Arguments that have been checked as far as that goes without the source.

    Attributes:
        channels: The channels, each once; None for all of a dataset.
        start: The begin; None for that of a dataset.
        end: The end, which does not belong to the range; None for now, or that of a dataset.
        window: Nanoseconds of a partition; None for what has a handy number of samples.
        spacing: The wanted time between samples.
        in_force: Whether the sample in force at the begin is wanted as well.
        archive_key: The archive; None for that of the source.
        now: The time of the call, in nanoseconds since 1970-01-01 UTC.
    """

    channels: list[str] | None
    start: TimeLike | None
    end: TimeLike | None
    window: int | None
    spacing: DurationLike | None
    in_force: bool
    archive_key: int | None
    now: int = field(default_factory=time.time_ns)

    def span(self, start: int | None, end: int, time_zone: str | None = None) -> Span:
        """The range.

        Args:
            start: The begin if none is given; None if it has to be.
            end: The end if none is given.
            time_zone: The zone of times without an offset.

        Raises:
            TypeError: The begin is missing, or a time is of another type.
            ValueError: A time cannot be used, or the end lies before the start.
        """
        first = start if self.start is None else self._instant(self.start, time_zone, "start")
        last = end if self.end is None else self._instant(self.end, time_zone, "end")
        if first is None:
            raise TypeError("start is missing; only a dataset has a begin of its own.")
        if last < first:
            raise ValueError(f"end ({format_time(last)}) lies before start ({format_time(first)}); exchange them.")
        return first, last

    def _instant(self, given: TimeLike, time_zone: str | None, parameter: str) -> int:
        return resolve_time(parse_time(given, time_zone=time_zone, parameter=parameter), self.now)


def names_of(channels: Iterable[str] | None) -> list[str] | None:
    """The names of channels, each once; None for all of a dataset.

    Raises:
        TypeError: There is a single text, or something else than texts.
        ValueError: There is none.
    """
    if channels is None:
        return None
    names = channel_names(channels)
    for name in names:
        if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers without a type checker
            raise TypeError(f"channels is a list of names, but it has {name!r}.")
    if not names:
        raise ValueError("channels is empty.")
    return names


def window_length(window: DurationLike | None) -> int | None:
    """Nanoseconds of a partition; None for what has a handy number of samples.

    Raises:
        TypeError: It is no length of time.
        ValueError: It is none that is positive.
    """
    if window is None:
        return None
    length = parse_duration(window, parameter="window")
    if length <= 0:
        raise ValueError(f"window is a positive length of time, not {window!r}.")
    return length
