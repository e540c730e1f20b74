"""``cpva contract``: the options of the check of a live server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cassandra_pv_archiver.cli.frame import examples
from cassandra_pv_archiver.cli.session import session_of

_LONGEST_WAIT = 60.0
"""Seconds to wait for a reply, unless --timeout says otherwise; each check is shown as it ends."""


@examples("cpva contract", "cpva contract --junit report.xml")
def contract(
    context: typer.Context,
    write_prefix: Annotated[
        str | None,
        typer.Option(
            metavar="PREFIX",
            help="Create, change and remove channels, all disabled, whose names begin with this. At least 4 characters,"
            " and no channel may begin so. Without, nothing is changed.",
        ),
    ] = None,
    clean_leftovers: Annotated[
        bool, typer.Option("--clean-leftovers", help="First remove what an earlier run noted in its journal and left.")
    ] = False,
    journal: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where channels are noted before they are created.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Findings to accept.")
    ] = None,
    write_baseline: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a baseline that accepts what was found.")
    ] = None,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report as JUnit XML too.")] = None,
    max_rate: Annotated[
        float | None, typer.Option(metavar="N", min=0.1, help="Send no more requests per second than this.")
    ] = None,
) -> None:
    """Check a live server against the specifications and the behaviour of release 3.2.6.

    Nothing is changed without --write-prefix, which needs a password: from where --password-from says, from the
    variable CPVA_PASSWORD, or asked for.

    Exit status: 0 all confirmed, 10 deviations, 3 not reachable, 4 not authorised.
    """
    from cassandra_pv_archiver.cli.contract_run import Outputs, check_servers

    session = session_of(context)
    settings = session.settings

    def password() -> str:
        if settings.password_from != "prompt":  # noqa: S105 -- where it comes from
            return settings.read_password()
        return typer.prompt(f"Password of {settings.username}", hide_input=True, err=True)

    check_servers(
        admin_url=settings.admin_urls[0],
        archive_url=settings.archive_urls[0],
        write_prefix=write_prefix,
        username=settings.username,
        password=password,
        clean_leftovers=clean_leftovers,
        journal=journal,
        max_rate=max_rate,
        timeout=settings.timeout or _LONGEST_WAIT,
        console=None if session.as_json else session.output.console,
        outputs=Outputs(as_json=session.as_json, junit=junit, baseline=baseline, write_baseline=write_baseline),
    )
