"""The recorded command sequence, replayed in order on the simulator's own clock."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from cassandra_pv_archiver.testing.simulator import SimulatedServer, Simulator, SimulatorRequest, SimulatorResponse

from .recorded_cluster import CREDENTIALS, JSON_BODY, recording

VOLATILE = {"channelDataId", "totalSamplesDropped", "totalSamplesSkippedBack", "totalSamplesWritten"}
LIVE_STATES = {"ok", "disconnected", "initializing"}
FOREIGN = ("demo:lost", "scn0:d e", "synth:count")
"""Channels of the unknown server that were there for other recordings."""


def comparable(value: Any) -> Any:
    """A reply with its members in order, without what differs from run to run or depends on a control system."""
    if isinstance(value, list):
        return [comparable(element) for element in value if not is_foreign(element)]
    if not isinstance(value, dict):
        return value
    live = value.get("state") in LIVE_STATES
    return [
        (name, type(member) if name in VOLATILE or (name == "state" and live) else comparable(member))
        for name, member in value.items()
    ]


def is_foreign(element: Any) -> bool:
    return isinstance(element, dict) and element.get("channelName") in FOREIGN


def send(simulator: Simulator, exchange: dict[str, Any]) -> SimulatorResponse:
    body = b"" if exchange["body"] is None else json.dumps(exchange["body"]).encode()
    request = SimulatorRequest(exchange["method"], exchange["target"].encode(), [CREDENTIALS, JSON_BODY], body)
    return simulator.handle("admin", exchange["server"] - 1, request)


def test_every_exchange_of_the_recorded_sequence_agrees() -> None:
    recorded = recording("commands.json")
    servers = [SimulatedServer(UUID(recorded["servers"][number]), "vm") for number in ("1", "2")]
    simulator = Simulator(servers, real_time=False)
    simulator.add_channel(FOREIGN[0], server=recorded["servers"]["unknown"])
    for number, exchange in enumerate(recorded["exchanges"]):
        response = send(simulator, exchange)
        body = response.read()
        assert response.status == exchange["status"], number
        assert (response.header("Content-Type") or "") == exchange["content_type"], number
        if exchange["reply"] is not None:
            assert comparable(json.loads(body)) == comparable(exchange["reply"]), number
        simulator.advance(10)
    assert len(simulator.requests) == 342
