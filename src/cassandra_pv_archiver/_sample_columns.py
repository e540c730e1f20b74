"""Samples as columns: what differs from sample to sample in arrays, what repeats once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from ._categories import Codes, smallest_codes
from ._sample_values import Kinds, Mask, SampleValues, Selector, kind_of
from .models import EnumMetaData, NumericMetaData, SampleSeverity

__all__ = ["MetaData", "SampleColumns", "SampleContext", "SampleType"]

MetaData: TypeAlias = NumericMetaData | EnumMetaData
SampleType: TypeAlias = Literal["double", "enum", "long", "minMaxDouble", "string"]


@dataclass(frozen=True, eq=False)
class SampleContext:
    """Everything about a sample except its time and its value, which nearly all samples of a channel share.

    Contexts are equal if everything about them is; they can be keys of a dictionary.

    Attributes:
        severity: How severe the alarm is, and whether the sample has a value at all.
        status: The alarm status, such as ``'HIGH'``; may be empty.
        quality: ``'Original'`` as received, or ``'Interpolated'`` as the result of decimation.
        meta_data: Units, precision and limits of numbers, or the states of an enum; None if not known, and for
            texts.
        type: The type of the sample, which says what its value and its metadata are.
    """

    severity: SampleSeverity
    status: str
    quality: str
    meta_data: MetaData | None
    type: SampleType

    @property
    def is_marker(self) -> bool:
        """Whether the samples have no value, but mark that the channel was disconnected or not archived."""
        return not self.severity.has_value

    @cached_property
    def _identity(self) -> tuple[Any, ...]:
        # As JSON, because two limits that are not a number are the same limit here.
        meta_data = None if self.meta_data is None else self.meta_data.model_dump_json()
        return self.severity.model_dump_json(), self.status, self.quality, meta_data, self.type

    def __eq__(self, other: object) -> bool:
        return self._identity == other._identity if isinstance(other, SampleContext) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._identity)


@dataclass(frozen=True, eq=False)
class SampleColumns:
    """Some samples, in columns of equal length that cannot be written to.

    Attributes:
        times: Nanoseconds since 1970-01-01 UTC.
        numbers: The number of each sample's context.
        contexts: The contexts by number; some may be unused.
        values: The values.
        minimums: Of aggregates; NaN for all other samples. None if there are no aggregates at all.
        maximums: Likewise.
    """

    times: npt.NDArray[np.int64]
    numbers: Codes
    contexts: tuple[SampleContext, ...]
    values: SampleValues
    minimums: npt.NDArray[np.float64] | None = None
    maximums: npt.NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        for column in (self.times, self.numbers, *self.values.elements, self.minimums, self.maximums):
            if column is not None:
                column.flags.writeable = False

    # Copies, too, must go through the constructor, and need not have what is kept for later.
    def __reduce__(self) -> tuple[type[SampleColumns], tuple[Any, ...]]:
        return SampleColumns, tuple(getattr(self, field.name) for field in fields(self))

    @classmethod
    def none(cls) -> SampleColumns:
        """No samples."""
        return cls(np.empty(0, np.int64), smallest_codes((), 0), (), SampleValues.none())

    def __len__(self) -> int:
        return len(self.times)

    @cached_property
    def kinds(self) -> Kinds:
        """What the elements of each sample's value are."""
        return self.by_context([kind_of(context.type) for context in self.contexts], np.int8)

    @cached_property
    def valid(self) -> Mask:
        """Which samples have a value."""
        return self.by_context([not context.is_marker for context in self.contexts], np.bool_)

    @cached_property
    def used_numbers(self) -> list[int]:
        """The numbers of the contexts that samples have, in the order in which they first occur."""
        numbers, first = np.unique(self.numbers, return_index=True)
        return numbers[np.argsort(first)].tolist()

    def by_context(self, values: Sequence[Any], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """A column of what each sample's context has, given for all contexts by number."""
        column = np.array(values, dtype)[self.numbers]
        column.flags.writeable = False
        return column

    def select(self, selector: Selector) -> SampleColumns:
        """Some of the samples."""
        return SampleColumns(
            self.times[selector],
            self.numbers[selector],
            self.contexts,
            self.values.select(selector),
            None if self.minimums is None else self.minimums[selector],
            None if self.maximums is None else self.maximums[selector],
        )

    def in_order_of_time(self) -> SampleColumns:
        """The same samples by time; those of one time stay in their order."""
        if is_ascending(self.times):
            return self
        return self.select(np.argsort(self.times, kind="stable"))

    def compact(self) -> SampleColumns:
        """The same samples without contexts and elements that none of them uses."""
        used = self.used_numbers
        table = np.zeros(len(self.contexts), np.int64)
        table[used] = np.arange(len(used))
        return SampleColumns(
            self.times,
            smallest_codes(table[self.numbers], len(used)),
            tuple(self.contexts[number] for number in used),
            self.values.compact(self.kinds),
            self.minimums,
            self.maximums,
        )

    def same_as(self, other: SampleColumns) -> bool:
        """Whether these are the same samples; NaN is the same as NaN."""
        if not np.array_equal(self.times, other.times):
            return False
        numbers = _common_numbers((self, other))
        return (
            np.array_equal(numbers[0][self.numbers], numbers[1][other.numbers])
            and self.values.same_as(other.values, self.kinds)
            and np.array_equal(self.filled(self.minimums), other.filled(other.minimums), equal_nan=True)
            and np.array_equal(self.filled(self.maximums), other.filled(other.maximums), equal_nan=True)
        )

    def filled(self, extremes: npt.NDArray[np.float64] | None) -> npt.NDArray[np.float64]:
        """Minimums or maximums for all samples: NaN where there are none."""
        return np.broadcast_to(np.float64(np.nan), len(self)) if extremes is None else extremes

    @staticmethod
    def concatenate(parts: Sequence[SampleColumns]) -> SampleColumns:
        """The samples of all parts, one part after the other; there must be at least one part."""
        if len(parts) == 1:
            return parts[0]
        tables = _common_numbers(parts)
        contexts = tuple(dict.fromkeys(context for part in parts for context in part.contexts))
        numbers = np.concatenate([table[part.numbers] for table, part in zip(tables, parts, strict=True)])
        has_aggregates = any(part.minimums is not None for part in parts)
        return SampleColumns(
            np.concatenate([part.times for part in parts]),
            smallest_codes(numbers, len(contexts)),
            contexts,
            SampleValues.concatenate([part.values for part in parts], [part.kinds for part in parts]),
            np.concatenate([part.filled(part.minimums) for part in parts]) if has_aggregates else None,
            np.concatenate([part.filled(part.maximums) for part in parts]) if has_aggregates else None,
        )


def is_ascending(times: npt.NDArray[np.int64]) -> bool:
    """Whether no time is before the one it follows."""
    return bool(np.all(times[1:] >= times[:-1]))


def _common_numbers(parts: Sequence[SampleColumns]) -> list[npt.NDArray[np.int64]]:
    """For each part a table from its context numbers to numbers that all parts share."""
    shared: dict[SampleContext, int] = {}
    return [
        np.array([shared.setdefault(context, len(shared)) for context in part.contexts], np.int64) for part in parts
    ]
