"""Courses of events: what is in an archive, what goes wrong while it is read, and what comes out."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from cassandra_pv_archiver._steps import Limits
from cassandra_pv_archiver.limits import RetryPolicy, Timeouts
from cassandra_pv_archiver.testing import Simulator, faults
from cassandra_pv_archiver.testing.simulator.fault_registry import Exchange
from cassandra_pv_archiver.testing.simulator.messages import SimulatorResponse
from tests.flows.layouts import LEVELS, NAME, NOW, SECOND, aggregate
from tests.flows.truths import Snapshot, Wanted, snapshot
from tests.flows.virtual_driver import VirtualDriver

NAMES = (NAME, "another/one", "a third")
PASSING = ("Refuse", "Break", "EndEarly", "Reply", "Delay")
"""Faults that, few as they are, a read must get over. Others that a reply does not show (``CutArray`` and
``DatabaseFails``) come once in a course, or with outages of the database that last."""
HARD = ("Garbage", "WrongOrder", "DuplicateSamples", "TooManySamples")


class Course:
    """What one seed gives.

    Attributes:
        seed: The seed.
        names: The channels that are read.
        at_most: How many of them at once.
        is_followed: Whether the channels are followed.
        is_timed: Whether events come at some time; otherwise with some request, so that nothing depends on clocks.
        striking: The faults that may strike, by name.
        worst: Whether there are faults that no repetition gets over, or outages.
        truths: What was in each channel at each moment.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.striking: list[str] = []
        self.worst = False
        self.random = random.Random(seed)
        self.is_followed = self.random.random() < 0.1
        self.is_timed = self.is_followed or self.random.random() < 0.7
        several = self.random.random() < 0.15
        self.at_most = self.random.randint(1, 4)
        self.names = NAMES[: self.random.choice((2, 3))] if several else NAMES[:1]
        self.simulator = Simulator(start_time=NOW, real_time=False)
        self.undisturbed = Simulator(start_time=NOW, real_time=False)
        self.times = {name: self._add_channel(name) for name in self.names}
        self.wanted = self._wanted()
        patience = self.random.choice((None, None, 300.0)) if self.is_timed else None
        self.retry = RetryPolicy(retries=4, patience=patience)
        self.driver = VirtualDriver(self.simulator, self.random, Limits(Timeouts(read=60.0), retry=self.retry))
        self.truths: dict[str, list[Snapshot]] = {name: [self._snapshot(name)] for name in self.names}
        self._spoil()

    # What is there

    def _add_channel(self, name: str) -> Sequence[int]:
        levels = self.random.choice(LEVELS)
        number = self.random.choice((0, 1, 2, 5, 30, 120))
        spacing = self.random.choice((SECOND // 10, SECOND, 7 * SECOND))
        begin = NOW - self.random.randint(1, 2 * number + 1) * spacing
        times = sorted({begin + self.random.randint(0, number) * spacing for _ in range(number)})
        if self.is_followed:  # samples that are far in the future hide those that come later
            times = [time for time in times if time <= NOW]
        for simulator in (self.simulator, self.undisturbed):
            simulator.add_channel(name, decimation_levels=levels)
        self._add_samples(name, times)
        if levels and times and self.random.random() < 0.3:
            self._let_decimated_samples_reach_back(name, self.random.choice(levels), times)
        return times

    def _let_decimated_samples_reach_back(self, name: str, level: int, times: Sequence[int]) -> None:
        first = (times[0] // SECOND - 600) // level * level
        places = [(first + place * level) * SECOND for place in range(600 // level + 2)]
        aggregates = [aggregate(time, float(time % 1009)) for time in places if time <= times[-1]]
        for simulator in (self.simulator, self.undisturbed):
            simulator.add_samples(name, aggregates, level=level)

    def _add_samples(self, name: str, times: Sequence[int]) -> None:
        for simulator in (self.simulator, self.undisturbed):
            simulator.add_samples(name, times=times, values=[float(time % 1009) for time in times])

    def _wanted(self) -> Wanted:
        if self.is_followed:
            start = self.random.choice((NOW, NOW - 50 * SECOND))
            return Wanted(start, 2**63 - 1)
        times = [time for name in self.names for time in (*self.times[name][:1], *self.times[name][-1:])]
        places = [NOW, NOW + 100 * SECOND, NOW - 400 * SECOND, *times, *self.times[NAME][3:4]]
        ends = [self.random.choice(places) + self.random.choice((0, 0, 1, -1, 30 * SECOND)) for _ in range(2)]
        count = self.random.choice((0, 0, 0, 1, 3, self.random.randint(1, 400)))
        spacing = (
            self.random.choice((SECOND // 2, SECOND, 10 * SECOND, 60 * SECOND)) if self.random.random() < 0.2 else 0
        )
        tail = self.random.random() < 0.3
        return Wanted(min(ends), max(ends), 0 if spacing else count, spacing, tail)

    def _snapshot(self, name: str) -> Snapshot:
        return snapshot(self.undisturbed, name, self.wanted)

    # What goes wrong

    def _spoil(self) -> None:
        for _ in range(self.random.choice((0, 1, 1, 2, 3))):
            self._add_fault(self.random.choice(PASSING))
        kind = self.random.random()
        if kind < 0.4:
            self._add_fault("CutArray")
        elif kind < 0.6:
            self._add_outages()
        if self.random.random() < 0.15 and not self.is_followed:
            self.worst = True
            self._add_fault(self.random.choice(HARD))
        if self.random.random() < (0.9 if self.is_followed else 0.3):
            self._let_samples_arrive()
        if self.random.random() < 0.2:
            self._stop_servers()
        self.driver.events.sort(key=lambda event: event[0])

    def _add_fault(self, name: str) -> None:
        chance = self.random
        made: Callable[[], faults.Fault] = {
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
        }[name]
        nth = None if name == "TooManySamples" else chance.randint(1, 6 * len(self.names))
        self.simulator.faults.add(made(), operation="getSamples", nth=nth)
        self.striking.append(name)

    def _at(self, seconds: float, event: Callable[[], object]) -> None:
        """Lets something happen after some time, or with some request."""
        if self.is_timed:
            self.driver.events.append((NOW + round(seconds * SECOND), event))
            return

        def strike(exchange: Exchange) -> SimulatorResponse:
            response = exchange.proceed()
            if response.status == 200:
                response.body = response.read()
            event()
            return response

        self.simulator.faults.add(strike, operation="getSamples", nth=self.random.randint(1, 8))

    def _add_outages(self) -> None:
        self.worst = True
        if self.random.random() < 0.5:
            self._add_fault("DatabaseFails")
        begin = self.random.random() * 2
        self._at(begin, self.simulator.stop_database)
        self._at(begin + self.random.choice((1, 5, 20, 60)), self.simulator.start_database)
        if self.is_followed:  # whatever fails, at last it works again
            self._at(300, self.simulator.start_database)

    def _stop_servers(self) -> None:
        first = self.random.randint(0, 1)
        for server in (first, 1 - first)[: self.random.choice((1, 1, 2))]:
            begin = self.random.random() * self.random.choice((0.1, 3.0, 60.0))
            self._at(begin, partial(self.simulator.stop_server, server))
            self._at(begin + 30, partial(self.simulator.start_server, server))
            self.worst = self.worst or not self.is_timed or server != first

    def _let_samples_arrive(self) -> None:
        if self.is_followed:
            for _ in range(self.random.randint(1, 8)):
                moment = self.random.random() * 200
                late = self.random.choice((0.0, 0.0, 5.0, 14.0))
                time = NOW + round((moment - late) * SECOND)
                self._at(moment, partial(self._arrive, self.random.choice(self.names), time))
        else:
            for number, moment in enumerate(sorted(self.random.random() / 5 for _ in range(self.random.randint(1, 5)))):
                self._at(moment, partial(self._arrive, self.random.choice(self.names), NOW + 11 * SECOND + number))

    def _arrive(self, name: str, time: int) -> None:
        self._add_samples(name, [time])
        self.truths[name].append(self._snapshot(name))

    def describe(self) -> dict[str, Any]:
        """What a person wants to see of a course that fails."""
        return {"seed": self.seed, "wanted": self.wanted, "names": self.names, "striking": self.striking}
