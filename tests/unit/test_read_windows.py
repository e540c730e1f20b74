"""Stretches of time that requests for samples cover."""

from __future__ import annotations

import itertools
import math
import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cassandra_pv_archiver._read_windows import (
    SMALLEST_WINDOW,
    Windows,
    WindowSize,
    equal_spacing,
    multiple_of_spacing,
)

SECOND = 10**9
DAY = 86_400 * SECOND
LARGEST_INT32 = 2**31 - 1


def best_level(levels: list[int], length: int, count: int) -> int:
    """The level that the server chooses (section 7.2), as it is written there."""
    period = length / float(count) / 1e9
    whole = LARGEST_INT32 if period > LARGEST_INT32 else math.floor(period)
    longer = min((level for level in levels if level >= whole), default=None)
    shorter = max(level for level in levels if level <= whole)
    if longer is None or longer == shorter:
        return shorter
    over = longer / period - 1.0
    under = -(shorter / period - 1.0)
    return longer if over < 0.05 and over < under else shorter


def levels_near(length: int, count: int) -> st.SearchStrategy[list[int]]:
    """Levels that are close to where the choice changes, and any others."""
    near = int(length / count / SECOND)
    edges = [round(near * factor) + step for factor in (0.5, 1.0, 1.05, 2.0) for step in (-2, -1, 0, 1, 2)]
    valid = sorted({edge for edge in edges if 1 <= edge <= LARGEST_INT32} | {1})
    level = st.sampled_from(valid) | st.integers(1, LARGEST_INT32)
    return st.lists(level, max_size=6, unique=True).map(lambda some: [0, *sorted(some)])


lengths = st.integers(0, 2**63 - 1) | st.integers(0, 400 * DAY) | st.integers(0, 10**6).map(lambda n: n * SECOND)
counts = st.integers(1, LARGEST_INT32) | st.integers(1, 5000)


@settings(max_examples=1500)
@given(length=lengths, count=counts, data=st.data())
@example(length=0, count=1, data=None)
@example(length=2**63 - 1, count=1, data=None)
@example(length=2**63 - 1, count=LARGEST_INT32, data=None)
def test_a_short_range_selects_the_same_level(length: int, count: int, data: st.DataObject | None) -> None:
    short, few = equal_spacing(length, count)
    assert 0 <= short <= length
    assert 1 <= few <= count
    levels = [0, 1, 10, 60, 3600] if data is None else data.draw(levels_near(length, count))
    assert best_level(levels, short, few) == best_level(levels, length, count)


@given(count=st.integers(1, 10**6), level=st.integers(1, 10**6), off=st.integers(-3, 3))
def test_spacings_at_which_the_choice_changes(count: int, level: int, off: int) -> None:
    for factor in (1.0, 1 / 1.05, 20 / 21, 1.05, 2.0):
        length = max(round(level * factor * SECOND * count) + off, 0)
        short, few = equal_spacing(length, count)
        for levels in ([0, level], [0, max(level - 1, 1), level + 1], [0, level, 2 * level], [0, max(level // 2, 1)]):
            assert best_level(levels, short, few) == best_level(levels, length, count)


@given(lengths, counts)
def test_the_range_is_a_small_part_of_the_longer_one(length: int, count: int) -> None:
    short, few = equal_spacing(length, count)
    # One or two samples do, unless the spacing is within nanoseconds of where the choice changes.
    assert few <= 2 or short <= length * 0.5 or count <= 8


@given(st.integers(0, 2**62), st.integers(1, 10**15))
def test_a_multiple_of_the_spacing(length: int, spacing: int) -> None:
    longer, count = multiple_of_spacing(length, spacing)
    assert longer == count * spacing
    assert count >= 1
    assert length <= longer < max(length, 1) + spacing


# Windows that servers refuse


class Site:
    """A channel whose samples come at some rate, and a server that refuses windows with more than some number."""

    def __init__(self, rate: float, limit: int) -> None:
        self.rate = rate
        self.limit = limit
        self.refused = self.answered = 0
        self.down_for = 0

    def read(self, memory: WindowSize, length: int) -> None:
        windows, begin = Windows(memory), 0
        while begin < length:
            end = windows.end_of(begin, length)
            samples = int((end - begin) / SECOND * self.rate)
            if samples > self.limit or self.down_for > 0:
                self.refused += 1
                self.down_for -= 1
                windows.refused(end - begin)
                assert self.refused < 1000
                continue
            self.answered += 1
            windows.answered(end - begin, samples)
            begin = end


@pytest.mark.parametrize("limit", [30_000, 110_000, 10**6])
@pytest.mark.parametrize("rate", [0.01, 1.0, 10.0, 1000.0])
def test_a_long_read_takes_few_requests(rate: float, limit: int) -> None:
    site, memory = Site(rate, limit), WindowSize()
    length = int(min(50e6 / rate, 3e7)) * SECOND
    site.read(memory, length)
    samples = length / SECOND * rate
    assert site.refused <= 9
    assert site.answered <= 12 + 2 * samples / min(limit / 2, 50_000)


def test_the_size_is_remembered() -> None:
    site, memory = Site(10.0, 110_000), WindowSize()
    site.read(memory, 100 * DAY)
    refused = site.refused
    for _ in range(5):
        site.read(memory, 100 * DAY)
    assert site.refused == refused
    assert memory.wanted == 50_000


def test_a_short_read_does_not_make_the_next_ones_short() -> None:
    site, memory = Site(10.0, 110_000), WindowSize()
    site.read(memory, 100 * DAY)
    for _ in range(5):
        site.read(memory, SECOND // 2)
    site.answered = 0
    site.read(memory, DAY)
    assert site.answered <= 20


def test_slow_channels_have_long_windows_and_do_not_change_those_of_others() -> None:
    dense, slow, memory = Site(100.0, 110_000), Site(0.001, 110_000), WindowSize()
    dense.read(memory, 10 * DAY)
    refused, size = dense.refused, memory.length
    slow.read(memory, 3000 * DAY)
    assert slow.answered <= 13
    assert memory.length == size
    dense.read(memory, 10 * DAY)
    assert dense.refused == refused


def test_a_server_that_allows_little_is_asked_for_little() -> None:
    site, memory = Site(10.0, 5_000), WindowSize()
    site.read(memory, 10 * DAY)
    assert site.refused <= 12
    assert 1_000 <= memory.wanted <= 5_000
    refused = site.refused
    site.read(memory, 10 * DAY)
    assert site.refused == refused


def test_an_outage_does_not_make_windows_short_for_ever() -> None:
    site, memory = Site(10.0, 110_000), WindowSize()
    site.read(memory, 10 * DAY)
    for _ in range(10):
        site.down_for = 20
        site.read(memory, 10 * DAY)
    assert memory.wanted == 50_000
    site.answered = 0
    site.read(memory, 10 * DAY)
    assert site.answered <= 2 * 10 * 86_400 * 10 / 50_000


def test_a_channel_that_gets_faster_does_not_make_windows_small() -> None:
    rng, memory = random.Random(1), WindowSize()
    for _ in range(50):
        Site(rng.choice((0.1, 1.0, 30.0, 400.0)), 110_000).read(memory, DAY)
    assert memory.wanted == 50_000


def test_nothing_shorter_than_the_smallest_window_is_tried() -> None:
    windows = Windows(WindowSize())
    lengths = [windows.end_of(0, DAY)]
    while windows.refused(lengths[-1]):
        lengths.append(windows.end_of(0, DAY))
    assert lengths[-1] == SMALLEST_WINDOW
    assert all(second < first for first, second in itertools.pairwise(lengths))
    assert len(lengths) <= 8
