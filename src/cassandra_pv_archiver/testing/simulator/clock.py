"""The simulator's own time."""

from __future__ import annotations

import math
import time
from operator import index

SECOND = 1_000_000_000
"""Nanoseconds."""


class Clock:
    """Follows real time, or stands still; either way it can be put forward.

    Args:
        start_ns: Where it begins, in nanoseconds since 1970-01-01 UTC. None: now.
        real_time: Whether it goes on by itself.
    """

    def __init__(self, start_ns: int | None = None, *, real_time: bool = True) -> None:
        self._base_ns = time.time_ns() if start_ns is None else index(start_ns)
        self._started_ns = time.monotonic_ns() if real_time else None

    def now_ns(self) -> int:
        """Nanoseconds since 1970-01-01 UTC. It never goes back."""
        gone = 0 if self._started_ns is None else time.monotonic_ns() - self._started_ns
        return self._base_ns + gone

    def advance(self, seconds: float) -> None:
        """Lets time pass at once.

        Args:
            seconds: How much; finite and not negative.
        """
        if not 0 <= seconds < math.inf:
            raise ValueError(f"Time goes forward by a finite number of seconds, not by {seconds}; it does not go back.")
        self._base_ns += round(seconds * SECOND)
