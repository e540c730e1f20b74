"""Measuring several ways of doing the same side by side, and showing the outcome as a table."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence

__all__ = ["Way", "median_seconds", "show", "speeds"]

Way = Callable[[], object]


def median_seconds(
    ways: Mapping[str, Way], rounds: int, clock: Callable[[], float] = time.perf_counter
) -> dict[str, float]:
    """How long each way takes. They take turns, so that what else the machine does meets all of them."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            gc.collect()
            begin = clock()
            outcome = way()
            seconds[name].append(clock() - begin)
            del outcome
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def speeds(seconds: Mapping[str, float], samples: int, reference: str) -> list[tuple[str, str, str]]:
    """For each way its name, thousands of samples a second, and how many times as fast as the reference that is."""
    return [
        (name, f"{samples / taken / 1000:,.0f}", f"{seconds[reference] / taken:.1f}") for name, taken in seconds.items()
    ]


def show(title: str, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints a table as Markdown has it."""
    print(f"\n### {title}\n")
    for cells in (headers, ["---", *["--:"] * (len(headers) - 1)], *rows):
        print("| " + " | ".join(cells) + " |")
