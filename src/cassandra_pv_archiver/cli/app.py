"""The commands of ``cpva``."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from .contract import contract

app: typer.Typer = typer.Typer(
    name="cpva",
    help="The Cassandra PV Archiver from the shell.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # local variables hold passwords
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cpva {version('cassandra-pv-archiver-client')}")
        raise typer.Exit


@app.callback()
def common(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """The Cassandra PV Archiver from the shell."""


@app.command()
def demo(
    serve: Annotated[
        bool, typer.Option("--serve", help="Leave the simulated cluster running and print its addresses.")
    ] = False,
) -> None:
    """Show the SDK at work on a simulated cluster of two servers.

    Nothing but this machine's loopback interface is used.
    """
    if serve:
        from .simulate import run

        run(None, "0", "0", as_json=False)
    else:
        from .demo import run as run_demo

        run_demo()


@app.command()
def simulate(
    scene: Annotated[
        Path | None, typer.Argument(help="A scene file in TOML or YAML. Without one, the cluster of the demo.")
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
    as_json: Annotated[bool, typer.Option("--json", help="Print addresses and users as one line of JSON.")] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of scene files, for editors, and exit.")
    ] = False,
) -> None:
    """Serve a simulated cluster until Ctrl-C or SIGTERM.

    It answers on this machine's loopback interface, as real servers do. The exit status is 0 after a signal, and 2 if a
    scene or a port cannot be used.
    """
    from .simulate import print_schema, run

    if schema:
        print_schema()
    else:
        run(scene, admin_port, archive_port, as_json=as_json)


app.command()(contract)
