"""Layouts: how the samples of a channel are spread over its decimation levels, and ranges to read them in."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Sequence
from typing import Any

from cassandra_pv_archiver.series import SampleSeries
from cassandra_pv_archiver.testing import Simulator, SimulatorRequest

SECOND = 10**9
NOW = 1_700_000_000 * SECOND
NAME = "a channel"
LEVELS = ([], [10], [10, 60], [1, 10, 60], [7, 11], [5, 10, 15, 300])

Pairs = list[tuple[int, Any]]


def pairs(series: SampleSeries) -> Pairs:
    return list(zip(series.times.tolist(), series.values.tolist(), strict=True))


def samples_of(
    simulator: Simulator, start: int, end: int, count: int = 0, name: str = NAME, *, server: int = 0
) -> list[dict[str, Any]]:
    """What a reply has, as it is sent."""
    target = f"/archive-access/api/1.0/archive/1/samples/{name.replace(' ', '+')}?start={start}&end={end}"
    target += f"&count={count}" if count else ""
    response = simulator.handle("archive", server, SimulatorRequest("GET", target.encode(), [("Host", "h")]))
    assert response.status == 200
    return json.loads(response.read())


def in_order(samples: Iterable[dict[str, Any]]) -> Pairs:
    return sorted((sample["time"], sample["value"][0]) for sample in samples)


def aggregate(time: int, value: float = 0.0) -> dict[str, Any]:
    """A decimated sample as it is sent."""
    return {
        "time": time,
        "severity": {"level": "OK", "hasValue": True},
        "status": "NO_ALARM",
        "quality": "Interpolated",
        "metaData": {"type": "numeric"},
        "type": "minMaxDouble",
        "value": [value],
        "minimum": value - 1.0,
        "maximum": value + 1.0,
    }


class Layout:
    """The channel that a seed gives.

    Attributes:
        simulator: Has the channel.
        levels: Its decimation levels, without that of the raw samples.
        times: The times of all samples that have been put in.
    """

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.now = self.random.choice((NOW, NOW, NOW, 400 * SECOND))
        self.simulator = Simulator(start_time=self.now, real_time=False)
        self.levels: Sequence[int] = self.random.choice(LEVELS)
        self.times: list[int] = []
        retention = dict.fromkeys([0, *self.levels], 0)
        if self.levels and self.random.random() < 0.4:
            retention |= self._retention()
        self.simulator.add_channel(NAME, decimation_levels=retention)
        self._add_raw()
        if self.random.random() < 0.6:
            for level in self.levels:
                if self.random.random() < 0.7:
                    self._give(level)

    def _retention(self) -> dict[int, int]:
        lengths = sorted(self.random.randint(5, 400) for _ in range(len(self.levels)))
        return dict(zip([0, *self.levels], lengths, strict=False))

    def _add_raw(self) -> None:
        number = self.random.choice((0, 1, 2, 10, 60))
        spacing = self.random.choice((SECOND // 10, SECOND, 7 * SECOND))
        begin = self.now - self.random.randint(1, number + 1) * spacing
        times = sorted({begin + self.random.randint(0, number) * spacing for _ in range(number)})
        self.simulator.add_samples(NAME, times=times, values=[float(time % 1009) for time in times])
        self.times += times

    def _give(self, level: int) -> None:
        number = self.random.choice((1, 1, 2, 3, 20))
        last = self.now // SECOND // level - self.random.choice((-1, 0, 1, 2, 20))
        times = [place * level * SECOND for place in range(max(last - number, 0), last)]
        self.simulator.add_samples(NAME, [aggregate(time, float(level)) for time in times], level=level)
        self.times += times

    def ranges(self, number: int) -> list[tuple[int, int, int]]:
        """Start, end and ``count`` of reads, with bounds on samples and elsewhere."""
        chance = self.random
        edges = [self.now, self.now - 100 * SECOND, *chance.choices(self.times or [self.now], k=4)]
        found: list[tuple[int, int, int]] = []
        for _ in range(number):
            ends = [chance.choice(edges) + chance.choice((0, 0, 1, -1, 30 * SECOND, -40 * SECOND)) for _ in range(2)]
            start, end = (max(bound, 0) for bound in sorted(ends))
            seconds = (end - start) / SECOND
            wanted = chance.choice((0.05, 1.0, 5.0, 10.0, 10.5, 30.0, 60.0, 1000.0))
            found.append((start, end, max(1, round(seconds / wanted))))
        return found
