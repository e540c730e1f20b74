"""What a run of the suite is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from .wire import Credentials


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a run of the suite is told.

    Attributes:
        admin_url: Scheme, host, port and path prefix of the administrative service.
        archive_url: Likewise, of the archive-access service.
        write_prefix: How the names of all channels begin that may be created, changed and removed; None: nothing is
            changed.
        credentials: Those of an administrator; needed with `write_prefix`.
        journal: The file in which channels are noted before they are created; None: one in the user's folder for
            states of programs.
        clean_leftovers: Whether channels are removed first that an earlier run has noted and not removed.
        max_rate: Requests per second at most; None: no bound.
        timeout: Seconds to wait for a connection, and for more bytes.
    """

    admin_url: str
    archive_url: str
    write_prefix: str | None = None
    credentials: Credentials | None = field(default=None, repr=False)
    journal: Path | None = None
    clean_leftovers: bool = False
    max_rate: float | None = None
    timeout: float = 60.0
