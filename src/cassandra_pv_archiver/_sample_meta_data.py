"""The metadata of samples, and where it changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ._sample_columns import MetaData, SampleColumns

__all__ = ["MetaDataChange", "last_meta_data", "meta_data_changes"]


@dataclass(frozen=True, slots=True)
class MetaDataChange:
    """The first of some samples that have the same metadata.

    Attributes:
        index: The place of the sample in the series.
        time: Its time, in nanoseconds since 1970-01-01 UTC.
        meta_data: The metadata of this sample, and of those that follow up to the next change.
    """

    index: int
    time: int
    meta_data: MetaData


def meta_data_changes(columns: SampleColumns) -> Iterator[MetaDataChange]:
    """The first sample that has metadata, and each whose metadata differs from what was known before.

    Samples without metadata, such as markers, change nothing.
    """
    known = list(dict.fromkeys(context.meta_data for context in columns.contexts if context.meta_data is not None))
    codes = columns.by_context(
        [-1 if context.meta_data is None else known.index(context.meta_data) for context in columns.contexts], np.int64
    )
    places = np.flatnonzero(codes >= 0)
    changed = np.diff(codes[places], prepend=-1) != 0
    for place in places[changed].tolist():
        yield MetaDataChange(place, int(columns.times[place]), known[codes[place]])


def last_meta_data(columns: SampleColumns) -> MetaData | None:
    """The metadata of the last sample that has any, or None."""
    known = columns.by_context([context.meta_data is not None for context in columns.contexts], bool)
    numbers = columns.numbers[known]
    return columns.contexts[int(numbers[-1])].meta_data if len(numbers) else None
