"""The values of a series: numbers and texts of all samples one after the other, and where each sample's own begin."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["Kind", "Mask", "SampleValues", "Selector", "kind_of"]

Mask: TypeAlias = npt.NDArray[np.bool_]
Integers: TypeAlias = npt.NDArray[np.int64]
Kinds: TypeAlias = npt.NDArray[np.int8]
Elements: TypeAlias = tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]
Selector: TypeAlias = slice | npt.NDArray[np.intp] | Mask


class Kind(IntEnum):
    """What the elements of a value are."""

    FLOAT = 0
    INTEGER = 1
    TEXT = 2


_KINDS = {
    "double": Kind.FLOAT,
    "minMaxDouble": Kind.FLOAT,
    "long": Kind.INTEGER,
    "enum": Kind.INTEGER,
    "string": Kind.TEXT,
}
_DTYPES: tuple[np.dtype[Any], ...] = (np.dtype(np.float64), np.dtype(np.int64), np.dtype(object))
_FILLERS: tuple[Any, ...] = (np.nan, 0, "")


def kind_of(sample_type: str) -> Kind:
    """What the elements of the values of this sample type are."""
    return _KINDS[sample_type]


@dataclass(frozen=True, slots=True, eq=False)
class SampleValues:
    """The values of some samples.

    What kind each sample's elements are is known outside (its type says it) and comes as the argument ``kinds``.

    Attributes:
        elements: All floating-point numbers, all integers, all texts, each in the order of the samples (a selection
            of samples may use only some of them, in another order).
        starts: Where the value of each sample begins among the elements of its kind. None for the usual case of
            scalars of one kind: sample i has element i, the other kinds have none.
        lengths: How many elements each sample has; None together with ``starts``.
    """

    elements: Elements
    starts: Integers | None = None
    lengths: Integers | None = None

    @classmethod
    def of_scalars(cls, kind: Kind, elements: Sequence[Any]) -> SampleValues:
        """Values of one kind with one element each."""
        return cls(_elements_of_kind(kind, np.fromiter(elements, _DTYPES[kind], len(elements))))

    @classmethod
    def of_arrays(cls, kind: Kind, values: Sequence[Sequence[Any]], lengths: Integers) -> SampleValues:
        """Values of one kind with any number of elements, which ``lengths`` tells."""
        elements = _packed(kind, values)
        if elements is None:
            elements = np.fromiter(chain.from_iterable(values), _DTYPES[kind], int(lengths.sum()))
        return cls(_elements_of_kind(kind, elements), _running_total(lengths), lengths)

    @classmethod
    def none(cls) -> SampleValues:
        """The values of no samples."""
        return cls.of_scalars(Kind.FLOAT, ())

    def select(self, selector: Selector) -> SampleValues:
        """The values of some of the samples."""
        if self.starts is None or self.lengths is None:
            first, second, third = (part[selector] if len(part) else part for part in self.elements)
            return SampleValues((first, second, third))
        return SampleValues(self.elements, self.starts[selector], self.lengths[selector])

    def all(self, kinds: Kinds) -> list[list[Any]]:
        """The values of all samples, as plain Python objects."""
        used = self.compact(kinds)
        plain = [part.tolist() for part in used.elements]
        if used.starts is None or used.lengths is None:
            return [[element] for part in plain for element in part]
        places = zip(kinds.tolist(), used.starts.tolist(), used.lengths.tolist(), strict=True)
        return [plain[kind][start : start + length] for kind, start, length in places]

    def compact(self, kinds: Kinds) -> SampleValues:
        """The same values without elements that no sample uses, in the order of the samples."""
        if self.starts is None or self.lengths is None:
            return self
        first, second, third = (self._used(kind, kinds) for kind in Kind)
        starts = np.empty_like(self.lengths)
        for kind in Kind:
            own = kinds == kind
            starts[own] = _running_total(self.lengths[own])
        return SampleValues((first, second, third), starts, self.lengths)

    def _used(self, kind: Kind, kinds: Kinds) -> npt.NDArray[Any]:
        starts, lengths = self._places(len(kinds))
        own = kinds == kind
        return self.elements[kind][_elements_at(starts[own], lengths[own])]

    def _places(self, count: int) -> tuple[Integers, Integers]:
        if self.starts is None or self.lengths is None:
            return np.arange(count), np.ones(count, np.int64)
        return self.starts, self.lengths

    def same_as(self, other: SampleValues, kinds: Kinds) -> bool:
        """Whether samples of these kinds have the same values here and there; NaN is the same as NaN."""
        _, lengths = self._places(len(kinds))
        if not np.array_equal(lengths, other._places(len(kinds))[1]):
            return False
        pairs = [(self._used(kind, kinds), other._used(kind, kinds)) for kind in Kind]
        return all(np.array_equal(one, two, equal_nan=one.dtype == np.float64) for one, two in pairs)

    @staticmethod
    def concatenate(parts: Sequence[SampleValues], kinds: Sequence[Kinds]) -> SampleValues:
        """The values of the samples of all parts, one part after the other."""
        first, second, third = (np.concatenate([part.elements[kind] for part in parts]) for kind in Kind)
        used = sum(len(part) > 0 for part in (first, second, third))
        if used <= 1 and all(part.starts is None for part in parts):
            return SampleValues((first, second, third))
        starts: list[Integers] = []
        lengths: list[Integers] = []
        before = np.zeros(len(Kind), np.int64)
        for part, kinds_of_part in zip(parts, kinds, strict=True):
            own_starts, own_lengths = part._places(len(kinds_of_part))  # noqa: SLF001 -- of this class
            starts.append(own_starts + before[kinds_of_part])
            lengths.append(own_lengths)
            before += [len(elements) for elements in part.elements]
        return SampleValues((first, second, third), np.concatenate(starts), np.concatenate(lengths))

    def column(self, kinds: Kinds, valid: Mask, at_least: Kind | None = None) -> npt.NDArray[Any]:
        """The values as one array whose type follows from the valid samples alone (see `SampleSeries.values`).

        Args:
            kinds: What the elements of each sample are.
            valid: Which samples have a value.
            at_least: A kind that counts as if there were such a sample.
        """
        present = self.kinds_present(kinds, valid)
        dtype, filler = _common_type([*present, *(() if at_least is None else (at_least,))])
        if self.starts is None and len(present) == 1 and bool(valid.all()) and dtype == _DTYPES[present[0]]:
            return self.elements[present[0]]
        starts, lengths = self._places(len(kinds))
        own_lengths = np.unique(lengths[valid])
        if len(own_lengths) > 1:
            return self._ragged(kinds, valid, dtype)
        length = int(own_lengths[0]) if len(own_lengths) else 1
        is_plain = len(present) == 1 and bool(valid.all()) and dtype == _DTYPES[present[0]]
        if is_plain and np.array_equal(starts, _one_after_the_other(starts, length)):
            elements = self.elements[present[0]][starts[0] : starts[0] + len(starts) * length]
            return elements if length == 1 else elements.reshape(len(starts), length)
        column = np.full((len(kinds), length), filler, dtype)
        for kind in present:
            own = valid & (kinds == kind)
            column[own] = self.elements[kind][starts[own, np.newaxis] + np.arange(length)]
        return column[:, 0] if length == 1 else column

    def are_scalars(self, valid: Mask) -> bool:
        """Whether each of the valid samples has exactly one element."""
        return self.lengths is None or bool(np.all(self.lengths[valid] == 1))

    def flat(self, kinds: Kinds, valid: Mask) -> tuple[npt.NDArray[Any], Integers]:
        """The elements of the valid samples one after the other, and how many each sample has: 0 where not valid.

        The type is that of `column` for scalars of these kinds. Nothing is copied if the elements are stored so.
        """
        present = [kind for kind in Kind if bool(np.any(kinds[valid] == kind))]
        starts, lengths = self._places(len(kinds))
        lengths = np.where(valid, lengths, 0)
        if len(present) == 1:
            elements, own = self.elements[present[0]], starts[valid]
            if np.array_equal(own, own[0] + _running_total(lengths[valid])):
                return elements[own[0] : own[0] + int(lengths.sum())], lengths
            return elements[_elements_at(own, lengths[valid])], lengths
        merged = np.empty(int(lengths.sum()), _common_type(present)[0])
        places = _running_total(lengths)
        for kind in present:
            own = valid & (kinds == kind)
            taken = self.elements[kind][_elements_at(starts[own], lengths[own])]
            merged[_elements_at(places[own], lengths[own])] = taken
        return merged, lengths

    @staticmethod
    def kinds_present(kinds: Kinds, valid: Mask) -> list[Kind]:
        """The kinds of the valid samples."""
        return [kind for kind in Kind if bool(np.any(kinds[valid] == kind))]

    def _ragged(self, kinds: Kinds, valid: Mask, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
        starts, lengths = self._places(len(kinds))
        column = np.empty(len(kinds), object)
        places = zip(kinds.tolist(), starts.tolist(), lengths.tolist(), valid.tolist(), strict=True)
        for index, (kind, start, length, is_valid) in enumerate(places):
            row = np.empty(0, dtype)
            if is_valid:
                row = self.elements[int(kind)][start : start + length].astype(dtype, copy=False)
            row.flags.writeable = False
            column[index] = row
        return column


def _packed(kind: Kind, values: Sequence[Sequence[Any]]) -> npt.NDArray[Any] | None:
    """All elements, in half the time that NumPy takes to ask each what it is; None if there are texts among them."""
    if kind is Kind.TEXT:
        return None
    code = "d" if kind is Kind.FLOAT else "q"
    try:
        packed = b"".join([struct.pack(f"{len(value)}{code}", *value) for value in values])
    except struct.error:  # of 'NaN', for instance
        return None
    return np.frombuffer(packed, _DTYPES[kind])


def _elements_of_kind(kind: Kind, elements: npt.NDArray[Any]) -> Elements:
    first, second, third = (elements if kind is own else np.empty(0, _DTYPES[own]) for own in Kind)
    return first, second, third


def _running_total(lengths: Integers) -> Integers:
    return np.cumsum(lengths) - lengths


def _elements_at(starts: Integers, lengths: Integers) -> Integers:
    """The places of elements that lie in runs."""
    return np.repeat(starts - _running_total(lengths), lengths) + np.arange(int(lengths.sum()))


def _one_after_the_other(starts: Integers, length: int) -> Integers:
    return starts[0] + np.arange(len(starts)) * length


def _common_type(present: Iterable[Kind]) -> tuple[np.dtype[Any], Any]:
    kinds = list(present)
    if len(kinds) > 1 and Kind.TEXT in kinds:
        return np.dtype(object), None
    kind = min(kinds, default=Kind.FLOAT)  # numbers of both kinds become floating-point numbers
    return _DTYPES[kind], _FILLERS[kind]
