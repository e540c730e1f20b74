"""``cpva simulate``: the options of the simulated cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cassandra_pv_archiver.cli.frame import examples
from cassandra_pv_archiver.cli.session import session_of


@examples("cpva simulate --schema")
def simulate(
    context: typer.Context,
    scene: Annotated[
        Path | None,
        typer.Argument(
            metavar="SCENE",
            help="A scene file in TOML or YAML, or month for fifty channels in October 2024. Without one, the cluster "
            "of the demo.",
        ),
    ] = None,
    admin_port: Annotated[
        str,
        typer.Option(
            metavar="PORT[,PORT...]",
            help="Port of the administrative service of the first server, the others following, or one for each "
            "server; 0 for any.",
        ),
    ] = "0",
    archive_port: Annotated[
        str, typer.Option(metavar="PORT[,PORT...]", help="Likewise, of the archive-access service.")
    ] = "0",
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of scene files, for editors, and exit.")
    ] = False,
) -> None:
    """Serve a simulated cluster until Ctrl-C or SIGTERM.

    It answers on this machine's loopback interface, as real servers do. With --json, addresses and users are one line
    of JSON. The exit status is 0 after a signal, and 2 if a scene or a port cannot be used.
    """
    from cassandra_pv_archiver.cli.simulate import print_schema, run

    if schema:
        print_schema()
    else:
        run(scene, admin_port, archive_port, as_json=session_of(context).as_json)
