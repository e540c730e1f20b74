"""What an export tells while it runs and when it has ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from .manifest import Failure

__all__ = ["ExportProgress", "ExportProgressHandler", "ExportResult"]


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
