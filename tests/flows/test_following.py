"""Following channels: each new sample once, whatever happens."""

from __future__ import annotations

from typing import Any

import pytest

from cassandra_pv_archiver._sample_calls import follow
from cassandra_pv_archiver.errors import ArchiverError
from cassandra_pv_archiver.testing import faults
from tests.flows.layouts import NAME, NOW, SECOND, pairs
from tests.flows.special import a_channel, add, spoil
from tests.flows.virtual_driver import VirtualDriver


def test_following_hands_out_each_sample_once_however_far_they_are_apart() -> None:
    times = [NOW + offset * SECOND for offset in (0, 20, 25, 100, 101, 160, 400)]
    driver = a_channel(NOW - 100 * SECOND)
    driver.events = [(time, lambda time=time: add(driver.simulator, time)) for time in times]
    followed(driver, "now", until=NOW + 500 * SECOND)
    assert [pair for _, series in driver.handed for pair in pairs(series)] == [(time, float(time)) for time in times]


@pytest.mark.parametrize("status", [502, 504])
def test_following_from_long_ago_asks_for_shorter_ranges_where_a_server_refuses_long_ones(status: int) -> None:
    times = range(NOW - 3000 * SECOND, NOW, SECOND)
    driver = a_channel(*times)
    spoil(driver, faults.TooManySamples(400, status))
    add_later = [NOW + 10 * SECOND, NOW + 100 * SECOND]
    driver.events = [(time, lambda time=time: add(driver.simulator, time)) for time in add_later]
    followed(driver, NOW - 2500 * SECOND, until=NOW + 200 * SECOND)
    expected = [time for time in (*times, *add_later) if time >= NOW - 2500 * SECOND]
    assert [time for _, series in driver.handed for time in series.times.tolist()] == expected
    assert len(driver.simulator.requests) < 100


def test_following_goes_on_if_even_the_overlap_is_refused() -> None:
    driver = a_channel(*range(NOW - 200 * SECOND, NOW, SECOND))
    spoil(driver, faults.TooManySamples(20))
    followed(driver, NOW - 100 * SECOND, until=NOW + 1000 * SECOND)
    assert len(driver.simulator.requests) < 200


def test_following_waits_while_the_server_refuses_everything() -> None:
    driver = a_channel(NOW)
    spoil(driver, faults.Reply(502))
    followed(driver, "now", until=NOW + 1000 * SECOND)
    assert len(driver.simulator.requests) < 80


class _OverError(ArchiverError):
    pass


def followed(driver: VirtualDriver, start: Any, *, until: int) -> None:
    def end() -> None:
        raise _OverError("the end")

    driver.events.append((until, end))
    with pytest.raises(_OverError):
        driver.run(follow(NAME, start, "5s", 1, 4))
