"""What cannot be right is refused by the call that makes a frame, and what goes wrong later has a name."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.fs as pafs
import pytest

from cassandra_pv_archiver import (
    ArchiveClient,
    ClientSettings,
    DatasetError,
    MissingExtraError,
    NotFoundError,
    SettingsError,
    dask_frame,
    export_dataset,
)
from cassandra_pv_archiver.dataset.frame_windows import even_windows, windows_of_equal_weight
from cassandra_pv_archiver.dataset.manifest import ChannelPart
from cassandra_pv_archiver.testing import Simulator
from tests.dataset.archives import APRIL, DAY, FEBRUARY, JANUARY, MARCH, SECOND, filled

NOWHERE = ClientSettings(host="archiver.example.com")
HOUR = 3600 * SECOND


@pytest.fixture(scope="module")
def served() -> Iterator[ClientSettings]:
    with filled(Simulator()).serve() as running:
        yield ClientSettings(archive_url=running.archive_url)


@pytest.fixture(scope="module")
def path(served: ClientSettings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dataset")
    with ArchiveClient.from_settings(served) as client:
        export_dataset(client, ["B:LONG", "F:RARE"], JANUARY, FEBRUARY, path)
    return path


@pytest.mark.parametrize(
    ("channels", "options", "error", "words"),
    [
        ("A:DOUBLE", {}, TypeError, r"write \['A:DOUBLE'\]"),
        (["A:DOUBLE", 7], {}, TypeError, "it has 7"),
        ([], {}, ValueError, "channels is empty"),
        (None, {}, TypeError, "channels is missing"),
        (["A\\B"], {}, ValueError, "backslash"),
        (["A"], {"start": None}, TypeError, "start is missing"),
        (["A"], {"start": "yesterday"}, ValueError, "start"),
        (["A"], {"start": "2024-01-01T00:00:00"}, ValueError, "start"),
        (["A"], {"end": JANUARY - 1}, ValueError, "exchange them"),
        (["A"], {"columns": "value"}, TypeError, r"write \['value'\]"),
        (["A"], {"columns": ["values", "mean"]}, ValueError, "no column 'mean', only channel, value"),
        (["A"], {"columns": ["time"]}, ValueError, "time is the index"),
        (["A"], {"window": "0s"}, ValueError, "window is a positive length"),
        (["A"], {"window": 3600}, TypeError, "window"),
        (["A"], {"window": "1s"}, ValueError, "7,862,400 partitions"),
        (["A"], {"spacing": "0s"}, ValueError, "spacing"),
        (["A"], {"archive_key": -1}, ValueError, "archive_key"),
        (["A"], {"allow_missing": True}, ValueError, "allow_missing is for datasets"),
        (["A"], {"max_concurrency": 0}, ValueError, "max_concurrency"),
        (["A"], {"max_concurrency": 2.5}, TypeError, "max_concurrency"),
        (["A"], {"patience": -1.0}, ValueError, "patience"),
    ],
)
def test_arguments_that_cannot_be_right(channels: Any, options: Any, error: type[Exception], words: str) -> None:
    wanted = {"start": JANUARY, "end": APRIL, "window": "1d", **options}
    with pytest.raises(error, match=words):
        dask_frame(NOWHERE, channels, **wanted)


def test_sources_that_cannot_be_right(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="archive-access service"):
        dask_frame(ClientSettings(), ["A"], JANUARY, APRIL, window="1d")
    with (
        ArchiveClient("archiver.example.com") as client,
        pytest.raises(TypeError, match="cannot be sent to workers; give its settings"),
    ):
        dask_frame(client, ["A"], JANUARY, APRIL)
    with pytest.raises(ValueError, match=r"ClientSettings\(archive_url='...'\)"):
        dask_frame("http://archiver.example.com:9812", ["A"], JANUARY, APRIL)
    with pytest.raises(DatasetError, match="There is no dataset at"):
        dask_frame(tmp_path, ["A"], JANUARY, APRIL)
    with pytest.raises(TypeError, match="not in int"):
        dask_frame(7, ["A"], JANUARY, APRIL)


@pytest.mark.parametrize(
    "uri",
    [
        "s3://somebody:hunter2@bucket/beam",
        "s3://bucket/beam?secret_key=hunter2",
        "abfs://:hunter2@account.example.com/beam",
        "http://somebody:hunter2@archiver.example.com",
    ],
)
def test_credentials_are_neither_taken_nor_shown(uri: str) -> None:
    with pytest.raises(ValueError, match=r"credentials|ClientSettings") as caught:
        dask_frame(uri, ["A"], JANUARY, APRIL)
    assert "hunter2" not in str(caught.value)


def test_settings_take_no_credentials() -> None:
    with pytest.raises(SettingsError, match="no user name or password") as refused:
        ClientSettings(archive_url="http://somebody:hunter2@archiver.example.com")
    assert "hunter2" not in str(refused.value)


def test_a_channel_that_does_not_exist(served: ClientSettings, path: Path) -> None:
    with pytest.raises(NotFoundError, match="Z:NONE"):
        dask_frame(served, ["A:DOUBLE", "Z:NONE"], JANUARY, FEBRUARY)
    frame = dask_frame(served, ["A:DOUBLE", "Z:NONE"], JANUARY, FEBRUARY, window="31d")
    with ThreadPoolExecutor(2) as pool:
        for options in ({"scheduler": "sync"}, {"scheduler": "threads", "pool": pool}):
            with pytest.raises(NotFoundError, match="Z:NONE"):
                frame.compute(**options)
    with pytest.raises(KeyError, match="Z:NONE"):
        dask_frame(path, ["B:LONG", "Z:NONE"])


def test_what_was_not_exported_is_no_silence(path: Path) -> None:
    with pytest.raises(DatasetError, match=r"does not have 'B:LONG' from 2024-02-01.* to 2024-03-01"):
        dask_frame(path, ["B:LONG"], JANUARY, MARCH)
    frame = dask_frame(path, ["B:LONG"], JANUARY - DAY, MARCH, window="10d", allow_missing=True)
    assert len(frame.compute(scheduler="sync")) == 31 * 24 + 1  # and the one before the begin
    for options in ({"spacing": "1h"}, {"archive_key": 2}):
        with pytest.raises(ValueError, match="was exported with"):
            dask_frame(path, ["B:LONG"], **options)


def test_a_dataset_that_was_changed(path: Path, served: ClientSettings, tmp_path: Path) -> None:
    with ArchiveClient.from_settings(served) as client:
        export_dataset(client, ["B:LONG"], JANUARY, FEBRUARY, tmp_path)
    frame = dask_frame(tmp_path, ["B:LONG"], in_force=True)
    for file in tmp_path.glob("month=2024-01/*.parquet"):
        file.unlink()
    with pytest.raises(DatasetError, match="make it again"):
        frame.compute(scheduler="sync")


def test_file_systems_and_uris(path: Path) -> None:
    wanted = dask_frame(path, ["B:LONG"]).compute(scheduler="sync")
    for source in (path.as_uri(), str(path), pafs.SubTreeFileSystem(str(path), pafs.LocalFileSystem())):
        frame = dask_frame(source, ["B:LONG"])
        pd.testing.assert_frame_equal(frame.compute(scheduler="sync"), wanted)
        assert frame.__dask_keys__() == dask_frame(source, ["B:LONG"]).__dask_keys__()


def test_a_relative_path_means_the_same_elsewhere(path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(path.parent)
    frame = dask_frame(path.name, ["B:LONG"])
    monkeypatch.chdir(tmp_path)
    assert len(frame.compute(scheduler="sync")) == 31 * 24


def test_without_dask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dask.dataframe", None)
    with pytest.raises(MissingExtraError, match=r"\[dask\]"):
        dask_frame(NOWHERE, ["A"], JANUARY, APRIL)


def test_an_empty_range(served: ClientSettings, path: Path) -> None:
    for source in (served, path):
        for options in ({}, {"window": "1d"}):
            frame = dask_frame(source, ["B:LONG", "F:RARE"], JANUARY + DAY, JANUARY + DAY, **options)
            found = frame.compute(scheduler="sync")
            assert len(found) == 0
            assert found.dtypes.equals(frame.dtypes)


def test_times_that_count_from_now_are_resolved_once(served: ClientSettings) -> None:
    frame = dask_frame(served, ["A:DOUBLE"], "-90min", "-30min", window="1h")
    begin, end = frame.divisions
    assert end - begin == pd.Timedelta("1h") - pd.Timedelta(1, "ns")
    now = pd.Timestamp.now("UTC") - pd.Timedelta("30min")
    assert now - pd.Timedelta("1min") < end <= now


def test_times_without_offset_are_read_in_the_zone_of_the_settings() -> None:
    berlin = ClientSettings(host="archiver.example.com", time_zone="Europe/Berlin")
    frame = dask_frame(berlin, ["A"], "2024-01-01T01:00:00", "2024-01-02T01:00:00", window="1d")
    assert frame.divisions[0] == pd.Timestamp("2024-01-01", tz="UTC")
    assert frame.divisions[1] == pd.Timestamp("2024-01-01T23:59:59.999999999", tz="UTC")


def test_windows_have_a_handy_number_of_samples() -> None:
    rate = 1_000 / SECOND
    windows = even_windows((JANUARY, JANUARY + HOUR), rate, MARCH)
    assert len(windows) == 8  # 3.6 million samples
    assert windows[0][0] == JANUARY
    assert windows[-1][1] == JANUARY + HOUR
    assert [end for _, end in windows[:-1]] == [begin for begin, _ in windows[1:]]
    # What lies in the future counts as nothing.
    assert even_windows((JANUARY, 2**63 - 1), rate, JANUARY + 60 * SECOND) == [(JANUARY, 2**63 - 1)]
    assert even_windows((MARCH, APRIL), rate, JANUARY) == [(MARCH, APRIL)]


def test_windows_follow_what_the_manifest_tells() -> None:
    parts = [
        ChannelPart(JANUARY, JANUARY + HOUR, samples=10, weight=10),
        ChannelPart(JANUARY + HOUR, JANUARY + 2 * HOUR, samples=4_000, weight=4_000_000),
        ChannelPart(JANUARY + 3 * HOUR, JANUARY + 4 * HOUR),
    ]
    windows = windows_of_equal_weight((JANUARY, JANUARY + 4 * HOUR), parts)
    assert len(windows) == 9
    assert windows[0][0] == JANUARY
    assert windows[-1][1] == JANUARY + 4 * HOUR
    assert [end for _, end in windows[:-1]] == [begin for begin, _ in windows[1:]]
    assert all(JANUARY + HOUR < begin < JANUARY + 2 * HOUR for begin, _ in windows[1:])
    half = windows_of_equal_weight((JANUARY + HOUR, JANUARY + HOUR + HOUR // 8), parts)
    assert len(half) == 1
