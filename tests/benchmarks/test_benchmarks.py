"""The benchmarks run, on next to nothing; what they print is not judged here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks import (
    bodies,
    canned_server,
    decoding,
    exports,
    loopback,
    paced_archive,
    sample_sizes,
    separate,
)
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


def test_a_paced_archive_gives_what_a_real_one_does() -> None:
    with paced_archive.running([0, 0]) as ports, exports.client_of(ports) as client:
        channel = paced_archive.Channel("doubles", 7)
        begin = paced_archive.BEGIN + 5
        series = client.get_samples(str(channel), begin, begin + 3_000 * 10**7)
        assert len(series) == 3_002
        assert series.times[0] == paced_archive.BEGIN
        late = client.get_samples(str(channel), paced_archive.END - 10**8, paced_archive.END + 10**9)
        assert late.times[-1] == paced_archive.END - 10**7


def test_exports_are_measured(capsys: pytest.CaptureFixture[str]) -> None:
    channels = [paced_archive.Channel("doubles", 6, number) for number in range(2)]
    exports.measure_throughput(channels, 1_000, 1, 2, each=False)
    assert "ratio" in capsys.readouterr().out


def test_exports_are_measured_in_processes_of_their_own() -> None:
    [cost] = exports.measure_costs([("longs", 2, 1_000, 2, 1_000)])
    assert cost["samples"] == 2_000
    assert cost["peak, MiB"] < 100


def test_bytes_of_samples() -> None:
    for typical in sample_sizes.CHANNELS:
        as_json, as_parquet = sample_sizes.measured(typical, 100)
        assert as_json > 100
        assert as_parquet > 0
