"""Reads in situations that courses of events meet seldom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from cassandra_pv_archiver._sample_calls import Range, get_samples, iter_batches
from cassandra_pv_archiver._steps import Limits
from cassandra_pv_archiver.errors import ServerFailedError
from cassandra_pv_archiver.limits import RetryPolicy
from cassandra_pv_archiver.read_results import IncompleteReplyError
from cassandra_pv_archiver.series import SampleSeries
from cassandra_pv_archiver.testing import faults
from cassandra_pv_archiver.testing.simulator.fault_registry import Exchange
from cassandra_pv_archiver.testing.simulator.messages import SimulatorResponse
from tests.flows.layouts import NAME, NOW, SECOND, aggregate, in_order, pairs, samples_of
from tests.flows.special import a_channel, add, spoil
from tests.flows.virtual_driver import VirtualDriver


def and_then(event: Callable[[], object]) -> faults.Fault:
    """No fault, but something that happens when the reply has been made."""

    def strike(exchange: Exchange) -> SimulatorResponse:
        response = exchange.proceed()
        response.body = response.read()
        event()
        return response

    return strike


def first_of(sample_count: int, event: Callable[[], object]) -> faults.Fault:
    """A cut reply, and something that happens then."""

    def strike(exchange: Exchange) -> SimulatorResponse:
        response = faults.CutArray(sample_count)(exchange)
        event()
        return response

    return strike


def kinds(driver: VirtualDriver) -> set[str]:
    return {event.kind for event in driver.reports} - {"request"}


def ranges_asked(driver: VirtualDriver) -> list[bytes]:
    return [request.target.split(b"?")[1] for request in driver.simulator.requests]


EACH_SECOND = range(NOW - 100 * SECOND, NOW, SECOND)


@pytest.mark.parametrize("count", [0, 10, 1000])
def test_a_sample_that_arrives_behind_the_end_is_no_reason_to_read_again(count: int) -> None:
    driver = a_channel(*EACH_SECOND, levels=[10])
    before = samples_of(driver.simulator, NOW - 50 * SECOND, NOW, count)
    event = lambda: add(driver.simulator, NOW + 10 * SECOND, NOW + 20 * SECOND)  # noqa: E731
    spoil(driver, and_then(event), 1)
    series = driver.run(get_samples(NAME, Range(NOW - 50 * SECOND, NOW, count, 1)))
    after = samples_of(driver.simulator, NOW - 50 * SECOND, NOW, count)
    assert pairs(series) in (in_order(before), in_order(after))
    assert not kinds(driver)


def test_a_cut_just_before_the_neighbour_behind_the_end_is_repaired() -> None:
    driver = a_channel(*EACH_SECOND, NOW + SECOND, levels=[10])
    reply = samples_of(driver.simulator, NOW - 50 * SECOND, NOW, 500)
    spoil(driver, faults.CutArray(20), 1)
    spoil(driver, faults.CutArray(len(reply) - 1), range(2, 9))
    assert pairs(driver.run(get_samples(NAME, Range(NOW - 50 * SECOND, NOW, 500, 1)))) == in_order(reply)


def test_near_the_epoch_a_sample_at_the_end_has_no_neighbour() -> None:
    driver = a_channel(0, levels=[10])
    driver.simulator.add_samples(NAME, [aggregate(time * SECOND) for time in (0, 10, 20, 30)], level=10)
    for end, count in ((10 * SECOND, 1), (20 * SECOND, 1), (20 * SECOND, 2), (30 * SECOND, 1)):
        series = driver.run(get_samples(NAME, Range(0, end, count, 1)))
        assert pairs(series) == in_order(samples_of(driver.simulator, 0, end, count))
    driver.simulator.add_channel("one", decimation_levels=[100])
    driver.simulator.add_samples("one", [aggregate(0), aggregate(100 * SECOND)], level=100)
    assert len(driver.run(get_samples("one", Range(0, 0, 1, 1)))) == 1
    assert not kinds(driver)


def test_only_the_probe_is_repeated_if_it_fails() -> None:
    driver = a_channel(*EACH_SECOND, levels=[10])
    spoil(driver, faults.Reply(504), 2)
    driver.run(get_samples(NAME, Range(NOW - 50 * SECOND, NOW, 5, 1)))
    whole = f"start={NOW - 50 * SECOND}&end={NOW}&count=5".encode()
    assert ranges_asked(driver).count(whole) == 1
    assert kinds(driver) == {"retry"}


def test_patience_begins_when_something_fails() -> None:
    driver = a_channel(*EACH_SECOND, levels=[10])
    driver.limits = Limits(retry=RetryPolicy(patience=30.0))
    truth = in_order(samples_of(driver.simulator, NOW - 90 * SECOND, NOW, 90))
    spoil(driver, faults.Delay(between=1.0, size=500), 1)
    spoil(driver, faults.Break(20_000), 1)
    assert pairs(driver.run(get_samples(NAME, Range(NOW - 90 * SECOND, NOW, 90, 1)))) == truth
    assert driver.simulator.now_ns > NOW + 40 * SECOND
    spoil(driver, faults.Delay(between=1.0, size=500))
    spoil(driver, faults.Break(20_000))
    with pytest.raises(IncompleteReplyError):
        driver.run(get_samples(NAME, Range(NOW - 90 * SECOND, NOW, 90, 1)))


def test_a_growing_channel_behind_a_proxy_that_breaks_each_reply_does_not_keep_a_read_alive() -> None:
    driver = a_channel(*EACH_SECOND)
    time = NOW

    def grow() -> None:
        nonlocal time
        time += SECOND
        add(driver.simulator, time)

    truth = in_order(samples_of(driver.simulator, NOW - 50 * SECOND, NOW + SECOND))
    spoil(driver, and_then(grow))
    spoil(driver, break_at_the_end)
    series = driver.run(get_samples(NAME, Range(NOW - 50 * SECOND, NOW + 10**6 * SECOND, 0, 1)))
    assert pairs(series)[: len(truth)] == truth
    assert len(driver.simulator.requests) < 10


def break_at_the_end(exchange: Exchange) -> SimulatorResponse:
    """The last bracket is missing, unless it is a reply for a single instant."""
    response = exchange.proceed()
    start, end = (part.split(b"=")[1] for part in exchange.request.target.split(b"?")[1].split(b"&")[:2])
    if start != end:
        response.body = response.read()[:-1]
    return response


def test_status_500_after_an_empty_reply_is_a_failing_database() -> None:
    driver = a_channel(*EACH_SECOND)
    driver.limits = Limits(retry=RetryPolicy(retries=5))
    driver.simulator.stop_database()
    driver.events.append((NOW + SECOND, driver.simulator.start_database))
    series = driver.run(get_samples(NAME, Range(NOW - 50 * SECOND, NOW, 0, 1)))
    assert pairs(series) == in_order(samples_of(driver.simulator, NOW - 50 * SECOND, NOW))


def test_status_500_at_first_is_what_it_is() -> None:
    driver = a_channel(*EACH_SECOND)
    spoil(driver, faults.Reply(500))
    with pytest.raises(ServerFailedError):
        driver.run(get_samples(NAME, Range(NOW, NOW, 1, 1)))
    assert len(driver.simulator.requests) == 1


@pytest.mark.parametrize("left", [0, 5])
def test_two_equal_replies_in_a_wrong_order_are_no_proof(left: int) -> None:
    driver = a_channel(*EACH_SECOND)
    truth = in_order(samples_of(driver.simulator, NOW - 50 * SECOND, NOW))
    spoil(driver, faults.CutArray(left), (2, 3))
    spoil(driver, faults.WrongOrder())
    assert pairs(driver.run(get_samples(NAME, Range(NOW - 50 * SECOND, NOW, 0, 1)))) == truth


def test_an_older_sample_that_arrives_behind_the_end_is_a_neighbour_as_good_as_any() -> None:
    driver = a_channel()
    spoil(driver, and_then(lambda: add(driver.simulator, NOW + 20 * SECOND)), 1)
    spoil(driver, and_then(lambda: add(driver.simulator, NOW + 10 * SECOND)), 2)
    series = driver.run(get_samples(NAME, Range(NOW - SECOND, NOW, 10, 1)))
    assert pairs(series) == in_order(samples_of(driver.simulator, NOW - SECOND, NOW, 10))


# Spacing


@pytest.mark.parametrize("level", [1, 10, 60])
@pytest.mark.parametrize("length", [60, 97, 120])
def test_a_reply_for_a_longer_range_is_trimmed_as_that_for_the_range_would_be(level: int, length: int) -> None:
    driver = a_channel(*range(NOW - 300 * SECOND, NOW, SECOND), levels=[10, 60])
    start = NOW // SECOND // 60 * 60 * SECOND - 240 * SECOND
    for end in (start + length * SECOND, start + length * SECOND - 1, start + length * SECOND + 1):
        spacing = 0.5 if level == 1 else level
        series = driver.run(get_samples(NAME, Range(start, end, 0, 1, spacing=f"{spacing}s")))
        count = 1000 if level == 1 else max((end - start) // (level * SECOND), 1)
        assert pairs(series) == in_order(samples_of(driver.simulator, start, end, count))
    assert not kinds(driver)


def test_samples_of_a_longer_level_behind_the_end_stay() -> None:
    driver = a_channel(levels=[10, 60])
    last = (NOW // SECOND // 60 * 60) * SECOND
    driver.simulator.add_samples(NAME, [aggregate(last + 70 * SECOND), aggregate(last + 80 * SECOND)], level=10)
    longer = [aggregate(last + offset * SECOND) for offset in (-60, 0, 60)]
    driver.simulator.add_samples(NAME, longer, level=60)
    start, end = last - 70 * SECOND, last - 5 * SECOND
    series = driver.run(get_samples(NAME, Range(start, end, 0, 1, spacing="10s")))
    assert pairs(series) == in_order(samples_of(driver.simulator, start, end, 6))


def test_samples_that_arrive_in_the_part_that_is_trimmed_are_no_reason_to_read_again() -> None:
    driver = a_channel(*EACH_SECOND)
    event = lambda: add(driver.simulator, NOW + 10 * SECOND, NOW + 20 * SECOND)  # noqa: E731
    spoil(driver, and_then(event), 1)
    driver.run(get_samples(NAME, Range(NOW - 50 * SECOND, NOW, 0, 1, spacing="40s")))
    assert not kinds(driver)


# The tail


@pytest.mark.parametrize("stream", [False, True])
def test_a_channel_without_decimated_samples_is_all_tail(stream: bool) -> None:
    driver = a_channel(NOW - 30 * SECOND, levels=[60])
    wanted = Range(NOW - 600 * SECOND, NOW, 10, 1, fill_tail=True)
    assert not samples_of(driver.simulator, NOW - 600 * SECOND, NOW, 10)
    series = driver.run(get_samples(NAME, wanted)) if not stream else streamed(driver, wanted)
    assert pairs(series) == [(NOW - 30 * SECOND, float(NOW - 30 * SECOND))]
    if not stream:
        assert series.tail_begins == NOW - 30 * SECOND


def streamed(driver: VirtualDriver, wanted: Range) -> SampleSeries:
    driver.run(iter_batches(NAME, wanted, 10))
    return SampleSeries.concatenate(driver.handed)


def test_a_tail_that_fails_shows_how_far_it_came() -> None:
    driver = a_channel(*EACH_SECOND, levels=[60])
    driver.limits = Limits(retry=RetryPolicy(retries=0))
    wanted = Range(NOW - 100 * SECOND, NOW - 5 * SECOND, 1, 1, fill_tail=True)
    decimated = pairs(driver.run(get_samples(NAME, replace(wanted, fill_tail=False))))
    requests = len(driver.simulator.requests)
    spoil(driver, faults.CutArray(5), requests + 1)
    spoil(driver, faults.Reply(504), requests + 2)
    with pytest.raises(IncompleteReplyError) as raised:
        driver.run(get_samples(NAME, wanted))
    received = raised.value.received
    assert received.times.tolist() == sorted(set(received.times.tolist()))
    assert pairs(received)[: len(decimated)] == decimated
    assert len(received) > len(decimated)
    assert raised.value.reached == received.times[-1]


# What errors carry


def test_what_has_arrived_of_several_blocks_is_in_order() -> None:
    driver = a_channel(*EACH_SECOND, levels={0: 20, 10: 60, 60: 0})
    driver.limits = replace(driver.limits, retry=RetryPolicy(retries=0))
    reply = samples_of(driver.simulator, NOW - 90 * SECOND, NOW, 200)
    assert reply[0]["time"] > reply[-1]["time"]
    spoil(driver, break_at_the_end)
    with pytest.raises(IncompleteReplyError) as raised:
        driver.run(get_samples(NAME, Range(NOW - 90 * SECOND, NOW, 200, 1)))
    assert pairs(raised.value.received) == in_order(reply)
    assert raised.value.reached == max(sample["time"] for sample in reply)


def test_what_has_arrived_begins_with_one_neighbour() -> None:
    driver = a_channel(NOW - 100 * SECOND, NOW - 10 * SECOND)
    driver.limits = replace(driver.limits, retry=RetryPolicy(retries=0))
    spoil(driver, first_of(1, lambda: add(driver.simulator, NOW - 50 * SECOND)), 1)
    spoil(driver, faults.CutArray(2), 3)
    spoil(driver, faults.Refuse(), range(4, 9))
    with pytest.raises(IncompleteReplyError) as raised:
        driver.run(get_samples(NAME, Range(NOW - 20 * SECOND, NOW + 1, 0, 1)))
    assert (raised.value.received.times <= NOW - 20 * SECOND).sum() == 1


# Retention


def test_raw_samples_that_expire_while_they_are_read_are_not_lost_in_silence() -> None:
    driver = a_channel(*EACH_SECOND, levels={0: 100, 10: 0})
    spoil(driver, first_of(5, lambda: add(driver.simulator, NOW + 50 * SECOND)), 1)
    with pytest.raises(IncompleteReplyError) as raised:
        driver.run(get_samples(NAME, Range(NOW - 99 * SECOND, NOW, 0, 1)))
    assert raised.value.reached == NOW - 95 * SECOND


def test_what_expires_behind_the_joint_does_no_harm() -> None:
    driver = a_channel(*EACH_SECOND, levels={0: 100, 10: 0})
    truth = in_order(samples_of(driver.simulator, NOW - 99 * SECOND, NOW - SECOND))
    spoil(driver, first_of(60, lambda: add(driver.simulator, NOW + 40 * SECOND)), 1)
    assert pairs(driver.run(get_samples(NAME, Range(NOW - 99 * SECOND, NOW - SECOND, 0, 1)))) == truth


def test_raw_samples_that_are_all_gone() -> None:
    driver = a_channel(levels=[10])
    driver.simulator.add_samples(NAME, [aggregate(NOW - 20 * SECOND), aggregate(NOW - 10 * SECOND)], level=10)
    series = driver.run(get_samples(NAME, Range(NOW - 100 * SECOND, NOW, 0, 1)))
    assert (len(series), series.begins_late, series.earlier_decimated) == (0, True, True)
