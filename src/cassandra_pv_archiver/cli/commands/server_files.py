"""``cpva export`` and ``cpva import``: the configuration of a server as an XML file."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cassandra_pv_archiver.cli.changes import count_of
from cassandra_pv_archiver.cli.failures import Failure, Status, usage
from cassandra_pv_archiver.cli.frame import examples
from cassandra_pv_archiver.cli.lookup import find_server
from cassandra_pv_archiver.cli.options import Yes
from cassandra_pv_archiver.cli.session import Session, session_of

if TYPE_CHECKING:
    from cassandra_pv_archiver import AdminClient, ClusterServer, ServerConfigurationImportResult

_SHOWN = 20


@examples("cpva export archiver-1.example.org saved.xml", "cpva export archiver-2.example.org")
def export(
    context: typer.Context,
    server: Annotated[str, typer.Argument(metavar="SERVER", help="The server, by its ID or name.")],
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Where to write it; stdout if it is left out.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
) -> None:
    """Write the configuration of all channels of a server as XML.

    The file appears under its name only when it is complete.
    """
    session = session_of(context)
    if file is not None and file.exists() and not force:
        raise usage(f"{file} exists.", "Give another name, or --force to replace it.")
    with session.admin() as admin:
        owner = find_server(admin, server)
        with session.progress("Exporting"):
            if file is None:
                document = admin.export_server_configuration(owner.server_id)
            else:
                document = b""
                admin.export_server_configuration(owner.server_id, file)
    if file is None:
        sys.stdout.buffer.write(document)
    else:
        session.output.note(f"{file}: the configuration of {owner.server_name}.")


@examples(
    "cpva import archiver-1.example.org server-1.xml --simulate",
    "cpva import archiver-1.example.org server-1.xml --no-add --yes",
)
def import_(
    context: typer.Context,
    server: Annotated[str, typer.Argument(metavar="SERVER", help="The server, by its ID or name.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The XML file; - for stdin.", allow_dash=True)],
    add: Annotated[bool, typer.Option("--add/--no-add", help="Add channels that do not exist.")] = True,
    update: Annotated[bool, typer.Option("--update/--no-update", help="Change channels that exist.")] = True,
    remove: Annotated[
        bool,
        typer.Option("--remove/--no-remove", help="Remove channels that the file does not name, and their samples."),
    ] = False,
    simulate: Annotated[bool, typer.Option("--simulate", help="Only tell what would be attempted.")] = False,
    yes: Yes = False,
) -> None:
    """Bring the channels of a server to what an XML file says.

    What would be attempted is asked of the server first, which predicts no failures.
    """
    session = session_of(context)
    document = _read(file)
    with session.admin() as admin:
        owner = find_server(admin, server)
        wanted = (add, remove, update)
        with session.progress("Simulating the import"):
            expected = _import(admin, owner, document, wanted, simulate=True)
        if simulate:
            _show(session, expected)
            return
        if not yes:
            _tell(session, expected)
            session.confirm(_question(expected, owner))
        with session.progress("Importing"):
            result = _import(admin, owner, document, wanted, simulate=False)
    _show(session, result)
    failed = len(result.add_or_update_failed or ()) + len(result.remove_failed or ())
    if failed:
        session.output.warn(f"{count_of(failed)} could not be changed; the others were.")
        raise typer.Exit(Status.PARTIAL)


def _read(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except OSError as error:
        raise usage(f"{file} cannot be read: {error.strerror}.", "Give the path of an XML file.") from error


def _import(
    admin: AdminClient, owner: ClusterServer, document: bytes, wanted: tuple[bool, bool, bool], *, simulate: bool
) -> ServerConfigurationImportResult:
    result = admin.import_server_configuration(owner.server_id, document, *wanted, simulate=simulate)
    if result.error_message is not None:
        raise Failure(f"The import failed: {result.error_message}", "Correct the file, or try again later.")
    return result


def _question(expected: ServerConfigurationImportResult, owner: ClusterServer) -> str:
    changed, removed = expected.add_or_update_succeeded or (), expected.remove_succeeded or ()
    question = f"Add or change {count_of(len(changed))} of {owner.server_name}"
    return question + (f" and remove {count_of(len(removed))} with all samples, for good?" if removed else "?")


def _tell(session: Session, expected: ServerConfigurationImportResult) -> None:
    _few(session, "add or change", expected.add_or_update_succeeded or ())
    _few(session, "remove with all samples", expected.remove_succeeded or ())


def _few(session: Session, verb: str, names: Sequence[str]) -> None:
    for name in names[:_SHOWN]:
        session.output.note(f"{verb} {name}")
    if len(names) > _SHOWN:
        session.output.note(f"and {verb} {len(names) - _SHOWN} more.")


def _show(session: Session, result: ServerConfigurationImportResult) -> None:
    if session.as_json:
        session.output.json(result)
        return
    _done(session, "add or change", result.add_or_update_succeeded or (), result.add_or_update_failed or {})
    _done(session, "remove", result.remove_succeeded or (), result.remove_failed or {})


def _done(session: Session, verb: str, succeeded: Sequence[str], failed: Mapping[str, str | None]) -> None:
    for name in succeeded:
        session.output.line(f"done    {verb} {name}")
    for name, reason in failed.items():
        session.output.line(f"FAILED  {verb} {name}: {reason or 'no reason given'}")
