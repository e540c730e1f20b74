"""End to end: from the call to the samples, from a server in another process of the same machine."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from cassandra_pv_archiver import ArchiveClient, SampleSeries
from tests.benchmarks import bodies
from tests.benchmarks.canned_server import Channel
from tests.benchmarks.comparing import Way

__all__ = ["Source", "ways"]


class Source:
    """The canned server as seen by its clients."""

    def __init__(self, port: int) -> None:
        self._port = port

    def url(self, channel: Channel) -> str:
        start, end = self.range(channel)
        path = f"/archive-access/api/1.0/archive/1/samples/{quote(str(channel))}"
        return f"http://127.0.0.1:{self._port}{path}?start={start}&end={end}"

    @staticmethod
    def range(channel: Channel) -> tuple[int, int]:
        return bodies.FIRST_SECOND * 10**9, bodies.end_ns(channel.samples)

    @contextmanager
    def client(self) -> Iterator[ArchiveClient]:
        with ArchiveClient("127.0.0.1", self._port) as client:
            yield client

    def read_as_predecessor(self, channel: Channel) -> list[dict[str, Any]]:
        with urllib.request.urlopen(self.url(channel)) as reply:
            return json.load(reply)

    def download(self, channel: Channel) -> int:
        """Reads the reply and throws it away."""
        size = 0
        with urllib.request.urlopen(self.url(channel)) as reply:
            while part := reply.read(64 * 1024):
                size += len(part)
        return size

    def read(self, client: ArchiveClient, channel: Channel) -> SampleSeries:
        series = client.get_samples(str(channel), *self.range(channel))
        assert len(series) == channel.samples
        return series

    def stream(self, client: ArchiveClient, channel: Channel) -> int:
        with client.iter_batches(str(channel), *self.range(channel)) as batches:
            samples = sum(len(batch) for batch in batches)
        assert samples == channel.samples
        return samples


def ways(source: Source, client: ArchiveClient, channel: Channel) -> dict[str, Way]:
    """Ways of reading a channel."""
    return {
        "predecessor": lambda: source.read_as_predecessor(channel),
        "plain download": lambda: source.download(channel),
        "ours, columns": lambda: source.read(client, channel),
        "ours, objects": lambda: sum(1 for _ in source.read(client, channel)),
        "ours, in batches": lambda: source.stream(client, channel),
    }
