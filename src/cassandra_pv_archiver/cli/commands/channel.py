"""``cpva channel``: everything about one channel."""

from __future__ import annotations

import typer

from cassandra_pv_archiver.cli.frame import examples
from cassandra_pv_archiver.cli.lookup import no_such_channel
from cassandra_pv_archiver.cli.options import Channel
from cassandra_pv_archiver.cli.session import session_of
from cassandra_pv_archiver.errors import NotFoundError


@examples("cpva channel RING:CURRENT")
def channel(context: typer.Context, name: Channel) -> None:
    """Show the configuration and the status of one channel.

    Counters begin anew whenever the server starts the channel.
    """
    session = session_of(context)
    with session.progress("Asking"), session.admin() as admin:
        try:
            found = admin.get_channel(name)
        except NotFoundError as error:
            raise no_such_channel(session, name) from error
    if session.as_json:
        session.output.json(found)
        return
    fields: dict[str, object] = {
        "Channel": found.channel_name,
        "State": found.state or "unknown, because its server is not running",
        "What is wrong": found.error_message,
        "Enabled": "yes" if found.enabled else "no",
        "Server": f"{found.server_name} ({found.server_id})",
        "Type": f"{found.control_system_type} ({found.control_system_name})",
        "Samples written": found.total_samples_written,
        "Samples dropped": found.total_samples_dropped,
        "Samples skipped": found.total_samples_skipped_back,
    }
    from cassandra_pv_archiver.configuration.durations import level_text, period_text

    for level, kept in sorted(found.decimation_level_to_retention_period.items()):
        title = "Raw samples" if level == 0 else f"Every {level_text(level)}"
        fields[title] = f"kept {period_text(kept)}" if kept else "kept for ever"
    fields |= {f"Option {option}": value for option, value in found.options.items()}
    fields["Data ID"] = found.channel_data_id
    session.output.fields(fields)
