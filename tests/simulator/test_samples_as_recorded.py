"""Recorded searches, selections and decimated samples."""

from __future__ import annotations

import gzip
import json
import math
from typing import Any

import pytest

from cassandra_pv_archiver.testing.simulator import Simulator, SimulatorRequest, SimulatorResponse

from .recorded_cluster import RECORDINGS, SECOND, recording

ARCHIVE = "/archive-access/api/1.0/archive/1"


def get(simulator: Simulator, target: str) -> SimulatorResponse:
    return simulator.handle("archive", 0, SimulatorRequest("GET", target.encode()))


@pytest.fixture(scope="module")
def searched() -> Simulator:
    simulator = Simulator()
    for name in recording("search.json")["names"]:
        simulator.add_channel(name)
    return simulator


@pytest.mark.parametrize(
    "query", recording("search.json")["queries"], ids=lambda query: f"{query['kind']} {query['query']}"
)
def test_search(searched: Simulator, query: dict[str, Any]) -> None:
    response = get(searched, query["target"])
    assert response.status == query["status"]
    if query["names"] is not None:
        assert json.loads(response.read()) == query["names"]


def test_selections() -> None:
    recorded = recording("selection.json")
    simulator = Simulator()
    levels = [int(level) for level in recorded["levels"]]
    simulator.add_channel("x", decimation_levels=levels, enabled=False)
    for level, times in recorded["levels"].items():
        samples = [sample(time, "double" if level == "0" else "minMaxDouble") for time in times]
        simulator.add_samples("x", samples, level=int(level))
    for query in recorded["queries"]:
        count = "" if query["count"] is None else f"&count={query['count']}"
        response = get(simulator, f"{ARCHIVE}/samples/x?start={query['start']}&end={query['end']}{count}")
        samples = json.loads(response.read())
        assert response.status == query["status"]
        assert [sample["time"] for sample in samples] == query["times"], query
        assert {sample["type"] for sample in samples} == set(query["types"]), query


def sample(time: int, kind: str) -> dict[str, Any]:
    aggregate = {"minimum": 0.0, "maximum": 1.0} if kind == "minMaxDouble" else {}
    return {
        "time": time,
        "severity": {"level": "OK", "hasValue": True},
        "status": "NO_ALARM",
        "quality": "Original" if kind == "double" else "Interpolated",
        "metaData": {"type": "numeric"},
        "type": kind,
        "value": [0.5],
        **aggregate,
    }


@pytest.mark.parametrize("channel", recording("decimation.json.gz")["channels"])
def test_decimated_samples(channel: str) -> None:
    recorded = recording("decimation.json.gz")
    samples = recorded["channels"][channel]
    levels = {int(level): expected for level, expected in samples["levels"].items()}
    simulator = Simulator()
    simulator.add_channel("x", decimation_levels=list(levels), samples=samples["raw"])
    last_source = samples["raw"][-1]["time"]
    for level, expected in sorted(levels.items()):
        made = {sample["time"]: sample for sample in decimated(simulator, level, recorded)}
        last_source = last_source // (level * SECOND) * (level * SECOND) - level * SECOND
        within = [sample for sample in expected if sample["time"] <= last_source]
        assert len(within) >= len(expected) - 2
        assert [sample["time"] for sample in within] == sorted(made)
        for sample in within:
            assert_same(made[sample["time"]], sample)


def decimated(simulator: Simulator, level: int, recorded: dict[str, Any]) -> list[dict[str, Any]]:
    """The samples of a level, for which a spacing of exactly its period is asked for."""
    start, end = recorded["start"], recorded["end"]
    count = (end - start) // (level * SECOND)
    return json.loads(get(simulator, f"{ARCHIVE}/samples/x?start={start}&end={end}&count={count}").read())


def assert_same(made: dict[str, Any], recorded: dict[str, Any]) -> None:
    if recorded["type"] == "minMaxDouble" and recorded["value"] != ["NaN"]:
        assert math.isclose(made["value"][0], recorded["value"][0], rel_tol=1e-9, abs_tol=1e-9)
        made, recorded = {**made, "value": None}, {**recorded, "value": None}
    assert list(made.items()) == list(recorded.items())


def test_many_recorded_samples_byte_for_byte() -> None:
    text = gzip.decompress((RECORDINGS / "bulk_double_20001.json.gz").read_bytes())
    simulator = Simulator()
    simulator.add_channel("bulk:double", samples=text)
    first, last = json.loads(text)[0]["time"], json.loads(text)[-1]["time"]
    assert get(simulator, f"{ARCHIVE}/samples/bulk:double?start={first}&end={last}").read() == text
