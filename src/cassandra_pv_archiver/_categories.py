"""Columns of texts of which there are few different ones: severities, statuses, qualities, types."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from typing import Any, ClassVar, TypeAlias, overload

import numpy as np
import numpy.typing as npt

from .models import Severity

__all__ = ["CategoricalColumn", "Codes", "SeverityColumn", "smallest_codes"]

Codes: TypeAlias = npt.NDArray[np.unsignedinteger[Any]]


def smallest_codes(codes: npt.ArrayLike, categories: int) -> Codes:
    """The same numbers in as few bytes as so many categories need."""
    return np.asarray(codes, np.min_scalar_type(max(categories - 1, 0)))


class CategoricalColumn:
    """One text for each sample, stored as a small number, because there are few different texts.

    ``np.asarray(column)`` gives an array of texts, ``column == 'HIGH'`` a boolean mask, ``column[3]`` a text and
    ``column[2:5]`` a column. Columns cannot be changed.

    Attributes:
        codes: For each sample the number of its text.
        categories: The texts by number, each once.
    """

    codes: Codes
    categories: tuple[str, ...]
    __hash__: ClassVar[None] = None  # pyright: ignore[reportIncompatibleMethodOverride] -- comparing gives a mask

    def __init__(self, codes: npt.ArrayLike, categories: Iterable[str]) -> None:
        """Makes a column from the number of each sample's text and the texts by number."""
        self.categories = tuple(categories)
        self.codes = smallest_codes(codes, len(self.categories)).view()
        self.codes.flags.writeable = False

    @classmethod
    def in_order(cls, texts: Iterable[str]) -> list[str]:
        """The order that columns of this class number texts in: that in which they come."""
        return list(texts)

    def __len__(self) -> int:
        return len(self.codes)

    # Not SupportsIndex, because numpy's arrays pass for one.
    @overload
    def __getitem__(self, key: int | np.integer[Any]) -> str: ...
    @overload
    def __getitem__(self, key: slice | npt.NDArray[np.bool_ | np.integer[Any]]) -> CategoricalColumn: ...
    def __getitem__(self, key: Any) -> str | CategoricalColumn:
        found: Any = self.codes[key]
        return self.categories[int(found)] if np.ndim(found) == 0 else type(self)(found, self.categories)

    def __iter__(self) -> Iterator[str]:
        codes: list[int] = self.codes.tolist()
        return (self.categories[code] for code in codes)

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[Any]:
        """The texts; always a new array.

        Raises:
            ValueError: ``copy`` is False, which cannot be had.
        """
        if copy is False:
            raise ValueError("A categorical column stores numbers; its texts are always a new array.")
        return self._texts[self.codes].astype(self._texts.dtype if dtype is None else dtype, copy=False)

    @cached_property
    def _texts(self) -> npt.NDArray[np.str_]:
        return np.array(self.categories, dtype=np.str_)

    def __eq__(self, other: object) -> npt.NDArray[np.bool_]:  # pyright: ignore[reportIncompatibleMethodOverride] -- a mask, as with every array
        if isinstance(other, str):
            return self.isin((other,))
        return np.asarray(self) == np.asarray(other)

    def __ne__(self, other: object) -> npt.NDArray[np.bool_]:  # pyright: ignore[reportIncompatibleMethodOverride] -- as above
        return ~(self == other)

    def isin(self, texts: Collection[str]) -> npt.NDArray[np.bool_]:
        """A mask of the samples whose text is one of these."""
        return self._where([category in texts for category in self.categories])

    def _where(self, chosen: list[bool]) -> npt.NDArray[np.bool_]:
        return np.array(chosen, np.bool_)[self.codes]

    def __repr__(self) -> str:
        numbers = np.bincount(self.codes, minlength=len(self.categories)).tolist()
        counts = (f"{number:,} {text!r}" for text, number in zip(self.categories, numbers, strict=True) if number)
        return f"<{type(self).__name__}: {', '.join(counts) or 'empty'}>"


class SeverityColumn(CategoricalColumn):
    """The severity of each sample; severities compare in their order, ``OK < MINOR < MAJOR < INVALID``.

    ``series.severities >= Severity.MAJOR`` is a boolean mask. The texts ``'MAJOR'`` and so on do as well.
    """

    @classmethod
    def in_order(cls, texts: Iterable[str]) -> list[str]:
        """From the least to the most severe."""
        return sorted(texts, key=Severity)

    def __lt__(self, other: str) -> npt.NDArray[np.bool_]:
        return self._where([Severity(category) < Severity(other) for category in self.categories])

    def __le__(self, other: str) -> npt.NDArray[np.bool_]:
        return self._where([Severity(category) <= Severity(other) for category in self.categories])

    def __gt__(self, other: str) -> npt.NDArray[np.bool_]:
        return self._where([Severity(category) > Severity(other) for category in self.categories])

    def __ge__(self, other: str) -> npt.NDArray[np.bool_]:
        return self._where([Severity(category) >= Severity(other) for category in self.categories])
