"""What an export tells while it runs and when it has ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from .manifest import Failure
from .texts import duration_text, number_text, size_text

__all__ = ["ExportProgress", "ExportProgressHandler", "ExportResult"]

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class ExportProgress:
    """How far an export has come.

    Attributes:
        share: The part of what is still to be read when it began, from 0 to 1, by time and channels.
        samples: Samples that have arrived.
        files: Files that were added.
        bytes: Their size.
        month: The month that is read, such as ``'2026-01'``.
        concurrency: How many requests run at once at most at present.
        failures: Channels that could not be read.
        finished: Whether this is the last one.
    """

    share: float
    samples: int
    files: int
    bytes: int
    month: str
    concurrency: int
    failures: int
    finished: bool

    def __str__(self) -> str:
        failed = f", channels that could not be read: {self.failures:,}" if self.failures else ""
        return (
            f"{self.share:4.0%}, {number_text(self.samples, 'sample')}, {number_text(self.files, 'file')}"
            f" ({size_text(self.bytes)}), in {self.month}, {self.concurrency} at once{failed}"
        )


ExportProgressHandler: TypeAlias = Callable[[ExportProgress], object]
"""Takes how far an export has come, at most ten times a second and once when it ends, in the thread or task of the
call. What it raises ends the export."""


@dataclass(frozen=True, slots=True)
class ExportResult:
    """What an export has done.

    Attributes:
        path: Where the dataset is.
        samples: Samples that were added.
        files: Files that were added.
        bytes: Their size.
        seconds: How long it took.
        empty: Channels that have no sample in the range.
        expired: Channels of which the retention period had removed samples of the range.
        failures: What could not be read. The next run tries again.
    """

    path: str
    samples: int
    files: int
    bytes: int
    seconds: float
    empty: tuple[str, ...]
    expired: tuple[str, ...]
    failures: tuple[Failure, ...]

    def __str__(self) -> str:
        added = f"{number_text(self.samples, 'sample')} in {number_text(self.files, 'file')}"
        lines = [f"{added} ({size_text(self.bytes)}) added to {self.path} in {duration_text(self.seconds)}"]
        for what, some in (("without samples", self.empty), ("partly expired", self.expired)):
            if some:
                lines.append(f"  {what}: {', '.join(some[:_SHOWN])}{' ...' if len(some) > _SHOWN else ''}")
        lines += [f"  {failure.channel} is {failure.reason}: {failure.message}" for failure in self.failures[:_SHOWN]]
        if len(self.failures) > _SHOWN:
            lines.append(f"  and {number_text(len(self.failures) - _SHOWN, 'failure')} more")
        return "\n".join(lines)
