"""What reads of samples have in common: their requests, what arrives, and where it goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ._attempts import Arrived, Attempts
from ._exchange import next_chunk
from ._sample_columns import SampleColumns
from ._sample_decoding import SampleDecoder
from ._steps import Call, Decoder, Flow, Progress, Reply
from .errors import ArchiverError, InterruptedReplyError
from .events import ReadProgress
from .series import SampleQuery

__all__ = ["CutReplyError", "Destination", "SampleRead", "collected", "samples_of"]


class CutReplyError(InterruptedReplyError):
    """A reply that looked whole turned out to lack samples."""


class Destination:
    """Where samples go as they arrive. This one keeps them."""

    def __init__(self) -> None:
        self.kept: list[SampleColumns] = []

    def take(self, columns: SampleColumns) -> Flow[None]:
        """Takes samples that follow all those taken before."""
        self.kept.append(columns)
        return
        yield  # a flow without steps


def collected(columns: list[SampleColumns]) -> SampleColumns:
    """Columns of all these samples."""
    return SampleColumns.concatenate(columns or [SampleColumns.none()])


def samples_of(decoder: Decoder[list[SampleColumns]]) -> SampleDecoder:
    """The decoder of a call whose format is `SampleFormat`."""
    if not isinstance(decoder, SampleDecoder):
        raise TypeError(type(decoder).__name__)
    return decoder


@dataclass(slots=True)
class SampleRead:
    """One read of samples.

    Attributes:
        query: What is asked for.
        call: Makes the request for samples from one time to another, with a ``count`` (0 for none).
        check: Whether replies are checked for samples that they lack.
        attempts: Counts failed attempts.
        destination: Where the samples go.
        bytes: Bytes of replies that have arrived.
        samples: Samples that have arrived.
    """

    query: SampleQuery
    call: Callable[[int, int, int], Call[list[SampleColumns]]]
    check: bool
    attempts: Attempts
    destination: Destination = field(default_factory=Destination)
    bytes: int = 0
    samples: int = 0

    def cut(self, what: str) -> Flow[CutReplyError]:
        """Reports that samples are missing, and gives the error for it."""
        failure = CutReplyError(f"{self.attempts.operation} {self.query.channel_name!r}: {what}")
        yield from self.attempts.report("cut", failure)
        return failure

    def tell(self, reached: int | None, *, finished: bool = False) -> Flow[None]:
        """Tells how far the read has come.

        Args:
            reached: The time of the newest sample; None if there is none.
            finished: Whether this is the end.
        """
        begin, end = self.query.start, self.query.end
        share = 0.0 if reached is None or end == begin else min(max((reached - begin) / (end - begin), 0.0), 1.0)
        name = self.query.channel_name
        yield Progress(ReadProgress(name, 1.0 if finished else share, self.samples, self.bytes, finished))

    def receive(
        self,
        decoder: Decoder[list[SampleColumns]],
        reply: Reply,
        arrived: Arrived,
        take: Callable[[SampleColumns], Flow[None]],
    ) -> Flow[list[SampleColumns]]:
        """Reads a body, and lets ``take`` have its samples as they arrive, also if it breaks off.

        Returns:
            Nothing more.
        """
        samples = samples_of(decoder)
        while True:
            failure: ArchiverError | None = None
            try:
                chunk = yield from next_chunk(reply, arrived)
                if chunk is not None:
                    self.bytes += len(chunk)
                    decoder.feed(chunk)
                arrived_columns = samples.finish() if chunk is None else samples.take()
            except ArchiverError as error:
                failure, chunk, arrived_columns = error, None, samples.received()
            arrived.samples = decoder.samples
            for columns in arrived_columns:
                yield from take(columns)
            if failure is not None:
                raise failure
            if chunk is None:
                return []
