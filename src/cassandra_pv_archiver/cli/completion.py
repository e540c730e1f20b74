"""What the shell completes: names of channels, from the server, within a short time."""

from __future__ import annotations

import typer

from .session import Session

PATIENCE = 1.0
"""Seconds after which completion gives up."""
_MOST = 200


def complete_channel(ctx: typer.Context, incomplete: str) -> list[str]:
    """Names that begin like this; none if the server does not answer at once."""
    from cassandra_pv_archiver import ArchiverError

    session = ctx.find_object(Session) or Session()
    if any(letter in incomplete for letter in "*?\\"):
        return []
    session.options.setdefault("quiet", True)
    try:
        with session.archive(retry=0, timeout=PATIENCE, deadline=PATIENCE) as archive:
            names = archive.find_channels_by_pattern(f"{incomplete}*")
    except (ArchiverError, ValueError):
        return []
    return [name for name in names if name.startswith(incomplete)][:_MOST]
