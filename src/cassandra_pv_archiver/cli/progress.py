"""Progress on stderr, for whatever takes longer than a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Self

from .output import Output

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn, Task, TaskID

    from cassandra_pv_archiver import ReadProgress

APPEARS_AFTER = 1.0
"""Seconds after which progress is shown."""
SPEAKS_AFTER = 30.0
"""Seconds after which, again and again, a line is written where no bar can be shown."""


class Bars:
    """Bars for reads of samples, and a clock for everything else, as a context manager.

    They appear on stderr after a second, if it is a terminal and nobody said ``--quiet``. Elsewhere a line every
    30 seconds says that it still goes on. What is printed on stdout meanwhile does not disturb them if it goes to a
    file or a pipe; print to a terminal only after the end.
    """

    def __init__(self, output: Output, text: str, *, quiet: bool) -> None:
        self._output = output
        self._text = text
        self._quiet = quiet
        self._began = time.monotonic()
        self._ended = threading.Event()
        self._drawing = threading.Lock()
        self._is_held = False
        self._ticker = threading.Thread(target=self._tick, daemon=True)
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._so_far = ""

    def __enter__(self) -> Self:
        if not self._quiet:
            if self._output.errors.is_terminal:
                self._progress = self._made()
            self._ticker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._ticker.is_alive():
            self._ticker.join()
        if self._progress is not None:
            self._progress.live.stop()

    @contextmanager
    def held(self) -> Generator[None]:
        """Shows nothing while somebody is asked for something."""
        with self._drawing:
            self._is_held = True
            if self._progress is not None:
                self._progress.live.stop()
        try:
            yield
        finally:
            self._is_held = False

    def read(self, progress: ReadProgress) -> None:
        """Takes how far a read has come: the ``progress=`` of the methods that read samples."""
        if self._progress is None:
            return
        name = progress.channel_name
        if name not in self._tasks:
            self._tasks[name] = self._progress.add_task(name, total=1.0, samples=0, bytes=0)
        self._progress.update(
            self._tasks[name],
            completed=1.0 if progress.finished else progress.share,
            samples=progress.samples,
            bytes=progress.bytes,
            visible=not progress.finished,
        )

    def whole(self, share: float, samples: int, size: int) -> None:
        """Takes how far all of it has come, of which one bar tells and each line: many reads that are one task.

        Args:
            share: The part that is done, from 0 to 1.
            samples: The samples that have arrived.
            size: The bytes of the files.
        """
        self._so_far = f"{share:.0%}, {samples:,} samples, "
        if self._progress is not None:
            self._progress.update(self._tasks[""], total=1.0, completed=share, samples=samples, bytes=size)

    def _made(self) -> Progress:
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            _figures(),
            TimeElapsedColumn(),
        )
        progress = Progress(*columns, console=self._output.errors, transient=True)
        self._tasks[""] = progress.add_task(self._text, total=None, samples=None, bytes=None)
        return progress

    def _tick(self) -> None:
        if self._progress is not None:
            while not self._ended.wait(APPEARS_AFTER):
                with self._drawing:
                    if not self._is_held:
                        self._progress.start()
            return
        while not self._ended.wait(SPEAKS_AFTER):
            self._output.note(f"{self._text}: {self._so_far}{time.monotonic() - self._began:.0f} s so far.")


def _figures() -> ProgressColumn:
    from rich.filesize import decimal
    from rich.progress import ProgressColumn
    from rich.text import Text

    class Figures(ProgressColumn):
        """Share, samples per second, bytes, and the time that is left."""

        def render(self, task: Task) -> Text:
            samples = task.fields.get("samples")
            if samples is None:
                return Text("")
            rate = samples / task.elapsed if task.elapsed else 0
            left = "" if task.time_remaining is None else f"  {timedelta(seconds=round(task.time_remaining))} left"
            size = f"  {decimal(int(task.fields['bytes']))}" if task.fields["bytes"] else ""
            return Text(f"{task.percentage:3.0f} %  {rate:,.0f} samples/s{size}{left}")

    return Figures()
