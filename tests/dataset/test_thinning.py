"""A table of a channel with very many samples is the same as if all of them were in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cassandra_pv_archiver import ArchiveClient, SampleSeries, align
from cassandra_pv_archiver.dataset import Dataset, aligning, export_dataset, open_dataset, reading
from cassandra_pv_archiver.testing import Simulator
from tests.dataset.archives import DAY, JANUARY, SECOND, client_of

HOUR = 3600 * SECOND
BEGIN, END = JANUARY, JANUARY + 2 * DAY
MARKER = {"severity": {"level": "INVALID", "hasValue": False}, "quality": "Original", "type": "string"}


def archive() -> Simulator:
    """Channels with gaps, alarms, changing types, arrays and silences."""
    rng, simulator = np.random.default_rng(8), Simulator()
    times = np.unique(BEGIN - HOUR + rng.integers(0, 2 * DAY + 2 * HOUR, 4_000))
    level = np.repeat(["OK", "MINOR", "MAJOR"], 20)
    for name in ("GAPS", "CHANGING", "ARRAYS", "SILENT"):
        simulator.add_channel(name)
    for first in range(0, len(times), 20):
        part = times[first : first + 20]
        simulator.add_samples("GAPS", times=part, values=rng.normal(size=len(part)), severity=level[first % 60])
        if first % 200 == 0:
            marker = {**MARKER, "time": int(part[-1]) + 1, "status": "Disconnected", "value": ["Disconnected"]}
            simulator.add_samples("GAPS", [marker])
    third = len(times) // 3
    simulator.add_samples("CHANGING", times=times[:third], values=rng.integers(0, 9, third))
    states = rng.integers(0, 2, third)
    simulator.add_samples(
        "CHANGING", times=times[third : 2 * third], values=states, type="enum", meta_data={"states": ["off", "on"]}
    )
    simulator.add_samples("CHANGING", times=times[150:151] + 1, values=["a text once"])
    simulator.add_samples("CHANGING", times=times[2 * third :], values=rng.normal(size=len(times) - 2 * third))
    simulator.add_samples("ARRAYS", times=times, values=[[1.0, float(each)][: each % 3] for each in range(len(times))])
    quiet = times[(times < BEGIN + 5 * HOUR) | (times > BEGIN + 40 * HOUR)]
    simulator.add_samples("SILENT", times=quiet, values=np.arange(len(quiet)))
    return simulator


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ArchiveClient, Dataset]]:
    folder: Path = tmp_path_factory.mktemp("thinning")
    with client_of(archive()) as client:
        # Small row groups make many files.
        export_dataset(client, ["GAPS", "CHANGING", "ARRAYS", "SILENT"], BEGIN, END, folder, row_group=100)
        yield client, open_dataset(folder)


def same(mine: Any, other: Any, name: str) -> None:
    assert mine.times.tolist() == other.times.tolist()
    assert mine.valid[name].tolist() == other.valid[name].tolist()
    assert mine.ages[name].tolist() == other.ages[name].tolist()
    assert str(mine[name].tolist()) == str(other[name].tolist())
    assert mine[name].dtype == other[name].dtype
    assert mine.units[name] == other.units[name]


@pytest.mark.parametrize("step", ["7min", "5s", "13h"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"method": "nearest"},
        {"method": "linear"},
        {"max_severity": "MINOR"},
        {"tolerance": "2min", "labels": False},
    ],
)
def test_tables_of_channels_in_parts(
    exported: tuple[ArchiveClient, Dataset], step: str, options: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, dataset = exported
    for module in (aligning, reading):
        monkeypatch.setattr(module, "AT_ONCE", 500)
    for name in dataset.channels:
        mine = dataset.align([name], BEGIN, END, step=step, **options)
        same(mine, align({name: client.get_samples(name, BEGIN, END)}, step=step, **options), name)


def test_the_samples_of_all_parts_are_never_together(
    exported: tuple[ArchiveClient, Dataset], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, dataset = exported
    for module in (aligning, reading):
        monkeypatch.setattr(module, "AT_ONCE", 1000)
    given: list[SampleSeries] = []
    monkeypatch.setattr(
        aligning, "align", lambda series, **options: given.extend(series.values()) or align(series, **options)
    )
    times = [BEGIN + 3 * HOUR, END - HOUR, BEGIN + 7]
    mine = dataset.align(["GAPS"], BEGIN, END, times=times)
    same(mine, align({"GAPS": client.get_samples("GAPS", BEGIN, END)}, times=times), "GAPS")
    assert len(given[0]) < 200


@pytest.mark.parametrize("labels", [True, False])
def test_what_is_known_of_all_samples_together(
    exported: tuple[ArchiveClient, Dataset], labels: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A channel that was an enum once has texts also where it is not."""
    client, dataset = exported
    for module in (aligning, reading):
        monkeypatch.setattr(module, "AT_ONCE", 500)
    options: Any = {"times": [END - 2 * HOUR, END - HOUR], "labels": labels}
    mine = dataset.align(["CHANGING"], BEGIN, END, **options)
    same(mine, align({"CHANGING": client.get_samples("CHANGING", BEGIN, END)}, **options), "CHANGING")
