"""Configuration files of any format, and several of them as one configuration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Literal, TypeAlias
from uuid import UUID

from .csv_files import read_csv, write_csv
from .loaded import ConfigurationFile, WrongOptions
from .model import ArchiveConfiguration
from .people_reading import read_toml, read_yaml
from .people_writing import write_toml, write_yaml
from .problems import ConfigurationProblem, InvalidConfigurationError, Place
from .sources import FileSource, file_name
from .xml_reading import read_xml
from .xml_writing import write_xml

__all__ = ["ConfigurationFormat", "combine_configurations", "read_configuration_file", "write_configuration_file"]

ConfigurationFormat: TypeAlias = Literal["xml", "yaml", "toml", "csv"]
"""The formats of configuration files: that of the servers, two for people, and one for spreadsheets."""

_ENDINGS: dict[str, ConfigurationFormat] = {
    ".xml": "xml",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".toml": "toml",
    ".csv": "csv",
}


def format_of(file: str | None, format: ConfigurationFormat | None = None) -> ConfigurationFormat:  # noqa: A002
    """The format of a file: the one that is given, or the one that its name ends in.

    Raises:
        ValueError: Neither says it.
    """
    if format is not None:
        return format
    found = None if file is None else _ENDINGS.get(PurePath(file).suffix.lower())
    if found is None:
        raise ValueError(
            f"{file or 'A file without a name'} has no ending that says its format: give one of "
            f"{', '.join(sorted(set(_ENDINGS.values())))}."
        )
    return found


def read_configuration_file(
    source: FileSource,
    *,
    format: ConfigurationFormat | None = None,  # noqa: A002 -- the word that users expect
    server: UUID | None = None,
    servers: Mapping[str, UUID] | None = None,
    wrong_options: WrongOptions | None = None,
) -> ConfigurationFile:
    """Reads a configuration file of any format.

    Args:
        source: The file: a path, bytes, or a file opened in binary mode.
        format: Its format; None if its name ends in ``.xml``, ``.yaml``, ``.yml``, ``.toml`` or ``.csv``.
        server: The ID of the server of channels that do not say theirs, as all in the servers' own files.
        servers: Names for servers with their IDs, if a CSV file has names.
        wrong_options: What wrong options of Channel Access are. None: a warning in the servers' own files, an error in
            those that people write.

    Raises:
        ValueError: The format is not known.
        InvalidConfigurationError: The file breaks rules; all problems are named with their lines.
        OSError: The file cannot be read.
        MissingExtraError: The file is in YAML, and PyYAML, from the extra ``yaml``, is not installed.
    """
    match format_of(file_name(source), format):
        case "xml":
            return read_xml(source, server=server, wrong_options=wrong_options or "warning")
        case "yaml":
            read = read_yaml(source, wrong_options=wrong_options or "error")
        case "toml":
            read = read_toml(source, wrong_options=wrong_options or "error")
        case "csv":
            read = read_csv(source, servers=servers, wrong_options=wrong_options or "error")
    if server is None:
        return read
    return ConfigurationFile(read.configuration.with_server(server), read.warnings, read.places)


def write_configuration_file(
    configuration: ArchiveConfiguration,
    format: ConfigurationFormat,  # noqa: A002 -- the word that users expect
    *,
    server: UUID | None = None,
) -> bytes:
    """Writes a configuration in any format.

    YAML and TOML hold all of it. CSV does not hold what it owns and its names for servers; XML neither these, nor the
    server, nor ``renamed_from``.

    Args:
        configuration: The configuration.
        format: The format.
        server: Write only the channels of this server; None for all of them.

    Raises:
        ValueError: The format is XML and there are channels of several servers.
        InvalidConfigurationError: The format is XML, and there are characters that it cannot hold.
    """
    if server is not None:
        configuration = configuration.with_channels(configuration.of_server(server))
    write = {"xml": write_xml, "yaml": write_yaml, "toml": write_toml, "csv": write_csv}[format]
    return write(configuration)


def combine_configurations(files: Iterable[ConfigurationFile]) -> ConfigurationFile:
    """Several files as one configuration, for instance one for each server or each subsystem.

    Raises:
        InvalidConfigurationError: A channel is in several files, or renamed from the same one in several, or a name is
            that of different servers in them.
    """
    parts = list(files)
    problems: list[ConfigurationProblem] = []
    places: dict[str, Place] = {}
    renamed: dict[str, Place] = {}
    servers: dict[str, UUID] = {}
    for part in parts:
        for channel in part.configuration.channels:
            place = part.places.get(channel.name, Place())
            earlier = places.setdefault(channel.name, place)
            if earlier is not place:
                message = f"The channel {channel.name!r} is there already, at {earlier}: leave one of them out."
                problems.append(ConfigurationProblem(message, place=place, channel=channel.name, member="name"))
            old = channel.renamed_from
            if old is not None and renamed.setdefault(old, place) is not place:
                message = f"{old!r} cannot become two channels: another one is renamed from it, at {renamed[old]}."
                problems.append(ConfigurationProblem(message, place=place, channel=channel.name, member="renamed_from"))
        for name, server in part.configuration.servers.items():
            if servers.setdefault(name, server) != server:
                message = f"The server {name!r} is {servers[name]} in one file and {server} in another."
                problems.append(ConfigurationProblem(message, member=f"servers.{name}"))
    if problems:
        raise InvalidConfigurationError(problems)
    owns = dict.fromkeys(owned for part in parts for owned in part.configuration.owns)
    channels = tuple(channel for part in parts for channel in part.configuration.channels)
    configuration = ArchiveConfiguration(channels=channels, owns=tuple(owns), servers=servers)
    return ConfigurationFile(configuration, tuple(each for part in parts for each in part.warnings), places)
