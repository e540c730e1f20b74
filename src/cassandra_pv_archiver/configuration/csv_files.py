"""Configuration files for spreadsheets: one channel in each row."""

from __future__ import annotations

import csv
import difflib
import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple
from uuid import UUID

from .durations import level_text, period_text, read_level, read_period
from .loaded import ConfigurationFile, FileContents, Member, StopReadingError, WrongOptions
from .model import ArchiveConfiguration, ChannelConfiguration, server_id
from .sources import FileSource, file_name, text_of

__all__ = ["read_csv", "write_csv"]

_FIXED = ("name", "server", "control_system_type", "enabled", "renamed_from")
_LEVEL, _OPTION = "level ", "option "
_DELIMITERS = ",;\t"
# Spreadsheets write truth in the language of their users.
_TRUE = frozenset({"true", "wahr", "vrai", "vero", "verdadero"})
_FALSE = frozenset({"false", "falsch", "faux", "falso"})
# Spreadsheets take these for numbers, dates, truth or formulas, or trim them.
_MISREAD = re.compile(
    rf'["=+\-@]|\s|.*\s$|[\d.,:/ -]+(?:e[\d+-]+)?$|(?:{"|".join(sorted(_TRUE | _FALSE))})$', re.IGNORECASE | re.DOTALL
)
_NUMBER = re.compile("0|[1-9][0-9]{0,14}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def write_csv(configuration: ArchiveConfiguration) -> bytes:
    """Writes a configuration as comma-separated values in UTF-8, for spreadsheets.

    The first row has the names of the columns: ``name``, ``server``, ``control_system_type``, ``enabled``,
    ``renamed_from``, then a column ``level raw``, ``level 30s`` and so on for each decimation level, and a column
    ``option monitorMask`` and so on for each option. A level has how long its samples are kept, such as ``90d`` or
    ``forever``; an empty cell says that the channel does not have it. A text that a spreadsheet would change, or take
    for a formula, is written as a JSON text in quotation marks, and so is an option that is set to the empty text.

    What the configuration owns and its names for servers are not in the file.
    """
    levels = sorted({level for channel in configuration.channels for level in channel.levels})
    options = sorted({option for channel in configuration.channels for option in channel.options})
    header = [
        *_FIXED,
        *(_LEVEL + level_text(level) for level in levels),
        *(_OPTION + _cell(option) for option in options),
    ]
    rows = [header, *(_row(channel, levels, options) for channel in configuration.channels)]
    text = "".join(",".join(map(_in_row, row)) + "\r\n" for row in rows)
    # Spreadsheets take a file for UTF-8 only with a byte-order mark.
    return text.encode("utf-8" if text.isascii() else "utf-8-sig")


def _row(channel: ChannelConfiguration, levels: list[int], options: list[str]) -> list[str]:
    return [
        _cell(channel.name),
        "" if channel.server is None else str(channel.server),
        _cell(channel.control_system_type),
        "true" if channel.enabled else "false",
        "" if channel.renamed_from is None else _cell(channel.renamed_from),
        *(period_text(channel.levels[level]) if level in channel.levels else "" for level in levels),
        *(_cell(channel.options[option]) if option in channel.options else "" for option in options),
    ]


def _cell(text: str) -> str:
    is_plain = _NUMBER.fullmatch(text) or (text and not _MISREAD.match(text) and not _CONTROL.search(text))
    return (
        text
        if is_plain
        else _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))
    )


def _in_row(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in '",;\t\r\n') else cell


class _Column(NamedTuple):
    name: str
    place: int


def read_csv(
    source: FileSource, *, servers: Mapping[str, UUID] | None = None, wrong_options: WrongOptions = "error"
) -> ConfigurationFile:
    """Reads a configuration from comma-separated values, in the form that `write_csv` writes.

    Columns may be in any order and may be left out, but for ``name``. Values may be separated by semicolons or tabs
    instead, as some spreadsheets do. Empty rows are passed over.

    Args:
        source: The file: a path, bytes, or a file opened in binary mode; in UTF-8.
        servers: Names for servers with their IDs, if the column ``server`` has names.
        wrong_options: What wrong options of Channel Access are. A file of a cluster that has such channels can be read
            only with ``warning``.

    Raises:
        InvalidConfigurationError: It breaks rules; all problems are named with their lines.
        OSError: The file cannot be read.
    """
    contents = FileContents(file_name(source), wrong_options=wrong_options)
    try:
        text = text_of(source)
    except UnicodeDecodeError as error:
        contents.error(f"The file is not text in UTF-8: {error.reason}.", error.object.count(b"\n", 0, error.start) + 1)
        return contents.finish()
    reader = _Reader(contents, servers or {})
    with suppress(StopReadingError):
        reader.read(text)
    return contents.finish(servers=servers)


class _WrongCellError(Exception):
    pass


class _Reader:
    def __init__(self, contents: FileContents, servers: Mapping[str, UUID]) -> None:
        self._contents = contents
        self._servers = servers
        self._fixed: dict[str, int] = {}
        self._levels: dict[int, _Column] = {}
        self._options: dict[str, _Column] = {}
        self._width = 0

    def read(self, text: str) -> None:
        first = text.partition("\n")[0]
        delimiter = max(_DELIMITERS, key=first.count)
        lines = text.removesuffix("\n").split("\n")
        rows = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter, strict=True)
        end = 0
        try:
            for row in rows:
                line, end = end + 1, rows.line_num
                if not any(row):
                    continue
                if not self._fixed:
                    self._read_header(row, line)
                else:
                    self._read_row(row, line)
        except csv.Error as error:
            self._contents.error(f"The file is no CSV: {error}.", rows.line_num)
        if not self._fixed:
            self._contents.error("The file is empty; its first row has the names of the columns.", 1)

    def _read_header(self, row: list[str], line: int) -> None:
        while row and not row[-1]:
            del row[-1]
        self._width = len(row)
        for place, name in enumerate(row):
            try:
                if name.startswith(_LEVEL):
                    _add(self._levels, _level(name.removeprefix(_LEVEL)), _Column(name, place))
                elif name.startswith(_OPTION):
                    _add(self._options, _text(name.removeprefix(_OPTION)), _Column(name, place))
                elif name in _FIXED:
                    _add(self._fixed, name, place)
                else:
                    raise _WrongCellError(_unknown_column(name))
            except _WrongCellError as error:
                self._contents.error(str(error), line, member=name or f"column {place + 1}")
        if "name" not in self._fixed:
            self._contents.error("The first row needs a column name.", line, member="name")
            raise StopReadingError

    def _read_row(self, row: list[str], line: int) -> None:
        values: dict[str, Any] = {"levels": {}, "options": {}}
        name: str | None = None
        columns: list[tuple[Member, _Column, Callable[[str], Any]]] = [
            *(((member,), _Column(member, place), self._read_as(member)) for member, place in self._fixed.items()),
            *((("levels", level), column, _period) for level, column in self._levels.items()),
            *((("options", option), column, _text) for option, column in self._options.items()),
        ]
        is_right = not any(row[self._width :])
        if not is_right:
            self._contents.error("There is a value beyond the last column that has a name.", line)
        for member, column, read in columns:
            cell = row[column.place] if column.place < len(row) else ""
            if not cell:
                continue
            try:
                value = read(cell)
            except _WrongCellError as error:
                self._contents.error(str(error), line, channel=name, member=column.name)
                is_right = False
                continue
            name = value if member == ("name",) else name
            if len(member) == 1:
                values[str(member[0])] = value
            else:
                values[str(member[0])][member[1]] = value
        if "name" not in values and is_right:
            self._contents.error("The channel of this row has no name.", line, member="name")
        elif is_right:
            self._contents.add(values, line)

    def _read_as(self, member: str) -> Callable[[str], Any]:
        return {"enabled": _flag, "server": self._server}.get(member, _text)

    def _server(self, cell: str) -> UUID:
        text = _text(cell)
        if text in self._servers:
            return self._servers[text]
        try:
            return server_id(text)
        except ValueError as error:
            raise _WrongCellError(str(error)) from None


def _add(columns: dict[Any, Any], key: Any, column: Any) -> None:
    if key in columns:
        raise _WrongCellError("The column is there twice: leave one of them out.")
    columns[key] = column


def _unknown_column(name: str) -> str:
    near = difflib.get_close_matches(name, _FIXED, n=1)
    wanted = f"write {near[0]}" if near else f"there are {', '.join(_FIXED)}, and 'level 30s' and 'option monitorMask'"
    return f"There is no column {name!r}: {wanted}."


def _text(cell: str) -> str:
    if not cell.startswith('"'):
        return cell
    try:
        value: object = json.loads(cell)
    except ValueError:
        value = None
    if not isinstance(value, str):
        raise _WrongCellError(
            f"A cell that begins with a quotation mark is a JSON text, but {cell} is none: write {json.dumps(cell)}."
        )
    return value


def _flag(cell: str) -> bool:
    if cell.lower() not in _TRUE | _FALSE:
        raise _WrongCellError(f"{cell!r} is neither true nor false: write one of them.")
    return cell.lower() in _TRUE


def _level(text: str) -> int:
    return _duration(read_level, text)


def _period(cell: str) -> int:
    return _duration(read_period, cell)


def _duration(read: Callable[[str], int], text: str) -> int:
    try:
        return read(text)
    except ValueError as error:
        raise _WrongCellError(str(error)) from None
