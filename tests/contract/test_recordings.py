"""What real servers answered passes the rules of the suite: no recorded reply is taken for a deviation."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import httpx
import pytest

from cassandra_pv_archiver.testing.contract.configuration import FileChannel, document
from cassandra_pv_archiver.testing.contract.count_checks import check_blocks
from cassandra_pv_archiver.testing.contract.json_text import deviations, read
from cassandra_pv_archiver.testing.contract.probe import Probe
from cassandra_pv_archiver.testing.contract.sample_checks import check_sample
from cassandra_pv_archiver.testing.contract.schemas import schema_problems, statuses
from cassandra_pv_archiver.testing.contract.selection import block_starts, level_for, select
from cassandra_pv_archiver.testing.contract.session import Session
from cassandra_pv_archiver.testing.contract.wire import Reply, Wire
from tests.unit.specifications import RECORDINGS, Operation, operation_for, recorded_exchanges

REPLY = Reply("GET /", 200, httpx.Headers(), b"")
NOTHING_TO_SEND = Session(Wire({}))


def recorded_bodies() -> list[tuple[str, Operation, int, bytes]]:
    """All recorded bodies that are JSON."""
    found: list[tuple[str, Operation, int, bytes]] = []
    for name, exchange in recorded_exchanges():
        request, response = exchange["request"], exchange["response"]
        operation = operation_for(exchange["service"], request["method"], request["target"])
        text = response["body"].get("text")
        if operation is not None and text and response["status"] in statuses(operation.service, str(operation)):
            found.append((name, operation, response["status"], text.encode()))
    return found


@pytest.mark.parametrize(("name", "operation", "status", "body"), recorded_bodies(), ids=lambda one: str(one)[:40])
def test_recorded_bodies(name: str, operation: Operation, status: int, body: bytes) -> None:
    assert schema_problems(operation.service, str(operation), status, read(body)) == []
    if "pretty" not in name:
        assert list(deviations(body)) == []


def test_recorded_commands() -> None:
    checked = 0
    for exchange in json.loads((RECORDINGS / "commands.json").read_text())["exchanges"]:
        operation = operation_for("admin", exchange["method"], exchange["target"])
        if operation is not None and exchange["reply"] is not None:
            checked += 1
            body = read(json.dumps(exchange["reply"]).encode())
            assert schema_problems("admin", str(operation), exchange["status"], body) == []
    assert checked > 100


RECORDED_SAMPLES = [
    (name, exchange["response"]["body"]["text"].encode())
    for name, exchange in recorded_exchanges()
    if name.startswith("samples_") and exchange["response"]["body"].get("text", "").startswith("[")
]


@pytest.mark.parametrize(("name", "body"), RECORDED_SAMPLES, ids=lambda one: one if isinstance(one, str) else "")
def test_recorded_samples(name: str, body: bytes) -> None:
    probe = Probe(NOTHING_TO_SEND)
    for index, sample in enumerate(read(body)):
        check_sample(probe, REPLY, sample, index)
    assert probe.findings == []


def test_recorded_decimation() -> None:
    recorded = json.loads(gzip.decompress((RECORDINGS / "decimation.json.gz").read_bytes()))
    probe, checked = Probe(NOTHING_TO_SEND), 0
    for sample in _samples_in(read(json.dumps(recorded).encode())):
        check_sample(probe, REPLY, sample, checked)
        checked += 1
    assert probe.findings == []
    assert checked > 500


def _samples_in(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [value] if "severity" in value else [one for part in value.values() for one in _samples_in(part)]
    return [one for part in value for one in _samples_in(part)] if isinstance(value, list) else []


def test_recorded_selections() -> None:
    recorded = json.loads((RECORDINGS / "selection.json").read_text())
    times = {int(level): given for level, given in recorded["levels"].items()}
    probe = Probe(NOTHING_TO_SEND)
    firsts = 0
    for query in recorded["queries"]:
        start, end, count, found = (query[key] for key in ("start", "end", "count", "times"))
        samples = [{"time": time} for time in found]
        check_blocks(probe, REPLY, samples, start, end, len(times))
        if count is None and times[0][0] <= start and end <= times[0][-1]:
            assert select(times[0], start, end) == found
        if count is not None and found:
            block = found[: [*block_starts(samples), len(found)][1]]
            level = times[level_for(sorted(times), start, end, count)]
            if level[0] <= start and end <= level[-1]:
                firsts += 1
                assert select(level, start, end) == block
    assert probe.findings == []
    assert firsts > 10


@pytest.mark.parametrize("number", [1, 2])
def test_recorded_exports(number: int) -> None:
    exchanges = dict(recorded_exchanges())
    exported = json.loads(exchanges[f"export_server_{number}"]["response"]["body"]["text"])["configurationFile"]
    text = base64.b64decode(exported).decode()
    listed = json.loads(exchanges[f"channels_server_{number}"]["response"]["body"]["text"])["channels"]
    shown = [FileChannel.of(channel) for channel in listed]
    lines = document(shown).decode().split("\r\n")
    assert lines[:2] == text.split("\r\n")[:2]
    for channel in shown:
        own = document([channel]).decode().split("\r\n", 2)[2].rsplit("\r\n", 2)[0]
        if channel.name in text:
            assert own in text
