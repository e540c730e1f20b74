"""The benchmarks run, on next to nothing; what they print is not judged here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks import bodies, canned_server, decoding, loopback, separate
from tests.benchmarks.__main__ import measure_decoding, measure_loopback, measure_wall_time
from tests.benchmarks.canned_server import Channel
from tests.benchmarks.plot import plot_sizes

pytestmark = pytest.mark.one_interpreter


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with canned_server.running() as port:
        yield port


@pytest.mark.parametrize("kind", bodies.KINDS)
def test_every_way_reads_the_same(kind: str) -> None:
    body = bodies.body(kind, 1001)
    samples = json.loads(body)
    assert decoding.decode(body).to_dicts() == samples
    ways = decoding.ways(kind, body)
    read = {name: way() for name, way in ways.items()}
    assert read["predecessor"] == samples
    assert len(read["pydantic, whole list"]) == len(samples)
    if kind != "1 % NaN":
        assert read["pyarrow, without contexts"]["time"].to_pylist() == [sample["time"] for sample in samples]
    assert json.loads(bodies.last_sample(kind, 1001)) == samples[-1:]


def test_the_server_sends_what_the_body_says(port: int) -> None:
    source = loopback.Source(port)
    with source.client() as client:
        for channel in (Channel("doubles", 2500), Channel("longs", 2500, 1_000_000)):
            assert source.read_as_predecessor(channel) == source.read(client, channel).to_dicts()
            assert source.download(channel) == len(bodies.body(channel.kind, channel.samples))
            assert source.stream(client, channel) == channel.samples


def test_tables(port: int, capsys: pytest.CaptureFixture[str]) -> None:
    measure_decoding(100, 1, ["doubles"])
    measure_loopback(port, 100, 1, ["waveforms"])
    measure_wall_time(port, 100, 1)
    assert "x predecessor" in capsys.readouterr().out


def test_processes_of_their_own(port: int) -> None:
    seconds, held, peak = separate.measured_apart("batches", port, Channel("doubles", 100))
    assert 0 < seconds < 50
    assert max(held, peak) < 50
    assert separate.import_seconds(1, ["nothing", "cassandra_pv_archiver"]).keys() == {"cassandra_pv_archiver"}


def test_plot(tmp_path: Path) -> None:
    points = [{"read": "series", "samples": 10**size, "seconds": 0.1, "peak": 10.0} for size in (4, 5)]
    plot_sizes(points, tmp_path / "sizes.svg")
    assert "one series" in (tmp_path / "sizes.svg").read_text("utf-8")
