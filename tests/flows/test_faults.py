"""Every fault of the simulator, at any byte, sample and time: never a missing, doubled or misplaced sample."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cassandra_pv_archiver._sample_calls import Range, get_samples, iter_batches
from cassandra_pv_archiver._steps import Limits
from cassandra_pv_archiver.errors import ArchiverError
from cassandra_pv_archiver.limits import RetryPolicy
from cassandra_pv_archiver.read_results import IncompleteReplyError
from cassandra_pv_archiver.testing import faults
from tests.flows.layouts import NAME, NOW, SECOND, Layout, in_order, pairs, samples_of
from tests.flows.virtual_driver import VirtualDriver

places = st.integers(0, 30_000) | st.integers(0, 400)
PASSING: dict[str, st.SearchStrategy[faults.Fault]] = {
    "Break": st.builds(faults.Break, st.none() | places, st.sampled_from(["reset", "close"]), st.booleans()),
    "CutArray": st.builds(faults.CutArray, st.integers(0, 80)),
    "DatabaseFails": st.builds(faults.DatabaseFails, st.integers(0, 80)),
    "Delay": st.builds(faults.Delay, st.sampled_from([0, 1, 100]), st.sampled_from([0, 0.1, 100]), st.just(5000)),
    "EndEarly": st.builds(faults.EndEarly, st.none() | places),
    "Padding": st.builds(faults.Padding, st.integers(1, 70_000)),
    "Refuse": st.just(faults.Refuse()),
    "Reply": st.builds(faults.Reply, st.sampled_from([429, 502, 503, 504]), st.sampled_from(["html", "json", b""])),
    "TooManySamples": st.builds(faults.TooManySamples, st.integers(1, 50), st.sampled_from([502, 504])),
}
"""What a read gets over, if it is not too much at once."""
HARD: dict[str, st.SearchStrategy[faults.Fault]] = {
    "ContentType": st.builds(faults.ContentType, st.sampled_from(["text/plain", None])),
    "DuplicateSamples": st.builds(faults.DuplicateSamples, st.integers(1, 5)),
    "Garbage": st.builds(faults.Garbage, places),
    "Gzip": st.builds(faults.Gzip),
    "NestedBrackets": st.builds(faults.NestedBrackets, st.just(2000), st.booleans()),
    "Redirect": st.builds(faults.Redirect, st.none() | st.just("http://elsewhere/")),
    "Reply": st.builds(faults.Reply, st.sampled_from([400, 404, 500])),
    "WrongOrder": st.just(faults.WrongOrder()),
}
NOT_FOR_READS = {"GzipBomb", "ServerDies"}
SILENT = {"CutArray", "DatabaseFails"}
seeds = st.integers(0, 2**32)


def test_all_faults_are_tried() -> None:
    made = {name for name in faults.__all__ if isinstance(getattr(faults, name), type)}
    no_faults = {"ActiveFault", "Exchange", "Faults", "SimulatorRequest", "SimulatorResponse"}
    assert made - no_faults == PASSING.keys() | HARD.keys() | NOT_FOR_READS


class Play:
    """A read of some layout that is spoiled."""

    def __init__(self, seed: int, retry: RetryPolicy) -> None:
        self.note = f"Play({seed}, {retry})"
        self.layout = Layout(seed % 5000)
        self.random = random.Random(seed)
        self.start, self.end, self.count = self.layout.ranges(1)[0]
        self.count = self.random.choice((0, self.count))
        self.truth = in_order(samples_of(self.layout.simulator, self.start, self.end, self.count))
        self.driver = VirtualDriver(self.layout.simulator, self.random, Limits(retry=retry))

    def spoil(self, fault: faults.Fault, nth: Any) -> None:
        self.note += f".spoil({fault}, {nth})"
        simulator, seconds = self.layout.simulator, self.random.randint(1, 20)

        def strike(exchange: faults.Exchange) -> faults.SimulatorResponse:
            response = fault(exchange)
            self.driver.events.append((simulator.now_ns + seconds * SECOND, simulator.start_database))
            self.driver.events.sort(key=lambda event: event[0])
            return response

        mends = isinstance(fault, faults.DatabaseFails)
        simulator.faults.add(strike if mends else fault, operation="getSamples", nth=nth)

    def read(self) -> None:
        """Reads, as a series or in batches, and checks what comes out; an error may come."""
        wanted = Range(self.start, self.end, self.count, 1)
        in_batches = self.random.random() < 0.3
        try:
            if in_batches:
                self.driver.run(iter_batches(NAME, wanted, self.random.choice((1, 10))))
                found = [pair for series in self.driver.handed for pair in pairs(series)]
            else:
                found = pairs(self.driver.run(get_samples(NAME, wanted)))
        except IncompleteReplyError as failure:
            handed = [pair for series in self.driver.handed for pair in pairs(series)]
            failure.add_note(self.note)
            if not self.count:
                whole = handed + pairs(failure.received)
                assert whole == self.truth[: len(whole)]
            raise
        finally:
            assert self.driver.open == 0
        assert found == self.truth, self.note


@settings(max_examples=500)
@given(seed=seeds, spoiling=st.lists(st.tuples(st.one_of(*PASSING.values()), st.integers(1, 8)), max_size=4))
def test_what_passes_is_got_over(seed: int, spoiling: list[tuple[faults.Fault, int]]) -> None:
    play = Play(seed, RetryPolicy(patience=300.0, longest_delay=5.0))
    silent = [fault for fault, _ in spoiling if type(fault).__name__ in SILENT]
    for fault, nth in spoiling:
        if fault not in silent[1:]:  # a probe that is cut as well proves nothing
            play.spoil(fault, nth)
    play.read()


@settings(max_examples=500)
@given(
    seed=seeds,
    spoiling=st.lists(st.tuples(st.one_of(*PASSING.values(), *HARD.values()), st.integers(1, 6)), max_size=5),
    retries=st.integers(0, 3),
)
def test_whatever_goes_wrong_there_is_the_truth_or_an_error(
    seed: int, spoiling: list[tuple[faults.Fault, int]], retries: int
) -> None:
    play = Play(seed, RetryPolicy(retries=retries, longest_delay=5.0))
    silent = [fault for fault, _ in spoiling if type(fault).__name__ in SILENT]
    # No release is known to send another order, of which nothing would show a cut.
    allowed = 0 if any(isinstance(fault, faults.WrongOrder) for fault, _ in spoiling) else 1
    for fault, nth in spoiling:
        if fault not in silent[allowed:]:
            play.spoil(fault, nth)
    try:
        play.read()
    except ArchiverError:
        assert spoiling


FOR_EVER: dict[str, Callable[[], faults.Fault]] = {
    "nothing": partial(faults.CutArray, 0),
    "the first sample": partial(faults.CutArray, 1),
    "half of it": faults.EndEarly,
    "the first bytes": partial(faults.Break, 500),
    "all but the end": partial(faults.Break, 10**6),
    "refused": partial(faults.Reply, 504),
    "the same": partial(faults.Reply, 200, b"[]"),
    "late": partial(faults.Delay, 100.0),
}


@pytest.mark.parametrize("what", FOR_EVER)
@pytest.mark.parametrize("patience", [None, 300.0])
def test_a_server_that_always_does_the_same_does_not_keep_a_read_alive(what: str, patience: float | None) -> None:
    for seed in range(60):
        play = Play(seed, RetryPolicy(patience=patience))
        for end in (play.end, NOW + 10**9 * SECOND):
            play.end = end
            play.truth = in_order(samples_of(play.layout.simulator, play.start, play.end, play.count))
            before, asked = play.layout.simulator.now_ns, len(play.layout.simulator.requests)
            play.spoil(FOR_EVER[what](), None)
            with suppress(ArchiverError, AssertionError):  # a server that cuts the probes as well cannot be found out
                play.read()
            assert len(play.layout.simulator.requests) - asked < 2 * len(play.truth) + 80
            assert play.layout.simulator.now_ns - before < 1500 * SECOND + len(play.truth) * 100 * SECOND
            play.layout.simulator.faults.clear()
            play.driver.handed.clear()
