"""Replies that the server has cut, at each of their samples."""

from __future__ import annotations

import random

import pytest

from cassandra_pv_archiver._sample_calls import Range, get_samples
from cassandra_pv_archiver.testing import faults
from tests.flows.layouts import NAME, Layout, in_order, pairs, samples_of
from tests.flows.virtual_driver import VirtualDriver

LAYOUTS = 300
RANGES = 3


@pytest.mark.one_interpreter
@pytest.mark.parametrize("first", range(0, LAYOUTS, 100))
@pytest.mark.parametrize("is_raw", [False, True])
def test_each_cut_is_repaired(first: int, is_raw: bool) -> None:
    for seed in range(first, first + 100):
        layout = Layout(seed)
        simulator = layout.simulator
        for start, end, count in layout.ranges(RANGES):
            count = 0 if is_raw else count
            reply = samples_of(simulator, start, end, count)
            truth = in_order(reply)
            for left in range(len(reply) + 1):
                simulator.faults.clear()
                simulator.faults.add(faults.CutArray(left), operation="getSamples", nth=1)
                driver = VirtualDriver(simulator, random.Random(seed))
                found = pairs(driver.run(get_samples(NAME, Range(start, end, count, 1))))
                assert found == truth, f"{seed=} {start=} {end=} {count=} {left=} of {len(reply)}"
            assert {event.kind for event in driver.reports} == {"request"}, f"{seed=} {start=} {end=} {count=}"
