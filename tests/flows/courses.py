"""Courses of events: what is in an archive, what goes wrong while it is read, and what must come out."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from cassandra_pv_archiver._sample_calls import Range, get_samples, iter_batches
from cassandra_pv_archiver._steps import Limits
from cassandra_pv_archiver.errors import ArchiverError
from cassandra_pv_archiver.limits import RetryPolicy, Timeouts
from cassandra_pv_archiver.read_results import IncompleteReplyError
from cassandra_pv_archiver.series import SampleSeries
from cassandra_pv_archiver.testing import Simulator, SimulatorRequest, faults
from tests.flows.virtual_driver import VirtualDriver

SECOND = 10**9
NOW = 1_700_000_000 * SECOND
NAME = "a channel"
PASSING = ("Refuse", "Break", "EndEarly", "Reply", "Delay")
"""Faults that, few as they are, a read must get over."""
SILENT = ("CutArray", "DatabaseFails")
"""Faults that a reply does not show. There is one in a course, or outages of the database that last."""


def pairs(series: SampleSeries) -> list[tuple[int, Any]]:
    return list(zip(series.times.tolist(), series.values.tolist(), strict=True))


@dataclass
class Course:
    """What one seed gives.

    Attributes:
        seed: The seed.
        striking: The faults that may strike, by name.
        worst: Whether there are faults that no repetition gets over, or outages.
    """

    seed: int
    striking: list[str] = field(default_factory=list[str])
    worst: bool = False
    truths: list[list[tuple[int, Any]]] = field(default_factory=list[list[tuple[int, Any]]])

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.simulator = Simulator(start_time=NOW, real_time=False)
        self.undisturbed = Simulator(start_time=NOW, real_time=False)
        levels = self.random.choice(([], [10], [10, 60], [1, 10, 60]))
        for simulator in (self.simulator, self.undisturbed):
            simulator.add_channel(NAME, decimation_levels=levels)
        self.times = self._times()
        self._add_samples(self.times)
        if levels and self.times and self.random.random() < 0.3:
            self._let_raw_samples_expire(levels)
        policy = RetryPolicy(retries=4, patience=self.random.choice((None, None, 300.0)))
        self.driver = VirtualDriver(self.simulator, self.random, Limits(Timeouts(read=60.0), retry=policy))
        self.start, self.end = self._range()
        self.count = self.random.choice((0, 0, 0, 1, 3, self.random.randint(1, 400)))

    def _times(self) -> list[int]:
        number = self.random.choice((0, 1, 2, 5, 30, 120))
        spacing = self.random.choice((SECOND // 10, SECOND, 7 * SECOND))
        begin = NOW - self.random.randint(1, 2 * number + 1) * spacing
        return sorted({begin + self.random.randint(0, number) * spacing for _ in range(number)})

    def _let_raw_samples_expire(self, levels: Sequence[int]) -> None:
        level = self.random.choice(levels)
        first = (self.times[0] // SECOND - 600) // level * level
        times = [(first + place * level) * SECOND for place in range(600 // level + 2)]
        aggregates = [self._aggregate(time) for time in times if time <= self.times[-1]]
        for simulator in (self.simulator, self.undisturbed):
            simulator.add_samples(NAME, aggregates, level=level)

    def _add_samples(self, times: Sequence[int]) -> None:
        for simulator in (self.simulator, self.undisturbed):
            simulator.add_samples(NAME, times=times, values=[float(time % 1000) for time in times])

    def _aggregate(self, time: int) -> dict[str, Any]:
        return {
            "time": time,
            "severity": {"level": "OK", "hasValue": True},
            "status": "NO_ALARM",
            "quality": "Interpolated",
            "metaData": {"type": "numeric"},
            "type": "minMaxDouble",
            "value": [float(time % 1000)],
            "minimum": 0.0,
            "maximum": 1.0,
        }

    def _range(self) -> tuple[int, int]:
        places = [NOW, NOW + 100 * SECOND, NOW - 400 * SECOND, *self.times[:1], *self.times[-1:], *self.times[3:4]]
        ends = [self.random.choice(places) + self.random.choice((0, 0, 1, -1, 30 * SECOND)) for _ in range(2)]
        return min(ends), max(ends)

    # What goes wrong

    def spoil(self) -> None:
        """Adds what goes wrong."""
        for _ in range(self.random.choice((0, 1, 1, 2, 3))):
            self._add_fault(self.random.choice(PASSING))
        kind = self.random.random()
        if kind < 0.4:
            self._add_fault("CutArray")
        elif kind < 0.6:
            self._add_outages()
        if self.random.random() < 0.15:
            self.worst = True
            self._add_fault(self.random.choice(("Garbage", "WrongOrder", "DuplicateSamples", "TooManySamples")))
        if self.random.random() < 0.3:
            self._let_samples_arrive()
        if self.random.random() < 0.2:
            self._stop_a_server()
        self.driver.events.sort(key=lambda event: event[0])

    def _add_fault(self, name: str) -> None:
        chance = self.random
        made = {
            "Refuse": lambda: faults.Refuse(),
            "Break": lambda: faults.Break(chance.choice((None, 0, 1, chance.randint(0, 9000)))),
            "EndEarly": lambda: faults.EndEarly(chance.randint(0, 9000)),
            "Reply": lambda: faults.Reply(chance.choice((502, 503, 504)), chance.choice(("html", "json", b""))),
            "Delay": lambda: faults.Delay(before=chance.choice((0.5, 5.0, 100.0))),
            "CutArray": lambda: faults.CutArray(chance.randint(0, 60)),
            "DatabaseFails": lambda: faults.DatabaseFails(chance.randint(0, 60)),
            "Garbage": lambda: faults.Garbage(chance.choice((0, chance.randint(0, 5000)))),
            "WrongOrder": lambda: faults.WrongOrder(),
            "DuplicateSamples": lambda: faults.DuplicateSamples(chance.randint(1, 5)),
            "TooManySamples": lambda: faults.TooManySamples(chance.randint(2, 60), chance.choice((500, 504))),
        }[name]()
        many = name == "TooManySamples"
        self.simulator.faults.add(made, operation="getSamples", nth=None if many else chance.randint(1, 6))
        self.striking.append(name)

    def _add_outages(self) -> None:
        self.worst = True
        if self.random.random() < 0.5:
            self._add_fault("DatabaseFails")
        begin = NOW + round(self.random.random() * 2 * SECOND)
        self.driver.events.append((begin, self.simulator.stop_database))
        length = self.random.choice((1, 5, 20, 60)) * SECOND
        self.driver.events.append((begin + length, self.simulator.start_database))

    def _stop_a_server(self) -> None:
        server = self.random.randint(0, 1)
        begin = NOW + round(self.random.random() * SECOND // 10)
        self.driver.events.append((begin, partial(self.simulator.stop_server, server)))
        self.driver.events.append((begin + 30 * SECOND, partial(self.simulator.start_server, server)))

    def _let_samples_arrive(self) -> None:
        moments = sorted(NOW + round(self.random.random() * SECOND // 5) for _ in range(self.random.randint(1, 5)))
        for number, moment in enumerate(moments):
            self.driver.events.append((moment, partial(self._arrive, NOW + 11 * SECOND + number)))

    def _arrive(self, time: int) -> None:
        self._add_samples([time])
        self.truths.append(self.truth())

    # What must come out

    def truth(self) -> list[tuple[int, Any]]:
        """What an undisturbed reply has now, in the order of time."""
        count = f"&count={self.count}" if self.count else ""
        target = f"/archive-access/api/1.0/archive/1/samples/{NAME.replace(' ', '+')}?start={self.start}&end={self.end}"
        request = SimulatorRequest("GET", (target + count).encode(), [("Host", "h")])
        response = self.undisturbed.handle("archive", 0, request)
        assert response.status == 200
        return sorted((sample["time"], sample["value"][0]) for sample in json.loads(response.read()))

    def play(self) -> str:
        """Reads, and checks what comes out.

        Returns:
            What that was: "exact", or the kind of error.
        """
        self.truths.append(self.truth())
        self.spoil()
        wanted = Range(self.start, self.end, self.count, 1)
        in_batches = self.random.random() < 0.3
        try:
            if in_batches:
                self.driver.run(iter_batches(NAME, wanted, self.random.choice((1, 7, 1000))))
                series = SampleSeries.concatenate(self.driver.handed) if self.driver.handed else None
            else:
                series = self.driver.run(get_samples(NAME, wanted))
        except ArchiverError as failure:
            self._check_failure(failure)
            return type(failure).__name__
        finally:
            assert self.driver.open == 0
        self._check_series([] if series is None else pairs(series))
        return "exact"

    def _check_series(self, found: list[tuple[int, Any]]) -> None:
        if self.count:
            assert found in self.truths
            return
        first, last = self.truths[0], self.truths[-1]
        times = [time for time, _ in found]
        assert times == sorted(set(times))
        # A stream that was resumed before its range has begun may have handed out a neighbour too many.
        known = {pair for truth in self.truths for pair in truth}
        assert {pair for pair in found if pair[0] > self.start or not self.driver.handed} <= known
        # What was there at the beginning is there, except neighbours of the range that newer samples have replaced.
        assert {pair for pair in first if self.start < pair[0] <= self.end} <= set(found)
        assert any(found[:1] == truth[:1] for truth in self.truths) or self.driver.handed
        if len(self.truths) == 1:
            assert found == last

    def _check_failure(self, failure: ArchiverError) -> None:
        assert self.worst or len(self.striking) > self.driver.limits.retry.retries
        if isinstance(failure, IncompleteReplyError) and not self.count:
            together = [pair for part in (*self.driver.handed, failure.received) for pair in pairs(part)]
            whole = max(self.truths, key=len)
            assert together == whole[: len(together)] or len(self.truths) > 1
