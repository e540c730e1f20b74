"""Several processes that export the same piece, and runs that were given up, leave each sample there once."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from cassandra_pv_archiver import ArchiveClient
from cassandra_pv_archiver.dataset import DatasetError, export_dataset, open_dataset
from cassandra_pv_archiver.dataset.dask_pieces import Elsewhere
from cassandra_pv_archiver.dataset.manifest import Manifest, Query
from cassandra_pv_archiver.dataset.pieces import Piece, Sizes
from cassandra_pv_archiver.dataset.servers import options_of, settings_of
from cassandra_pv_archiver.dataset.storage import Storage
from cassandra_pv_archiver.dataset.takeover import Run
from cassandra_pv_archiver.testing import Simulator
from tests.dataset.archives import FEBRUARY, JANUARY, filled

CHANNELS = ("A:DOUBLE", "B:LONG", "G:CHANGING")
PIECE = Piece(CHANNELS, JANUARY, FEBRUARY, Query(), (1e-12, 1e-12, 1e-12), Sizes(200))


def elsewhere(client: ArchiveClient, storage: Storage, run: Run) -> Elsewhere:
    made = Elsewhere(settings_of(client), options_of(client), storage, "", run, most=3, max_rate=None, patience=5.0)
    return pickle.loads(pickle.dumps(made))


def test_two_at_once_leave_what_one_leaves(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    Manifest(storage).begin(Query(), 0)
    with filled(Simulator()).serve() as running, ArchiveClient(base_url=running.archive_url) as client:
        export = elsewhere(client, storage, Run.begin(storage)).export
        with ThreadPoolExecutor(3) as threads:
            outcomes = list(threads.map(export, [PIECE] * 3, [0] * 3, [2] * 3))
        dataset = open_dataset(tmp_path)
        for channel in CHANNELS:
            expected = client.get_samples(channel, JANUARY, FEBRUARY)
            found = dataset.series(channel, JANUARY, FEBRUARY - 1)
            assert found.times.tolist() == expected.between(JANUARY, FEBRUARY - 1).times.tolist()
    recorded = {entry.file for entry in dataset.entries}
    assert len(recorded) > 3
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.glob("month=*/*")} == recorded
    assert {tuple(entry.file for entry in outcome.entries) for outcome in outcomes} == {
        tuple(entry.file for entry in dataset.entries)
    }


def test_what_was_given_up_does_not_count(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    Manifest(storage).begin(Query(), 0)
    with filled(Simulator()).serve() as running, ArchiveClient(base_url=running.archive_url) as client:
        first = Run.begin(storage)
        second = Run.begin(storage)
        assert isinstance(elsewhere(client, storage, first).export(PIECE, 0, 2), DatasetError)
        assert not list(tmp_path.glob("month=*/*"))
        assert not list((tmp_path / "_unfinished").iterdir())
        second.end()
        assert isinstance(elsewhere(client, storage, second).export(PIECE, 0, 2), DatasetError)
        assert not open_dataset(tmp_path).entries


def test_clients_that_stay_in_their_process(tmp_path: Path) -> None:
    with httpx.Client() as http_client, ArchiveClient("archiver.example.com", http_client=http_client) as client:
        with pytest.raises(ValueError, match="cannot have http_client"):
            settings_of(client)
        with pytest.raises(TypeError, match=r"dask_client is a dask\.distributed\.Client, not str"):
            export_dataset(client, CHANNELS, JANUARY, FEBRUARY, tmp_path, dask_client="tcp://scheduler:8786")
    assert not list(tmp_path.iterdir())


def test_settings_for_others_have_no_secret() -> None:
    with ArchiveClient(base_urls=["https://a.example.com:9812", "https://b.example.com:9812"], verify=False) as client:
        settings = settings_of(client)
    assert settings.archive_urls == ("https://a.example.com:9812", "https://b.example.com:9812")
    assert settings.verify is False
    with (
        ArchiveClient("archiver.example.com", headers={"Authorization": "Bearer secret"}) as client,
        pytest.raises(ValueError, match="cannot have headers") as error,
    ):
        settings_of(client)
    assert "secret" not in str(error.value)
