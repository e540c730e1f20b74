"""Prints how fast samples are read, and how much memory that takes, beside other ways of reading the same replies."""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks import bodies, canned_server, decoding, loopback, separate
from tests.benchmarks.canned_server import Channel
from tests.benchmarks.comparing import median_seconds, show, speeds
from tests.benchmarks.loopback import Source

SPEED = ["way", "thousand samples/s", "x predecessor"]
_SERVED_RATE = 125_000
"""Samples a second that a real server was seen to produce."""


def measure_decoding(samples: int, rounds: int, kinds: Sequence[str] = bodies.KINDS) -> None:
    for kind in kinds:
        number = _fewer(kind, samples)
        body = bodies.body(kind, number)
        seconds = median_seconds(decoding.ways(kind, body), rounds)
        title = f"Decoding: {kind}, {number:,} samples of {len(body) / number:.0f} bytes"
        show(title, SPEED, speeds(seconds, number, decoding.PREDECESSOR))


def measure_loopback(port: int, samples: int, rounds: int, kinds: Sequence[str] = bodies.KINDS) -> None:
    source = Source(port)
    with source.client() as client:
        for kind in kinds:
            channel = Channel(kind, _fewer(kind, samples))
            source.download(channel)  # the server makes the body the first time
            seconds = median_seconds(loopback.ways(source, client, channel), rounds)
            show(
                f"End to end: {kind}, {channel.samples:,} samples",
                SPEED,
                speeds(seconds, channel.samples, "predecessor"),
            )


def measure_memory(port: int, samples: int, streamed: int) -> None:
    wanted = [("predecessor", samples), ("series", samples), ("batches", samples), ("batches", streamed)]
    rows: list[list[str]] = []
    for read, number in wanted:
        _, held, peak = separate.measured_apart(read, port, Channel("doubles", number))
        rows.append([read, f"{number:,}", f"{held:,.0f}", f"{peak:,.0f}"])
    show("Memory: doubles", ["read", "samples", "held at the end, MiB", "more at the peak, MiB"], rows)


def measure_wall_time(port: int, samples: int, rounds: int) -> None:
    source, channel = Source(port), Channel("doubles", samples, _SERVED_RATE)
    with source.client() as client:
        ways = loopback.ways(source, client, channel)
        seconds = median_seconds({name: ways[name] for name in ("plain download", "ours, columns")}, rounds)
    plain = seconds["plain download"]
    rows = [[name, f"{taken:.2f}", f"{(taken / plain - 1) * 100:+.1f} %"] for name, taken in seconds.items()]
    show(f"A server that produces {_SERVED_RATE:,} samples/s: {samples:,} doubles", ["way", "s", "added"], rows)


def measure_sizes(port: int, sizes: Sequence[int]) -> list[dict[str, Any]]:
    """Seconds and memory of reads of different sizes, each in a process of its own."""
    points: list[dict[str, Any]] = []
    for size in sizes:
        Source(port).download(Channel("doubles", size))
        for read in ("predecessor", "series", "batches"):
            if read == "predecessor" and size > 1_000_000:
                continue  # 16 GiB
            seconds, _, peak = separate.measured_apart(read, port, Channel("doubles", size))
            points.append({"read": read, "samples": size, "seconds": seconds, "peak": peak})
    rows = [[p["read"], f"{p['samples']:,}", f"{p['seconds']:.3f}", f"{p['peak']:,.1f}"] for p in points]
    show("Cost against size: doubles, end to end", ["read", "samples", "s", "more at the peak, MiB"], rows)
    return points


def measure_imports(rounds: int) -> None:
    seconds = separate.import_seconds(rounds)
    show(
        "Imports: processor time", ["import", "ms"], [[name, f"{taken * 1000:.0f}"] for name, taken in seconds.items()]
    )


def _fewer(kind: str, samples: int) -> int:
    return max(samples // 10, 1) if kind == "waveforms" else samples


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


SECTIONS = ("decoding", "loopback", "memory", "wall-time", "sizes", "imports")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("sections", nargs="*", choices=[[], *SECTIONS], help="what to measure; by default everything")
    parser.add_argument("--kind", action="append", choices=bodies.KINDS, help="only samples of this kind")
    parser.add_argument("--samples", type=int, default=200_000, help="samples of a reply (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of which the median is taken (default: 5)")
    parser.add_argument("--large", action="store_true", help="also sizes of 10 million samples")
    parser.add_argument("--plot", type=Path, help="an SVG file for the cost against the size")
    options = parser.parse_args()
    wanted = options.sections or SECTIONS
    print(f"{_processor()}, {os.cpu_count()} cores; Python {platform.python_version()}; medians of {options.rounds}")
    if "imports" in wanted:
        measure_imports(options.rounds)
    if "decoding" in wanted:
        measure_decoding(options.samples, options.rounds, options.kind or bodies.KINDS)
    with canned_server.running() as port:
        if "loopback" in wanted:
            measure_loopback(port, options.samples, options.rounds, options.kind or bodies.KINDS)
        if "wall-time" in wanted:
            measure_wall_time(port, 5 * options.samples, options.rounds)
        if "memory" in wanted:
            measure_memory(port, 1_000_000, 10_000_000)
        if "sizes" in wanted:
            points = measure_sizes(port, [10_000, 100_000, 1_000_000, *([10_000_000] if options.large else [])])
            if options.plot:
                from tests.benchmarks.plot import plot_sizes

                plot_sizes(points, options.plot)


if __name__ == "__main__":
    main()
