"""Estimates come near what an export brings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cassandra_pv_archiver.dataset import estimate_dataset, export_dataset
from cassandra_pv_archiver.testing import Simulator
from tests.dataset.archives import APRIL, CHANNELS, DAY, JANUARY, SECOND, client_of, filled


def test_an_estimate_comes_near(tmp_path: Path) -> None:
    with client_of(filled(Simulator())) as client:
        estimate = estimate_dataset(client, [*CHANNELS, "Z:NONE"], JANUARY, APRIL)
        result = export_dataset(client, CHANNELS, JANUARY, APRIL, tmp_path)
        exact = {name: len(client.get_samples(name, JANUARY, APRIL).inside) for name in CHANNELS[:5]}
    for name, number in exact.items():
        assert abs(estimate.samples_by_channel[name] - number) <= 0.02 * number + 1
    assert list(estimate.failures) == ["Z:NONE"]
    assert 0.5 < estimate.bytes / result.bytes < 2
    assert estimate.files == 3
    assert estimate.seconds > 0
    assert "channels that cannot be read: 1" in str(estimate)


def _regular(rng: np.random.Generator) -> tuple[Any, Any]:
    times = JANUARY + np.arange(0, 2 * DAY, 5 * SECOND)
    return times, rng.normal(size=len(times))


def _random(rng: np.random.Generator) -> tuple[Any, Any]:
    times = JANUARY + np.cumsum(rng.exponential(20 * SECOND, 8_000).astype(np.int64))
    return times, rng.normal(size=len(times))


def _bursts(rng: np.random.Generator) -> tuple[Any, Any]:
    """Half an hour of samples each second, every three hours or so."""
    begins = np.arange(0, 2 * DAY, 3 * 3600 * SECOND) + rng.integers(0, 2 * 3600 * SECOND, 16)
    times = JANUARY + (begins[:, None] + np.arange(1800) * SECOND).ravel()
    return times, rng.normal(size=len(times))


def _arrays(rng: np.random.Generator) -> tuple[Any, Any]:
    times = JANUARY + np.arange(0, 2 * DAY, 200 * SECOND)
    return times, list(rng.normal(size=(len(times), 100)))


@pytest.mark.parametrize(
    ("fill", "number", "error"), [(_regular, 4, 0.01), (_random, 12, 0.3), (_bursts, 20, 0.4), (_arrays, 4, 0.02)]
)
def test_estimates_of_channels_of_all_sorts(fill: Any, number: int, error: float, tmp_path: Path) -> None:
    rng, simulator = np.random.default_rng(8), Simulator()
    channels = [f"C{place}" for place in range(number)]
    for channel in channels:
        simulator.add_channel(channel)
        times, values = fill(rng)
        simulator.add_samples(channel, times=times, values=values)
    with client_of(simulator) as client:
        estimate = estimate_dataset(client, channels, JANUARY, JANUARY + 2 * DAY)
        result = export_dataset(client, channels, JANUARY, JANUARY + 2 * DAY, tmp_path)
    assert abs(estimate.samples / result.samples - 1) < error
    assert abs(estimate.bytes_per_sample / (result.bytes / result.samples) - 1) < 0.35
    assert estimate.files == len(list(tmp_path.glob("month=*/samples-*.parquet")))


def test_an_estimate_of_scalars_beside_arrays(tmp_path: Path) -> None:
    """Neither are arrays counted as many samples, nor are scalars as large as they are."""
    rng, simulator = np.random.default_rng(8), Simulator()
    for channel, fill in (("SCALAR", _regular), ("ARRAY", _arrays)):
        simulator.add_channel(channel)
        times, values = fill(rng)
        simulator.add_samples(channel, times=times, values=values)
    with client_of(simulator) as client:
        estimate = estimate_dataset(client, ["SCALAR", "ARRAY"], JANUARY, JANUARY + 2 * DAY)
        result = export_dataset(client, ["SCALAR", "ARRAY"], JANUARY, JANUARY + 2 * DAY, tmp_path)
    assert estimate.samples_by_channel == pytest.approx({"SCALAR": 34_560, "ARRAY": 864}, rel=0.01)
    assert estimate.bytes == pytest.approx(result.bytes, rel=0.25)


def test_an_estimate_of_decimated_samples(tmp_path: Path) -> None:
    """Also of a channel that has no such level, of which raw samples come, and of one that does not exist."""
    rng, simulator = np.random.default_rng(8), Simulator()
    for channel, levels in (("DECIMATED", [0, 60]), ("RAW", [0])):
        simulator.add_channel(channel, decimation_levels=levels)
        times, values = _regular(rng)
        simulator.add_samples(channel, times=times, values=values)
    simulator.add_channel("EMPTY", decimation_levels=[0, 60])
    with client_of(simulator) as client:
        names = ["DECIMATED", "RAW", "EMPTY"]
        estimate = estimate_dataset(client, [*names, "NONE"], JANUARY, JANUARY + DAY, spacing="60s")
        result = export_dataset(client, names, JANUARY, JANUARY + DAY, tmp_path, spacing="60s")
    assert estimate.samples_by_channel == pytest.approx({"DECIMATED": 1_440, "RAW": 17_280, "EMPTY": 0}, rel=0.01)
    assert estimate.samples == pytest.approx(result.samples, rel=0.01)
    assert list(estimate.failures) == ["NONE"]


def test_an_estimate_of_nothing() -> None:
    simulator = Simulator()
    simulator.add_channel("H:EMPTY")
    with client_of(simulator) as client:
        estimate = estimate_dataset(client, ["H:EMPTY"], JANUARY, APRIL)
    assert (estimate.samples, estimate.bytes, estimate.files, estimate.seconds) == (0, 0, 0, 0.0)
