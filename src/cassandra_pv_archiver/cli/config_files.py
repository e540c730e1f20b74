"""Configuration files and running clusters, as ``cpva config`` names and reads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .failures import Failure, usage
from .lookup import find_server
from .session import Session

if TYPE_CHECKING:
    from cassandra_pv_archiver import AdminClient
    from cassandra_pv_archiver.configuration import ArchiveConfiguration, ConfigurationFile, ConfigurationProblem

LIVE = "live"
"""What a running cluster is called where files are named."""
_SHOWN = 50


def load(
    path: Path, *, accept_wrong_options: bool
) -> tuple[ConfigurationFile | None, tuple[ConfigurationProblem, ...]]:
    """Reads a configuration file.

    Returns:
        What it says, or None if it cannot be used; and its problems, which are warnings then if it can.
    """
    from cassandra_pv_archiver.configuration import (
        ConfigurationProblem,
        InvalidConfigurationError,
        Place,
        read_configuration_file,
    )

    try:
        file = read_configuration_file(path, wrong_options="warning" if accept_wrong_options else None)
    except InvalidConfigurationError as error:
        return None, error.problems
    except OSError as error:
        message = f"It cannot be read: {error.strerror or error}."
    except ValueError as error:
        message = str(error)
    else:
        return file, file.warnings
    return None, (ConfigurationProblem(message, place=Place(str(path))),)


def load_all(
    paths: Sequence[Path], *, accept_wrong_options: bool
) -> tuple[ConfigurationFile | None, list[tuple[ConfigurationFile | None, tuple[ConfigurationProblem, ...]]]]:
    """Reads configuration files as one configuration.

    Returns:
        What they say together, or None if that cannot be used; and what `load` gives for each. What is wrong with all
        of them together is a problem of the last one.
    """
    from cassandra_pv_archiver.configuration import InvalidConfigurationError, combine_configurations

    loaded = [load(path, accept_wrong_options=accept_wrong_options) for path in paths]
    files = [file for file, _ in loaded if file is not None]
    try:
        whole = combine_configurations(files)
    except InvalidConfigurationError as error:
        file, problems = loaded[-1]
        loaded[-1] = file, (*problems, *error.problems)
        whole = None
    return (whole if len(files) == len(paths) else None), loaded


def read_files(session: Session, paths: Sequence[Path], *, accept_wrong_options: bool) -> ConfigurationFile:
    """Reads configuration files as one configuration, and tells of warnings.

    Raises:
        Failure: They cannot be used; their problems are listed on stderr.
    """
    whole, loaded = load_all(paths, accept_wrong_options=accept_wrong_options)
    problems = [problem for _, found in loaded for problem in found]
    if whole is None:
        raise unusable(session, problems)
    for problem in problems[:_SHOWN]:
        session.output.note(str(problem), style="yellow")
    if len(problems) > _SHOWN:
        session.output.note(f"and {len(problems) - _SHOWN} more warnings.", style="yellow")
    return whole


def unusable(session: Session, problems: Iterable[ConfigurationProblem], advice: str = "") -> Failure:
    """Lists the errors among problems on stderr, and gives the failure that ends the command."""
    errors = [problem for problem in problems if problem.level == "error"]
    for problem in errors[:_SHOWN]:
        session.output.warn(str(problem))
    if not advice:
        advice = "Correct what is listed; cpva config validate lists all of it."
        if all((problem.member or "").startswith("options.") for problem in errors):
            advice = "Correct what is listed, or accept it with --accept-wrong-options."
    return usage(f"{number_of(len(errors), 'problem')}, so nothing was done.", advice)


def number_of(number: int, what: str) -> str:
    """How many there are of something, in words."""
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def completed(
    admin: AdminClient, configuration: ArchiveConfiguration, server: str | None, owned: Sequence[str]
) -> ArchiveConfiguration:
    """A configuration with what ``--server`` and ``--own`` say.

    Raises:
        Failure: There is no such server.
    """
    from cassandra_pv_archiver.configuration import OwnedChannels

    if server is not None:
        configuration = configuration.with_server(find_server(admin, server).server_id)
    if owned:
        added = (OwnedChannels(server=find_server(admin, each).server_id) for each in owned)
        configuration = configuration.model_copy(update={"owns": (*configuration.owns, *added)})
    return configuration


def read_cluster(session: Session, admin: AdminClient, server: str | None = None) -> ArchiveConfiguration:
    """What a cluster, or one of its servers, archives."""
    servers = None if server is None else [find_server(admin, server).server_id]
    with session.progress("Reading what the cluster archives"):
        return admin.get_configuration(servers)


def read_operand(session: Session, text: str) -> ArchiveConfiguration:
    """What a file, ``live``, or ``live:SERVER`` says.

    Raises:
        Failure: The file cannot be used, or there is no such server.
    """
    name, colon, server = text.partition(":")
    if name == LIVE and (server or not colon):
        with session.admin() as admin:
            return read_cluster(session, admin, server or None)
    return read_files(session, [Path(text)], accept_wrong_options=True).configuration


def with_places(problems: Iterable[ConfigurationProblem], file: ConfigurationFile) -> list[ConfigurationProblem]:
    """Problems that were found when files were put to use, with their places in them."""
    return [replace(problem, place=file.places.get(problem.channel or "", problem.place)) for problem in problems]


def write_new(path: Path, content: bytes, *, force: bool) -> None:
    """Writes a file, which appears under its name only when it is complete.

    Raises:
        Failure: It is there already.
        OSError: It cannot be written.
    """
    from cassandra_pv_archiver._configuration_files import write_configuration

    if path.exists() and not force:
        raise usage(f"{path} exists.", "Give another name, or --force to replace it.")
    write_configuration(content, path)
