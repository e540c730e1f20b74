"""``cpva demo``: the options of the demonstration."""

from __future__ import annotations

from typing import Annotated

import typer

from cassandra_pv_archiver.cli.frame import examples


@examples("cpva demo")
def demo(
    serve: Annotated[
        bool, typer.Option("--serve", help="Leave the simulated cluster running and print its addresses.")
    ] = False,
) -> None:
    """Show the SDK at work on a simulated cluster of two servers.

    Nothing but this machine's loopback interface is used.
    """
    if serve:
        from cassandra_pv_archiver.cli.simulate import run

        run(None, "0", "0", as_json=False)
    else:
        from cassandra_pv_archiver.cli.demo import run as run_demo

        run_demo()
