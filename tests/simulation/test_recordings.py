"""The simulator gives the answers that real servers gave."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from cassandra_pv_archiver.testing import Simulator, SimulatorRequest, SimulatorResponse, double_sample

RECORDINGS = Path(__file__).parent.parent / "recordings"
CREDENTIALS = ("Authorization", "Basic YWRtaW46YWRtaW4=")
JSON_BODY = ("Content-Type", "application/json")
VOLATILE = frozenset(
    {
        "channelDataId",
        "errorMessage",
        "serverName",
        "state",
        "totalSamplesDropped",
        "totalSamplesSkippedBack",
        "totalSamplesWritten",
    }
)
"""Members of a channel that depend on chance or on a live control system."""


def body_of(response: SimulatorResponse) -> bytes:
    return response.body if isinstance(response.body, bytes) else b"".join(response.body)


def content_type(response: SimulatorResponse) -> str:
    return next((value for name, value in response.headers if name == "Content-Type"), "")


def steady(value: Any, prefix: str) -> Any:
    """A reply without volatile members, and without channels that were there before the recording began."""
    if isinstance(value, dict):
        volatile = VOLATILE if "channelDataId" in value else frozenset[str]()
        return {name: steady(member, prefix) for name, member in value.items() if name not in volatile}
    if isinstance(value, list):
        return [steady(element, prefix) for element in value if known_by(element, prefix)]
    return value


def known_by(element: Any, prefix: str) -> bool:
    return not isinstance(element, dict) or element.get("channelName", prefix).startswith(prefix)


def test_commands_and_reads_in_their_order() -> None:
    recorded = json.loads((RECORDINGS / "commands.json").read_text())
    simulator = Simulator([recorded["servers"]["1"], recorded["servers"]["2"]])
    # An ID that no server has owned channels before the recording began, so it is known to the cluster.
    simulator.add_channel("before", server=recorded["servers"]["unknown"])
    for number, exchange in enumerate(recorded["exchanges"]):
        simulator.advance(10)
        headers = [CREDENTIALS, JSON_BODY] if exchange["method"] == "POST" else []
        body = b"" if exchange["body"] is None else json.dumps(exchange["body"]).encode()
        request = SimulatorRequest(exchange["method"], exchange["target"].encode(), headers, body)
        response = simulator.handle("admin", exchange["server"] - 1, request)
        assert (response.status, content_type(response)) == (
            exchange["status"],
            exchange["content_type"] or "",
        ), f"exchange {number}"
        if "json" in content_type(response):
            answered = steady(json.loads(body_of(response)), recorded["prefix"])
            assert answered == steady(exchange["reply"], recorded["prefix"]), f"exchange {number}"
    assert number == 341


def samples_request(parameters: str) -> SimulatorRequest:
    return SimulatorRequest("GET", f"/archive-access/api/1.0/archive/1/samples/x?{parameters}".encode())


def test_selections() -> None:
    recorded = json.loads((RECORDINGS / "selection.json").read_text())
    simulator = Simulator()
    simulator.add_channel("x", decimation_levels=[int(level) for level in recorded["levels"]])
    for level, times in recorded["levels"].items():
        simulator.add_samples("x", [double_sample(time, 0.0) for time in times], level=int(level))
    for query in recorded["queries"]:
        parameters = "&".join(f"{name}={query[name]}" for name in ("start", "end", "count") if query.get(name))
        response = simulator.handle("archive", 0, samples_request(parameters))
        assert response.status == query["status"]
        assert [sample["time"] for sample in json.loads(body_of(response))] == query["times"], query
    assert len(recorded["queries"]) == 150


def searches() -> list[Any]:
    return json.loads((RECORDINGS / "search.json").read_text())["queries"]


INEXPRESSIBLE = {"srch:[[]x[]]", "srch:[a-z&&[^a]]", "srch:(?s).*k", "srch:p{L}"}
"""Expressions that Java reads otherwise than Python; the simulator refuses them or finds nothing."""


@pytest.mark.parametrize("query", searches(), ids=lambda query: f"{query['kind']} {query['query']}")
def test_searches(query: dict[str, Any]) -> None:
    simulator = Simulator()
    for name in json.loads((RECORDINGS / "search.json").read_text())["names"]:
        simulator.add_channel(name)
    response = simulator.handle("archive", 0, SimulatorRequest("GET", query["target"].encode()))
    if query["query"] in INEXPRESSIBLE:
        assert response.status in {400, 501} or json.loads(body_of(response)) == []
        return
    assert response.status == query["status"]
    if query["status"] == 200:
        assert json.loads(body_of(response)) == query["names"]


def floats(sample: dict[str, Any]) -> dict[str, Any]:
    if sample["type"] in {"double", "minMaxDouble"}:
        sample = {**sample, "value": [float(value) for value in sample["value"]]}
    return {name: float(value) if name in {"minimum", "maximum"} else value for name, value in sample.items()}


@pytest.mark.parametrize("channel", ["demo:double", "demo:fast", "demo:long", "demo:enum", "demo:string"])
def test_decimation_of_raw_samples(channel: str) -> None:
    with gzip.open(RECORDINGS / "decimation.json.gz", "rt") as file:
        recorded = json.load(file)["channels"][channel]
    simulator = Simulator()
    level = min(recorded["levels"], key=int)
    simulator.add_channel("x", decimation_levels=[int(level)], samples=[floats(sample) for sample in recorded["raw"]])
    begin = recorded["raw"][0]["time"]
    response = simulator.handle(
        "archive", 0, samples_request(f"start={begin}&end={begin + 230 * 10**9}&count={230 // int(level)}")
    )
    answered = {sample["time"]: floats(sample) for sample in json.loads(body_of(response))}
    compared = 0
    for sample in map(floats, recorded["levels"][level]):
        if sample["time"] in answered and sample["time"] > begin:
            compared += 1
            given = answered[sample["time"]]
            assert [name for name in given if name != "value"] == [name for name in sample if name != "value"]
            for name, member in sample.items():
                if name in {"value", "minimum", "maximum"} and sample["type"] == "minMaxDouble":
                    assert given[name] == pytest.approx(member, rel=1e-9, nan_ok=True)
                else:
                    assert given[name] == member
    assert compared > 200 // int(level)
