"""``cpva demo``: the SDK at work on a simulated cluster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table

from cassandra_pv_archiver import AdminClient, ArchiveClient, ArchiveConfigurationCommands, SampleSeries
from cassandra_pv_archiver.testing import RunningSimulator
from cassandra_pv_archiver.testing.scenes import demo_scene

T = TypeVar("T")

_SHOWN = 6


def run() -> None:
    """Starts the scene and shows each step as the line of Python and its result."""
    console = Console()
    with demo_scene().serve() as running:
        console.print("A simulated cluster of two servers answers on this machine:")
        _print_urls(console, running)
        with AdminClient(base_url=running.admin_url, password="admin") as admin:  # noqa: S106 -- the simulator's
            _administration(console, admin)
            with ArchiveClient(base_url=running.archive_url) as archive:
                _samples(console, archive)
            _commands(console, admin)
    console.print("\nThat was the demo. [bold]cpva demo --serve[/] leaves the cluster running for your own scripts.")


def _print_urls(console: Console, running: RunningSimulator) -> None:
    for server in running.servers:
        console.print(f"  admin {server.admin_url}   archive {server.archive_url}   server {server.server_id}")


def _step(console: Console, line: str, result: Callable[[], T]) -> T:
    console.print()
    console.print(Syntax(f">>> {line}", "pycon", background_color="default", word_wrap=True))
    return result()


def _administration(console: Console, admin: AdminClient) -> None:
    status = _step(console, "admin.get_cluster_status().servers", admin.get_cluster_status)
    console.print(
        _table(
            ("server_id", "server_name", "online", "last_online_datetime"),
            [(s.server_id, s.server_name, s.online, f"{s.last_online_datetime:%H:%M:%S}") for s in status.servers],
        )
    )
    server = _step(console, "admin.get_server_status()", admin.get_server_status)
    console.print(
        f"{server.server_name}: {server.channels_total} channels, {server.channels_error} in error, "
        f"{server.channels_disconnected} disconnected"
    )
    first = status.servers[0].server_id
    channels = _step(
        console,
        f"admin.list_channels_for_server('{first}')",
        lambda: admin.list_channels_for_server(first),
    )
    rows = [(c.channel_name, c.state, c.total_samples_written, c.error_message or "") for c in channels]
    console.print(_table(("channel_name", "state", "total_samples_written", "error_message"), rows))
    channel = _step(console, "admin.get_channel('RING:CURRENT')", lambda: admin.get_channel("RING:CURRENT"))
    console.print(channel)


def _samples(console: Console, archive: ArchiveClient) -> None:
    names = _step(
        console, "archive.find_channels_by_pattern('*:vac:*')", lambda: archive.find_channels_by_pattern("*:vac:*")
    )
    console.print(names)
    names = _step(
        console,
        r"archive.find_channels_by_regexp(r'RING:S\d+:TEMP')",
        lambda: archive.find_channels_by_regexp(r"RING:S\d+:TEMP"),
    )
    console.print(names)
    raw = _step(
        console,
        "archive.get_samples('RING:CURRENT', '-1min', 'now')",
        lambda: archive.get_samples("RING:CURRENT", "-1min", "now"),
    )
    _show(console, raw)
    decimated = _step(
        console,
        "archive.get_samples('RING:CURRENT', '-6h', 'now', count=24)",
        lambda: archive.get_samples("RING:CURRENT", "-6h", "now", count=24),
    )
    _show(console, decimated)
    modes = _step(
        console,
        "archive.get_samples('RING:MODE', '-6h', 'now').labels",
        lambda: archive.get_samples("RING:MODE", "-6h", "now"),
    )
    console.print(modes.labels.tolist())
    _step(
        console,
        "archive.get_samples('RING:S03:VAC:PRESSURE', '-3h', 'now').gaps",
        lambda: console.print(archive.get_samples("RING:S03:VAC:PRESSURE", "-3h", "now").gaps),
    )


def _show(console: Console, series: SampleSeries) -> None:
    console.print(repr(series), markup=False)
    for sample in series[-_SHOWN:]:
        console.print(f"  {sample}", markup=False)


def _commands(console: Console, admin: AdminClient) -> None:
    server = admin.get_server_status().server_id
    commands = ArchiveConfigurationCommands()
    lines = (
        "commands = ArchiveConfigurationCommands()\n"
        f">>> commands.add_channel('DEMO:NEW', 'channel_access', '{server}', decimation_levels=[0, 60])\n"
        ">>> commands.update_channel('RING:LIFETIME', add_options={'maxUpdatePeriod': 60})\n"
        ">>> commands.remove_channel('DEMO:NO:SUCH')\n"
        ">>> admin.run_archive_configuration_commands(commands)"
    )
    commands.add_channel("DEMO:NEW", "channel_access", server, decimation_levels=[0, 60])
    commands.update_channel("RING:LIFETIME", add_options={"maxUpdatePeriod": 60})
    commands.remove_channel("DEMO:NO:SUCH")
    results = _step(console, lines, lambda: admin.run_archive_configuration_commands(commands))
    rows = [
        (result.command.command_type, result.command.subject, result.success, result.error_message or "")
        for result in results
    ]
    console.print(_table(("command", "channel", "success", "error_message"), rows))
    document = _step(
        console,
        f"admin.export_server_configuration('{server}')",
        lambda: admin.export_server_configuration(server),
    )
    console.print("\n".join(document.decode().splitlines()[:_SHOWN]), markup=False, highlight=False)
    console.print(f"... {len(document.splitlines())} lines")


def _table(columns: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> Table:
    table = Table(box=None, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(str, row))
    return table
