"""Rows a step apart with a column for each channel, made while samples arrive."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cassandra_pv_archiver import SampleSeries

    from .reading_channels import ChannelReading
    from .reading_rows import Row

_ROWS = 1_000
"""Rows that are made at once."""


class Column:
    """The samples of one channel that are needed for the next rows."""

    def __init__(self, channel: ChannelReading) -> None:
        self.name: str = channel.name
        self.series: SampleSeries | None = None
        self.ended: bool = False
        self._parts: Iterator[SampleSeries] = channel.parts()

    @property
    def reach(self) -> int:
        """The instant before which rows can be made; only of a channel that has not ended."""
        return int(self.series.times[-1]) if self.series is not None else -1

    def read(self) -> None:
        """Reads one part more."""
        from cassandra_pv_archiver import SampleSeries

        part = next(self._parts, None)
        if part is None:
            self.ended = True
        elif self.series is None:
            self.series = part
        else:
            self.series = SampleSeries.concatenate([self.series, part])

    def forget(self, instant: int) -> None:
        """Lets go what rows from this instant on do not need."""
        if self.series is not None:
            # Two before it, because the distance of decimated samples tells how long they are in force.
            older = int((self.series.times <= instant).sum())
            self.series = self.series[max(min(older - 2, len(self.series) - 3), 0) :]


def aligned_rows(
    channels: Sequence[ChannelReading], start: int, end: int, step: int, method: Any, *, labels: bool = True
) -> Generator[Row]:
    """The rows from ``start`` to ``end``: the time, and a value for each channel, None where it has none."""
    columns = [Column(channel) for channel in channels]
    instant = start
    while instant <= end:
        waiting = [column for column in columns if not column.ended]
        reach = min((column.reach for column in waiting), default=end + 1)
        behind = min(reach, end + 1, instant + _ROWS * step)
        if instant < behind:
            instants = range(instant, behind, step)
            yield from _rows(columns, instants, method, labels=labels)
            instant = instants[-1] + step
            for column in columns:
                column.forget(instant)
        else:
            slowest = min(waiting, key=lambda column: column.reach)
            slowest.forget(instant)
            slowest.read()


def _rows(columns: Sequence[Column], instants: range, method: Any, *, labels: bool) -> Iterator[Row]:
    import numpy as np

    from cassandra_pv_archiver import align

    times = np.array(instants, np.int64)
    known: Any = {column.name: column.series for column in columns if column.series is not None}
    table: Any = align(known, times, method=method, labels=labels) if known else {}
    values = [_column(table, column.name, len(times)) for column in columns]
    return zip(times.tolist(), *values, strict=True)


def _column(table: Any, name: str, rows: int) -> list[Any]:
    if name not in table:
        return [None] * rows
    valid: Mapping[str, Any] = table.valid
    values: list[Any] = table[name].tolist()
    return [_plain(value) if is_valid else None for value, is_valid in zip(values, valid[name].tolist(), strict=True)]


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value
