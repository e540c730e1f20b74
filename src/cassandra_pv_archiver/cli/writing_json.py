"""Rows as JSON: one array of objects, or an object on each line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TextIO

from .output import plain
from .reading_rows import Row
from .writing_times import TimeWriter


class JsonWriter:
    """Writes one array, an object a line."""

    _begin, _between, _end = "[", ",\n", "]\n"

    def __init__(self, stream: TextIO, columns: Sequence[str], time: TimeWriter) -> None:
        self._stream = stream
        self._columns = columns
        self._time = time
        self._lead = self._begin

    def write(self, rows: Sequence[Row]) -> None:
        """Writes some rows."""
        lines: list[str] = []
        for row in rows:
            values = [self._time(row[0]), *map(plain, row[1:])]
            lines += (self._lead, json.dumps(dict(zip(self._columns, values, strict=True)), ensure_ascii=False))
            self._lead = self._between
        self._stream.write("".join(lines))

    def finish(self) -> None:
        """Closes the array."""
        self._stream.write(self._end if self._lead == self._between else self._begin + self._end)


class JsonLinesWriter(JsonWriter):
    """Writes an object on each line."""

    _begin, _between, _end = "", "", "\n"

    def write(self, rows: Sequence[Row]) -> None:
        """Writes some rows."""
        for row in rows:
            values = [self._time(row[0]), *map(plain, row[1:])]
            self._stream.write(json.dumps(dict(zip(self._columns, values, strict=True)), ensure_ascii=False) + "\n")

    def finish(self) -> None:
        """Nothing is left to be written."""
