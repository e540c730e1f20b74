"""The samples of a channel as one object: a sequence of samples, stored as columns."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, overload

import numpy as np
import numpy.typing as npt

from ._categories import CategoricalColumn, SeverityColumn
from ._sample_columns import MetaData, SampleColumns, SampleContext, is_ascending
from ._sample_gaps import Gap, gaps_of
from ._sample_meta_data import MetaDataChange, last_meta_data, meta_data_changes
from ._sample_query import ReadNotes, SampleQuery, joined, joined_notes
from ._sample_rows import enum_labels, record_array, samples_of, wire_dicts_of
from .models import NumericMetaData, Sample
from .times import RelativeTime, TimeLike, format_time, parse_time, parse_time_zone

if TYPE_CHECKING:
    import pandas  # pyright: ignore[reportMissingTypeStubs] -- its types are in its source
    import polars
    from matplotlib.axes import Axes

__all__ = [
    "CategoricalColumn",
    "Gap",
    "MetaData",
    "MetaDataChange",
    "SampleContext",
    "SampleQuery",
    "SampleSeries",
    "SeverityColumn",
]

Column = TypeVar("Column", bound=CategoricalColumn)

_BUILT_AT_ONCE = 256
"""Samples that iterating makes ahead: so few that those before are gone before the garbage collector looks at them."""


@dataclass(frozen=True, eq=False, repr=False)
class SampleSeries(Sequence[Sample]):
    """The samples of a channel in the order of their time.

    A series is a sequence of samples and cannot be changed. ``series[i]`` makes the sample when it is looked at;
    ``series[a:b]``, a boolean mask (``series[series.severities >= Severity.MAJOR]``) and an ascending array of
    indices give another series. The columns (`times`, `values`, `severities` and so on) are arrays that cannot be
    written to and are as long as the series.

    A reply has the newest sample at or before the start of what was asked, and the oldest one at or after its
    end; `inside` leaves those out that lie outside.

    Series are equal if they were asked for alike and hold the same samples; NaN equals NaN. They can be pickled.
    Clients make them. Of members that a newer server may add, those of metadata and severities are kept.

    Attributes:
        query: What was asked. Parts of a series still say what was asked for the whole.
    """

    query: SampleQuery
    _columns: SampleColumns
    _notes: ReadNotes = field(default_factory=ReadNotes)
    __hash__: ClassVar[None] = None  # pyright: ignore[reportIncompatibleMethodOverride] -- comparing reads all samples

    def __post_init__(self) -> None:
        object.__setattr__(self, "_columns", self._columns.in_order_of_time())

    @property
    def channel_name(self) -> str:
        """The channel that was asked for."""
        return self.query.channel_name

    @property
    def archive_key(self) -> int:
        """The archive that was asked for."""
        return self.query.archive_key

    @property
    def start(self) -> int:
        """The first instant that was asked for, in nanoseconds since 1970-01-01 UTC."""
        return self.query.start

    @property
    def end(self) -> int:
        """The last instant that was asked for, in nanoseconds since 1970-01-01 UTC."""
        return self.query.end

    @property
    def count(self) -> int:  # pyright: ignore[reportIncompatibleMethodOverride] -- the service's word; counting equal samples is of no use
        """The number of samples that was wished for, or 0 for raw samples."""
        return self.query.count

    @property
    def spacing(self) -> float | None:
        """The wanted time between two samples in seconds: the ``spacing`` of the read, or ``(end - start) / count``.

        The server takes the decimation level that comes near. None for raw samples.
        """
        if self.query.spacing_ns is not None:
            return self.query.spacing_ns / 1e9
        return (self.end - self.start) / self.count / 1e9 if self.count else None

    def __len__(self) -> int:
        return len(self._columns)

    # Not SupportsIndex, because numpy's arrays pass for one.
    @overload
    def __getitem__(self, index: int | np.integer[Any]) -> Sample: ...
    @overload
    def __getitem__(
        self, index: slice | npt.NDArray[np.bool_ | np.integer[Any]] | Sequence[int] | Sequence[bool]
    ) -> SampleSeries: ...
    def __getitem__(self, index: Any) -> Sample | SampleSeries:
        """A sample, or a series of those that a slice, a boolean mask or an array of indices selects.

        Raises:
            IndexError: There is no such sample, or the mask has another length.
            ValueError: The selection would not be in the order of time.
        """
        if isinstance(index, slice):
            return self._part(index)
        if np.ndim(index) == 0:
            place = range(len(self))[operator.index(index)]
            return samples_of(self._columns.select(slice(place, place + 1)))[0]
        chosen: npt.NDArray[Any] = np.asarray(index)
        return self._part(chosen if chosen.size else chosen.astype(np.intp))

    def _part(self, selector: Any) -> SampleSeries:
        columns = self._columns.select(selector)
        if not is_ascending(columns.times):
            raise ValueError("A series is in the order of time; for the other direction use reversed(series).")
        return SampleSeries(self.query, columns, self._notes)

    def __iter__(self) -> Iterator[Sample]:
        for begin in range(0, len(self), _BUILT_AT_ONCE):
            yield from samples_of(self._columns.select(slice(begin, begin + _BUILT_AT_ONCE)))

    def __reversed__(self) -> Iterator[Sample]:
        for end in range(len(self), 0, -_BUILT_AT_ONCE):
            yield from reversed(samples_of(self._columns.select(slice(max(end - _BUILT_AT_ONCE, 0), end))))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SampleSeries):
            return NotImplemented
        return self.query == other.query and self._columns.same_as(other._columns)

    def __reduce__(self) -> tuple[Callable[..., SampleSeries], tuple[SampleQuery, SampleColumns, ReadNotes]]:
        return SampleSeries, (self.query, self._columns.compact(), self._notes)

    def __repr__(self) -> str:
        types = ", ".join(dict.fromkeys(context.type for context in self.contexts if not context.is_marker))
        units = f", in {self.units}" if self.units else ""
        markers = len(self) - int(self.valid.sum())
        what = f"{len(self):,} sample{'' if len(self) == 1 else 's'}" + (f" of {types}{units}" if types else "")
        what += f", markers: {markers:,}" if markers else ""
        reach = ""
        if len(self):
            reach = f"\n  from {format_time(int(self.times[0]))} to {format_time(int(self.times[-1]))}"
        asked = f"asked for {format_time(self.start)} to {format_time(self.end)}"
        asked += f", count={self.count}" if self.count else ""
        return f"<SampleSeries {self.channel_name!r}: {what}{reach}\n  {asked}>"

    def _repr_html_(self) -> str:
        """What notebooks show: a small curve of numbers with gaps and alarms, or the last samples."""
        from ._series_html import series_html

        return series_html(self._columns, self.query)

    # -- columns --

    @property
    def times(self) -> npt.NDArray[np.int64]:
        """The times, as nanoseconds since 1970-01-01 UTC."""
        return self._columns.times

    @property
    def datetimes(self) -> npt.NDArray[np.datetime64]:
        """The times as ``datetime64[ns]``, which is UTC by definition."""
        return self._columns.times.view("datetime64[ns]")

    @cached_property
    def values(self) -> npt.NDArray[Any]:
        """The values as one array, whose type follows from the samples that have a value, never from markers.

        - Integers and indices of enum states: ``int64``; 0 where not `valid`.
        - Floating-point numbers and aggregates, alone or together with integers: ``float64``; NaN where not `valid`.
        - Texts: ``object`` (``str``); ``''`` where not `valid`.
        - Numbers and texts: ``object``; None where not `valid`.
        - If no sample has a value: ``float64``, all NaN.

        Batches of a stream have the type of the first one that has values.

        Samples of one element each make an array of one dimension. If all have another, equal number of elements,
        the array has two dimensions, a row for each sample. If the numbers of elements differ, it is an array of
        objects: an array for each sample, empty where not `valid`.
        """
        column = self._columns.values.column(self._columns.kinds, self.valid, self._notes.stream_kind)
        column.flags.writeable = False
        return column

    @property
    def valid(self) -> npt.NDArray[np.bool_]:
        """False for markers: samples without a value, which tell that the channel was disconnected or disabled."""
        return self._columns.valid

    @property
    def minimums(self) -> npt.NDArray[np.float64]:
        """The smallest value in the time that each aggregate stands for; NaN for all other samples."""
        return self._columns.filled(self._columns.minimums)

    @property
    def maximums(self) -> npt.NDArray[np.float64]:
        """The largest value in the time that each aggregate stands for; NaN for all other samples."""
        return self._columns.filled(self._columns.maximums)

    @cached_property
    def severities(self) -> SeverityColumn:
        """The alarm severities, which compare in their order."""
        return self._categories(SeverityColumn, lambda context: str(context.severity.level))

    @cached_property
    def statuses(self) -> CategoricalColumn:
        """The alarm statuses."""
        return self._categories(CategoricalColumn, lambda context: context.status)

    @cached_property
    def qualities(self) -> CategoricalColumn:
        """``'Original'`` for samples as received, ``'Interpolated'`` for results of decimation."""
        return self._categories(CategoricalColumn, lambda context: context.quality)

    @cached_property
    def types(self) -> CategoricalColumn:
        """The types of the samples: ``'double'``, ``'enum'``, ``'long'``, ``'minMaxDouble'``, ``'string'``."""
        return self._categories(CategoricalColumn, lambda context: context.type)

    def _categories(self, column: type[Column], text_of: Callable[[SampleContext], str]) -> Column:
        texts = [text_of(context) for context in self._columns.contexts]
        used = [texts[number] for number in self._columns.used_numbers]
        categories = column.in_order(dict.fromkeys(used))
        codes = [categories.index(text) if text in categories else 0 for text in texts]
        return column(self._columns.by_context(codes, np.intp), categories)

    @cached_property
    def labels(self) -> npt.NDArray[np.object_]:
        """The state texts of an enum channel, as an array of ``str``.

        Each index is looked up among the states in force at that sample; where there is no such state, the label is
        the index itself as text. Markers, and samples of other types, have ``''``.

        Raises:
            ValueError: There are samples of enum arrays, which have more than one label.
        """
        labels = enum_labels(self._columns)
        labels.flags.writeable = False
        return labels

    # -- what the samples tell --

    @cached_property
    def contexts(self) -> tuple[SampleContext, ...]:
        """The different contexts of the samples, each once, in the order in which they first occur."""
        return tuple(self._columns.contexts[number] for number in self._columns.used_numbers)

    @property
    def meta_data(self) -> MetaData | None:
        """The metadata of the last sample that has any, or None."""
        return last_meta_data(self._columns)

    @cached_property
    def meta_data_changes(self) -> tuple[MetaDataChange, ...]:
        """Where the metadata changes: the first sample that has any, and each whose own differs from the one before.

        Samples without metadata, such as markers and texts, change nothing.
        """
        return tuple(meta_data_changes(self._columns))

    @property
    def units(self) -> str | None:
        """The units of `meta_data`; None if there is no metadata or if it is that of an enum."""
        meta_data = self.meta_data
        return meta_data.units if isinstance(meta_data, NumericMetaData) else None

    @property
    def is_decimated(self) -> bool:
        """Whether any of the samples is a result of decimation."""
        return any(context.quality == "Interpolated" for context in self.contexts)

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """The times without values, in order.

        Markers are there only if the options of the channel ask for them (``writeSampleWhenDisconnected``,
        ``writeSampleWhenDisabled``).
        """
        return tuple(gaps_of(self._columns))

    # -- what reading them has shown --

    @property
    def begins_late(self) -> bool:
        """Whether a read of raw samples found none at or before `start`.

        The channel may be younger, or the retention period of its raw samples may have removed them;
        `earlier_decimated` helps to tell. False for reads with ``count``.
        """
        return self._notes.begins_late

    @property
    def earlier_decimated(self) -> bool | None:
        """Whether decimated samples reach further back than the raw ones, which a read with ``count`` would give.

        None if that was not looked up, because the series does not begin late or was read without checks.
        """
        return self._notes.earlier_decimated

    @property
    def tail_begins(self) -> int | None:
        """Where the raw samples begin that ``fill_tail=True`` has put behind the last decimated one.

        In nanoseconds since 1970-01-01 UTC; None if there are none.
        """
        return self._notes.tail_begins

    # -- parts and sums --

    def between(self, start: TimeLike, end: TimeLike) -> SampleSeries:
        """The samples from one instant to another, both included.

        Args:
            start: The first instant: nanoseconds since 1970-01-01 UTC, an aware datetime, ``numpy.datetime64``, or
                ISO 8601 text with an offset.
            end: The last instant, likewise.

        Raises:
            ValueError: A time has no offset, or counts from now.
        """
        first = np.searchsorted(self.times, np.int64(_instant(start, "start")), side="left")
        behind = np.searchsorted(self.times, np.int64(_instant(end, "end")), side="right")
        return self._part(slice(int(first), int(behind)))

    @property
    def inside(self) -> SampleSeries:
        """The samples within the range that was asked for, without the neighbours before and after it."""
        return self.between(self.start, self.end)

    @staticmethod
    def concatenate(parts: Sequence[SampleSeries]) -> SampleSeries:
        """Joins series of one channel into one.

        Samples that are in several parts are kept as often as they occur. The range asked for reaches from the
        earliest start to the latest end of the parts; ``count`` is 0 if the parts differ in it.

        Raises:
            ValueError: There is no part, or the parts come from different channels or archives.
        """
        query = joined([part.query for part in parts])
        notes = joined_notes([part._notes for part in sorted(parts, key=lambda part: part.start)])  # noqa: SLF001 -- of this class
        return SampleSeries(query, SampleColumns.concatenate([part._columns for part in parts]), notes)  # noqa: SLF001 -- likewise

    # -- pictures, and other forms: what makes them is imported when they are wanted --

    def plot(self, ax: Axes | None = None, *, tz: str | tzinfo = "UTC") -> Axes:
        """Draws the samples over time, as `plot_series` does.

        Of a part of a series, the last value is drawn up to the end of the range that was asked for.

        Args:
            ax: Axes of matplotlib to draw on, beside what they have already. None: those of a new figure of
                ``matplotlib.pyplot``, which notebooks and ``pyplot.show()`` show.
            tz: The zone of the axis: an IANA name or a ``tzinfo``.

        Returns:
            The axes.

        Raises:
            MissingExtraError: matplotlib is not installed.
            ValueError: No zone has this name, or the samples are arrays of texts.
        """
        from ._plot_figure import draw_on_axes, draw_on_figure

        zone = parse_time_zone(tz)
        if ax is None:
            return draw_on_figure(None, [self], overlaid=False, zone=zone).axes[0]
        return draw_on_axes(ax, self, zone)

    def to_numpy(self) -> npt.NDArray[np.void]:
        """A structured array with a record for each sample.

        The fields are ``time`` (``int64``, nanoseconds), ``value`` (as in `values`; with a sub-array for each
        sample if that has two dimensions), ``valid``, ``minimum``, ``maximum``, and as text ``severity``,
        ``status`` and ``quality``.
        """
        columns = {
            "time": self.times,
            "value": self.values,
            "valid": self.valid,
            "minimum": self.minimums,
            "maximum": self.maximums,
            "severity": np.asarray(self.severities),
            "status": np.asarray(self.statuses),
            "quality": np.asarray(self.qualities),
        }
        return record_array(columns)

    def to_pandas(self, tz: str | tzinfo | None = "UTC") -> pandas.DataFrame:
        """A pandas ``DataFrame`` with a row for each sample, which has its own data and can be changed.

        The index ``time`` has the full nanoseconds. The columns are

        - ``value``: ``float64`` with NaN where not `valid`, ``Int64`` or ``string`` with ``<NA>``; an object column
          for arrays (a NumPy array for each sample) and for numbers together with texts, with None;
        - ``label``: the states of an enum, categorical; only if there are any;
        - ``valid``: false for markers;
        - ``minimum`` and ``maximum``: ``float64``, only if a ``count`` was asked for or there are aggregates;
        - ``severity`` (categorical, in its order, with all severities that there are), ``status`` and ``quality``.

        ``attrs`` tell ``channel_name``, ``archive_key``, ``start``, ``end``, ``count``, ``units`` and ``meta_data``
        (the last one, or None), as types of JSON.

        Args:
            tz: The zone of the index: an IANA name or a ``tzinfo``. None: times without a zone, in UTC.

        Raises:
            MissingExtraError: pandas is not installed.
            ValueError: No zone has this name.
        """
        from ._series_pandas import pandas_frame

        return pandas_frame(self._columns, self.query, tz)

    def to_polars(self) -> polars.DataFrame:
        """A Polars ``DataFrame`` with a row for each sample.

        Times, and values that are all numbers of one kind, are not copied. The columns are

        - ``time``: ``Datetime('ns', 'UTC')``;
        - ``value``: ``Float64``, ``Int64`` or ``String``; ``List`` of them for arrays; null where not `valid`. Numbers
          together with texts are texts;
        - ``label``: the states of an enum, ``Categorical``; only if there are any;
        - ``minimum`` and ``maximum``: ``Float64``, only if a ``count`` was asked for or there are aggregates;
        - ``severity`` and ``quality``: ``Enum``, severities in their order; ``status``: ``Categorical``.

        Raises:
            MissingExtraError: Polars is not installed.
        """
        from ._series_polars import polars_frame

        return polars_frame(self._columns, self.query)

    def to_arrow(self) -> Any:
        """A ``pyarrow.Table`` with a row for each sample, from which `from_arrow` makes the same series again.

        Times, and values that are all numbers of one kind, are not copied. The columns are

        - ``time``: ``timestamp[ns, UTC]``;
        - ``value``: ``double``, ``int64`` or ``large_string``; ``large_list`` of them for arrays; null where not
          `valid`. Numbers together with texts are texts;
        - ``label``: the states of an enum, dictionary-encoded; only if there are any;
        - ``minimum`` and ``maximum``: ``double``, only if a ``count`` was asked for or there are aggregates;
        - ``severity`` (in its order, with all severities that there are), ``status`` and ``quality``,
          dictionary-encoded;
        - ``context``: everything but time and value as JSON, dictionary-encoded;
        - ``exact_float``, ``exact_integer``, ``exact_text``: lists, only if there are values that ``value`` does not
          hold, or not exactly: the texts of markers, and numbers of another type.

        The schema's metadata has under ``cassandra_pv_archiver`` what was asked for, ``units`` and the last
        ``meta_data``, as JSON.

        Raises:
            MissingExtraError: pyarrow is not installed.
        """
        from ._series_to_arrow import arrow_table

        return arrow_table(self._columns, self.query, self._notes)

    @staticmethod
    def from_arrow(table: Any) -> SampleSeries:
        """Makes a series of a table that `to_arrow` made.

        The table may have been stored meanwhile, for example as Parquet, its rows may be a selection, in another
        order, and joined from several tables of one channel (what was asked for is then that of the first). Of its
        columns ``label``, ``severity``, ``status`` and ``quality`` are not read. Numbers are not copied.

        Raises:
            MissingExtraError: pyarrow is not installed.
            TypeError: This is no ``pyarrow.Table``.
            ValueError: `to_arrow` did not make this table, or something in it is missing.
        """
        from ._series_from_arrow import read_table

        return SampleSeries(*read_table(table))

    def to_dicts(self) -> list[dict[str, Any]]:
        """The samples as the plain dictionaries of the service's JSON, members in the order of the wire.

        Numbers without a JSON form are the texts ``'NaN'``, ``'Infinity'`` and ``'-Infinity'``.
        """
        return wire_dicts_of(self._columns)


def _instant(time: TimeLike, parameter: str) -> int:
    parsed = parse_time(time, parameter=parameter)
    if isinstance(parsed, RelativeTime):
        raise ValueError(f"{parameter} must not count from now here, as {time!r} does.")
    return parsed
