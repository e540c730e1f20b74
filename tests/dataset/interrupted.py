"""Exports that are killed, in processes that are forked from one that has imported everything.

Usage: python -m tests.dataset.interrupted URL, with an order on each line of the standard input: JSON with ``path``,
``channels``, ``start``, ``end``, and what happens: ``renames`` (killed when so many files have been moved into place),
``seconds`` (killed so much later), ``largest`` (bytes that a file may have), or nothing. Each is answered with the wait
status of the process.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import tempfile
import time
from typing import Any

from cassandra_pv_archiver import ArchiveClient
from cassandra_pv_archiver.dataset import export_dataset

FATAL = ("renames", "seconds", "largest")


def kill_at_rename(number: int) -> None:
    plain = os.replace
    left = [number]

    def replace(*arguments: Any, **named: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        plain(*arguments, **named)

    os.replace = replace


def export(url: str, order: dict[str, Any]) -> None:
    if order.get("renames") is not None:
        kill_at_rename(order["renames"])
    if order.get("largest") is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["largest"], order["largest"]))
    with ArchiveClient(base_url=url) as client:
        export_dataset(client, order["channels"], order["start"], order["end"], order["path"])


def serve(url: str) -> None:
    warmed = False
    for line in sys.stdin:
        order = json.loads(line)
        if not warmed:
            with tempfile.TemporaryDirectory() as folder:
                export(url, {**order, **dict.fromkeys(FATAL), "path": folder})
            warmed = True
        child = os.fork()
        if not child:
            try:
                export(url, order)
            except BaseException as error:  # noqa: BLE001
                print(type(error).__name__, error, file=sys.stderr, flush=True)
                os._exit(1)
            os._exit(0)
        if "seconds" in order:
            time.sleep(order["seconds"])
            os.kill(child, signal.SIGKILL)
        print(os.waitpid(child, 0)[1], flush=True)


if __name__ == "__main__":
    serve(sys.argv[1])
