"""What reads of samples give besides series: several series at once, single samples, and errors that carry samples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .errors import ArchiverError, InterruptedReplyError
from .models import Sample
from .series import SampleSeries

__all__ = [
    "CancelledReadError",
    "ChannelSeries",
    "IncompleteReplyError",
    "SampleAtTime",
    "SeveralReadsFailedError",
]


class IncompleteReplyError(InterruptedReplyError):
    """A read of samples that could not be completed, after all repetitions.

    Attributes:
        received: The samples that have arrived. Those of raw reads have no hole; all samples of the range up to
            ``reached`` are there. Those of a read with ``count`` are what the latest reply had. Of a stream, only
            those that had not been handed out yet.
        reached: The time of the newest sample that has arrived, in nanoseconds since 1970-01-01 UTC; None if there is
            none.
    """

    received: SampleSeries
    reached: int | None

    def __init__(self, message: str, received: SampleSeries, reached: int | None) -> None:
        super().__init__(message)
        self.received = received
        self.reached = reached


class CancelledReadError(ArchiverError):
    """A read was ended by the ``cancel`` that was given with it.

    Attributes:
        received: The samples that had arrived, as in `IncompleteReplyError`.
    """

    received: SampleSeries

    def __init__(self, message: str, received: SampleSeries) -> None:
        super().__init__(message)
        self.received = received


@dataclass(frozen=True)
class ChannelSeries(Mapping[str, SampleSeries]):
    """The series of several channels by name, in the order in which they were asked for.

    Attributes:
        failures: The errors of the channels that could not be read, by name; these have no series. Only reads with
            ``errors='collect'`` give results that have any.
    """

    _series: Mapping[str, SampleSeries]
    failures: Mapping[str, ArchiverError] = field(default_factory=dict[str, ArchiverError])

    def __getitem__(self, channel_name: str) -> SampleSeries:
        """The series of a channel.

        Raises:
            ArchiverError: The channel could not be read; this is why.
            KeyError: The channel was not asked for.
        """
        if channel_name in self.failures:
            raise self.failures[channel_name]
        return self._series[channel_name]

    def __contains__(self, channel_name: object) -> bool:
        return channel_name in self._series

    def __iter__(self) -> Iterator[str]:
        return iter(self._series)

    def __len__(self) -> int:
        return len(self._series)

    def __repr__(self) -> str:
        lines = [f"  {name!r}: {len(series):,} samples" for name, series in self._series.items()]
        lines += [f"  {name!r}: failed: {failure}" for name, failure in self.failures.items()]
        return "\n".join([f"<ChannelSeries of {len(self)} channels, failures: {len(self.failures)}", *lines]) + ">"


class SeveralReadsFailedError(ArchiverError):
    """Of several channels that were read at once, at least one could not be read.

    Attributes:
        series: The series of the channels that were read, by name, in the order in which they were asked for.
        failures: The errors of the others, likewise.
    """

    series: Mapping[str, SampleSeries]
    failures: Mapping[str, ArchiverError]

    def __init__(self, message: str, series: Mapping[str, SampleSeries], failures: Mapping[str, ArchiverError]) -> None:
        super().__init__(message)
        self.series = series
        self.failures = failures


@dataclass(frozen=True, slots=True)
class SampleAtTime:
    """The sample of a channel at some time.

    Attributes:
        channel_name: The channel.
        time: The time that was asked for, in nanoseconds since 1970-01-01 UTC.
        sample: The sample.
    """

    channel_name: str
    time: int
    sample: Sample

    @property
    def age(self) -> int:
        """Nanoseconds from the sample to the time that was asked for; negative if the sample is later."""
        return self.time - self.sample.time
