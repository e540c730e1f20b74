"""Channels whose samples come in bursts, so that the rate at one time says nothing about that at another."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cassandra_pv_archiver.dataset import export_dataset, open_dataset
from cassandra_pv_archiver.testing import Simulator
from tests.dataset.archives import APRIL, FEBRUARY, JANUARY, MARCH, SECOND, client_of

BURSTS = {
    "at the begin": JANUARY,
    "over the edge of a month": FEBRUARY - 1500,
    "where it is looked at beforehand": JANUARY + (FEBRUARY - JANUARY) // 2 - 1500,
    "at the end": APRIL - 3000,
}


@pytest.mark.parametrize("name", BURSTS)
@pytest.mark.parametrize("step", [1, SECOND // 3000])
def test_thousands_of_samples_at_once(tmp_path: Path, name: str, step: int) -> None:
    simulator = Simulator()
    simulator.add_channel("BURST")
    times = np.unique(np.concatenate([BURSTS[name] + np.arange(3000) * step, np.arange(JANUARY, APRIL, 10**14)]))
    simulator.add_samples("BURST", times=times, values=np.arange(len(times)))
    with client_of(simulator) as client:
        export_dataset(client, ["BURST"], JANUARY, APRIL, tmp_path, row_group=500)
        assert len(simulator.requests) < 2000
        assert open_dataset(tmp_path).series("BURST") == client.get_samples("BURST", JANUARY, APRIL)
        for begin, end in ((JANUARY, FEBRUARY), (FEBRUARY, MARCH)):
            assert open_dataset(tmp_path).series("BURST", begin, end) == client.get_samples("BURST", begin, end)
