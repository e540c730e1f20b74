"""The samples of one channel: what was put in, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .clock import SECOND
from .decimation import Decimator, TooManySamplesError, source_of
from .sample_columns import Column, Contexts, SampleColumns
from .sample_contexts import Context, from_json, whole_number

_BUCKETS = 10
"""Into how many buckets the simulator divides a retention period; whole buckets expire (section 7.3)."""


@dataclass(slots=True)
class Signal:
    """Samples that arrive as time goes by.

    Attributes:
        sample: Gives value and context at a time in seconds since 1970-01-01 UTC; None for no sample.
        start: The time of the first sample, in nanoseconds since 1970-01-01 UTC.
        period: Nanoseconds between two samples.
        end: The time after which there are no more, if there is one.
        passed: How many times have passed.
    """

    sample: Callable[[float], tuple[Any, Context] | None]
    start: int
    period: int
    end: int | None
    passed: int = 0

    def arrived(self, now: int, since: int) -> Iterator[tuple[int, Any, Context]]:
        """The samples since the last call, without those that are older than some time."""
        until = now if self.end is None else min(now, self.end)
        first = max(self.passed, -((self.start - since) // self.period))
        self.passed = max(self.passed, (until - self.start) // self.period + 1)
        for number in range(first, self.passed):
            time = self.start + number * self.period
            sample = self.sample(time / SECOND)
            if sample is not None:
                yield time, *sample


@dataclass(slots=True)
class SampleArchive:
    """Raw samples, decimated ones that were given, and decimated ones that follow from others."""

    contexts: Contexts = field(default_factory=Contexts)
    given: dict[int, SampleColumns] = field(default_factory=dict[int, SampleColumns])
    signals: list[Signal] = field(default_factory=list[Signal])
    _decimators: dict[int, Decimator] = field(default_factory=dict[int, Decimator])
    _expired: dict[int, int] = field(default_factory=dict[int, int])
    """By level, the time before which all samples are gone for good."""

    def columns(self, level: int) -> SampleColumns:
        """The samples that were given for a level."""
        return self.given.setdefault(level, SampleColumns(self.contexts))

    def add_json(self, level: int, samples: Iterable[Mapping[str, Any]]) -> int:
        """Adds samples in the form of the service's JSON and gives their number."""
        times: list[int] = []
        values: list[Any] = []
        numbers: list[int] = []
        for sample in samples:
            context, value = from_json(sample)
            times.append(whole_number(sample["time"]))
            values.append(value)
            numbers.append(self.contexts.number(context))
        self.columns(level).add(times, values, numbers)
        return len(times)

    def add(
        self, level: int, times: Sequence[int] | NDArray[np.int64], values: Sequence[Any] | Column, context: Context
    ) -> None:
        """Adds samples that have the same context."""
        self.columns(level).add(times, values, [self.contexts.number(context)] * len(times))

    def add_signal(self, signal: Signal, now: int) -> None:
        """Adds a signal. Its samples until now are there already."""
        self.signals.append(signal)
        self._add_rows(list(signal.arrived(now - 1, signal.start)))

    def take_in(self, now: int, since: int, *, is_lost: bool) -> int:
        """Takes in what signals have given until now; how many samples those were.

        Args:
            now: The time in nanoseconds since 1970-01-01 UTC.
            since: Older samples do not count.
            is_lost: Whether they cannot be kept.
        """
        rows = [row for signal in self.signals for row in signal.arrived(now, since)]
        if not is_lost:
            self._add_rows(rows)
        return len(rows)

    def _add_rows(self, rows: Sequence[tuple[int, Any, Context]]) -> None:
        times, values, contexts = zip(*rows, strict=True) if rows else ((), (), ())
        self.columns(0).add(times, values, [self.contexts.number(context) for context in contexts])

    def change_levels(self, before: Mapping[int, int], after: Mapping[int, int]) -> None:
        """Removes levels with their samples, and lets levels be added that begin with the samples that are left.

        Args:
            before: The retention periods in seconds of all levels so far.
            after: Those from now on.
        """
        for level in before:
            with suppress(TooManySamplesError):
                self.level(level, before)
        for known in (self.given, self._decimators, self._expired):
            for level in before.keys() - after.keys():
                known.pop(level, None)
        for level in after.keys() - before.keys():
            begin = self._expired.get(source_of(level, after), 0)
            self._decimators[level] = Decimator(level, self.contexts, begin)

    def level(self, level: int, retention: Mapping[int, int]) -> SampleColumns:
        """The samples of a level that have not expired.

        Args:
            level: The level.
            retention: The retention periods in seconds of all levels of the channel, 0 being unlimited.
        """
        columns = self._all(level, retention)
        kept_for = retention.get(level, 0) * SECOND
        if kept_for and len(columns):
            expired = _expired_before(int(columns.times[-1]), kept_for)
            self._expired[level] = max(self._expired.get(level, 0), expired)
        if level not in self._expired:
            return columns
        return columns.part(columns.place_from(self._expired[level]), len(columns))

    def _all(self, level: int, levels: Iterable[int]) -> SampleColumns:
        if level == 0 or len(self.given.get(level, ())):
            return self.columns(level)
        source = self._all(source_of(level, levels), levels)
        decimator = self._decimators.setdefault(level, Decimator(level, self.contexts))
        return decimator.update(source)


def _expired_before(newest: int, kept_for: int) -> int:
    """The end of the newest bucket of which all samples are older than the retention period."""
    width = max(kept_for // _BUCKETS, 1)
    return (newest - kept_for) // width * width
