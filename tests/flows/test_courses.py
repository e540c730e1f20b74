"""Reads in many courses of events: the exact samples come out, or a documented error."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.flows.playing import play

SEEDS = 10_000
BATCH = 1_000
FAILED_ONCE = (80, 296, 390, 400, 604, 666, 672, 799, 913, 953, 1026, 1345, 1922, 6511)
"""Seeds that have ever failed."""


@pytest.mark.one_interpreter
@pytest.mark.parametrize("first", range(0, SEEDS, BATCH))
def test_courses(first: int) -> None:
    outcomes = Counter(play(seed) for seed in range(first, first + BATCH))
    assert outcomes["exact"] > BATCH * 0.9, outcomes


@pytest.mark.parametrize("seed", FAILED_ONCE)
def test_courses_that_failed_once(seed: int) -> None:
    play(seed)
