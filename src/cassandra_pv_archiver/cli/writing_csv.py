"""Rows as CSV."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Sequence
from typing import Any, TextIO, cast

from .output import plain
from .reading_rows import Row
from .writing_times import TimeWriter


class CsvWriter:
    """Writes CSV with a header, as RFC 4180 has it but for plain line feeds. Arrays are JSON, no value is nothing."""

    def __init__(self, stream: TextIO, columns: Sequence[str], time: TimeWriter) -> None:
        self._writer = csv.writer(stream, lineterminator="\n")
        self._time = time
        self._header: list[Sequence[str]] = [columns]

    def write(self, rows: Sequence[Row]) -> None:
        """Writes some rows."""
        time = self._time
        self._write_header()
        self._writer.writerows([time(row[0]), *map(text_cell, row[1:])] for row in rows)

    def finish(self) -> None:
        """Writes the header if there was no row."""
        self._write_header()

    def _write_header(self) -> None:
        while self._header:
            self._writer.writerow(self._header.pop())


def text_cell(value: Any) -> Any:
    """A value as it stands in a text: an array as JSON, numbers that are none as JSON names them here."""
    if isinstance(value, float):
        return value if math.isfinite(value) else plain(value)
    return json.dumps(plain(cast("object", value)), ensure_ascii=False) if isinstance(value, list) else value
