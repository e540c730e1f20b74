"""Exports with a Dask cluster, in processes of their own.

Usage: python -m tests.dataset.clustered starts a cluster of two processes with two threads each, prints the address of
its scheduler, and does what each line of the standard input orders: JSON with ``url``, ``path``, ``channels``,
``start``, ``end``, ``options``, and what happens: ``kill`` is 'worker' or 'export', once the first samples have come;
``colours`` is 'async' for asynchronous clients. Each is answered with a line of JSON.

Usage: python -m tests.dataset.clustered SCHEDULER ORDER does one of these with a cluster that is there already.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from typing import Any

from distributed import Client, LocalCluster

from cassandra_pv_archiver import ArchiveClient, ArchiverError, AsyncArchiveClient, ExportProgress, ExportResult
from cassandra_pv_archiver.dataset import export_dataset, export_dataset_async


def serve() -> None:
    with LocalCluster(n_workers=2, threads_per_worker=2, dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        for line in sys.stdin:
            print(answer(cluster.scheduler_address, json.loads(line)), flush=True)


def answer(scheduler: str, order: dict[str, Any]) -> str:
    try:
        if order.get("colours") == "async":
            result = asyncio.run(export_async(scheduler, order))
        else:
            result = export(scheduler, order)
    except ArchiverError as error:
        return json.dumps({"error": type(error).__name__})
    failed = [failure.channel for failure in result.failures]
    return json.dumps({"samples": result.samples, "files": result.files, "failed": failed})


def export(scheduler: str, order: dict[str, Any]) -> ExportResult:
    with Client(scheduler, set_as_default=False) as dask_client, ArchiveClient(base_url=order["url"]) as archive:
        workers = list(dask_client.run(os.getpid).values())
        killed = False

        def strike(progress: ExportProgress) -> None:
            nonlocal killed
            if progress.samples and not killed and "kill" in order:
                killed = True
                os.kill(workers[0] if order["kill"] == "worker" else os.getpid(), signal.SIGKILL)

        place = order["channels"], order["start"], order["end"], order["path"]
        return export_dataset(archive, *place, dask_client=dask_client, progress=strike, **order["options"])


async def export_async(scheduler: str, order: dict[str, Any]) -> ExportResult:
    async with (
        Client(scheduler, asynchronous=True, set_as_default=False) as dask_client,
        AsyncArchiveClient(base_url=order["url"]) as archive,
    ):
        place = order["channels"], order["start"], order["end"], order["path"]
        return await export_dataset_async(archive, *place, dask_client=dask_client, **order["options"])


if __name__ == "__main__":
    if len(sys.argv) == 1:
        serve()
    else:
        print(answer(sys.argv[1], json.loads(sys.argv[2])))
