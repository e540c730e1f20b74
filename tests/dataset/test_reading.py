"""What is read from a dataset is what the archive gives."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cassandra_pv_archiver import ArchiveClient, align
from cassandra_pv_archiver.dataset import Dataset, DatasetError, export_dataset, open_dataset
from cassandra_pv_archiver.testing import Simulator
from tests.dataset.archives import APRIL, CHANNELS, DAY, FEBRUARY, JANUARY, MARCH, SECOND, client_of, filled

Both = tuple[ArchiveClient, Dataset]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    path = tmp_path_factory.mktemp("dataset")
    with client_of(filled(Simulator())) as client:
        export_dataset(client, CHANNELS, JANUARY, APRIL, path)
        yield client, open_dataset(path)


edges = st.sampled_from([JANUARY, FEBRUARY, MARCH, APRIL - DAY])
times = st.one_of(
    st.integers(JANUARY, APRIL),
    st.builds(lambda edge, offset: max(edge + offset, JANUARY), edges, st.integers(-2, 2)),
    st.builds(lambda number: JANUARY + number * 600 * SECOND, st.integers(0, 12_000)),
)


@settings(max_examples=80)
@given(st.sampled_from(CHANNELS), times, times)
def test_series_are_those_of_the_archive(both: Both, channel: str, one: int, other: int) -> None:
    client, dataset = both
    start, end = sorted((one, other))
    assert dataset.series(channel, start, end) == client.get_samples(channel, start, end)


def test_several_channels_at_once(both: Both) -> None:
    client, dataset = both
    found = dataset.several(CHANNELS, JANUARY + 3 * DAY, FEBRUARY + DAY)
    assert list(found) == CHANNELS
    for channel, series in found.items():
        assert series == client.get_samples(channel, JANUARY + 3 * DAY, FEBRUARY + DAY)


def test_the_value_in_force_is_known_from_the_begin_on(both: Both) -> None:
    client, dataset = both
    for channel in CHANNELS:
        for time in (JANUARY, JANUARY + 1, FEBRUARY - 1, FEBRUARY, MARCH + 7):
            assert dataset.value_at(channel, time) == client.get_sample_at(channel, time)


def test_what_was_not_exported_is_no_silence(both: Both) -> None:
    _, dataset = both
    with pytest.raises(DatasetError, match="does not have 'A:DOUBLE' from 2023-12-31"):
        dataset.series("A:DOUBLE", JANUARY - 1, FEBRUARY)
    with pytest.raises(DatasetError, match="2024-04-01"):
        dataset.series("A:DOUBLE", JANUARY, APRIL + 1)
    with pytest.raises(DatasetError, match="2024-04-02"):
        dataset.value_at("A:DOUBLE", APRIL + DAY)
    with pytest.raises(KeyError, match=r"has no channel 'A:DOUBEL'\. Is 'A:DOUBLE' meant\?"):
        dataset.series("A:DOUBEL")
    with pytest.raises(KeyError, match=r"has no channel 'Z:NONE'\.\"$"):
        dataset.series("Z:NONE")
    assert len(dataset.series("A:DOUBLE", JANUARY - DAY, APRIL + DAY, allow_missing=True)) == 91 * 144 + 1


@pytest.mark.parametrize(
    "options", [{"step": "6h"}, {"step": "6h", "max_severity": "OK"}, {"times": [MARCH, FEBRUARY, JANUARY + 5]}, {}]
)
def test_alignment_is_that_of_the_archive(both: Both, options: dict[str, object]) -> None:
    client, dataset = both
    names = ["F:RARE", "A:DOUBLE", "C:ENUM", "D:TEXT", "E:ARRAY"]
    mine = dataset.align(names, JANUARY, MARCH, **options)  # type: ignore[arg-type]
    other = align(client.get_samples_for(names, JANUARY, MARCH), **options)  # type: ignore[arg-type]
    assert list(mine) == list(other)
    assert (mine.start, mine.end) == (other.start, other.end)
    assert mine.times.tolist() == other.times.tolist()
    for name in names:
        assert np.array_equal(mine.valid[name], other.valid[name])
        assert np.array_equal(mine.ages[name], other.ages[name])
        assert str(mine[name].tolist()) == str(other[name].tolist())


def test_rows_of_channels_and_times(both: Both) -> None:
    client, dataset = both
    table = dataset.to_arrow(["B:LONG", "F:RARE"], FEBRUARY, FEBRUARY + DAY).to_table(
        columns=["channel", "value", "month"]
    )
    inside = client.get_samples("B:LONG", FEBRUARY, FEBRUARY + DAY).inside
    assert table.column("value").to_pylist() == [*inside.values.tolist(), 2.0]
    assert set(table.column("month").to_pylist()) == {"2024-02"}
    assert dataset.to_arrow().count_rows() == sum(entry.samples for entry in dataset.entries)


def test_a_dataset_survives_pickling(both: Both) -> None:
    _, dataset = both
    again = pickle.loads(pickle.dumps(dataset))
    assert again.channels == dataset.channels == tuple(CHANNELS)
    assert again.range("A:DOUBLE") == (JANUARY, APRIL)


def test_no_dataset(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="There is no dataset at"):
        open_dataset(tmp_path)
