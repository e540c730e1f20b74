"""Reads in many courses of events: the exact samples come out, or a documented error."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.flows.courses import Course

SEEDS = 10_000
BATCH = 1_000


@pytest.mark.one_interpreter
@pytest.mark.parametrize("first", range(0, SEEDS, BATCH))
def test_courses(first: int) -> None:
    outcomes: Counter[str] = Counter()
    for seed in range(first, first + BATCH):
        try:
            outcomes[Course(seed).play()] += 1
        except Exception as error:
            raise AssertionError(f"Course({seed}).play()") from error
    assert outcomes["exact"] > BATCH * 0.8, outcomes
