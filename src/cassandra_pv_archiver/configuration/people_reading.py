"""Configuration files for people: what they say about each channel, in the end."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, cast
from uuid import UUID

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from .document import ChannelEntry, Document, Group, Settings
from .expansion import MOST_CHANNELS, Variables, combinations, filled, number_of_values, values_of
from .loaded import ConfigurationFile, FileContents, Member, StopReadingError, WrongOptions, message_of, path_of
from .model import OwnedChannels, server_id
from .pruning import prune
from .sources import FileSource, file_name, text_of
from .toml_reading import read_toml_text
from .written import Table, UnreadableFileError, line_of
from .yaml_reading import read_yaml_text

__all__ = ["read_toml", "read_yaml"]


def read_yaml(source: FileSource, *, wrong_options: WrongOptions = "error") -> ConfigurationFile:
    """Reads a configuration file in YAML, in the form that `configuration_schema` describes.

    Texts without quotation marks stay what they are: ``off``, ``1_0`` and ``0.20`` are texts where texts are wanted.

    Args:
        source: The file: a path, bytes, or a file opened in binary mode.
        wrong_options: What wrong options of Channel Access are. A file of a cluster that has such channels can be read
            only with ``warning``.

    Raises:
        InvalidConfigurationError: It breaks rules; all problems are named with their lines.
        OSError: The file cannot be read.
        MissingExtraError: PyYAML, from the extra ``yaml``, is not installed.
    """
    return _read(source, read_yaml_text, wrong_options)


def read_toml(source: FileSource, *, wrong_options: WrongOptions = "error") -> ConfigurationFile:
    """Reads a configuration file in TOML, in the form that `configuration_schema` describes.

    Args:
        source: The file: a path, bytes, or a file opened in binary mode.
        wrong_options: What wrong options of Channel Access are. A file of a cluster that has such channels can be read
            only with ``warning``.

    Raises:
        InvalidConfigurationError: It breaks rules; all problems are named with their lines.
        OSError: The file cannot be read.
    """
    return _read(source, read_toml_text, wrong_options)


def _read(source: FileSource, read: Callable[[str], Any], wrong_options: WrongOptions) -> ConfigurationFile:
    contents = FileContents(file_name(source), wrong_options=wrong_options)
    try:
        root = read(text_of(source))
    except UnreadableFileError as error:
        contents.error(error.message, error.line)
        return contents.finish()
    except UnicodeDecodeError as error:
        contents.error(f"The file is not text in UTF-8: {error.reason}.", error.object.count(b"\n", 0, error.start) + 1)
        return contents.finish()
    reader = _Reader(Table() if root is None else root, contents)
    with suppress(StopReadingError):
        reader.read()
    return contents.finish(owns=tuple(reader.owns), servers=reader.servers)


class _Source:
    """A place that says something about channels."""

    def __init__(self, path: Member, settings: Settings) -> None:
        self.path, self.settings = path, settings


class _Reader:
    def __init__(self, root: Any, contents: FileContents) -> None:
        self.owns: list[OwnedChannels] = []
        self.servers: dict[str, UUID] = {}
        self._root = root
        self._contents = contents
        self._document = Document()
        self._channels = 0
        self._entries: dict[str, Member] = {}
        """Where names of channels come from."""
        self._emptied: set[Member] = set()
        """Channels and groups that had errors of form."""

    def read(self) -> None:
        try:
            self._document = Document.model_validate(self._root)
        except ValidationError as error:
            if not self._read_around(error):
                return
        for name, server in self._document.servers.items():
            try:
                self.servers[name] = server_id(server)
            except ValueError as error:
                self._error(str(error), ("servers", name))
        for place, owned in enumerate(self._document.owns):
            if ("owns", place) in self._emptied:
                continue
            server = None if owned.server is None else self._server(owned.server, ("owns", place, "server"))
            try:
                self.owns.append(OwnedChannels(server=server, channels=owned.channels))
            except ValidationError as error:
                if owned.server is None:
                    self._error(message_of(error.errors()[0]), ("owns", place))
        defaults = [_Source(("defaults",), self._document.defaults)]
        for place, group in enumerate(self._document.groups):
            self._group(group, ("groups", place), defaults)
        for place, entry in enumerate(self._document.channels):
            self._entry(entry, ("channels", place), defaults, {})

    def _read_around(self, error: ValidationError) -> bool:
        """Names errors of form, and reads the rest to find the other errors; whether that can be done."""
        places: list[tuple[Member, bool]] = []
        for detail in error.errors(include_url=False, include_input=False):
            path = tuple(part for part in detail["loc"] if part != "[key]")
            self._error(_message(detail, path), path, _channel_at(self._root, path))
            places.append((path, detail["type"] == "extra_forbidden"))
        emptied = prune(self._root, places)
        if emptied is None:
            return False
        self._emptied = emptied
        try:
            self._document = Document.model_validate(self._root)
        except ValidationError:
            return False
        return True

    def _error(self, message: str, path: Member, channel: str | None = None) -> None:
        line = line_of(self._root, path) if path else 1
        self._contents.error(message, line, channel=channel, member=path_of(path))

    def _server(self, named: str, path: Member, channel: str | None = None) -> UUID | None:
        if named in self.servers:
            return self.servers[named]
        with suppress(ValueError):
            return server_id(named)
        if named not in self._document.servers:
            known = list(self._document.servers)
            near = difflib.get_close_matches(named, known, n=1)
            wanted = f"write {near[0]}" if near else f"write {', '.join(known)} or an ID" if known else "write its ID"
            self._error(f"The table servers has no {named!r}: {wanted}, or name it there.", path, channel)
        return None

    def _group(self, group: Group, path: Member, defaults: list[_Source]) -> None:
        sources = [*defaults, *self._templates(group.template, path), _Source(path, group)]
        for variables in self._combinations(group.variables, path, len(group.channels)):
            for place, entry in enumerate(group.channels):
                self._entry(entry, (*path, "channels", place), sources, variables)

    def _templates(self, names: Sequence[str] | None, path: Member) -> Iterator[_Source]:
        for name in names or ():
            template = self._document.templates.get(name)
            if template is None:
                near = difflib.get_close_matches(name, self._document.templates, n=1)
                wanted = f"write {near[0]}" if near else "write it in the table templates"
                self._error(f"There is no template {name!r}: {wanted}.", (*path, "template"))
            else:
                yield _Source(("templates", name), template)

    def _combinations(
        self, variables: Mapping[str, str | Sequence[int | str]] | None, path: Member, times: int = 1
    ) -> Iterator[Variables]:
        try:
            values = values_of(variables or {})
        except ValueError as error:
            self._error(str(error), (*path, "for"))
            return
        if self._channels + number_of_values(values) * times > MOST_CHANNELS:
            self._error(f"The file has more than {MOST_CHANNELS} channels.", (*path, "for"))
            raise StopReadingError
        yield from combinations(values)

    def _entry(self, entry: ChannelEntry, path: Member, sources: list[_Source], outer: Variables) -> None:
        if path in self._emptied:
            return
        both = set(entry.variables or ()) & set(outer)
        if both:
            self._error(f"The variable {min(both)} is there in the group already.", (*path, "for"))
            return
        sources = [*sources, *self._templates(entry.template, path), _Source(path, entry)]
        merged = _Merged(sources)
        for inner in self._combinations(entry.variables, path):
            self._channels += 1
            self._channel(entry, path, merged, {**outer, **inner})

    def _channel(self, entry: ChannelEntry, path: Member, merged: _Merged, variables: Variables) -> None:
        try:
            name = filled(entry.name, variables)
        except ValueError as error:
            self._error(str(error), (*path, "name"))
            return
        if self._entries.get(name) == path:
            places = ", ".join(f"{{{variable}}}" for variable in variables)
            self._error(f"Several channels would have the name {name!r}: write {places} in it.", (*path, "name"))
            return
        self._entries[name] = path
        values: dict[str, Any] = {**merged.values, "name": name}
        if entry.renamed_from is not None:
            values["renamed_from"] = entry.renamed_from
        for member in ("renamed_from", "server", "control_system_type"):
            if member in values:
                values[member] = self._filled(values[member], variables, merged.path(path, member), name)
        if values.get("server") is not None:
            values["server"] = self._server(values["server"], merged.path(path, "server"), name)
        values["options"] = {
            option: self._filled(value, variables, (*merged.options[option], option), name)
            for option, value in values["options"].items()
        }
        line = line_of(self._root, path)
        self._contents.add(values, line, lambda member: line_of(self._root, merged.path_of(path, member)))

    def _filled(self, text: str, variables: Variables, path: Member, channel: str) -> str:
        try:
            return filled(text, variables)
        except ValueError as error:
            self._error(str(error), path, channel)
            return text


class _Merged:
    """What several places say about a channel, the later ones refining the earlier ones."""

    def __init__(self, sources: Sequence[_Source]) -> None:
        self.values: dict[str, Any] = {}
        self.options: dict[str, Member] = {}
        """Where options come from."""
        self._paths: dict[str, Member] = {}
        options: dict[str, str] = {}
        for source in sources:
            settings = source.settings
            for member in ("server", "control_system_type", "levels", "enabled"):
                value = getattr(settings, member)
                if value is not None:
                    self.values[member] = value
                    self._paths[member] = source.path
            for option in settings.without_options or ():
                options.pop(option, None)
            for option, value in (settings.options or {}).items():
                options[option] = value
                self.options[option] = (*source.path, "options")
        self.values["options"] = options

    def path(self, entry: Member, member: str) -> Member:
        return (*self._paths.get(member, entry), member)

    def path_of(self, entry: Member, member: Member) -> Member:
        """Where a member of the channel is said."""
        if len(member) > 1 and member[0] == "options" and member[1] in self.options:
            return (*self.options[str(member[1])], str(member[1]))
        return self.path(entry, str(member[0])) if member else entry


_WANTED = {
    "dict_type": "A table with members is wanted here.",
    "mapping_type": "A table with members is wanted here.",
    "model_type": "A table with members is wanted here.",
    "model_attributes_type": "A table with members is wanted here.",
    "list_type": "A list is wanted here.",
}


def _message(detail: ErrorDetails, path: Member) -> str:
    if detail["type"] == "missing":
        return f"The member {path[-1]} is needed here."
    if not path:
        return f"A file is a table with the members {', '.join(Document.model_fields)}."
    if path[-1] == "<<":
        return "There are no merge keys (<<) here: write a template, or template."
    if detail["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(path[-1]), _members_at(path), n=1)
        return f"There is no member {str(path[-1])!r} here" + (f": write {near[0]}." if near else ".")
    return _WANTED.get(detail["type"]) or message_of(detail)


def _channel_at(root: Any, path: Member) -> str | None:
    """The name of the channel in whose entry a place is; None if there is none, or if it is yet to be filled in."""
    name: str | None = None
    with suppress(KeyError, IndexError, TypeError):
        for before, part in zip((None, *path), path, strict=False):
            root = root[part]
            if before == "channels":
                name = _plain_name(root)
    return name


def _plain_name(entry: Any) -> str | None:
    given = cast("dict[str, Any]", entry).get("name") if isinstance(entry, dict) else None
    return given if isinstance(given, str) and "{" not in given else None


def _members_at(path: Member) -> list[str]:
    """The names of the members that can be where this path leads."""
    match path[:-1]:
        case ():
            kind = Document
        case ("defaults",) | ("templates", _):
            kind = Settings
        case ("groups", _):
            kind = Group
        case ("owns", _):
            kind = OwnedChannels
        case _:
            kind = ChannelEntry
    return [field.alias or name for name, field in kind.model_fields.items()]
