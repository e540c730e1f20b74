"""Samples of a range with a ``count``: all of them, or an error.

The server sends blocks, one for each decimation level that it needs, latest times first (section 7.2), and each block
can be cut. Small requests, with spacings that select the same levels, show what must stand at the end of the range, at
each joint between two blocks, and at the beginning. A reply that lacks it is asked for again as a whole.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np

from ._attempts import Arrived
from ._exchange import attempt
from ._read_windows import SECOND, equal_spacing
from ._reading import SampleRead, collected
from ._sample_columns import SampleColumns
from ._steps import Decoder, Flow, Reply
from .errors import ArchiverError, InvalidReplyError

__all__ = ["DecimatedRead", "read_decimated"]

_GONE = "the samples that have arrived seem not to be there any more. The database may be down."
_MOST_BLOCKS = 100
"""More blocks than a channel has decimation levels, each of which needs a request of its own to be checked."""


@dataclass(slots=True)
class DecimatedRead:
    """A read of samples with a ``count``.

    Attributes:
        read: The read.
        end: The end of the range that is asked for, which begins where the read does, but may end later.
        count: The ``count`` that goes with it.
        received: The samples of the latest reply, as far as it came.
        goal: The time of the latest sample at or before the end of the read when that was first looked up, if there
            was one.
        neighbour: The oldest sample after the end of the read, as far as a probe has shown it.
    """

    read: SampleRead
    end: int
    count: int
    received: list[SampleColumns] = field(default_factory=list[SampleColumns])
    goal: int | None = None
    neighbour: SampleColumns | None = None


def read_decimated(decimated: DecimatedRead) -> Flow[SampleColumns]:
    """Reads the samples.

    Returns:
        The samples in the order of time, and no more of them than if the range had not been asked for longer.

    Raises:
        ArchiverError: What kept the read from being completed; ``received`` has what arrived last.
    """
    read = decimated.read
    while True:
        try:
            yield from _read_reply(decimated)
            blocks = _blocks(collected(decimated.received))
        except ArchiverError as failure:
            yield from read.attempts.after(failure)
            continue
        read.attempts.has_succeeded = True
        problem = (yield from _problem(decimated, blocks)) if read.check else None
        if problem is None:
            return _whole(decimated, blocks)
        yield from read.attempts.after((yield from read.cut(problem)))


def _whole(decimated: DecimatedRead, blocks: list[SampleColumns]) -> SampleColumns:
    """The samples of all blocks, of which only the latest can have more than the read wants."""
    if not blocks:
        return SampleColumns.none()
    latest, neighbour, end = blocks[0], decimated.neighbour, decimated.read.query.end
    if neighbour is not None and latest.times[-1] < neighbour.times[0]:
        # It may have come later than the reply. If the reply was cut there, nothing else of this block is missing.
        latest = SampleColumns.concatenate([latest, neighbour])
    if decimated.end > end:
        inside = int((latest.times <= end).sum())
        has_end = inside > 0 and latest.times[inside - 1] == end
        latest = latest.select(slice(0, inside if has_end else inside + 1))
    return collected([*reversed(blocks[1:]), latest])


def _read_reply(decimated: DecimatedRead) -> Flow[None]:
    read = decimated.read
    decimated.received, read.samples = [], 0

    def take(columns: SampleColumns) -> Flow[None]:
        decimated.received.append(columns)
        read.samples += len(columns)
        yield from read.tell(None)

    def receive(decoder: Decoder[list[SampleColumns]], reply: Reply, arrived: Arrived) -> Flow[list[SampleColumns]]:
        return (yield from read.receive(decoder, reply, arrived, take))

    yield from attempt(read.call(read.query.start, decimated.end, decimated.count), read.attempts, receive)


def _blocks(columns: SampleColumns) -> list[SampleColumns]:
    """The blocks of a reply, latest first.

    Raises:
        InvalidReplyError: They are no blocks of that kind.
    """
    begins = np.flatnonzero(columns.times[1:] < columns.times[:-1]) + 1
    edges = [0, *begins.tolist(), len(columns)]
    blocks = [columns.select(slice(begin, end)) for begin, end in itertools.pairwise(edges) if end > begin]
    overlap = any(earlier.times[-1] >= later.times[0] for later, earlier in itertools.pairwise(blocks))
    if overlap or len(blocks) > _MOST_BLOCKS or not (columns.times[1:] != columns.times[:-1]).all():
        raise InvalidReplyError(
            "The samples do not come in blocks of ascending times, latest block first, as section 7.2 of the behaviour "
            "reference describes, so that nothing shows whether all are there.",
            "/time",
        )
    return blocks


def _problem(decimated: DecimatedRead, blocks: list[SampleColumns]) -> Flow[str | None]:
    """What a reply lacks; None if it is whole."""
    end, start = decimated.read.query.end, decimated.read.query.start
    if not blocks:
        shown = len((yield from _probe(decimated, None, end)))
        shown = shown or len((yield from _probe(decimated, None, start, after=True)))
        return "the reply was empty, though there are samples." if shown else None
    goal = decimated.goal
    if goal is None:
        shown = yield from _probe(decimated, blocks[0], end)
        if not len(shown):
            return _GONE
        goal = _take_goal(decimated, _blocks(shown)[0])
    if blocks[0].times[-1] < goal:
        return f"the latest block ended at {blocks[0].times[-1]} ns, though there are samples up to {goal} ns."
    for later, earlier in itertools.pairwise(blocks):
        joint = int(later.times[0])
        before = (yield from _probe(decimated, later, joint - 1)).times
        before = before[before < joint]
        if not len(before) or before.max() > earlier.times[-1]:
            return f"a block ended at {earlier.times[-1]} ns, though there are samples up to {joint} ns."
    first = int(blocks[-1].times[0])
    if first <= start:
        return None
    shown = yield from _probe(decimated, blocks[-1], start, after=True)
    if not len(shown):
        return _GONE
    if shown.times.min() < first:
        return f"the reply began at {first} ns, though there are earlier samples."
    return None


def _take_goal(decimated: DecimatedRead, latest: SampleColumns) -> int:
    """Takes note of what a probe has shown at the end of the read, and gives the time that a reply must reach."""
    end = decimated.read.query.end
    inside = int((latest.times <= end).sum())
    if not inside:
        return int(latest.times[0])
    goal = decimated.goal = int(latest.times[inside - 1])
    if inside < len(latest) and goal < end:
        decimated.neighbour = latest.select(slice(inside, inside + 1))
    return goal


def _probe(
    decimated: DecimatedRead, block: SampleColumns | None, at: int, *, after: bool = False
) -> Flow[SampleColumns]:
    """The samples of a short range before, or after, some time, in the order of the reply."""
    length, count = _spacing(decimated, block)
    begin = at if after or at < length else at - length
    attempts = decimated.read.attempts
    while True:
        try:
            return collected((yield from attempt(decimated.read.call(begin, begin + length, count), attempts)))
        except ArchiverError as failure:
            yield from attempts.after(failure)


def _spacing(decimated: DecimatedRead, block: SampleColumns | None) -> tuple[int, int]:
    """Length and ``count`` of a range for which the server selects the level of a block, or one that is denser."""
    if block is not None:
        if all(context.quality == "Original" for context in (block.contexts[number] for number in block.used_numbers)):
            return 0, 1
        steps = np.diff(block.times)
        if len(steps) and (steps == steps[0]).all() and steps[0] % SECOND == 0 and block.times[0] % steps[0] == 0:
            return int(steps[0]), 1
    return equal_spacing(decimated.end - decimated.read.query.start, decimated.count)
