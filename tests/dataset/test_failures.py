"""Exports sit outages out, and tell what cannot be read."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest

from cassandra_pv_archiver import (
    ArchiveClient,
    AsyncArchiveClient,
    ConnectionFailedError,
    ExportProgress,
    UnavailableError,
)
from cassandra_pv_archiver.dataset import (
    estimate_dataset,
    estimate_dataset_async,
    export_dataset,
    export_dataset_async,
    open_dataset,
)
from cassandra_pv_archiver.testing import Simulator, SimulatorTransport, faults
from tests.dataset.archives import APRIL, CHANNELS, DAY, FEBRUARY, JANUARY, MARCH, client_of, filled


@pytest.fixture
def simulator() -> Simulator:
    return filled(Simulator())


@pytest.fixture
def client(simulator: Simulator) -> Iterator[ArchiveClient]:
    with client_of(simulator) as client:
        yield client


def check_whole(path: Path, client: ArchiveClient, channels: list[str] = CHANNELS) -> None:
    dataset = open_dataset(path)
    for channel in channels:
        assert dataset.series(channel, JANUARY, APRIL) == client.get_samples(channel, JANUARY, APRIL)


def test_a_missing_channel_is_listed_and_the_others_go_on(client: ArchiveClient, tmp_path: Path) -> None:
    result = export_dataset(client, [*CHANNELS, "Z:NONE"], JANUARY, APRIL, tmp_path)
    check_whole(tmp_path, client)
    (failure,) = result.failures
    assert (failure.channel, failure.reason) == ("Z:NONE", "missing")
    assert (failure.begin, failure.end) == (JANUARY, APRIL)
    assert open_dataset(tmp_path).failures == result.failures
    # What concerns other channels does not make it forgotten.
    export_dataset(client, ["A:DOUBLE"], JANUARY, APRIL, tmp_path)
    assert open_dataset(tmp_path).failures == result.failures


def test_a_channel_that_cannot_be_read_is_read_by_the_next_run(
    simulator: Simulator, client: ArchiveClient, tmp_path: Path
) -> None:
    simulator.faults.add(faults.Garbage(), channel="B:LONG", nth=range(4, 1000))
    result = export_dataset(client, CHANNELS, JANUARY, APRIL, tmp_path)
    (failure,) = result.failures
    assert (failure.channel, failure.reason, failure.end) == ("B:LONG", "failed", APRIL)
    assert failure.begin in {JANUARY, FEBRUARY, MARCH}
    check_whole(tmp_path, client, [name for name in CHANNELS if name != "B:LONG"])
    simulator.faults.clear()
    assert not export_dataset(client, CHANNELS, JANUARY, APRIL, tmp_path).failures
    assert not open_dataset(tmp_path).failures
    check_whole(tmp_path, client)


FAULTS = {
    "503": (faults.Reply(503), {"nth": (2, 12, 13)}),
    "cut": (faults.CutArray(20), {"nth": (3, 12, 17)}),
    "refused": (faults.Refuse(), {"nth": (2, 12, 13)}),
    "broken": (faults.Break(5_000), {"nth": (3, 12, 17)}),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_passes_is_sat_out(simulator: Simulator, client: ArchiveClient, tmp_path: Path, name: str) -> None:
    fault, when = FAULTS[name]
    active = simulator.faults.add(fault, operation="getSamples", **when)
    result = export_dataset(client, CHANNELS[:4], JANUARY, MARCH, tmp_path)
    assert active.struck
    simulator.faults.clear()
    assert not result.failures
    for channel in CHANNELS[:4]:
        truth = client.get_samples(channel, JANUARY, MARCH)
        assert open_dataset(tmp_path).series(channel, JANUARY, MARCH) == truth


def test_an_outage_that_lasts_ends_the_export_and_the_next_run_goes_on(
    simulator: Simulator, client: ArchiveClient, tmp_path: Path
) -> None:
    simulator.faults.add(faults.Reply(503), nth=range(70, 10_000))
    with pytest.raises(UnavailableError):
        export_dataset(client, CHANNELS, JANUARY, APRIL, tmp_path, patience=0.5)
    simulator.faults.clear()
    export_dataset(client, CHANNELS, JANUARY, APRIL, tmp_path)
    check_whole(tmp_path, client)


def test_a_database_that_restarts_is_sat_out(simulator: Simulator, client: ArchiveClient, tmp_path: Path) -> None:
    stopped = threading.Event()

    def restart() -> None:
        assert stopped.wait(20)
        time.sleep(0.3)
        simulator.start_database()

    def stop(progress: ExportProgress) -> None:
        if progress.samples and not stopped.is_set():
            simulator.stop_database()
            stopped.set()

    starter = threading.Thread(target=restart)
    starter.start()
    result = export_dataset(client, CHANNELS, JANUARY, APRIL, tmp_path, progress=stop)
    starter.join()
    assert not result.failures
    check_whole(tmp_path, client)


def test_a_channel_that_always_fails_is_told_from_an_outage(tmp_path: Path) -> None:
    simulator = filled(Simulator())
    simulator.add_channel("X:FOREIGN", control_system_type="other")  # not installed, so that the server answers 500
    with client_of(simulator) as client:
        result = export_dataset(client, ["A:DOUBLE", "X:FOREIGN"], JANUARY, APRIL, tmp_path)
        assert [failure.channel for failure in result.failures] == ["X:FOREIGN"]
        check_whole(tmp_path, client, ["A:DOUBLE"])
        alone = export_dataset(client, ["X:FOREIGN"], JANUARY, APRIL, tmp_path)
        assert [failure.reason for failure in alone.failures] == ["failed"]


def test_no_server_at_all(tmp_path: Path) -> None:
    simulator = filled(Simulator())
    for server in simulator.servers:
        simulator.stop_server(server)
    with client_of(simulator) as client, pytest.raises(ConnectionFailedError):
        export_dataset(client, CHANNELS, JANUARY, APRIL, tmp_path, patience=0.1)


def test_empty_and_expired_are_told_apart(tmp_path: Path) -> None:
    simulator = Simulator()
    simulator.add_channel("EXPIRED", decimation_levels={0: 40 * 86_400, 3600: 0})
    simulator.add_channel("YOUNG")
    simulator.add_channel("EMPTY")
    hours = np.arange(JANUARY, APRIL, DAY // 24)
    simulator.add_samples("EXPIRED", times=hours, values=np.arange(len(hours), dtype=np.float64))
    simulator.add_samples("YOUNG", times=hours[hours > MARCH], values=hours[hours > MARCH])
    with client_of(simulator) as client:
        result = export_dataset(client, ["EMPTY", "EXPIRED", "YOUNG"], JANUARY, APRIL, tmp_path)
    assert (result.empty, result.expired) == (("EMPTY",), ("EXPIRED",))
    parts = [entry.channels for entry in open_dataset(tmp_path).entries if entry.kind == "samples"]
    assert [part["EXPIRED"].state for part in parts] == ["expired", "expired", "complete"]
    assert [part["YOUNG"].state for part in parts] == ["empty", "empty", "complete"]
    assert [part["EMPTY"].state for part in parts] == ["empty"] * 3
    assert parts[0]["EXPIRED"].samples == 0 < parts[1]["EXPIRED"].samples


def test_what_progress_raises_ends_the_export(client: ArchiveClient, tmp_path: Path) -> None:
    def stop(progress: ExportProgress) -> None:
        raise KeyboardInterrupt

    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        export_dataset(client, CHANNELS, JANUARY, APRIL, tmp_path, progress=stop)
    assert threading.active_count() == before
    export_dataset(client, CHANNELS, JANUARY, APRIL, tmp_path)
    check_whole(tmp_path, client)


def test_progress_grows_to_the_end(client: ArchiveClient, tmp_path: Path) -> None:
    told: list[ExportProgress] = []
    result = export_dataset(client, CHANNELS, JANUARY, APRIL, tmp_path, progress=told.append)
    shares = [progress.share for progress in told]
    assert shares == sorted(shares)
    assert (told[-1].share, told[-1].finished) == (1.0, True)
    assert [progress.finished for progress in told[:-1]] == [False] * (len(told) - 1)
    assert told[-1].files == result.files


def test_with_an_asynchronous_client_and_within_a_running_loop(
    simulator: Simulator, client: ArchiveClient, tmp_path: Path
) -> None:
    async def run() -> None:
        async with httpx.AsyncClient(transport=SimulatorTransport(simulator, "archive")) as http_client:
            archive = AsyncArchiveClient("archiver.example.com", http_client=http_client)
            estimate = await estimate_dataset_async(archive, CHANNELS, JANUARY, APRIL)
            result = await export_dataset_async(archive, CHANNELS, JANUARY, APRIL, tmp_path / "async")
            assert 0.9 < estimate.samples / result.samples < 1.1
            export_dataset(client, CHANNELS, JANUARY, APRIL, tmp_path / "sync")  # as in a notebook

    asyncio.run(run())
    for folder in ("async", "sync"):
        check_whole(tmp_path / folder, client)


def test_servers_share_the_load_and_replace_each_other(tmp_path: Path) -> None:
    simulator = filled(Simulator())
    with simulator.serve() as running:
        urls = [server.archive_url for server in running.servers]
        with ArchiveClient(base_urls=urls) as client:
            export_dataset(client, CHANNELS, JANUARY, FEBRUARY, tmp_path)
            asked = [request.server for request in simulator.requests]
            assert min(asked.count(0), asked.count(1)) > len(asked) / 4
            simulator.stop_server(0)
            assert not export_dataset(client, CHANNELS, JANUARY, APRIL, tmp_path).failures
            check_whole(tmp_path, client)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"start": None}, "start is missing"),
        ({"start": APRIL}, "lies before start"),
        ({"max_concurrency": 0}, "max_concurrency"),
        ({"spacing": "0s"}, "spacing"),
        ({"since": "first"}, "since is 'last'"),
        ({"channels": []}, "no channel"),
        ({"start": None, "since": "last"}, "no dataset at"),
        ({"patience": 0}, "patience"),
        ({"row_group": 0}, "row_group"),
    ],
)
def test_arguments_that_cannot_be_right(
    client: ArchiveClient, simulator: Simulator, tmp_path: Path, options: dict[str, object], message: str
) -> None:
    arguments = {"channels": CHANNELS, "start": JANUARY, "end": MARCH, "path": tmp_path, **options}
    with pytest.raises(ValueError, match=message):
        export_dataset(client, **arguments)  # type: ignore[arg-type]
    assert not simulator.requests
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [("a/../..", ValueError, "cannot be sent"), ("\ud800", ValueError, "surrogate"), (7, TypeError, "is text, not 7")],
)
def test_names_that_cannot_be_sent_are_refused_before_anything_is(
    client: ArchiveClient, simulator: Simulator, tmp_path: Path, name: str, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        export_dataset(client, ["A:DOUBLE", name], JANUARY, MARCH, tmp_path)
    with pytest.raises(kind, match=message):
        estimate_dataset(client, ["A:DOUBLE", name], JANUARY, MARCH)
    assert not simulator.requests
    assert not list(tmp_path.iterdir())
