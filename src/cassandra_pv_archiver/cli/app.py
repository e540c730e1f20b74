"""The commands of ``cpva``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from .frame import CONTEXT_SETTINGS, Entry, Root
from .shells import teach_bash

FIND = "Find out"
CHANGE = "Change what is archived"
ABOUT = "Settings and testing"
_ARCHIVES = "List the archives that the archive-access service offers; release 3.2.6 has one."
_CONTRACT = "Check a live server against the specifications and the behaviour of release 3.2.6."
_PLOT = "Plot channels over time: in the terminal, in a file, or in a window."
_RUN = "Run the commands of a file, as the administrative service takes them."
_EXPORT = "Write the configuration of all channels of a server as XML."
_CONFIG = "Keep what a cluster archives in files: check, compare, plan and apply them."
_DATASET = "Export samples of many channels into Parquet files, verify them, and show what is there."
_IMPORT = "Bring the channels of a server to what an XML file says."

COMMANDS = {
    "search": Entry("commands.search:search", "Find channels by a pattern.", FIND),
    "channels": Entry("commands.channels:channels", "List channels with their state and configuration.", FIND),
    "channel": Entry("commands.channel:channel", "Show the configuration and the status of one channel.", FIND),
    "get": Entry("commands.get:get", "Get samples of one channel or several, as a table or into a file.", FIND),
    "follow": Entry("commands.follow:follow", "Print samples as they are archived, until Ctrl-C.", FIND),
    "status": Entry("commands.status:status", "Show the cluster: what is wrong, servers, channels by state.", FIND),
    "archives": Entry("commands.archives:archives", _ARCHIVES, FIND),
    "doctor": Entry("commands.doctor:doctor", "Check that everything is there: services, clocks, credentials.", FIND),
    "plot": Entry("commands.plot:plot", _PLOT, FIND),
    "dataset": Entry("commands.dataset:app", _DATASET, FIND),
    "add": Entry("commands.add:add", "Add channels to a server.", CHANGE),
    "rename": Entry("commands.rename:rename", "Give channels other names; their samples stay with them.", CHANGE),
    "move": Entry("commands.channel_changes:move", "Move channels to another server.", CHANGE),
    "enable": Entry("commands.channel_changes:enable", "Archive channels that are disabled.", CHANGE),
    "disable": Entry("commands.channel_changes:disable", "Stop archiving channels, and keep their samples.", CHANGE),
    "refresh": Entry("commands.channel_changes:refresh", "Restart channels from their stored configuration.", CHANGE),
    "remove": Entry("commands.channel_changes:remove", "Remove channels with all their samples.", CHANGE),
    "run": Entry("commands.run:run", _RUN, CHANGE),
    "export": Entry("commands.server_files:export", _EXPORT, CHANGE),
    "import": Entry("commands.server_files:import_", _IMPORT, CHANGE),
    "config": Entry("commands.config:app", _CONFIG, CHANGE),
    "profile": Entry("commands.profile:app", "Show and edit settings that are stored under a name.", ABOUT),
    "demo": Entry("commands.demo:demo", "Show the SDK at work on a simulated cluster of two servers.", ABOUT),
    "simulate": Entry("commands.simulate:simulate", "Serve a simulated cluster until Ctrl-C or SIGTERM.", ABOUT),
    "contract": Entry("commands.contract:contract", _CONTRACT, ABOUT),
}
"""Every command, in the order of the help. A new one needs a line here and a module in ``cli/commands``."""


class Cpva(Root):
    """``cpva`` with its commands."""

    entries: Mapping[str, Entry] = COMMANDS


teach_bash()
app: typer.Typer = typer.Typer(
    name="cpva",
    cls=Cpva,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    context_settings=CONTEXT_SETTINGS,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"cpva {version('cassandra-pv-archiver-client')}")
        raise typer.Exit


@app.callback()
def common(
    context: typer.Context,
    show_version: Annotated[  # noqa: ARG001 -- its callback does it
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """The Cassandra PV Archiver from the shell."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
