"""Several channels in one table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from ._aligned_columns import AlignedColumn
from ._aligned_tables import arrow_table, pandas_frame, polars_frame, record_array
from .times import format_time

if TYPE_CHECKING:
    import pandas  # pyright: ignore[reportMissingTypeStubs] -- its types are in its source
    import polars

__all__ = ["AlignedSamples"]


@dataclass(frozen=True, eq=False, repr=False)
class AlignedSamples(Mapping[str, npt.NDArray[Any]]):
    """Several channels in one table, which `align` makes: a row for each instant, a column for each channel.

    It is a mapping from the names of the channels to their columns, so ``aligned['RING:CURRENT']`` is an array with
    a value for each of the `times`, and ``len(aligned)`` the number of channels. The type of a column follows from
    the samples of the channel:

    - floating-point numbers, aggregates, and all that is interpolated: ``float64``; NaN where not `valid`;
    - integers, and indices of enum states if labels were not wanted: ``int64``; 0 where not `valid`;
    - labels of enum states, and texts: ``object`` (``str``); None where not `valid`. If a channel has changed
      between texts (or states) and numbers, all are texts;
    - arrays: ``object`` (a NumPy array each, shared with the series); None where not `valid`;
    - a channel without any value: ``float64``, all NaN.

    No array can be written to. Objects of this class are equal only to themselves.

    Attributes:
        times: The instants, in nanoseconds since 1970-01-01 UTC (``int64``).
        start: The first instant that any of the series was asked for, likewise; with no series at all, of the
            `times`, or 0.
        end: The last instant, likewise.
    """

    times: npt.NDArray[np.int64]
    start: int
    end: int
    _columns: Mapping[str, AlignedColumn]

    __eq__: ClassVar[Any] = object.__eq__
    __hash__: ClassVar[Any] = object.__hash__

    def __post_init__(self) -> None:
        self.times.flags.writeable = False

    def __getitem__(self, channel_name: str) -> npt.NDArray[Any]:
        return self._columns[channel_name].values

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __repr__(self) -> str:
        rows = len(self.times)
        head = f"<AlignedSamples: {rows:,} row{'' if rows == 1 else 's'} of {format_time(self.start)}"
        lines = [f"{head} to {format_time(self.end)}"]
        for name, column in self._columns.items():
            units = f", in {column.units}" if column.units else ""
            lines.append(f"  {name!r}: {column.kind.value}{units}, valid in {int(column.valid.sum()):,}")
        return "\n".join(lines) + ">"

    @property
    def channel_names(self) -> tuple[str, ...]:
        """The names of the columns, in the order in which they were given."""
        return tuple(self._columns)

    @property
    def datetimes(self) -> npt.NDArray[np.datetime64]:
        """The times as ``datetime64[ns]``, which is UTC by definition."""
        return self.times.view("datetime64[ns]")

    @property
    def valid(self) -> Mapping[str, npt.NDArray[np.bool_]]:
        """For each channel, where it has a value: not in gaps, outside of its range, or beyond the tolerance.

        A sample of NaN is a value.
        """
        return MappingProxyType({name: column.valid for name, column in self._columns.items()})

    @property
    def ages(self) -> Mapping[str, npt.NDArray[np.int64]]:
        """For each channel, the time since the sample that gave the value, in nanoseconds.

        Ages are negative where a sample after the instant was nearest. For ``'linear'`` it is the time since the
        sample in force. Where a channel is not `valid` it is the largest ``int64``, older than any value.
        """
        return MappingProxyType({name: column.ages for name, column in self._columns.items()})

    @property
    def units(self) -> Mapping[str, str | None]:
        """For each channel the units of its last metadata; None for enums, texts, and if there is no metadata."""
        return MappingProxyType({name: column.units for name, column in self._columns.items()})

    def to_numpy(self) -> npt.NDArray[np.void]:
        """A structured array with a record for each row.

        The fields are ``time`` (``int64``, nanoseconds) and the channels, their types and fillers as in the columns.

        Raises:
            ValueError: A channel is called ``time``.
        """
        return record_array(self.times, self._columns)

    def to_pandas(self, tz: str | tzinfo | None = "UTC") -> pandas.DataFrame:
        """A pandas ``DataFrame`` with a row for each instant and a column for each channel.

        The index ``time`` has the full nanoseconds. Numbers are ``float64`` (NaN where there is no value) or
        ``Int64`` (``<NA>``), labels categorical with all known states, texts ``string``, arrays objects.
        ``attrs['units']`` has the units by channel.

        Args:
            tz: The zone of the index: an IANA name or a ``tzinfo``. None: times without a zone, in UTC.

        Raises:
            MissingExtraError: pandas is not installed.
            ValueError: No zone has this name.
        """
        return pandas_frame(self.times, self._columns, tz)

    def to_polars(self) -> polars.DataFrame:
        """A Polars ``DataFrame`` with the column ``time`` (nanoseconds, UTC) and one for each channel.

        Where there is no value it has null, so that NaN is always a value. Labels are an ``Enum`` of all known
        states, arrays are lists.

        Raises:
            MissingExtraError: Polars is not installed.
            ValueError: A channel is called ``time``.
        """
        return polars_frame(self.times, self._columns)

    def to_arrow(self) -> Any:
        """A ``pyarrow.Table`` with the column ``time`` (nanoseconds, UTC) and one for each channel.

        Where there is no value it has null, so that NaN is always a value. Labels are dictionary-encoded, arrays are
        lists. The metadata of a field has ``units`` if the channel has any.

        Raises:
            MissingExtraError: PyArrow is not installed.
            ValueError: A channel is called ``time``.
        """
        return arrow_table(self.times, self._columns)
