"""The commands of ``cpva``."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

import typer

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
    from .demo import run, serve_scene

    if serve:
        serve_scene()
    else:
        run()
