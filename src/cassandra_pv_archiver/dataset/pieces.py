"""The pieces in which a range is exported: a few channels and a part of a month each."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .coverage import Coverage, Span
from .manifest import Query

__all__ = ["OPEN_FOR", "ROW_GROUP", "Piece", "Sizes", "month_gaps", "pieces_of"]

ROW_GROUP = 1_000_000
"""Samples of a row group; an array counts as often as it has elements."""
OPEN_FOR = 600_000_000_000
"""Nanoseconds for which samples are expected to arrive late. A part that ends later is read again by the next run."""
_MOST = 100
"""Pieces in which a month of a channel is exported at most: a burst can make its rate look far higher than it is."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many samples are handled together; an array counts as often as it has elements.

    Attributes:
        row_group: Of a row group, which is what is held in memory of each file that is being written.
    """

    row_group: int = ROW_GROUP

    @property
    def window(self) -> int:
        """What a request is meant to have."""
        return max(self.row_group // 8, 1)

    @property
    def file(self) -> int:
        """What a file is meant to have."""
        return 4 * self.row_group

    @property
    def largest_file(self) -> int:
        """Where a file ends that has more than expected."""
        return 6 * self.row_group


@dataclass(frozen=True, slots=True)
class Piece:
    """What becomes one file of the table, or a few if there is more than expected.

    Exporting a piece depends on nothing but the archive, the dataset and this, and may be done again at any time.

    Attributes:
        channels: The channels, in the order of their names.
        begin: The first instant, in nanoseconds since 1970-01-01 UTC.
        end: The end, which does not belong to it.
        query: What all samples of the dataset have in common.
        rates: The weight that the samples of each channel are expected to have in a nanosecond. It decides how much
            time a request covers, and nothing else.
        sizes: How many samples are handled together.
    """

    channels: tuple[str, ...]
    begin: int
    end: int
    query: Query
    rates: tuple[float, ...] = field(compare=False)
    sizes: Sizes = field(default_factory=Sizes, compare=False)

    @property
    def name(self) -> str:
        """A name that no other piece has."""
        identity = [self.channels, self.begin, self.end, self.query.archive_key, self.query.spacing_ns]
        return hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:20]

    @property
    def expected_files(self) -> int:
        """The number of files that it becomes at these rates."""
        weight = sum(self.rates) * (self.end - self.begin)
        return 1 if weight <= self.sizes.largest_file else math.ceil(weight / self.sizes.largest_file)


def month_gaps(wanted: Mapping[str, Span], coverage: Coverage, month: Span, now: int) -> dict[str, list[Span]]:
    """What is still to be read in a month, by channel in the order of the names.

    Args:
        wanted: The range of each channel.
        coverage: What there is already.
        month: The month, or a part of it.
        now: The time; what ends after it cannot be had.
    """
    gaps = {channel: list(_gaps(span, month, coverage, channel, now)) for channel, span in sorted(wanted.items())}
    return {channel: spans for channel, spans in gaps.items() if spans}


def _gaps(span: Span, month: Span, coverage: Coverage, channel: str, now: int) -> Iterator[Span]:
    """What is missing of a month, with an edge where late samples may still come."""
    begin, end = max(span[0], month[0]), min(span[1], month[1], now)
    edge = now - OPEN_FOR
    for gap_begin, gap_end in coverage.gaps(channel, begin, end):
        if gap_begin < edge < gap_end:
            yield gap_begin, edge
            yield edge, gap_end
        else:
            yield gap_begin, gap_end


def pieces_of(
    gaps: Mapping[str, Sequence[Span]], query: Query, rates: Mapping[str, float], sizes: Sizes
) -> list[Piece]:
    """The pieces in which gaps are filled, oldest first: a channel with many samples alone, quiet ones together.

    Args:
        gaps: What is to be read, by channel in the order of the names.
        query: What all samples of the dataset have in common.
        rates: The weight that the samples of each channel are expected to have in a nanosecond.
        sizes: How many samples are handled together.
    """
    pieces: list[Piece] = []
    quiet: dict[Span, list[str]] = {}
    for channel, spans in gaps.items():
        for begin, end in spans:
            rate = rates[channel]
            number = min(math.ceil(rate * (end - begin) / sizes.file), end - begin, _MOST)
            if number <= 1:
                quiet.setdefault((begin, end), []).append(channel)
                continue
            edges = [begin + (end - begin) * place // number for place in range(number + 1)]
            pieces += [Piece((channel,), *edge, query, (rate,), sizes) for edge in itertools.pairwise(edges)]
    for (begin, end), channels in quiet.items():
        for group in _groups(channels, {name: rates[name] * (end - begin) for name in channels}, sizes.file):
            pieces.append(Piece(tuple(group), begin, end, query, tuple(rates[name] for name in group), sizes))
    return sorted(pieces, key=lambda piece: (piece.begin, piece.channels))


def _groups(channels: Sequence[str], weights: Mapping[str, float], most: int) -> Iterator[list[str]]:
    """As many channels together as fit into a file."""
    group: list[str] = []
    weight = 0.0
    for channel in channels:
        if group and weight + weights[channel] > most:
            yield group
            group, weight = [], 0.0
        group.append(channel)
        weight += weights[channel]
    if group:
        yield group
