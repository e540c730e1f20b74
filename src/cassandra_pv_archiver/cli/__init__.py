"""The ``cpva`` command."""

from __future__ import annotations

import sys

_CLI_LIBRARIES = frozenset({"typer", "rich", "click", "tzlocal"})
_INTERRUPTED = 130


def main() -> None:
    """Runs ``cpva``, or says what to install if the extra ``cli`` is missing."""
    try:
        from .app import app

        app()
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in _CLI_LIBRARIES:
            raise
        sys.exit(
            "cpva needs the extra 'cli', which is not installed.\n"
            "Install it with: pip install 'cassandra-pv-archiver-client[cli]'"
        )
    except KeyboardInterrupt:  # while it was still starting
        sys.exit(_INTERRUPTED)
