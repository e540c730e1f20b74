"""What exports cost; run ``python -m tests.benchmarks.exports``.

Throughput is compared with plain downloads of the same samples over as many connections, in turns in one run. Memory is
that of processes of their own.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from cassandra_pv_archiver import ArchiveClient, export_dataset
from tests.benchmarks import paced_archive
from tests.benchmarks.comparing import show
from tests.benchmarks.paced_archive import BEGIN, Channel

SERVED_RATE = 125_000
"""Samples a second that servers produce together."""


def client_of(ports: Sequence[int]) -> ArchiveClient:
    """A client that knows all servers."""
    return ArchiveClient(base_urls=[f"http://127.0.0.1:{port}" for port in ports])


def download(ports: Sequence[int], channels: Sequence[Channel], samples: int, connections: int) -> float:
    """Seconds for which plain downloads of the same ranges take, whose bodies are thrown away.

    A single channel is cut into as many parts as there are connections; of several, each connection takes the next one.
    """
    parts = connections if len(channels) == 1 else 1
    wanted = deque(
        (channel, *edges)
        for channel in channels
        for edges in pairwise(BEGIN + (channel.end_of(samples) - BEGIN) * part // parts for part in range(parts + 1))
    )

    def read(place: int) -> None:
        port = ports[place % len(ports)]
        connection = HTTPConnection("127.0.0.1", port)
        while wanted:
            channel, begin, end = wanted.popleft()
            address = urlsplit(paced_archive.url(port, channel, begin, end - 1))
            connection.request("GET", f"{address.path}?{address.query}")
            reply = connection.getresponse()
            while reply.read(64 * 1024):
                pass
        connection.close()

    began = time.perf_counter()
    with ThreadPoolExecutor(connections) as threads:
        list(threads.map(read, range(connections)))
    return time.perf_counter() - began


def export(ports: Sequence[int], channels: Sequence[Channel], samples: int, connections: int, row_group: int) -> float:
    """Seconds for which an export takes."""
    with tempfile.TemporaryDirectory() as folder, client_of(ports) as client:
        began = time.perf_counter()
        result = export_dataset(
            client,
            [str(channel) for channel in channels],
            BEGIN,
            channels[0].end_of(samples),
            Path(folder) / "dataset",
            max_concurrency=connections,
            row_group=row_group,
        )
        seconds = time.perf_counter() - began
    assert not result.failures
    assert abs(result.samples - samples * len(channels)) <= 2 * len(channels)
    return seconds


def measure_throughput(channels: Sequence[Channel], samples: int, rounds: int, connections: int, *, each: bool) -> None:
    """Downloads and exports in turns.

    Args:
        channels: The channels.
        samples: Of each channel.
        rounds: How often.
        connections: At most at once.
        each: Whether each connection has an equal part of the servers' speed, instead of all that others leave.
    """
    of_connection = SERVED_RATE // connections if each else 0
    rows: list[list[str]] = []
    ratios: list[float] = []
    total = samples * len(channels)
    with paced_archive.running([0, 0] if each else [SERVED_RATE // 2] * 2, of_connection) as ports:
        export(ports, channels[:1], 10_000, connections, 1_000_000)  # what is imported and kept anyhow
        for _ in range(rounds):
            plain = download(ports, channels, samples, connections)
            ours = export(ports, channels, samples, connections, 1_000_000)
            ratios.append(plain / ours)
            speeds = [f"{total / seconds:,.0f}" for seconds in (plain, ours)]
            rows.append([*speeds, f"{100 * plain / ours:.1f} %", f"{os.getloadavg()[0]:.1f}"])
    rows.append(["", "median", f"{100 * statistics.median(ratios):.1f} %", ""])
    of_each = f"at most {of_connection:,} of each connection" if each else f"{SERVED_RATE // 2:,} of each of 2 servers"
    show(
        f"{total:,} {channels[0].kind} of {len(channels):,} channels over {connections} connections, {of_each}",
        ["downloads, samples/s", "export, samples/s", "ratio", "load"],
        rows,
    )


def measured_apart(*arguments: object) -> dict[str, float]:
    """Exports in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.exports", "apart", *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.exports", description=__doc__)
    parser.add_argument("sections", nargs="*")
    parser.add_argument("--channels", type=int, default=1)
    parser.add_argument("--kind", default="doubles")
    parser.add_argument("--samples", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=4)
    options = parser.parse_args()
    channels = [Channel(options.kind, 6, number) for number in range(options.channels)]
    for each in (False, True):
        measure_throughput(
            channels, options.samples // len(channels), options.rounds, options.connections, each=each
        )


if __name__ == "__main__":
    main()
