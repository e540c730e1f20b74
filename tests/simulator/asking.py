"""Requests to a simulator without any socket, and what the replies say."""

from __future__ import annotations

import json
from typing import Any

from cassandra_pv_archiver.testing.simulator import Simulator, SimulatorRequest, SimulatorResponse

from .recorded_cluster import CREDENTIALS, JSON_BODY, SECOND, SERVER_IDS, UNKNOWN_SERVER

__all__ = [
    "FIRST",
    "SECOND",
    "SECOND_SERVER",
    "START",
    "UNKNOWN_SERVER",
    "admin",
    "channel_of",
    "fails",
    "new_simulator",
    "read",
    "read_samples",
    "run",
    "times_of",
]

FIRST, SECOND_SERVER = SERVER_IDS
START = 1_800_000_000 * SECOND
"""When the time of the simulators begins; a multiple of all decimation periods used."""
_SAMPLES = "/archive-access/api/1.0/archive/1/samples"


def new_simulator(**options: Any) -> Simulator:
    """A simulator of two servers whose time stands still."""
    return Simulator(start_time=START, real_time=False, **options)


def admin(simulator: Simulator, path: str, *, server: int = 0, user: bool = False) -> SimulatorResponse:
    """What the administrative service replies to a reading request."""
    headers = [CREDENTIALS] if user else []
    return simulator.handle("admin", server, SimulatorRequest("GET", f"/admin/api/1.0/{path}".encode(), headers))


def read(simulator: Simulator, path: str, *, server: int = 0) -> Any:
    """The JSON that the administrative service replies."""
    response = admin(simulator, path, server=server)
    assert response.status == 200
    return json.loads(response.read())


def channel_of(simulator: Simulator, name: str, *, server: int = 0) -> Any:
    """One channel as a server shows it."""
    return read(simulator, f"channels/all/by-name/{name}", server=server)


def run(simulator: Simulator, *commands: dict[str, Any], server: int = 0) -> list[str | None]:
    """Runs commands and gives the error message of each in the order of the results, None being success."""
    body = json.dumps({"commands": commands}).encode()
    target = b"/admin/api/1.0/run-archive-configuration-commands"
    request = SimulatorRequest("POST", target, [CREDENTIALS, JSON_BODY], body)
    response = simulator.handle("admin", server, request)
    results = json.loads(response.read())["results"]
    assert response.status == (200 if all(result["success"] for result in results) else 500)
    assert all(result["success"] == ("errorMessage" not in result) for result in results)
    return [result.get("errorMessage") for result in results]


def fails(simulator: Simulator, command: dict[str, Any], *, server: int = 0) -> str:
    """Runs a command that fails, and gives its error message."""
    (message,) = run(simulator, command, server=server)
    assert message is not None
    return message


def read_samples(
    simulator: Simulator, channel: str, start: int, end: int, count: int | None = None, *, server: int = 0
) -> list[dict[str, Any]]:
    """The samples that the archive-access service replies."""
    wanted = "" if count is None else f"&count={count}"
    target = f"{_SAMPLES}/{channel}?start={start}&end={end}{wanted}"
    response = simulator.handle("archive", server, SimulatorRequest("GET", target.encode()))
    assert response.status == 200
    return json.loads(response.read())


def level_samples(simulator: Simulator, channel: str, level: int, start: int, end: int) -> list[dict[str, Any]]:
    """The samples of a decimation level, for which a spacing of exactly its period is asked for."""
    width = max(level, 1) * SECOND
    intervals = -(-(end - start) // width) + 1
    found = read_samples(simulator, channel, start, start + intervals * width, intervals)
    turns = [place for place in range(1, len(found)) if found[place]["time"] < found[place - 1]["time"]]
    block = found[: turns[0]] if turns else found  # what follows is of longer levels
    return [sample for sample in block if sample["time"] <= end]


def times_of(samples: list[dict[str, Any]]) -> list[float]:
    """Times of samples in seconds since `START`."""
    return [(sample["time"] - START) / SECOND for sample in samples]
