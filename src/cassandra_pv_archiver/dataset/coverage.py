"""Which ranges of which channels a dataset has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from .manifest import ChannelPart, Entry

__all__ = ["Coverage", "Span"]

Span = tuple[int, int]
"""A range in nanoseconds since 1970-01-01 UTC, whose end does not belong to it."""


@dataclass(slots=True)
class Coverage:
    """What has been read of each channel, whether or not there were samples.

    Attributes:
        parts: The parts of each channel, by their begin.
    """

    parts: dict[str, list[ChannelPart]] = field(default_factory=dict[str, list[ChannelPart]])

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Coverage:
        """What need not be read again."""
        coverage = cls()
        for entry in entries:
            if entry.kind == "samples" and not entry.open:
                parts = {name: replace(part, end=part.final_end) for name, part in entry.channels.items()}
                coverage.add(
                    replace(entry, channels={name: part for name, part in parts.items() if part.end > part.begin})
                )
        return coverage

    def add(self, entry: Entry) -> None:
        """Adds what an entry covers."""
        for channel, part in entry.channels.items():
            parts = self.parts.setdefault(channel, [])
            in_order = not parts or parts[-1].begin <= part.begin
            parts.append(part)
            if not in_order:
                parts.sort(key=lambda each: each.begin)

    def gaps(self, channel: str, begin: int, end: int) -> Iterator[Span]:
        """The parts of a range that are not covered."""
        for part in self.parts.get(channel, ()):
            if part.begin >= end:
                break
            if part.begin > begin:
                yield begin, part.begin
            begin = max(begin, part.end)
        if begin < end:
            yield begin, end

    def ends_at(self, channel: str, time: int) -> bool:
        """Whether some part ends just then."""
        return any(part.end == time for part in self.parts.get(channel, ()))

    def bounds(self, channel: str) -> Span | None:
        """Where the first part begins and the last one ends; None if there is none."""
        parts = self.parts.get(channel)
        return (parts[0].begin, max(part.end for part in parts)) if parts else None

    def rate(self, channel: str, at: int) -> float | None:
        """Weight of the samples of a nanosecond before some time, as far as the latest parts tell; None if unknown."""
        before = [part for part in self.parts.get(channel, ()) if part.end <= at and part.end > part.begin]
        if not before:
            return None
        latest = before[-3:]
        return sum(part.weight for part in latest) / sum(part.end - part.begin for part in latest)
