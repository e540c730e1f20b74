"""Raw samples from a server that does not send them in the order of time.

No release is known to do that. But then neither the last sample of a reply nor a joint proves anything, so the whole
range is asked for until two replies agree, and have what small requests show at both ends of the range.
"""

from __future__ import annotations

import numpy as np

from ._attempts import Arrived
from ._exchange import attempt
from ._reading import SampleRead, collected
from ._sample_columns import SampleColumns
from ._steps import Decoder, Flow, Reply
from .errors import ArchiverError

__all__ = ["read_unordered"]


def read_unordered(read: SampleRead) -> Flow[SampleColumns]:
    """Reads all samples of the range.

    Returns:
        The samples in the order of time, each once.

    Raises:
        ArchiverError: What kept the read from being completed.
    """
    before: SampleColumns | None = None
    while True:
        try:
            columns = yield from _read_whole(read)
            agrees = before is not None and np.array_equal(before.times, columns.times)
            if not read.check or (agrees and (yield from _has_both_ends(read, columns))):
                return columns
        except ArchiverError as failure:
            yield from read.attempts.after(failure)
            continue
        if before is not None:
            failure = yield from read.cut("two replies, both not in the order of time, do not have the same samples.")
            yield from read.attempts.after(failure)
        before = columns


def _has_both_ends(read: SampleRead, columns: SampleColumns) -> Flow[bool]:
    for at in {read.query.start, read.query.end}:
        shown = collected((yield from attempt(read.call(at, at, 0), read.attempts)))
        near = shown.times[(shown.times <= at) | (at == read.query.start)]
        if not len(near) or not np.isin(near, columns.times).all():
            return False
    return True


def _read_whole(read: SampleRead) -> Flow[SampleColumns]:
    arrived: list[SampleColumns] = []

    def take(columns: SampleColumns) -> Flow[None]:
        arrived.append(columns)
        yield from read.tell(None)

    def receive(decoder: Decoder[list[SampleColumns]], reply: Reply, seen: Arrived) -> Flow[list[SampleColumns]]:
        return (yield from read.receive(decoder, reply, seen, take))

    yield from attempt(read.call(read.query.start, read.query.end, 0), read.attempts, receive)
    columns = collected(arrived)
    return columns.select(np.unique(columns.times, return_index=True)[1])
