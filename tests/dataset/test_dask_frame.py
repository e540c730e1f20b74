"""Frames have the samples of the archive, each once, with the types that they say, and are lazy."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dask
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cassandra_pv_archiver import (
    ArchiveClient,
    ClientSettings,
    dask_frame,
    export_dataset,
    open_dataset,
)
from cassandra_pv_archiver.testing import Simulator
from tests.dataset.archives import APRIL, CHANNELS, DAY, FEBRUARY, JANUARY, MARCH, SECOND, filled

TYPES = {
    "channel": "string",
    "value": "float64",
    "integer": "Int64",
    "text": "string",
    "values": pd.ArrowDtype(pa.list_(pa.float64())),
    "integers": pd.ArrowDtype(pa.list_(pa.int64())),
    "texts": pd.ArrowDtype(pa.list_(pa.string())),
    "minimum": "float64",
    "maximum": "float64",
    "marker": "string",
    "severity": "string",
    "status": "string",
    "quality": "string",
    "units": "string",
    "type": "string",
}


@dataclass
class Both:
    """An archive, and a dataset of it from January to March."""

    simulator: Simulator
    settings: ClientSettings
    path: Path

    @property
    def sources(self) -> tuple[ClientSettings, Path]:
        return self.settings, self.path

    @contextmanager
    def client(self) -> Iterator[ArchiveClient]:
        with ArchiveClient.from_settings(self.settings) as client:
            yield client


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    simulator = filled(Simulator())
    simulator.add_channel("I:MARKERS")
    for hour, value in enumerate([1.0, "Disconnected", float("nan"), "Archive_Disabled", 2.0]):
        if isinstance(value, str):
            severity = {"level": "INVALID", "hasValue": False}
            marker = {"type": "string", "value": [value], "severity": severity, "status": value, "quality": "Original"}
            simulator.add_samples("I:MARKERS", [{**marker, "time": FEBRUARY + hour * 3600 * SECOND}])
        else:
            simulator.add_samples("I:MARKERS", times=[FEBRUARY + hour * 3600 * SECOND], values=[value])
    path = tmp_path_factory.mktemp("dataset")
    with simulator.serve() as running:
        both = Both(simulator, ClientSettings(archive_url=running.archive_url), path)
        with both.client() as client:
            export_dataset(client, [*CHANNELS, "I:MARKERS"], JANUARY, APRIL, path)
        yield both


def here(frame: Any) -> pd.DataFrame:
    return frame.compute(scheduler="sync")


def instants(frame: pd.DataFrame) -> list[int]:
    return frame.index.view("int64").tolist()


def test_rows_are_the_samples_of_the_archive(both: Both) -> None:
    start, end = FEBRUARY - 3 * DAY, FEBRUARY + 2 * DAY + 1
    for source in both.sources:
        frame = here(dask_frame(source, CHANNELS, start, end, window="2d"))
        assert list(dict.fromkeys(frame["channel"])) == [name for name in CHANNELS if name != "H:EMPTY"]
        with both.client() as client:
            for channel in CHANNELS:
                own = frame[frame["channel"] == channel]
                series = client.get_samples(channel, start, end).between(start, end - 1)
                assert instants(own) == series.times.tolist()
                assert own["severity"].tolist() == [str(sample.severity.level) for sample in series]
                units = [getattr(getattr(sample, "meta_data", None), "units", None) or "" for sample in series]
                assert own["units"].fillna("").tolist() == units


def test_values_are_in_the_column_of_their_kind(both: Both) -> None:
    frame = here(dask_frame(both.settings, ["G:CHANGING", "C:ENUM", "E:ARRAY"], JANUARY, APRIL, window="60d"))
    changing = frame[frame["channel"] == "G:CHANGING"]
    assert changing["integer"].tolist()[:2] == [1, 2]
    assert changing["text"].tolist()[2:4] == ["one", "two"]
    assert changing["value"].tolist()[4:] == [1.5, 2.5, 3.5]
    enums = frame[frame["channel"] == "C:ENUM"]
    states = {0: "off", 1: "on", 2: "2"}
    assert enums["text"].tolist() == [states[index] for index in enums["integer"]]
    arrays = frame[frame["channel"] == "E:ARRAY"]
    with both.client() as client:
        series = client.get_samples("E:ARRAY", JANUARY, APRIL).between(JANUARY, APRIL - 1)
    assert [list(each) for each in arrays["values"]] == [list(sample.value) for sample in series]


def test_markers_are_told_from_values_that_are_not_a_number(both: Both) -> None:
    for source in both.sources:
        frame = here(dask_frame(source, ["I:MARKERS"], FEBRUARY, FEBRUARY + DAY, window="1d"))
        assert frame["marker"].fillna("").tolist() == ["", "Disconnected", "", "Archive_Disabled", ""]
        assert np.isnan(frame["value"]).tolist() == [False, True, True, True, False]


@pytest.mark.parametrize(
    "channels",
    [["H:EMPTY"], ["A:DOUBLE"], ["B:LONG", "H:EMPTY"], ["C:ENUM"], ["D:TEXT"], ["E:ARRAY"], CHANNELS[5:]],
)
def test_types_are_what_the_frame_says(both: Both, channels: list[str]) -> None:
    for source in both.sources:
        frame = dask_frame(source, channels, JANUARY, APRIL, window="60d")
        assert frame.dtypes.to_dict() == {name: pd.Series([], dtype=each).dtype for name, each in TYPES.items()}
        for part in frame.partitions:
            found = here(part)
            assert found.dtypes.equals(frame.dtypes)
            assert found.index.dtype == frame.index.dtype == pd.DatetimeTZDtype("ns", "UTC")
            assert found.index.name == frame.index.name == "time"
        pd.testing.assert_series_equal(here(frame).dtypes, frame.dtypes)


steps = st.integers(JANUARY // (600 * SECOND), APRIL // (600 * SECOND)).map(lambda step: step * 600 * SECOND)
times = st.one_of(st.integers(JANUARY, APRIL), steps, st.sampled_from([JANUARY, FEBRUARY, MARCH, APRIL]))


@settings(max_examples=12)
@given(st.lists(st.sampled_from(CHANNELS), min_size=1, max_size=3, unique=True), times, times, st.data())
def test_archive_dataset_and_one_read_agree(both: Both, channels: list[str], one: int, other: int, data: Any) -> None:
    start, end = sorted((one, other))
    hours = data.draw(st.integers(20 * 24, 90 * 24), "hours of a window")
    in_force = data.draw(st.booleans(), "in_force")
    frames = [
        here(dask_frame(source, channels, start, end, window=f"{hours}h", in_force=in_force)) for source in both.sources
    ]
    pd.testing.assert_frame_equal(*frames)
    with both.client() as client:
        wanted: list[int] = []
        for channel in channels:
            series = client.get_samples(channel, start, end)
            own = series.times[series.times < end].tolist()
            wanted += own if in_force else [time for time in own if time >= start]
    assert instants(frames[0]) == wanted


def test_samples_where_windows_meet_are_there_once(both: Both) -> None:
    """Each window begins right at a sample."""
    for source in both.sources:
        frame = dask_frame(source, ["A:DOUBLE"], JANUARY, JANUARY + 2 * 3600 * SECOND, window="10min")
        assert frame.npartitions == 12
        assert [len(here(part)) for part in frame.partitions] == [1] * 12


def test_divisions_of_one_channel(both: Both) -> None:
    for source in both.sources:
        frame = dask_frame(source, ["A:DOUBLE"], JANUARY, APRIL, window="30d")
        assert frame.divisions[0] == pd.Timestamp("2024-01-01", tz="UTC")
        assert frame.divisions[-1] == pd.Timestamp("2024-03-31T23:59:59.999999999", tz="UTC")
        whole = here(frame)
        for (begin, end), part in zip(
            zip(frame.divisions, frame.divisions[1:], strict=False), frame.partitions, strict=True
        ):
            assert here(part).index.min() >= begin
            assert here(part).index.max() <= end
        some = frame.loc["2024-01-30":"2024-02-01", "value"]
        pd.testing.assert_series_equal(here(some), whole.loc["2024-01-30":"2024-02-01", "value"])
        daily = here(frame["value"].resample("1D").mean())
        pd.testing.assert_series_equal(daily, whole["value"].resample("1D").mean(), check_freq=False)
    assert not dask_frame(both.path, ["A:DOUBLE", "B:LONG"]).known_divisions
    assert not dask_frame(both.path, ["A:DOUBLE"], in_force=True).known_divisions


def test_the_whole_dataset_is_the_default(both: Both) -> None:
    frame = dask_frame(open_dataset(both.path), None)
    asked = dask_frame(both.path, [*CHANNELS, "I:MARKERS"], "2024-01-01T00:00:00Z", "2024-04-01T00:00:00Z")
    pd.testing.assert_frame_equal(here(frame), here(asked))


def test_chosen_columns(both: Both) -> None:
    for source in both.sources:
        frame = dask_frame(source, ["C:ENUM"], JANUARY, FEBRUARY, window="31d", columns=["context", "text"])
        assert list(frame.columns) == list(here(frame).columns) == ["context", "text"]
        assert "states" in here(frame)["context"].iloc[0]
        assert here(dask_frame(source, ["C:ENUM"], JANUARY, FEBRUARY, window="31d")[[]]).shape == (372, 0)
        with dask.config.set(scheduler="sync"):
            assert len(dask_frame(source, ["C:ENUM"], JANUARY, FEBRUARY, window="31d")) == 372


def test_nothing_is_read_before_it_is_time(both: Both) -> None:
    before = len(both.simulator.requests)
    frame = dask_frame(both.settings, CHANNELS, JANUARY, APRIL, window="1h")
    assert frame["value"].mean().npartitions == 1
    assert len(both.simulator.requests) == before
    assert frame.npartitions == 8 * 91 * 24
    dask_frame(both.settings, ["A:DOUBLE"], JANUARY, APRIL)
    assert 0 < len(both.simulator.requests) - before < 50


def test_tasks_are_small(both: Both) -> None:
    for source in both.sources:
        frame = dask_frame(source, CHANNELS, JANUARY, APRIL, window="7d")
        tasks = dict(frame.optimize().__dask_graph__())
        assert max(len(pickle.dumps(task)) for task in tasks.values()) < 3_000


def test_the_same_call_has_the_same_keys(both: Both) -> None:
    def keys(*arguments: Any, **options: Any) -> list[Any]:
        return dask_frame(*arguments, **options).__dask_keys__()

    for source in both.sources:
        one = keys(source, ["A:DOUBLE"], JANUARY, FEBRUARY, window="7d")
        assert one == keys(source, ["A:DOUBLE"], JANUARY, FEBRUARY, window="7d")
        assert one != keys(source, ["A:DOUBLE"], JANUARY, FEBRUARY + 1, window="7d")
        assert one != keys(source, ["B:LONG"], JANUARY, FEBRUARY, window="7d")
    # As long as there may be more samples, nothing that was kept is handed out again.
    later = {"window": "3650d"}
    for range_ in [("-1h", "now"), (JANUARY, "2200-01-01T00:00:00Z"), (JANUARY, None)]:
        assert keys(both.settings, ["A:DOUBLE"], *range_, **later) != keys(
            both.settings, ["A:DOUBLE"], *range_, **later
        )
    decimated = {"window": "7d", "spacing": "1h"}
    assert keys(both.settings, ["A:DOUBLE"], JANUARY, FEBRUARY, **decimated) != keys(
        both.settings, ["A:DOUBLE"], JANUARY, FEBRUARY, **decimated
    )


def test_a_dataset_that_grows_has_other_keys(both: Both, tmp_path: Path) -> None:
    with both.client() as client:
        export_dataset(client, ["B:LONG"], JANUARY, FEBRUARY, tmp_path)
        before = dask_frame(tmp_path, ["B:LONG"])
        export_dataset(client, None, None, MARCH, tmp_path, since="last")
    after = dask_frame(tmp_path, ["B:LONG"])
    assert before.__dask_keys__() != after.__dask_keys__()
    assert len(here(before)) == 31 * 24
    assert len(here(after)) == 60 * 24


def test_decimated_samples(tmp_path: Path) -> None:
    simulator = Simulator()
    simulator.add_channel("LEVELS", decimation_levels=[60, 3600])
    times = np.arange(JANUARY - DAY, FEBRUARY, 1200 * SECOND)
    simulator.add_samples("LEVELS", times=times, values=np.sin(np.arange(len(times))))
    with simulator.serve() as running:
        settings = ClientSettings(archive_url=running.archive_url)
        with ArchiveClient.from_settings(settings) as client:
            export_dataset(client, ["LEVELS"], JANUARY, JANUARY + 20 * DAY, tmp_path, spacing="1h")
            series = client.get_samples("LEVELS", JANUARY, JANUARY + 20 * DAY, spacing="1h")
        frames = [
            here(dask_frame(settings, ["LEVELS"], JANUARY, JANUARY + 20 * DAY, window="5d", spacing="1h")),
            here(dask_frame(tmp_path, ["LEVELS"], JANUARY, JANUARY + 20 * DAY, window="3d", spacing="1h")),
            here(dask_frame(tmp_path, ["LEVELS"])),
        ]
    own = series.between(JANUARY, JANUARY + 20 * DAY - 1)
    for frame in frames:
        pd.testing.assert_frame_equal(frame, frames[0])
        assert instants(frame) == own.times.tolist()
        assert frame["minimum"].tolist() == own.minimums.tolist()
        assert set(frame["type"]) == {"minMaxDouble"}
