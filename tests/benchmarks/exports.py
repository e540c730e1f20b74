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
from contextlib import suppress
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cassandra_pv_archiver import ArchiveClient, ExportProgress, estimate_dataset, export_dataset
from tests.benchmarks import paced_archive
from tests.benchmarks.comparing import show
from tests.benchmarks.paced_archive import BEGIN, Channel
from tests.benchmarks.separate import mebibytes

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


def measured_apart(
    ports: Sequence[int], kind: str, channels: int, samples: int, connections: int, row_group: int
) -> tuple[float, float, float]:
    """Seconds of an export in a process of its own, processor seconds, and MiB at the peak beyond those before.

    Args:
        ports: Of the servers.
        kind: Of samples.
        channels: How many channels.
        samples: Of each channel.
        connections: At most at once.
        row_group: The samples of a row group.
    """
    numbers = [channels, samples, connections, row_group, *ports]
    command = [sys.executable, "-m", "tests.benchmarks.exports", "--apart", kind, *map(str, numbers)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    seconds, busy, peak = json.loads(done.stdout)
    return seconds, busy, peak


def _measure_here(kind: str, channels: int, samples: int, connections: int, row_group: int, *ports: int) -> None:
    # What is imported and kept anyhow.
    export(ports, [Channel(kind, 6)], 1_000, connections, row_group)
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # the peak begins anew
    before, busy = mebibytes("VmRSS"), time.process_time()
    seconds = export(ports, [Channel(kind, 6, number) for number in range(channels)], samples, connections, row_group)
    print(json.dumps([seconds, time.process_time() - busy, mebibytes("VmHWM") - before]))


def measure_costs(wanted: Sequence[tuple[str, int, int, int, int]]) -> list[dict[str, Any]]:
    """Seconds and memory of exports, each in a process of its own, from servers that send as much as they can.

    Args:
        wanted: For each the arguments of `measured_apart`: kind, channels, samples of each, connections, row group.
    """
    points: list[dict[str, Any]] = []
    with paced_archive.running([0, 0]) as ports:
        for kind, channels, samples, connections, row_group in wanted:
            seconds, busy, peak = measured_apart(ports, kind, channels, samples, connections, row_group)
            points.append(
                {
                    "kind": kind,
                    "samples": channels * samples,
                    "channels": channels,
                    "at once": connections,
                    "row group": row_group,
                    "s": round(seconds, 1),
                    "processor s": round(busy, 1),
                    "peak, MiB": round(peak),
                    "load": round(os.getloadavg()[0], 1),
                }
            )
            print(f"{points[-1]}", file=sys.stderr, flush=True)
    show(
        "Exports in processes of their own",
        list(points[0]),
        [[f"{cell:,}" if isinstance(cell, int | float) else cell for cell in p.values()] for p in points],
    )
    return points


SIZES = [
    *[("doubles", 1, millions * 1_000_000, 4, 1_000_000) for millions in (1, 4, 16)],
    *[("doubles", channels, 16_000_000 // channels, 4, 1_000_000) for channels in (100, 1_000)],
    *[("doubles", 1, 8_000_000, at_once, 250_000) for at_once in (1, 2, 4, 8)],
    ("doubles", 1, 16_000_000, 4, 500_000),
    ("waveforms", 1, 160_000, 4, 1_000_000),
    ("strings", 1, 4_000_000, 4, 1_000_000),
]
"""What is measured of memory: growing ranges, numbers of channels, requests at once, and row groups."""
LARGE = [("doubles", 1, 64_000_000, 4, 1_000_000)]


class _Begun(Exception):  # noqa: N818 -- it ends an export that has begun, as wanted
    """Samples have arrived."""


def measure_planning(sizes: Sequence[int]) -> None:
    """What comes before the first samples of an export of many channels of 0.1 Hz over two years, and its estimate."""
    rows: list[list[str]] = []

    def stop(progress: ExportProgress) -> None:
        if progress.samples:
            raise _Begun

    with paced_archive.running([SERVED_RATE // 2] * 2) as ports, client_of(ports) as client:
        for size in sizes:
            names = [str(Channel("doubles", 10, number)) for number in range(size)]
            began, busy = time.perf_counter(), time.process_time()
            estimate = estimate_dataset(client, names, BEGIN, paced_archive.END)
            estimated, busy = time.perf_counter() - began, time.process_time() - busy
            began = time.perf_counter()
            with tempfile.TemporaryDirectory() as folder, suppress(_Begun):
                export_dataset(client, names, BEGIN, paced_archive.END, folder, progress=stop)
            begun = time.perf_counter() - began
            rows.append([f"{size:,}", f"{estimated:.1f}", f"{busy:.1f}", f"{begun:.1f}", f"{os.getloadavg()[0]:.1f}"])
            print(estimate, flush=True)
    headers = ["channels", "estimate, s", "of these processor", "export until first samples, s", "load"]
    show("Planning", headers, rows)


SECTIONS = ("throughput", "memory", "planning")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.exports", description=__doc__)
    parser.add_argument("sections", nargs="*", choices=[[], *SECTIONS], help="by default everything")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of which the median is taken (default: 3)")
    parser.add_argument("--samples", type=int, default=4_000_000, help="samples of a throughput round")
    parser.add_argument("--large", action="store_true", help="also 64 million samples")
    parser.add_argument("--apart", nargs="*", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.apart:
        kind, *numbers = options.apart
        _measure_here(kind, *map(int, numbers))
        return
    wanted = options.sections or SECTIONS
    if "throughput" in wanted:
        for channels, connections, each in ((1, 4, False), (1, 4, True), (100, 4, False), (100, 4, True), (1, 8, True)):
            named = [Channel("doubles", 6, number) for number in range(channels)]
            measure_throughput(named, options.samples // channels, options.rounds, connections, each=each)
    if "planning" in wanted:
        measure_planning([200, 2_000])
    if "memory" in wanted:
        measure_costs([*SIZES, *(LARGE if options.large else [])])


if __name__ == "__main__":
    main()
