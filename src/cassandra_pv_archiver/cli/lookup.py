"""Servers and channels by what people call them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from .failures import Failure, usage
from .session import Session
from .text_files import read_text

if TYPE_CHECKING:
    from cassandra_pv_archiver import AdminClient, ClusterServer

_SUGGESTIONS = 3
_COMPARED = 5_000
_PATIENCE = 3.0
"""Seconds that looking for near names may take."""


def find_server(admin: AdminClient, text: str) -> ClusterServer:
    """Finds a server of the cluster by its ID or by its name, which must be unique.

    Raises:
        Failure: No server, or more than one, is called so.
    """
    servers = admin.get_cluster_status().servers
    with suppress(ValueError):
        wanted = UUID(text)
        for server in servers:
            if server.server_id == wanted:
                return server
    found = [server for server in servers if server.server_name == text]
    if len(found) == 1:
        return found[0]
    if found:
        ids = " or ".join(str(server.server_id) for server in found)
        raise usage(f"{len(found)} servers are called {text!r}.", f"Give the ID of one: {ids}")
    known = ", ".join(dict.fromkeys(server.server_name for server in servers))
    raise usage(f"No server of the cluster is called {text!r} or has this ID.", f"There are: {known}")


def no_such_channel(session: Session, name: str) -> Failure:
    """The failure for a channel that does not exist, with names that come near."""
    near = near_channels(session, name)
    if near:
        return Failure(f"There is no channel {name!r}.", f"Did you mean {' or '.join(near)}?")
    return Failure(f"There is no channel {name!r}.", "Look for names with: cpva search '*PART*'")


def near_channels(session: Session, name: str) -> list[str]:
    """Names of channels that are nearly the given one, the nearest first; empty if that would take long."""
    from cassandra_pv_archiver import ArchiverError

    found: dict[str, str] = {}
    with suppress(ArchiverError, ValueError), session.archive(retry=0, deadline=_PATIENCE) as archive:
        for pattern in _patterns(name):
            found.update((channel.lower(), channel) for channel in archive.find_channels_by_pattern(pattern))
    likely = sorted(found, key=lambda channel: abs(len(channel) - len(name)))[:_COMPARED]
    return [found[channel] for channel in difflib.get_close_matches(name.lower(), likely, _SUGGESTIONS, 0.75)]


def _patterns(name: str) -> list[str]:
    """What a name that is misspelt in one place still has: its beginning, or its end."""
    plain = name.replace("\\", "?")
    half = max(len(plain) // 2, 1)
    return [f"{plain[:half]}*", f"*{plain[half:]}"]


def channel_names(given: Iterable[str], file: Path | None) -> list[str]:
    """Names given on the command line, and those of a file (``-`` for stdin) with one a line; each once.

    Empty lines, and lines that begin with ``#``, are left out.

    Raises:
        Failure: The file cannot be read, or there is no name at all.
    """
    names = list(given)
    if file is not None:
        text = read_text(file, "Give a file with one name a line, or - for stdin.")
        names += [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if not names:
        raise usage("No channel is named.", "Give names of channels, or --channels-file FILE with one name a line.")
    return list(dict.fromkeys(names))
