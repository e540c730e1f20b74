"""Estimates come near what an export brings."""

from __future__ import annotations

from pathlib import Path

from cassandra_pv_archiver.dataset import estimate_dataset, export_dataset
from cassandra_pv_archiver.testing import Simulator
from tests.dataset.archives import APRIL, CHANNELS, JANUARY, client_of, filled


def test_an_estimate_comes_near(tmp_path: Path) -> None:
    with client_of(filled(Simulator())) as client:
        estimate = estimate_dataset(client, [*CHANNELS, "Z:NONE"], JANUARY, APRIL)
        result = export_dataset(client, CHANNELS, JANUARY, APRIL, tmp_path)
        exact = {name: len(client.get_samples(name, JANUARY, APRIL).inside) for name in CHANNELS[:4]}
    for name, number in exact.items():
        assert abs(estimate.samples_by_channel[name] - number) <= 0.02 * number + 1
    assert list(estimate.failures) == ["Z:NONE"]
    assert 0.5 < estimate.bytes / result.bytes < 2
    assert estimate.files == 3
    assert estimate.seconds > 0
    assert "channels that cannot be read: 1" in str(estimate)


def test_an_estimate_of_nothing() -> None:
    simulator = Simulator()
    simulator.add_channel("H:EMPTY")
    with client_of(simulator) as client:
        estimate = estimate_dataset(client, ["H:EMPTY"], JANUARY, APRIL)
    assert (estimate.samples, estimate.bytes, estimate.files, estimate.seconds) == (0, 0, 0, 0.0)
