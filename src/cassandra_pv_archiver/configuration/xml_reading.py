"""The server's configuration files (section 4 of the reference), read with the parser of the standard library.

The grammar is checked here, element by element, because the server's schema file is not ours to ship. Document type
declarations are refused, so that there are no entities that a hostile file could multiply.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID
from xml.parsers import expat

from .loaded import ConfigurationFile, FileContents, Member, StopReadingError, WrongOptions
from .rules import quoted
from .sources import FileSource, file_name, pieces_of
from .xml_attributes import CHANNEL, PARTS, ROOT, SPACE, read_attributes
from .xml_encodings import UnreadableTextError, in_utf_8

__all__ = ["NAMESPACE", "read_xml"]

NAMESPACE = "http://www.aquenos.com/2016/xmlns/cassandra-pv-archiver-configuration"
"""The namespace of all elements."""

_EXPECTED = {(ROOT, f"{NAMESPACE} {CHANNEL}"): CHANNEL} | {(CHANNEL, f"{NAMESPACE} {part}"): part for part in PARTS}
"""The elements that may be in an element, by how the parser names them."""
_MOST_REMEMBERED = 1000
_LONGEST_PART = 2**22
"""Bytes that one tag or comment may have; the parser would read longer ones again and again."""


def read_xml(
    source: FileSource, *, server: UUID | None = None, wrong_options: WrongOptions = "warning"
) -> ConfigurationFile:
    """Reads a configuration file of the server: an export, or what its import takes.

    Everything is read that the server reads, in its way: a channel with ``enabled="1"`` is disabled, which is a
    warning. Large files are read piece by piece.

    Args:
        source: The file: a path, bytes, or a file opened in binary mode.
        server: The ID of the server whose file it is; the file does not say it.
        wrong_options: What wrong options of Channel Access are; the server does not look at them.

    Raises:
        InvalidConfigurationError: It is not well-formed, has a document type declaration, is not in the form of
            section 4.1, repeats a name or a level, or has retention periods that do not ascend.
        OSError: The file cannot be read.
    """
    contents = FileContents(file_name(source), wrong_options=wrong_options)
    document = _Document(contents, server)
    with suppress(StopReadingError):
        document.read(source)
    return contents.finish()


class _Channel:
    """The channel that is being read."""

    def __init__(self, line: int, name: str | None) -> None:
        self.line, self.name = line, name
        self.values: dict[str, Any] | None = None
        self.levels: dict[int, int] = {}
        self.options: dict[str, str] = {}
        self.lines: dict[Member, int] = {}
        self.latest_part = 0
        self.has_raw_samples = False
        self.has_wrong_levels = False


class _Document:
    """Follows a document, checks it and hands its channels over."""

    def __init__(self, contents: FileContents, server: UUID | None) -> None:
        self._contents, self._server = contents, server
        self._path: list[str] = []
        self._skipped = 0
        self._has_text = False
        self._channel = _Channel(0, None)
        self._read_before: dict[tuple[str, ...], dict[str, Any]] = {}
        """Values of levels and options, which are the same for many channels."""
        # What a file says of its encoding is no longer true, and parts of names are separated by a blank.
        self._parser = parser = expat.ParserCreate("utf-8", " ")
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse_document_type
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._take_text

    def read(self, source: FileSource) -> None:
        fed = 0
        try:
            for piece in in_utf_8(pieces_of(source)):
                fed += len(piece)
                self._parser.Parse(piece, False)
                if fed - self._parser.CurrentByteIndex > _LONGEST_PART:
                    self._error("There is a tag or comment of more than 4 MiB, which is not read.")
                    return
            self._parser.Parse(b"", True)
        except UnreadableTextError as error:
            self._contents.error(str(error), error.line)
        except expat.ExpatError as error:
            self._contents.error(f"The file is not well-formed XML: {expat.ErrorString(error.code)}.", error.lineno)

    def _line(self) -> int:
        return self._parser.CurrentLineNumber

    def _error(self, message: str, member: str | None = None) -> None:
        channel = self._channel.name if len(self._path) > 1 else None
        self._contents.error(message, self._line(), channel=channel, member=member)

    def _refuse_document_type(self, *_declaration: object) -> None:
        self._error("Document type declarations (<!DOCTYPE ...>) are not read, for safety: leave it out.")
        raise StopReadingError

    def _take_text(self, text: str) -> None:
        if self._skipped or self._has_text:
            return
        inside = self._path[-1]
        if inside in PARTS or text.strip(SPACE):
            self._has_text = True
            self._error(f"There must be no text in the element {inside}.", inside)

    def _start(self, tag: str, attributes: list[str]) -> None:
        if self._skipped:
            self._skipped += 1
            return
        if not self._is_in_place(tag):
            self._skipped = 1
            return
        name = tag.rpartition(" ")[2]
        if name == CHANNEL:
            given = dict(zip(attributes[::2], attributes[1::2], strict=True))
            self._channel = _Channel(self._line(), given.get("name"))
        self._path.append(name)
        self._has_text = False
        values = self._values(name, attributes)
        if values is not None:
            self._take(name, values)
        elif name in PARTS[:2]:
            self._channel.has_wrong_levels = True

    def _end(self, _tag: str) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        if self._path.pop() == CHANNEL:
            self._hand_over()
        self._has_text = False

    def _is_in_place(self, tag: str) -> bool:
        if self._path and (self._path[-1], tag) in _EXPECTED:
            return self._path[-1] != CHANNEL or self._is_in_order(_EXPECTED[self._path[-1], tag])
        namespace, _, name = tag.rpartition(" ")
        if not self._path:
            if (namespace, name) != (NAMESPACE, ROOT):
                self._error(f'The file begins with another element than <{ROOT} xmlns="{NAMESPACE}">.')
                raise StopReadingError
            return True
        allowed = {ROOT: (CHANNEL,), CHANNEL: PARTS}.get(self._path[-1], ())
        if not allowed:
            self._error(f"The element {self._path[-1]} must be empty, but has an element {name}.", self._path[-1])
        elif name in allowed:
            self._error(f"The element {name} is not in the namespace {NAMESPACE}.", name)
        else:
            self._error(f"There is no element {name} in {self._path[-1]}, only {', '.join(allowed)}.", name)
        return False

    def _is_in_order(self, name: str) -> bool:
        channel = self._channel
        part, latest = PARTS.index(name), channel.latest_part
        channel.latest_part = max(part, latest)
        if part < latest:
            self._error(f"The element {name} must come before the first {PARTS[latest]}.", name)
        elif part == 0 and channel.has_raw_samples:
            self._error("There is a second element raw-samples: leave one of them out.", name)
        channel.has_raw_samples |= part == 0
        return True

    def _values(self, element: str, attributes: list[str]) -> dict[str, Any] | None:
        """The values of the attributes; None if not all that are needed are right."""
        key = (element, *attributes)
        known = self._read_before.get(key)
        if known is not None:
            return known
        values, problems = read_attributes(element, tuple(attributes))
        if values is not None and not problems and element in PARTS and len(self._read_before) < _MOST_REMEMBERED:
            self._read_before[key] = values
        for problem in problems:
            self._contents.problem(
                problem.level, problem.message, self._line(), channel=self._channel.name, member=problem.attribute
            )
        return values

    def _take(self, element: str, values: dict[str, Any]) -> None:
        channel = self._channel
        match element:
            case "channel":
                channel.values = values
            case "raw-samples":
                channel.levels[0] = values["retention-period"]
            case "decimation-level":
                level = values["decimation-period"]
                if level in channel.levels:
                    self._error(
                        f"The decimation period {level} is there already: leave one of them out.", f"levels.{level}"
                    )
                channel.levels[level] = values["retention-period"]
                channel.lines["levels", level] = self._line()
            case "control-system-option":
                option = values["name"]
                if option in channel.options:
                    self._error(
                        f"The option {quoted(option)} is there already: leave one of them out.", f"options.{option}"
                    )
                channel.options[option] = values["value"]
                channel.lines["options", option] = self._line()
            case _:
                pass

    def _hand_over(self) -> None:
        channel = self._channel
        if channel.values is None:
            return
        values = {
            "name": channel.values["name"],
            "server": self._server,
            "control_system_type": channel.values["control-system-type"],
            "levels": {} if channel.has_wrong_levels else channel.levels,
            "enabled": channel.values["enabled"],
            "options": channel.options,
        }
        self._contents.add(values, channel.line, channel.lines.get)
