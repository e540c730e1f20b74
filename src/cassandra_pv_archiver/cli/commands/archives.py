"""``cpva archives``: which archives a server offers."""

from __future__ import annotations

import typer

from cassandra_pv_archiver.cli.frame import examples
from cassandra_pv_archiver.cli.session import session_of


@examples("cpva archives")
def archives(context: typer.Context) -> None:
    """List the archives that the archive-access service offers; release 3.2.6 has one."""
    session = session_of(context)
    with session.progress("Asking"), session.archive() as archive:
        found = archive.list_archives()
    if session.as_json:
        session.output.json(found)
    else:
        session.output.table(
            ("Key", "Name", "Description"), [(one.key, one.name, one.description) for one in found], right=("Key",)
        )
