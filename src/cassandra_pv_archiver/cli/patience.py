"""How long the command line goes on trying."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cassandra_pv_archiver import ArchiverError, RetryPolicy


@dataclass(frozen=True, slots=True)
class PatientUntil(RetryPolicy):
    """Repeats as the clients do, but not after ``end`` seconds without progress.

    Attributes:
        end: Seconds.
    """

    end: float = 30.0

    def delay(self, taken: int, failure: ArchiverError, **circumstances: Any) -> float | None:
        """As `RetryPolicy.delay`."""
        seconds = RetryPolicy.delay(self, taken, failure, **circumstances)
        late = seconds is not None and circumstances.get("waited", 0.0) + seconds >= self.end
        return None if late else seconds
