"""What is measured in processes of their own: how much memory a read takes, and how long an import."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.canned_server import Channel
from tests.benchmarks.comparing import median_seconds
from tests.benchmarks.loopback import Source

__all__ = ["IMPORTS", "READS", "import_seconds", "measured_apart", "mebibytes"]

IMPORTS = {
    "nothing": "pass",
    "cassandra_pv_archiver": "import cassandra_pv_archiver",
    "numpy, httpx, msgspec, pydantic": "import numpy, httpx, msgspec, pydantic",
    "the same, and pydantic.BaseModel": "import numpy, httpx, msgspec; from pydantic import BaseModel",
    "ArchiveClient": "from cassandra_pv_archiver import ArchiveClient",
}


def _keep(source: Source, channel: Channel) -> object:
    with source.client() as client:
        return source.read(client, channel)


def _stream(source: Source, channel: Channel) -> object:
    with source.client() as client:
        return source.stream(client, channel)


READS: dict[str, Callable[[Source, Channel], object]] = {
    "predecessor": Source.read_as_predecessor,
    "download": Source.download,
    "series": _keep,
    "batches": _stream,
}


def measured_apart(read: str, port: int, channel: Channel) -> tuple[float, float, float]:
    """Reads a channel in a process of its own.

    Returns:
        Seconds, MiB that are held at the end beyond those before, and MiB at the peak beyond those before.
    """
    command = [sys.executable, "-m", "tests.benchmarks.separate", read, str(port), str(channel)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    seconds, held, peak = json.loads(done.stdout)
    return seconds, held, peak


def _measure(read: str, port: int, channel: Channel) -> tuple[float, float, float]:
    source = Source(port)
    READS[read](source, channel._replace(samples=1000))  # what is imported and kept anyhow
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # the peak begins anew
    before = mebibytes("VmRSS")
    begin = time.perf_counter()
    outcome = READS[read](source, channel)
    seconds = time.perf_counter() - begin
    held, peak = mebibytes("VmRSS") - before, mebibytes("VmHWM") - before
    del outcome
    return seconds, held, peak


def mebibytes(entry: str) -> float:
    """Of this process's memory, as Linux counts it; `resource.getrusage` would begin with the parent's peak."""
    (line,) = (line for line in Path("/proc/self/status").read_text("ascii").splitlines() if line.startswith(entry))
    return int(line.split()[1]) / 1024


def import_seconds(rounds: int, names: Iterable[str] = IMPORTS) -> dict[str, float]:
    """How much processor time a new interpreter takes for each import, without what it takes for nothing.

    Everything has been compiled, as it is where packages were installed, whatever this process's own settings are.
    """
    with TemporaryDirectory() as compiled:
        others = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment = {**others, "PYTHONPYCACHEPREFIX": compiled}

        def way(code: str) -> Callable[[], object]:
            return lambda: subprocess.run([sys.executable, "-c", code], check=True, env=environment)

        ways = {name: way(IMPORTS[name]) for name in names}
        for compile_all in ways.values():
            compile_all()
        seconds = median_seconds(ways, rounds, _seconds_of_children)
    return {name: taken - seconds["nothing"] for name, taken in seconds.items() if name != "nothing"}


def _seconds_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    read_name, port_number, channel_name = sys.argv[1:]
    print(json.dumps(_measure(read_name, int(port_number), Channel.named(channel_name))))
