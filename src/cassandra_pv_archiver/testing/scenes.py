"""A simulated cluster that is worth looking at."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from .simulator import SimulatedServer, Simulator, double_sample

SECOND = 1_000_000_000
HOURS = 6
"""How far the signals of the scene reach back."""
_LEVELS = {0: 86400 * 90, 60: 86400 * 3650, 900: 0}


def demo_scene() -> Simulator:
    """A cluster of two servers with some twenty channels of all types and states and hours of signals."""
    simulator = Simulator(
        [
            SimulatedServer(_id(1), "archiver-1.example.org"),
            SimulatedServer(_id(2), "archiver-2.example.org"),
        ]
    )
    now = simulator.now_ns // SECOND * SECOND
    noise = random.Random(7)  # noqa: S311 -- the same signals in each run
    for sector in range(1, 5):
        name = f"RING:S{sector:02d}:VAC:PRESSURE"
        _add(simulator, name, 0, _pressure(now, noise, sector), samples_per=10)
    _add(simulator, "RING:CURRENT", 0, _current(now, noise), samples_per=5)
    _add(simulator, "RING:LIFETIME", 0, _sine(now, noise, 12.0, 0.8, "h", 30))
    for sector in range(1, 5):
        _add(simulator, f"RING:S{sector:02d}:TEMP", 1, _sine(now, noise, 24.0 + sector, 0.6, "°C", 30))
    _add(simulator, "LINAC:ENERGY", 1, _sine(now, noise, 500.0, 0.2, "MeV", 20))
    simulator.add_channel("RING:MODE", server=0, decimation_levels=_LEVELS, samples=_modes(now), samples_written=42)
    simulator.add_channel("RING:SHOTS", server=1, decimation_levels=_LEVELS, samples=_counts(now), samples_written=2160)
    simulator.add_channel("RING:OPERATOR", server=1, samples=_texts(now), samples_written=3)
    simulator.add_channel("RING:BPM:ORBIT", server=1, samples=_orbits(now, noise), samples_written=60)
    simulator.add_channel("LINAC:GUN:HV", server=1, state="disconnected", samples_written=7)
    simulator.add_channel("LINAC:GUN:SPARE", server=1, enabled=False)
    simulator.add_channel("RING:OLD:MAGNET", server=0, options={"minUpdatePeriod": "-1"})
    simulator.add_channel("RING:LASER:ENERGY", server=0, control_system_type="tango")
    simulator.add_channel("RING:NEW", server=0, state="initializing")
    return simulator


def _id(number: int) -> UUID:
    return UUID(f"11111111-2222-3333-4444-55555555555{number}")


def _add(
    simulator: Simulator, name: str, server: int, samples: Iterator[dict[str, Any]], samples_per: int = 30
) -> None:
    listed = list(samples)
    simulator.add_channel(
        name, server=server, decimation_levels=_LEVELS, samples=listed, samples_written=86400 // samples_per
    )


def _times(now: int, spacing: int) -> range:
    return range(now - HOURS * 3600 * SECOND, now + 1, spacing * SECOND)


def _current(now: int, noise: random.Random) -> Iterator[dict[str, Any]]:
    """A beam that decays and is filled up each hour; once it is lost for ten minutes."""
    for time in _times(now, 5):
        into = (time // SECOND) % 3600
        if now - 3 * 3600 * SECOND < time < now - (3 * 3600 - 600) * SECOND:
            yield double_sample(time, 0.0, level="MAJOR", status="LOLO", units="mA")
        else:
            value = 200.0 * math.exp(-into / 14000) + noise.gauss(0, 0.05)
            minor = value < 160
            yield double_sample(
                time, value, level="MINOR" if minor else "OK", status="LOW" if minor else "NO_ALARM", units="mA"
            )


def _pressure(now: int, noise: random.Random, sector: int) -> Iterator[dict[str, Any]]:
    for time in _times(now, 30):
        if sector == 3 and now - 7200 * SECOND < time < now - 6600 * SECOND:
            continue
        if sector == 3 and time == now - 7200 * SECOND:
            yield _marker(time, "Disconnected")
            continue
        value = 2e-9 * sector * (1 + 0.1 * math.sin(time / SECOND / 900)) * math.exp(noise.gauss(0, 0.02))
        yield double_sample(time, value, units="mbar", precision=12)


def _sine(
    now: int, noise: random.Random, middle: float, swing: float, units: str, spacing: int
) -> Iterator[dict[str, Any]]:
    for time in _times(now, spacing):
        yield double_sample(
            time, middle + swing * math.sin(time / SECOND / 1800) + noise.gauss(0, swing / 20), units=units
        )


def _plain(time: int, kind: str, value: list[Any], meta_data: dict[str, Any] | None) -> dict[str, Any]:
    sample = {
        "time": time,
        "severity": {"level": "OK", "hasValue": True},
        "status": "NO_ALARM",
        "quality": "Original",
        "metaData": meta_data,
        "type": kind,
        "value": value,
    }
    return {name: member for name, member in sample.items() if member is not None}


def _marker(time: int, text: str) -> dict[str, Any]:
    marker = _plain(time, "string", [text], None)
    return {**marker, "severity": {"level": "INVALID", "hasValue": False}, "status": text}


def _modes(now: int) -> list[dict[str, Any]]:
    states = {"type": "enum", "states": ["Shutdown", "Injection", "User run", "Machine study"]}
    hours = range(HOURS, -1, -1)
    return [_plain(now - hour * 3600 * SECOND, "enum", [(1, 2, 2, 3)[hour % 4]], states) for hour in hours]


def _counts(now: int) -> list[dict[str, Any]]:
    meta_data = double_sample(0, 0.0, units="", precision=0)["metaData"]
    return [_plain(time, "long", [number], meta_data) for number, time in enumerate(_times(now, 10))]


def _texts(now: int) -> list[dict[str, Any]]:
    names = ("early shift", "late shift", "late shift, beam lost 14:02")
    return [_plain(now - (3 - number) * 7000 * SECOND, "string", [name], None) for number, name in enumerate(names)]


def _orbits(now: int, noise: random.Random) -> list[dict[str, Any]]:
    meta_data = double_sample(0, 0.0, units="mm")["metaData"]
    times = range(now - 3600 * SECOND, now + 1, 60 * SECOND)
    return [
        _plain(time, "double", [0.1 * math.sin(bpm / 3) + noise.gauss(0, 0.01) for bpm in range(24)], meta_data)
        for time in times
    ]
