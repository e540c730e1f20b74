"""The ``cpva`` command."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

_CLI_LIBRARIES = frozenset({"typer", "rich", "click", "tzlocal"})
_INTERRUPTED = 130
_A_MOMENT = 0.05


def main() -> None:
    """Runs ``cpva``, or says what to install if the extra ``cli`` is missing."""
    sys.unraisablehook = _not_lost
    _prepare_streams()
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


def _prepare_streams() -> None:
    """Makes what is written the same in all locales: UTF-8 in files and pipes, as what is read of them."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # it was closed by whoever started this
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 -- until the end
    stdout: Any = sys.stdout
    if stdout.isatty():
        stdout.reconfigure(errors="replace")
    elif not os.environ.get("PYTHONIOENCODING"):
        stdout.reconfigure(encoding="utf-8")


def _not_lost(unraisable: UnraisableHookArgs) -> None:
    """Presses Ctrl-C again that came within a callback of the interpreter, which ignores all exceptions there."""
    if unraisable.exc_type is not KeyboardInterrupt:
        sys.__unraisablehook__(unraisable)
        return
    import threading

    again = threading.Timer(_A_MOMENT, _press)  # not here, where it would be ignored once more
    again.daemon = True
    again.start()


def _press() -> None:
    import signal
    import threading

    main_thread = threading.main_thread().ident
    if sys.platform == "win32" or main_thread is None:
        import _thread

        _thread.interrupt_main()
    else:
        signal.pthread_kill(main_thread, signal.SIGINT)
