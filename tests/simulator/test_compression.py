"""The switch that compresses replies as a proxy in front of a server would (section 1.5)."""

from __future__ import annotations

import gzip
import json

import httpx
import pytest

from cassandra_pv_archiver.testing.simulator import Simulator, SimulatorRequest, SimulatorResponse, faults

from .raw_client import as_bytes, connected

SAMPLES = b"/archive-access/api/1.0/archive/1/samples/many?start=0&end="


@pytest.fixture
def simulator() -> Simulator:
    simulator = Simulator(compresses=True)
    simulator.add_channel("many", samples=5_000)
    return simulator


def samples(simulator: Simulator, end: int, accepted: str = "gzip", method: str = "GET") -> SimulatorResponse:
    headers = [("Accept-Encoding", accepted)]
    return simulator.handle("archive", 0, SimulatorRequest(method, SAMPLES + b"%d" % end, headers))


@pytest.mark.parametrize("accepted", ["gzip", "gzip, deflate", "deflate;q=1, gzip;q=0"])
def test_a_reply_of_unknown_length_is_compressed(accepted: str, simulator: Simulator) -> None:
    response = samples(simulator, 5_000, accepted)
    assert response.header("Content-Encoding") == "gzip"
    assert response.header("Vary") == "Accept-Encoding"
    assert response.header("Transfer-Encoding") == "chunked"
    assert response.header("Content-Length") is None
    assert len(json.loads(gzip.decompress(response.read()))) == 5_000


def test_a_reply_of_known_length_is_compressed_above_a_size(simulator: Simulator) -> None:
    lengths = {}
    for end in range(1, 20):
        plain = len(samples(simulator, end, "identity").read())
        lengths[plain] = samples(simulator, end).header("Content-Encoding")
    assert {length: "gzip" if length > 2048 else None for length in lengths} == lengths
    assert set(lengths.values()) == {"gzip", None}


@pytest.mark.parametrize("accepted", ["", "deflate", "br"])
def test_nothing_else_than_gzip_is_offered(accepted: str, simulator: Simulator) -> None:
    response = samples(simulator, 5_000, accepted)
    assert response.header("Content-Encoding") is None
    assert len(json.loads(response.read())) == 5_000


def test_a_reply_without_body_is_left_alone(simulator: Simulator) -> None:
    response = samples(simulator, 5_000, method="HEAD")
    assert response.header("Content-Encoding") is None
    assert int(response.header("Content-Length") or 0) > 1_000_000


def test_what_a_fault_compressed_is_not_compressed_again(simulator: Simulator) -> None:
    simulator.faults.add(faults.Gzip())
    assert len(json.loads(gzip.decompress(samples(simulator, 5_000).read()))) == 5_000


def test_a_connection_that_breaks_still_breaks(simulator: Simulator) -> None:
    simulator.faults.add(faults.Break(after=100_000))
    with pytest.raises(ConnectionResetError):
        samples(simulator, 5_000).read()


def test_without_the_switch_nothing_is_compressed() -> None:
    simulator = Simulator()
    simulator.add_channel("many", samples=5_000)
    assert samples(simulator, 5_000).header("Content-Encoding") is None


def test_on_sockets(simulator: Simulator) -> None:
    request = SimulatorRequest("GET", SAMPLES + b"5000", [("Host", "localhost"), ("Accept-Encoding", "gzip")])
    with simulator.serve() as running:
        with connected(running.archive_url) as connection:
            connection.send(as_bytes(request))
            assert len(json.loads(gzip.decompress(connection.receive().body))) == 5_000
            connection.send(as_bytes(request))
            assert connection.receive().header("Content-Encoding") == "gzip"
        reply = httpx.get(running.archive_url + request.target.decode(), trust_env=False)
        assert len(reply.json()) == 5_000
