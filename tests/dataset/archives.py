"""Simulated archives for exports, and what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pyarrow.dataset as pads

from cassandra_pv_archiver import ArchiveClient, SampleSeries
from cassandra_pv_archiver.testing import Simulator, SimulatorTransport

SECOND = 1_000_000_000
DAY = 86_400 * SECOND
JANUARY = 1_704_067_200 * SECOND
"""2024-01-01 UTC."""
FEBRUARY = JANUARY + 31 * DAY
MARCH = FEBRUARY + 29 * DAY
APRIL = MARCH + 31 * DAY


def filled(simulator: Simulator) -> Simulator:
    """An archive with channels of every type, from before January to after March."""
    begin, end = JANUARY - 3 * DAY, APRIL + 2 * DAY
    rng = np.random.default_rng(8)

    def times(step: float) -> Any:
        return np.arange(begin, end, int(step * SECOND), dtype=np.int64)

    for name, kind, step in (("A:DOUBLE", "double", 600), ("B:LONG", "long", 3600), ("C:ENUM", "enum", 7200)):
        simulator.add_channel(name)
        at = times(step)
        values = rng.normal(size=len(at)) if kind == "double" else rng.integers(0, 3, len(at))
        meta_data = {"states": ["off", "on"]} if kind == "enum" else {"units": "mA"}
        simulator.add_samples(name, times=at, values=values, type=kind, meta_data=meta_data)
    simulator.add_channel("D:TEXT")
    at = times(40_000)
    simulator.add_samples("D:TEXT", times=at, values=[f"text {number % 7}" for number in range(len(at))])
    simulator.add_channel("E:ARRAY")
    at = times(20_000)
    simulator.add_samples(
        "E:ARRAY", times=at, values=[list(rng.normal(size=number % 4 + 2)) for number in range(len(at))]
    )
    simulator.add_channel("F:RARE")
    simulator.add_samples("F:RARE", times=[JANUARY - 400 * DAY, FEBRUARY, MARCH + 5 * DAY + 7], values=[1.0, 2.0, 3.0])
    simulator.add_channel("G:CHANGING")
    simulator.add_samples("G:CHANGING", times=[JANUARY + 5, FEBRUARY - 1], values=[1, 2])
    simulator.add_samples("G:CHANGING", times=[FEBRUARY, FEBRUARY + DAY], values=["one", "two"])
    simulator.add_samples("G:CHANGING", times=[FEBRUARY + 2 * DAY, MARCH - 1, MARCH], values=[1.5, 2.5, 3.5])
    simulator.add_channel("H:EMPTY")
    return simulator


CHANNELS = ["A:DOUBLE", "B:LONG", "C:ENUM", "D:TEXT", "E:ARRAY", "F:RARE", "G:CHANGING", "H:EMPTY"]


@contextmanager
def client_of(simulator: Simulator, **options: Any) -> Iterator[ArchiveClient]:
    with (
        httpx.Client(transport=SimulatorTransport(simulator, "archive")) as http_client,
        ArchiveClient("archiver.example.com", http_client=http_client, **options) as client,
    ):
        yield client


def truth(client: ArchiveClient, channel: str, begin: int, end: int) -> SampleSeries:
    return client.get_samples(channel, begin, end)


def rows(path: Path) -> list[dict[str, Any]]:
    """All rows of a dataset, by channel and time, as any reader sees them."""
    table = pads.dataset(path, partitioning="hive").to_table()
    return table.sort_by([("channel", "ascending"), ("time", "ascending")]).to_pylist()
