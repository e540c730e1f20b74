"""A channel to read, and what spoils the reading, for tests of one situation each."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from cassandra_pv_archiver.testing import Simulator, faults
from tests.flows.layouts import NAME, NOW
from tests.flows.virtual_driver import VirtualDriver


def a_channel(*times: int, levels: Any = (), values: Callable[[int], float] = float) -> VirtualDriver:
    simulator = Simulator(start_time=NOW, real_time=False)
    simulator.add_channel(NAME, decimation_levels=levels)
    add(simulator, *times, values=values)
    return VirtualDriver(simulator, random.Random(1))


def add(simulator: Simulator, *times: int, values: Callable[[int], float] = float) -> None:
    simulator.add_samples(NAME, times=list(times), values=[values(time) for time in times])


def spoil(driver: VirtualDriver, fault: faults.Fault, nth: Any = None) -> None:
    driver.simulator.faults.add(fault, operation="getSamples", nth=nth)
