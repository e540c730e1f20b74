"""``cpva get -o FILE``: formats, names, and what is left when something goes wrong."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cassandra_pv_archiver.testing import RunningSimulator, Simulator
from cassandra_pv_archiver.testing.simulator.faults import Break, CutArray, Exchange, Refuse, Reply, SimulatorResponse
from tests.cli.conftest import CPVA, Cpva
from tests.cli.test_get import BASE, RANGE, SECOND, marker, plain_sample

NUMBER = 10_000
LONG = ("--start", "2023-11-14T22:13:20Z", "--for", "10000s")


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    simulator = Simulator(start_time=BASE + (NUMBER + 100) * SECOND, real_time=False)
    for name in ("LONG", "OTHER"):
        simulator.add_channel(name)
        simulator.add_samples(name, times=np.arange(BASE, BASE + NUMBER * SECOND, SECOND), values=np.arange(NUMBER) / 8)
    simulator.add_channel("COUNT", samples=[plain_sample(BASE + 1, "long", [7]), marker(BASE + 2)])
    simulator.add_channel("WORDS", samples=[plain_sample(BASE + 3, "string", ["a,b\nc"])])
    simulator.add_channel("WAVE", samples=[plain_sample(BASE + 4, "double", [0.5, float("nan")])])
    simulator.add_channel(
        "CHANGED",
        samples=[plain_sample(BASE + 5 + at, "long", [at]) for at in range(600)]
        + [plain_sample(BASE + 1000 + at, "double", [at + 0.5]) for at in range(600)]
        + [plain_sample(BASE + 2000 + at, "string", ["x"]) for at in range(600)],
    )
    return simulator


@pytest.fixture(scope="module")
def cluster(simulator: Simulator) -> Iterator[RunningSimulator]:
    with simulator.serve() as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, simulator: Simulator) -> Iterator[Path]:
    """An empty folder to be in; faults that a test adds end with it."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    yield folder
    simulator.faults.clear()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def numbers(file: Path) -> list[float]:
    return [float(row["value"]) for row in csv.DictReader(io.StringIO(file.read_text("utf-8")))]


def table(file: str) -> pa.Table:
    if file.endswith(".parquet"):
        return pq.read_table(file)
    with Path(file).open("rb") as source:
        return pa.ipc.open_file(source).read_all()


def test_the_ending_is_the_format_and_the_option_comes_first(cpva: Cpva, folder: Path) -> None:
    for name in ("x.csv", "x.JSON", "x.jsonl", "x.ndjson", "x.txt", "x.parquet", "x.arrow", "x.feather"):
        done = cpva("get", "COUNT", *RANGE, "-o", name)
        assert (done.exit_code, done.stdout, done.stderr) == (0, "", f"2 rows: {name}\n")
    assert len(names(folder)) == 8
    assert Path("x.csv").read_text("utf-8").splitlines()[1] == "2023-11-14T22:13:20.000000001Z,COUNT,7,,OK,NO_ALARM"
    assert json.loads(Path("x.JSON").read_text("utf-8"))[0]["value"] == 7
    assert Path("x.jsonl").read_text("utf-8") == Path("x.ndjson").read_text("utf-8")
    assert Path("x.txt").read_text("utf-8").split()[:3] == ["Time", "(UTC)", "Value"]
    cpva("get", "COUNT", *RANGE, "-o", "y.txt", "--format", "csv")
    assert Path("y.txt").read_text("utf-8") == Path("x.csv").read_text("utf-8")
    assert cpva("get", "COUNT", *RANGE, "-o", "-").stdout == Path("x.csv").read_text("utf-8")


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
def test_binary_files_have_types(cpva: Cpva, folder: Path, ending: str) -> None:
    file = f"x.{ending}"

    def values(*channels: str, options: tuple[str, ...] = ()) -> tuple[str, list[Any]]:
        assert cpva("get", *channels, *LONG, "--force", "-o", file, *options).exit_code == 0
        column = table(file).column("value")
        return str(column.type), column.to_pylist()

    assert values("COUNT") == ("int64", [7, None])
    assert values("WORDS") == ("string", ["a,b\nc"])
    kind, (wave,) = values("WAVE")
    assert kind.startswith("list<")
    assert repr(wave) == "[0.5, nan]"
    assert values("COUNT", "LONG")[0] == "double"
    assert values("COUNT", "WAVE", "WORDS") == ("string", ["7", None, "a,b\nc", '[0.5, "NaN"]'])
    whole = table(file)
    assert whole.column_names == ["time", "channel", "value", "unit", "severity", "status"]
    assert str(whole.schema.field("time").type) == "timestamp[ns, tz=UTC]"
    assert whole.column("time").cast(pa.int64()).to_pylist() == [BASE + 1, BASE + 2, BASE + 3, BASE + 4]


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
def test_values_that_change_their_type_make_what_was_written_wider(
    cpva: Cpva, folder: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cassandra_pv_archiver.cli.writing_arrow._GROUP", 500)
    done = cpva("get", "CHANGED", *LONG, "-o", f"x.{ending}")
    assert done.exit_code == 0
    expected = [f"{at}.0" for at in range(600)] + [f"{at}.5" for at in range(600)] + ["x"] * 600
    assert [value.removesuffix("!") for value in table(f"x.{ending}").column("value").to_pylist()] == expected
    assert names(folder) == [f"x.{ending}"]


def test_binary_formats_go_through_pipes(cpva: Cpva, folder: Path) -> None:
    done = subprocess.run(
        [*CPVA, "get", "COUNT", *RANGE, "--format", "parquet"], capture_output=True, timeout=50, env=cpva.complete()
    )
    assert done.returncode == 0
    assert pq.read_table(pa.BufferReader(done.stdout)).column("value").to_pylist() == [7, None]


def test_a_file_that_exists_is_kept_unless_forced(cpva: Cpva, folder: Path) -> None:
    Path("x.csv").write_text("mine", "utf-8")
    done = cpva("get", "COUNT", *RANGE, "-o", "x.csv")
    assert done.exit_code == 2
    assert done.stderr == "x.csv exists.\nGive another name, or --force to overwrite it.\n"
    assert Path("x.csv").read_text("utf-8") == "mine"
    assert cpva("get", "COUNT", *RANGE, "-o", "x.csv", "--force").exit_code == 0
    assert len(Path("x.csv").read_text("utf-8").splitlines()) == 3
    assert names(folder) == ["x.csv"]


def test_json_tells_what_was_written(cpva: Cpva, folder: Path) -> None:
    done = cpva("get", "COUNT", "WORDS", "NONE", *RANGE, "-o", "x.csv", "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert "NONE" in told["failures"].pop("NONE")
    assert told == {"file": "x.csv", "format": "csv", "rows": 3, "channels": 2, "failures": {}}


def test_a_channel_that_fails_leaves_the_others(cpva: Cpva, folder: Path) -> None:
    done = cpva("get", "COUNT", "WORDZ", "WORDS", *RANGE, "-o", "x.csv")
    assert done.exit_code == 1
    assert done.stderr == "3 rows: x.csv\nThere is no channel 'WORDZ'. Did you mean WORDS?\n"
    assert names(folder) == ["x.csv"]
    only = cpva("get", "WORDZ", *RANGE, "-o", "y.csv")
    assert only.exit_code == 1
    assert only.stderr == "There is no channel 'WORDZ'.\nDid you mean WORDS? Nothing was kept.\n" or (
        only.stderr == "There is no channel 'WORDZ'.\nDid you mean WORDS?\n"
    )
    assert names(folder) == ["x.csv"]


def test_a_reply_that_is_cut_is_completed(cpva: Cpva, folder: Path, simulator: Simulator) -> None:
    simulator.faults.add(CutArray(777), operation="getSamples", nth=1)
    done = cpva("get", "LONG", *LONG, "-o", "x.csv")
    assert done.exit_code == 0
    assert "The rest is asked for" in done.stderr
    assert numbers(Path("x.csv")) == [at / 8 for at in range(NUMBER)]


@pytest.mark.parametrize("ending", ["csv", "json", "parquet"])
def test_a_read_that_breaks_leaves_a_file_that_says_so(
    cpva: Cpva, folder: Path, simulator: Simulator, ending: str
) -> None:
    simulator.faults.add(CutArray(777), operation="getSamples", nth=1)
    simulator.faults.add(Break(), operation="getSamples", nth=range(2, 1000))
    done = cpva("get", "LONG", *LONG, "-o", f"x.{ending}", "--timeout", "2")
    assert done.exit_code == 1
    what, advice = done.stderr.splitlines()[-2:]
    assert what.startswith("The read could not be completed; ")
    assert advice == f"777 rows, up to 2023-11-14 22:26:16.000Z, are in x.partial.{ending}."
    assert names(folder) == [f"x.partial.{ending}"]
    kept = Path(f"x.partial.{ending}")
    match ending:
        case "csv":
            values = numbers(kept)
        case "json":
            values = [row["value"] for row in json.loads(kept.read_text("utf-8"))]
        case _:
            values = pq.read_table(kept).column("value").to_pylist()
    assert values == [at / 8 for at in range(777)]


def test_one_of_several_channels_that_breaks_off(cpva: Cpva, folder: Path, simulator: Simulator) -> None:
    simulator.faults.add(CutArray(777), operation="getSamples", channel="LONG", nth=1)
    simulator.faults.add(Break(), operation="getSamples", channel="LONG", nth=range(2, 1000))
    done = cpva("get", "LONG", "OTHER", "COUNT", *LONG, "-o", "x.csv", "--timeout", "1")
    assert done.exit_code == 1
    assert "Samples are missing. 10,779 rows, up to 2023-11-15 00:59:59.000Z, are in x.partial.csv." in done.stderr
    assert names(folder) == ["x.partial.csv"]


def test_a_service_that_is_not_there_ends_all_at_once(cpva: Cpva, folder: Path, simulator: Simulator) -> None:
    simulator.faults.add(Refuse(), operation="getSamples")
    many = [f"X{number}" for number in range(40)]
    done = cpva("get", *many, *LONG, "-o", "x.csv", "--timeout", "0.2")
    assert done.exit_code in {1, 3}
    assert names(folder) == []
    simulator.faults.clear()
    simulator.faults.add(Reply(503), operation="getSamples")
    done = cpva("get", *many, *LONG, "-o", "x.csv", "--timeout", "0.2", "--quiet")
    assert done.exit_code == 3
    assert len(done.stderr.splitlines()) == 2
    assert names(folder) == []


@pytest.mark.one_interpreter
def test_nobody_listens(nowhere: Cpva, folder: Path, free_port: str) -> None:
    done = nowhere("get", "A", "B", *RANGE, "-o", "x.csv", "--archive-url", free_port, "--timeout", "0.3", "--quiet")
    assert done.exit_code == 3
    assert done.stderr.startswith(f"Cannot connect to {free_port}")
    assert names(folder) == []


@pytest.fixture
def free_port() -> str:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.one_interpreter
@pytest.mark.parametrize("ending", ["csv", "json", "txt"])
def test_a_full_disk_leaves_nothing(cpva: Cpva, folder: Path, ending: str) -> None:
    command = [*CPVA, "get", "LONG", *LONG, "-o", f"x.{ending}"]
    done = subprocess.run(
        ["sh", "-c", 'ulimit -f 600; exec "$@"', "sh", *command],
        capture_output=True,
        text=True,
        timeout=50,
        env=cpva.complete(),
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-2:] == [
        f"x.{ending} cannot be written: File too large. Nothing was kept.",
        "Make space, or give a file elsewhere with -o.",
    ]
    assert names(folder) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="of Linux")
@pytest.mark.one_interpreter
@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_a_full_stdout_is_told(cpva: Cpva, form: str) -> None:
    with Path("/dev/full").open("wb") as full:
        process = subprocess.run(
            [*CPVA, "get", "COUNT", *RANGE, "--format", form], stdout=full, stderr=subprocess.PIPE, env=cpva.complete()
        )
    assert process.returncode == 1
    assert process.stderr.decode().startswith("Stdout cannot be written: No space left on device.\n")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="of POSIX")
@pytest.mark.parametrize("form", ["csv", "arrow"])
def test_a_named_pipe_is_written_to_and_stays(cpva: Cpva, folder: Path, form: str) -> None:
    os.mkfifo("pipe")
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append(Path("pipe").read_bytes()))
    reader.start()
    done = cpva("get", "COUNT", *RANGE, "-o", "pipe", "--format", form)
    reader.join()
    assert done.exit_code == 0
    assert Path("pipe").is_fifo()
    assert names(folder) == ["pipe"]
    if form == "csv":
        assert len(received[0].splitlines()) == 3
    else:
        assert pa.ipc.open_file(received[0]).read_all().num_rows == 2


class Stops:
    """A reply of which so many samples are sent, and the rest when somebody says so."""

    def __init__(self, samples: int) -> None:
        self.go_on = threading.Event()
        self._samples = samples

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        response = exchange.proceed()
        response.body = self._body(response.read())
        return response

    def _body(self, body: bytes) -> Iterator[bytes]:
        place = -1
        for _ in range(self._samples + 1):
            place = body.index(b'{"time"', place + 1)
        yield body[:place]
        self.go_on.wait(50)
        yield body[place:]


@pytest.mark.one_interpreter
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_control_c_says_what_was_kept(cpva: Cpva, folder: Path, simulator: Simulator, ending: str) -> None:
    stops = Stops(4200)
    simulator.faults.add(stops, operation="getSamples")
    with cpva.start("get", "LONG", *LONG, "-o", f"x.{ending}", stderr=subprocess.PIPE, cwd=folder) as process:
        assert process.stderr is not None
        try:
            if ending == "csv":
                partial = folder / f"x.csv.{process.pid}.partial"
                while not partial.exists() or partial.stat().st_size < 150_000:
                    assert process.poll() is None
                    threading.Event().wait(0.01)
            else:
                while not list(folder.iterdir()):
                    threading.Event().wait(0.01)
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 130
        finally:
            stops.go_on.set()
        told = process.stderr.read()
    if ending == "csv":
        kept = numbers(folder / "x.partial.csv")
        assert kept == [at / 8 for at in range(len(kept))]
        assert len(kept) >= 2500  # 150,000 bytes have at least as many
        assert told.startswith(f"Interrupted. {len(kept):,} rows, up to 2023-11-14 ")
        assert told.endswith("Z, are in x.partial.csv.\n")
        assert names(folder) == ["x.partial.csv"]
    elif names(folder):
        assert names(folder) == ["x.partial.parquet"]
        assert pq.read_table("x.partial.parquet").num_rows % 500 == 0
    else:
        assert told == "Interrupted. Nothing was kept.\n"


@pytest.mark.one_interpreter
def test_a_pipe_gets_rows_before_all_are_there_and_may_close(cpva: Cpva, folder: Path, simulator: Simulator) -> None:
    stops = Stops(4200)
    simulator.faults.add(stops, operation="getSamples")
    with cpva.start("get", "LONG", *LONG, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        lines = [process.stdout.readline() for _ in range(3000)]
        assert lines[0] == "time,channel,value,unit,severity,status\n"
        process.stdout.close()
        stops.go_on.set()
        assert process.wait(30) == 0
        assert not process.stderr.read()
