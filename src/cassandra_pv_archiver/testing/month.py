"""A month of a storage ring, with a relation between its channels that is worth finding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from .simulator import Simulator, marker_sample

Numbers: TypeAlias = NDArray[np.float64]
Times: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]

SECOND = 1_000_000_000
_MINUTES = 5
_DAY = 24 * 60 // _MINUTES
_HOUR = _DAY // 24
_FIRST_DAY = datetime(2024, 9, 30, tzinfo=UTC)
_DAYS = 34
_SECTORS = range(1, 9)
_STATES = ("Shutdown", "Injection", "User run", "Machine study")
_SHUTDOWN, _INJECTION, _USER_RUN, _STUDY = range(4)
_DUMPS = (2.31, 5.74, 9.05, 12.43, 19.62, 24.18, 28.87)
"""When the beam was lost, in days."""
_LOST = 9
"""For how long, in steps."""
_FILL = 8 * _HOUR
_PERIOD = 32.0
"""Of the undulators, in mm."""


def month_scene(simulator: Simulator) -> None:
    """Fills a simulator with fifty channels of a storage ring from 2024-09-30 to 2024-11-03, for tutorials.

    The names of the fifty begin with ``RING:``, and two others don't. Beam is lost now and then, the ring is shut down
    for two days, a thermometer is disconnected for a day, another one fails, positions without beam are INVALID, and
    one channel has never had a sample. Where the beam is depends on its current, on the temperature of the tunnel and
    on the undulators, for some of these as they were before. All is the same whenever it is made.

    Args:
        simulator: Where to, as the ``scene`` of a `Simulator`.
    """
    ring = _Ring()
    _Channels(simulator, ring).add_all()


class _Ring:
    """What happens in the ring, five minutes after five minutes."""

    def __init__(self) -> None:
        self.steps = np.arange(_DAYS * _DAY)
        self.days = self.steps / _DAY
        begin = int(_FIRST_DAY.timestamp()) * SECOND
        self.times: Times = begin + self.steps * _MINUTES * 60 * SECOND
        self.mode = self._modes()
        self.current = self._current()
        self.has_beam: Mask = self.current > 1.0
        self.outside = 11.0 + 4.5 * _daily(self.days, 15) + _walk("outside", len(self.steps), 0.09, 48 * _HOUR)
        self.hall = 22.0 + 0.22 * (_lagged(self.outside, 8 * 60) - 11.0)
        self.gaps = {number: self._gap(number) for number in (1, 2, 3)}

    def _modes(self) -> NDArray[np.int64]:
        mode = np.full(len(self.steps), _USER_RUN)
        # Day 0 is a Monday: machine studies from six to ten in the evening.
        mode[(self.steps // _DAY % 7 == 0) & (self.days % 1 >= 6 / 24) & (self.days % 1 < 22 / 24)] = _STUDY
        mode[(self.days >= 15.25) & (self.days < 17.4)] = _SHUTDOWN
        for day in (*_DUMPS, 17.4):
            lost = round(day * _DAY)
            mode[lost : lost + _LOST] = _INJECTION
        return mode

    def _current(self) -> Numbers:
        since_fill = self.steps % _FILL / _HOUR
        current = 300.0 * np.exp(-since_fill / 18.0)
        studied = np.random.default_rng(3).uniform(40.0, 180.0, size=_DAYS * 12)[self.steps // (2 * _HOUR)]
        current = np.where(self.mode == _STUDY, studied, current)
        return np.where((self.mode == _SHUTDOWN) | (self.mode == _INJECTION), 0.0, current)

    def _gap(self, number: int) -> Numbers:
        """Users change it a few times a day, and it is open without beam for them."""
        chance = np.random.default_rng(100 + number)
        changes = np.sort(chance.choice(len(self.steps), size=3 * _DAYS, replace=False))
        wanted = chance.uniform(9.0, 34.0, size=3 * _DAYS + 1).round(1)
        gap = wanted[np.searchsorted(changes, self.steps, side="right")]
        return np.where(self.mode == _USER_RUN, gap, 120.0)

    def tunnel(self, sector: int) -> Numbers:
        """The temperature of the air in the tunnel, in °C."""
        air = 24.0 + 0.15 * sector + 0.6 * (self.hall - 22.0) + _walk(f"tunnel {sector}", len(self.steps), 0.012)
        return air + 0.6 * _lagged(self.current, 5 * 60) / 300.0

    def position(self, sector: int) -> Numbers:
        """Where the beam is, in µm: chambers and girders warm up slowly, undulators act at once."""
        share = 0.6 + 0.08 * sector
        chamber = -26.0 * share * _lagged(self.current, 50) / 300.0
        girder = 17.0 * share * (_lagged(self.tunnel(sector), 4 * 60) - 24.0)
        undulator = 30.0 * share * np.exp(-np.pi * self.gaps[1 + sector % 3] / _PERIOD)
        return 10.0 * (sector - 4) + chamber + girder + undulator


@dataclass(frozen=True, slots=True)
class _Channels:
    """Puts the channels into a simulator, each with what its instrument sees."""

    simulator: Simulator
    ring: _Ring

    def add_all(self) -> None:
        ring = self.ring
        self._add("RING:CURRENT", "mA", ring.current, 0.02, every=1)
        lifetime = np.where(ring.has_beam, 4000.0 / np.maximum(ring.current, 30.0), 0.0)
        self._add("RING:LIFETIME", "h", lifetime, 0.1)
        self._add_changes("RING:MODE", ring.mode, {"type": "enum", "states": list(_STATES)})
        self._add("RING:OUTSIDE:TEMP", "°C", ring.outside, 0.1)
        self._add("RING:HALL:NORTH:TEMP", "°C", ring.hall, 0.03)
        self._add("RING:HALL:SOUTH:TEMP", "°C", ring.hall + 0.4, 0.03)
        for number, gap in ring.gaps.items():
            self._add_changes(f"RING:U{number}:GAP", gap, _numbers("mm"))
        self._add_channel("RING:U4:GAP")  # not built yet
        for sector in _SECTORS:
            self._add_sector(sector)
        for name in ("LINAC:ENERGY", "LINAC:GUN:HV"):
            self._add_channel(name)

    def _add_sector(self, sector: int) -> None:
        ring, name = self.ring, f"RING:S{sector:02d}"
        away = _between(ring.days, 8.3, 9.4) if sector == 5 else None
        broken = _between(ring.days, 20.2, 20.9) if sector == 3 else None
        self._add(f"{name}:TUNNEL:TEMP", "°C", ring.tunnel(sector), 0.02, away=away, broken=broken)
        self._add(f"{name}:BPM:X", "um", ring.position(sector), 0.8, broken=~ring.has_beam)
        self._add(f"{name}:VAC:PRESSURE", "mbar", sector * 1e-10 * (1 + ring.current / 40), 2e-12, every=4)
        self._add(f"{name}:WATER:TEMP", "°C", 25.0 + 0.05 * (ring.hall - 22.0), 0.05, every=4)
        flow = 12.0 - 0.2 * sector - (sector == 7) * 0.06 * ring.days
        self._add(f"{name}:WATER:FLOW", "l/min", flow, 0.05, every=4, low=9.0)

    def _add(
        self,
        name: str,
        units: str,
        values: Numbers,
        noise: float,
        *,
        every: int = 2,
        away: Mask | None = None,
        broken: Mask | None = None,
        low: float | None = None,
    ) -> None:
        """Adds a channel that is archived every so many steps.

        Args:
            name: The channel.
            units: Its units.
            values: What is measured.
            noise: The standard deviation of each measurement.
            every: The distance of the samples in steps.
            away: When the channel is disconnected.
            broken: When what is measured is INVALID.
            low: Values below are MINOR.
        """
        self._add_channel(name)
        chance = _chance(name)
        # Instruments don't measure at the same instants.
        times = (self.ring.times + int(chance.integers(60)) * SECOND)[::every]
        measured = (values + noise * chance.normal(size=len(values)))[::every]
        kind = np.zeros(len(times), np.int64)
        if low is not None:
            kind[measured < low] = 1
        if broken is not None:
            kind[broken[::every]] = 2
            measured = np.where(kind == 2, 0.0, measured)
        if away is not None:
            kind[away[::every]] = -1
            self.simulator.add_samples(name, [marker_sample(int(times[kind == -1][0]), "Disconnected")])
        for number, (severity, status) in enumerate((("OK", "NO_ALARM"), ("MINOR", "LOW"), ("INVALID", "UDF"))):
            self._add_samples(name, times[kind == number], measured[kind == number], _numbers(units), severity, status)

    def _add_changes(self, name: str, values: NDArray[Any], meta_data: dict[str, Any]) -> None:
        """Adds a channel that is archived when it changes."""
        self._add_channel(name)
        changed = np.append(True, values[1:] != values[:-1])
        self._add_samples(name, self.ring.times[changed], values[changed], meta_data)

    def _add_channel(self, name: str) -> None:
        self.simulator.add_channel(name, server=len(name) % len(self.simulator.servers))

    def _add_samples(
        self,
        name: str,
        times: Times,
        values: NDArray[Any],
        meta_data: dict[str, Any],
        severity: str = "OK",
        status: str = "NO_ALARM",
    ) -> None:
        kind = "enum" if meta_data["type"] == "enum" else "double"
        if len(times):
            self.simulator.add_samples(
                name, times=times, values=values, type=kind, severity=severity, status=status, meta_data=meta_data
            )


def _numbers(units: str) -> dict[str, Any]:
    return {"type": "numeric", "precision": 3, "units": units}


def _chance(name: str) -> np.random.Generator:
    return np.random.default_rng(crc32(name.encode()))


def _between(days: Numbers, begin: float, end: float) -> Mask:
    return (days >= begin) & (days < end)


def _daily(days: Numbers, warmest: float) -> Numbers:
    """A wave that is highest at some hour of each day."""
    return np.cos(2 * np.pi * (days - warmest / 24))


def _walk(name: str, number: int, step: float, memory: float = 72 * _HOUR) -> Numbers:
    """A random walk that is drawn back to 0 over so many steps."""
    values, chance = np.empty(number), step * _chance(name).normal(size=number)
    value = 0.0
    for place, change in enumerate(chance.tolist()):
        value += change - value / memory
        values[place] = value
    return values


def _lagged(values: Numbers, minutes: float) -> Numbers:
    """What follows values with a time constant of so many minutes."""
    share = 1 - np.exp(-_MINUTES / minutes)
    followed, value = np.empty(len(values)), float(values[0])
    for place, goal in enumerate(values.tolist()):
        value += share * (goal - value)
        followed[place] = value
    return followed
