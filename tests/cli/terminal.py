"""``cpva`` at a pseudo-terminal, for prompts, progress, colours and narrow screens."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from tests.cli.conftest import CPVA

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]")
_PATIENCE = 40.0


class Terminal:
    """A running command whose stdin, stdout and stderr are one terminal."""

    def __init__(self, process: int, descriptor: int) -> None:
        self._process = process
        self._descriptor = descriptor
        self.raw = ""

    @property
    def text(self) -> str:
        """What was shown so far, without colours and movements of the cursor."""
        return _CONTROL.sub("", self.raw).replace("\r\n", "\n")

    def wait_for(self, fragment: str, patience: float = _PATIENCE) -> None:
        """Waits until a text was shown, at most so many seconds without anything new."""
        if not self._read_until(lambda: fragment in self.text, patience):
            raise AssertionError(f"{fragment!r} was not shown, but:\n{self.text}")

    def type(self, text: str) -> None:
        """Types text; end it with a newline."""
        os.write(self._descriptor, text.encode())

    def interrupt(self) -> None:
        """Presses Ctrl-C."""
        self.type("\x03")

    def end_by_interrupt(self) -> int:
        """Presses Ctrl-C until it is heard: a signal that comes right before a system call is not."""
        for _ in range(10):
            self.interrupt()
            with contextlib.suppress(AssertionError):
                self._read_until(lambda: False, patience=5.0)
                break
        return self.end()

    def end(self) -> int:
        """Waits for the end, and gives the exit status."""
        self._read_until(lambda: False)
        status = os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1])
        self._process = 0
        return status

    def close(self) -> None:
        """Ends the command if it still runs."""
        if self._process:
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
        os.close(self._descriptor)

    def _read_until(self, enough: Callable[[], bool], patience: float = _PATIENCE) -> bool:
        deadline = time.monotonic() + patience
        while not enough():
            ready, _, _ = select.select([self._descriptor], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise AssertionError(f"nothing more was shown in time, after:\n{self.text}")
            with contextlib.suppress(OSError):  # how Linux tells that the other end was closed
                if shown := os.read(self._descriptor, 65536):
                    self.raw += shown.decode("utf-8", "replace")
                    continue
            return False
        return True


@contextmanager
def terminal(environment: Mapping[str, str], *arguments: str, columns: int = 80) -> Iterator[Terminal]:
    """Runs ``cpva`` at a terminal of so many columns; ``environment`` is ``Cpva.complete()``."""
    everything = {**environment, "TERM": "xterm-256color"}
    everything.pop("COLUMNS", None)
    process, descriptor = pty.fork()
    if process == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        os.execve(CPVA[0], [*CPVA, *arguments], everything)
    shown = Terminal(process, descriptor)
    try:
        yield shown
    finally:
        shown.close()
