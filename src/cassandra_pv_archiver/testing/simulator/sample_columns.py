"""Many samples in little memory: columns of times, values and contexts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .sample_contexts import Context

Column = NDArray[Any]
_PIECE = 512


class Contexts:
    """The distinct contexts of a channel's samples, by number."""

    def __init__(self) -> None:
        self._known: list[Context] = []
        self._numbers: dict[Context, int] = {}

    def number(self, context: Context) -> int:
        """The number of a context."""
        found = self._numbers.get(context)
        if found is None:
            found = self._numbers[context] = len(self._known)
            self._known.append(context)
        return found

    def __getitem__(self, number: int) -> Context:
        return self._known[number]


class SampleColumns:
    """Samples in the order of their times, no two at the same time.

    Arrays are replaced, never changed, so that a reply that is being sent is not disturbed.

    Args:
        contexts: Where the numbers of contexts come from.
    """

    def __init__(self, contexts: Contexts) -> None:
        self.contexts = contexts
        self.times: NDArray[np.int64] = np.empty(0, np.int64)
        self.values: Column = np.empty(0, np.float64)
        self.numbers: NDArray[np.int32] = np.empty(0, np.int32)
        self.rewritten: int = 0
        """How often samples were put between or in place of others."""

    def __len__(self) -> int:
        return len(self.times)

    def add(self, times: Sequence[int] | NDArray[Any], values: Sequence[Any] | Column, numbers: Sequence[int]) -> None:
        """Adds samples wherever they belong; one at the time of another replaces it."""
        added = np.asarray(times, np.int64)
        column = values if isinstance(values, np.ndarray) else column_of(values)
        if not len(added) == len(column) == len(numbers):
            raise ValueError(f"There are {len(added)} times and {len(column)} values.")
        if not len(added):
            return
        follow = not len(self.times) or bool(added[0] > self.times[-1])
        self._extend(added, column, np.asarray(numbers, np.int32))
        if not follow or bool(np.any(np.diff(added) <= 0)):
            self._sort()

    def clear(self) -> None:
        """Forgets all samples."""
        self.times, self.values, self.numbers = self.times[:0], self.values[:0], self.numbers[:0]
        self.rewritten += 1

    def _extend(self, times: NDArray[np.int64], values: Column, numbers: NDArray[np.int32]) -> None:
        self.values = values if not len(self.times) else _joined(self.values, values)
        self.times = np.concatenate((self.times, times))
        self.numbers = np.concatenate((self.numbers, numbers))

    def _sort(self) -> None:
        order = np.argsort(self.times, kind="stable")
        ordered = self.times[order]
        is_last = np.append(ordered[1:] != ordered[:-1], True)
        kept = order[is_last]
        self.times, self.values, self.numbers = self.times[kept], self.values[kept], self.numbers[kept]
        self.rewritten += 1

    def place_from(self, time: int) -> int:
        """The place of the first sample at or after a time."""
        return int(np.searchsorted(self.times, time, "left"))

    def place_after(self, time: int) -> int:
        """The place of the first sample after a time."""
        return int(np.searchsorted(self.times, time, "right"))

    def part(self, begin: int, end: int) -> SampleColumns:
        """The samples of a range of places."""
        part = SampleColumns(self.contexts)
        part.times, part.values, part.numbers = self.times[begin:end], self.values[begin:end], self.numbers[begin:end]
        return part

    def rows(self) -> Iterator[tuple[int, Any, Context]]:
        """Time, value and context of each sample."""
        for begin in range(0, len(self.times), _PIECE):
            yield from self._rows_of(slice(begin, begin + _PIECE))

    def _rows_of(self, places: slice) -> Iterator[tuple[int, Any, Context]]:
        contexts = map(self.contexts.__getitem__, self.numbers[places].tolist())
        return zip(self.times[places].tolist(), self.values[places].tolist(), contexts, strict=True)


def column_of(values: Sequence[Any]) -> Column:
    """Values as compactly as they allow: all floats, all integers, or anything."""
    kinds = set(map(type, values))
    if kinds == {float}:
        return np.array(values, np.float64)
    if kinds == {int}:
        return np.array(values, np.int64)
    return np.fromiter(values, object, len(values))


def _joined(first: Column, second: Column) -> Column:
    if first.dtype == second.dtype:
        return np.concatenate((first, second))
    return np.concatenate((first.astype(object), second.astype(object)))
