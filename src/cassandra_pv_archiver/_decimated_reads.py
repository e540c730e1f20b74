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
        start: The beginning of the range that is asked for.
        end: Its end.
        count: The ``count`` that goes with it.
        received: The samples of the latest reply, as far as it came.
        goal: The time of the latest sample at the end of the range when that was first looked up.
    """

    read: SampleRead
    start: int
    end: int
    count: int
    received: list[SampleColumns] = field(default_factory=list[SampleColumns])
    goal: int | None = None


def read_decimated(decimated: DecimatedRead) -> Flow[SampleColumns]:
    """Reads the samples.

    Returns:
        The samples in the order of time.

    Raises:
        ArchiverError: What kept the read from being completed; ``received`` has what arrived last.
    """
    read = decimated.read
    while True:
        try:
            yield from _read_reply(decimated)
            read.attempts.has_succeeded = True
            columns = collected(decimated.received)
            blocks = _blocks(columns)
            problem = (yield from _problem(decimated, blocks)) if read.check else None
        except ArchiverError as failure:
            yield from read.attempts.after(failure)
            continue
        if problem is None:
            return columns.in_order_of_time()
        yield from read.attempts.after((yield from read.cut(problem)))


def _read_reply(decimated: DecimatedRead) -> Flow[None]:
    read = decimated.read
    decimated.received, read.samples = [], 0

    def take(columns: SampleColumns) -> Flow[None]:
        decimated.received.append(columns)
        read.samples += len(columns)
        yield from read.tell(None)

    def receive(decoder: Decoder[list[SampleColumns]], reply: Reply, arrived: Arrived) -> Flow[list[SampleColumns]]:
        return (yield from read.receive(decoder, reply, arrived, take))

    yield from attempt(read.call(decimated.start, decimated.end, decimated.count), read.attempts, receive)


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
    end, start = decimated.end, decimated.start
    if not blocks:
        shown = len((yield from _probe(decimated, None, end)))
        shown = shown or len((yield from _probe(decimated, None, start, after=True)))
        return "the reply was empty, though there are samples." if shown else None
    if decimated.goal is None:
        shown = yield from _probe(decimated, blocks[0], end)
        if not len(shown):
            return _GONE
        latest = _blocks(shown)[0].times
        decimated.goal = int(latest[: int((latest <= end).sum()) + 1][-1])
    if blocks[0].times[-1] < decimated.goal:
        return (
            f"the latest block ended at {blocks[0].times[-1]} ns, though there are samples up to {decimated.goal} ns."
        )
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


def _probe(
    decimated: DecimatedRead, block: SampleColumns | None, at: int, *, after: bool = False
) -> Flow[SampleColumns]:
    """The samples of a short range before, or after, some time, in the order of the reply."""
    length, count = _spacing(decimated, block)
    begin = at if after or at < length else at - length
    return collected((yield from attempt(decimated.read.call(begin, begin + length, count), decimated.read.attempts)))


def _spacing(decimated: DecimatedRead, block: SampleColumns | None) -> tuple[int, int]:
    """Length and ``count`` of a range for which the server selects the level of a block, or one that is denser."""
    if block is not None:
        if all(context.quality == "Original" for context in (block.contexts[number] for number in block.used_numbers)):
            return 0, 1
        steps = np.diff(block.times)
        if len(steps) and (steps == steps[0]).all() and steps[0] % SECOND == 0 and block.times[0] % steps[0] == 0:
            return int(steps[0]), 1
    return equal_spacing(decimated.end - decimated.start, decimated.count)
