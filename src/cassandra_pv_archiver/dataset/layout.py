"""The layout of a dataset: which columns its table has, and which files lie where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from ._arrow import arrow

__all__ = [
    "DAMAGED",
    "FAILURES",
    "FORMAT",
    "INFO",
    "MANIFEST",
    "MONTH",
    "READ_BACK",
    "UNFINISHED",
    "WANTED",
    "month_of",
    "months",
    "schema",
    "table_file",
]

FORMAT = 1
"""The version of the layout; a reader refuses later ones."""
MONTH = "month"
"""The key of the Hive partitions: the month of the samples in UTC, such as ``2026-01``."""
MANIFEST = "_manifest"
"""The folder with a JSON file for each file of the table. Readers leave out what begins with an underscore."""
UNFINISHED = "_unfinished"
"""The folder of files that are being written."""
DAMAGED = "_damaged"
"""The folder of files that cannot be read again, because the archive does not have their samples any more."""
INFO = f"{MANIFEST}/dataset.json"
"""What the whole dataset is about."""
FAILURES = f"{MANIFEST}/failures.json"
"""The channels that the latest export could not read."""
WANTED = f"{MANIFEST}/wanted.json"
"""The ranges that exports were asked for, by channel."""
READ_BACK = (
    "time",
    "value",
    "integer",
    "text",
    "values",
    "integers",
    "texts",
    "minimum",
    "maximum",
    "marker",
    "context",
)
"""The columns of which `SampleSeries` is made."""

_SECOND = 1_000_000_000


def schema() -> Any:
    """The columns of the table, in their order, without the month, which the folders tell."""
    pa = arrow()
    text = pa.dictionary(pa.int32(), pa.string())
    return pa.schema(
        [
            pa.field("channel", text, nullable=False),
            pa.field("time", pa.timestamp("ns", "UTC"), nullable=False),
            pa.field("value", pa.float64()),
            pa.field("integer", pa.int64()),
            pa.field("text", text),
            pa.field("values", pa.list_(pa.float64())),
            pa.field("integers", pa.list_(pa.int64())),
            pa.field("texts", pa.list_(pa.string())),
            pa.field("minimum", pa.float64()),
            pa.field("maximum", pa.float64()),
            pa.field("marker", text),
            pa.field("severity", text, nullable=False),
            pa.field("status", text, nullable=False),
            pa.field("quality", text, nullable=False),
            pa.field("units", text),
            pa.field("type", text, nullable=False),
            pa.field("context", text, nullable=False),
        ]
    )


def month_of(time: int) -> str:
    """The month in UTC of a time in nanoseconds since 1970-01-01 UTC."""
    return f"{dt.datetime.fromtimestamp(time // _SECOND, dt.UTC):%Y-%m}"


def months(begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The parts of a range, end exclusive, that lie in one month each, oldest first."""
    while begin < end:
        behind = min(_next_month(begin), end)
        yield begin, behind
        begin = behind


def _next_month(time: int) -> int:
    first = dt.datetime.fromtimestamp(time // _SECOND, dt.UTC).replace(day=1, hour=0, minute=0, second=0)
    return int((first + dt.timedelta(days=32)).replace(day=1).timestamp()) * _SECOND


def table_file(month: str, name: str) -> str:
    """Where a file of the table lies."""
    return f"{MONTH}={month}/{name}.parquet"
