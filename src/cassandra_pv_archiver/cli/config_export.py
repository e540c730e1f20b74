"""What ``cpva config export`` writes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .config_files import unusable
from .config_options import FileFormat
from .failures import usage
from .lookup import find_server
from .session import Session

if TYPE_CHECKING:
    from cassandra_pv_archiver.configuration import ArchiveConfiguration


def format_of(file: Path | None, form: FileFormat | None) -> FileFormat:
    """The format that an option says, else the ending of the file's name, else YAML.

    Raises:
        Failure: The ending says none.
    """
    if form is not None:
        return form
    if file is None:
        return FileFormat.YAML
    from cassandra_pv_archiver.configuration.files import format_of as format_of_name

    try:
        return FileFormat(format_of_name(str(file)))
    except ValueError as error:
        raise usage(
            f"The ending of {file} does not say the format.", "Give --format yaml, toml, csv or xml."
        ) from error


def exported(session: Session, servers: list[str] | None, *, own: bool) -> ArchiveConfiguration:
    """What a cluster, or some of its servers, archive; the servers are owned if that is wanted."""
    from cassandra_pv_archiver.configuration import OwnedChannels

    with session.admin() as admin:
        wanted = None if not servers else list(dict.fromkeys(find_server(admin, each).server_id for each in servers))
        with session.progress("Reading what the cluster archives"):
            configuration = admin.get_configuration(wanted)
    present = {channel.server for channel in configuration.channels}
    named = {name: each for name, each in configuration.servers.items() if wanted is None or each in wanted}
    owned = sorted({*named.values(), *(each for each in present if each is not None)}) if own else []
    return configuration.model_copy(
        update={"servers": named, "owns": tuple(OwnedChannels(server=each) for each in owned)}
    )


def written(session: Session, configuration: ArchiveConfiguration, form: FileFormat, *, ranges: bool) -> bytes:
    """A configuration file.

    Raises:
        Failure: The format cannot hold it.
    """
    from cassandra_pv_archiver.configuration import (
        InvalidConfigurationError,
        write_configuration_file,
        write_toml,
        write_yaml,
    )

    if form == FileFormat.YAML:
        return write_yaml(configuration, with_ranges=ranges)
    if form == FileFormat.TOML:
        return write_toml(configuration, with_ranges=ranges)
    try:
        return write_configuration_file(configuration, form.value)
    except InvalidConfigurationError as error:
        raise unusable(session, error.problems, "Write another format, which can hold it.") from error
    except ValueError as error:
        raise usage("An XML file is for one server.", "Choose one with --server, or another format.") from error
