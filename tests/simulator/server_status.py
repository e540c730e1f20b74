"""How a simulated server shows itself."""

from __future__ import annotations

from cassandra_pv_archiver.testing.simulator import Simulator

from .asking import read


def online(simulator: Simulator, *, server: int = 0) -> list[bool]:
    return [shown["online"] for shown in read(simulator, "cluster-status", server=server)["servers"]]


def own_opinion(simulator: Simulator, server: int = 0) -> bool:
    return read(simulator, "server-status/this-server", server=server)["serverOnline"]


def counters(simulator: Simulator, server: int = 0) -> tuple[int, int]:
    shown = read(simulator, "server-status/this-server", server=server)
    return int(shown["totalSamplesWritten"]), int(shown["totalSamplesDropped"])
