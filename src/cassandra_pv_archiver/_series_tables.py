"""What tables of samples have in common, whatever library makes them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ._sample_columns import SampleColumns
from ._sample_meta_data import last_meta_data
from ._sample_query import SampleQuery
from ._sample_values import Kind
from .models import EnumMetaData, NumericMetaData, Severity

__all__ = [
    "Categories",
    "TableValues",
    "as_text",
    "description",
    "has_extremes",
    "labels_of",
    "qualities_of",
    "severities_of",
    "statuses_of",
]

_MISSING = -1


class Categories(NamedTuple):
    """One text for each sample, as a number.

    Attributes:
        codes: The number of each sample's text; -1 for samples that have none.
        texts: The texts by number, each once.
    """

    codes: npt.NDArray[np.signedinteger[Any]]
    texts: list[str]


def severities_of(columns: SampleColumns) -> Categories:
    """The severities. All known ones are numbered in their order, so that tables can be compared and put together."""
    used = {str(columns.contexts[number].severity.level) for number in columns.used_numbers}
    texts = sorted({*used, *map(str, Severity)}, key=Severity)
    return _by_context(columns, [str(context.severity.level) for context in columns.contexts], texts)


def qualities_of(columns: SampleColumns) -> Categories:
    """The qualities; those that are known are numbered first."""
    return _by_context(columns, [context.quality for context in columns.contexts], ["Original", "Interpolated"])


def statuses_of(columns: SampleColumns) -> Categories:
    """The statuses, numbered as they first occur."""
    return _by_context(columns, [context.status for context in columns.contexts], [])


def _by_context(columns: SampleColumns, texts: list[str], first: list[str]) -> Categories:
    known = list(dict.fromkeys([*first, *(texts[number] for number in columns.used_numbers)]))
    codes = [known.index(text) if text in known else _MISSING for text in texts]
    return Categories(_smallest(columns.by_context(codes, np.int64), known), known)


def labels_of(columns: SampleColumns) -> Categories | None:
    """The labels of enum states; None if there are no samples with a state, or if some have several."""
    own = columns.valid & columns.by_context([context.type == "enum" for context in columns.contexts], np.bool_)
    if not own.any() or not columns.values.are_scalars(own):
        return None
    texts: dict[str, int] = {}
    codes = np.full(len(columns), _MISSING, np.int64)
    for number in columns.used_numbers:
        here = own & (columns.numbers == number)
        meta_data = columns.contexts[number].meta_data
        states = list(meta_data.states) if isinstance(meta_data, EnumMetaData) else []
        if not here.any():
            continue
        for state in states:
            texts.setdefault(state, len(texts))
        part = columns.select(here)
        indices, places = np.unique(part.values.column(part.kinds, part.valid), return_inverse=True)
        found: list[int] = indices.tolist()
        labels = [states[index] if 0 <= index < len(states) else str(index) for index in found]
        codes[here] = np.array([texts.setdefault(label, len(texts)) for label in labels], np.int64)[places]
    return Categories(_smallest(codes, list(texts)), list(texts))


def _smallest(codes: npt.NDArray[np.int64], texts: list[str]) -> npt.NDArray[np.signedinteger[Any]]:
    return codes.astype(np.min_scalar_type(-max(len(texts), 1)))


@dataclass(frozen=True)
class TableValues:
    """The values of samples as a column of a table.

    Numbers together with texts stay what they are here; libraries that cannot have that in one column use `as_text`.

    Attributes:
        columns: The samples.
        kind: What the elements are; None for numbers together with texts.
        are_scalars: Whether each sample that has a value has exactly one element.
    """

    columns: SampleColumns
    kind: Kind | None
    are_scalars: bool

    @classmethod
    def of(cls, columns: SampleColumns) -> TableValues:
        """The values of these samples."""
        present = [kind for kind in Kind if bool(np.any(columns.kinds[columns.valid] == kind))]
        mixed = len(present) > 1 and Kind.TEXT in present
        kind = None if mixed else min(present, default=Kind.FLOAT)
        return cls(columns, kind, columns.values.are_scalars(columns.valid))

    @property
    def valid(self) -> npt.NDArray[np.bool_]:
        """Which samples have a value."""
        return self.columns.valid

    def scalars(self) -> npt.NDArray[Any]:
        """One element for each sample, a filler where not valid."""
        return self.columns.values.column(self.columns.kinds, self.valid)

    def texts(self) -> list[str | None]:
        """One text for each sample, None where not valid."""
        elements: list[Any] = self.scalars().tolist()
        pairs = zip(elements, self.valid.tolist(), strict=True)
        return [as_text(element) if is_valid else None for element, is_valid in pairs]

    def flat(self) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
        """The elements of all valid samples one after the other, and where those of each sample begin and end.

        Sample i has the elements from ``offsets[i]`` to ``offsets[i + 1]``: none where not valid.
        """
        elements, lengths = self.columns.values.flat(self.columns.kinds, self.valid)
        return elements, np.concatenate([[0], np.cumsum(lengths)])


def as_text(element: Any) -> str:
    """A text, or a number as text."""
    return element if isinstance(element, str) else str(element)


def has_extremes(columns: SampleColumns, query: SampleQuery) -> bool:
    """Whether a table has minimums and maximums: if aggregates may be there, so that tables of one query are alike."""
    return query.count != 0 or columns.minimums is not None


def description(columns: SampleColumns, query: SampleQuery) -> dict[str, Any]:
    """What a table cannot say in its columns, as JSON: what was asked, the units and the last metadata."""
    meta_data = last_meta_data(columns)
    return {
        **asdict(query),
        "units": meta_data.units if isinstance(meta_data, NumericMetaData) else None,
        "meta_data": None if meta_data is None else meta_data.to_dict(),
    }
