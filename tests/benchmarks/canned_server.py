"""A server that answers requests for samples with bodies made beforehand; run in a process of its own.

The channel's name says what it has: kind, number of samples and, if the server is to produce them no faster than so,
samples a second. As the real one does, the server sends chunks, and for an instant the newest sample before it.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from tests.benchmarks import bodies

__all__ = ["Channel", "running"]

_CHUNK = 32 * 1024
_KEPT_WHOLE = 1_000_000


class Channel(NamedTuple):
    """What a channel of the canned server has."""

    kind: str
    samples: int
    rate: int = 0
    """Samples a second; 0 for as many as possible."""

    def __str__(self) -> str:
        return f"{self.kind}:{self.samples}:{self.rate}"

    @classmethod
    def named(cls, name: str) -> Channel:
        kind, samples, rate = name.split(":")
        return cls(kind, int(samples), int(rate))


@contextmanager
def running() -> Iterator[int]:
    """Runs the server, and gives its port."""
    command = [sys.executable, "-m", "tests.benchmarks.canned_server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 64 * 1024

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        channel = Channel.named(unquote(url.path.rpartition("/")[2]))
        times = parse_qs(url.query)
        self.send_response(200)
        self.send_header("Content-Type", "application/json;charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if times["start"] == times["end"]:
            self._send_all(_chunks([bodies.last_sample(channel.kind, channel.samples)]))
        elif channel.rate:
            self._send_slowly(channel)
        elif channel.samples <= _KEPT_WHOLE:
            self._send_all([_whole(channel)])
        else:
            self._send_all(_chunks(bodies.parts(channel.kind, channel.samples)))

    def _send_all(self, chunks: Iterable[bytes]) -> None:
        for chunk in chunks:
            self.wfile.write(chunk)
        self.wfile.write(b"0\r\n\r\n")

    def _send_slowly(self, channel: Channel) -> None:
        due = time.monotonic()
        for part in bodies.parts(channel.kind, channel.samples):
            for chunk in _chunks([part]):
                self.wfile.write(chunk)
            # What a slow client makes the server wait for is not made up for.
            due = max(due + bodies.SAMPLES_OF_A_PART / channel.rate, time.monotonic())
            time.sleep(max(due - time.monotonic(), 0))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- named so by the base class
        pass


@lru_cache(maxsize=1)
def _whole(channel: Channel) -> bytes:
    return b"".join(_chunks(bodies.parts(channel.kind, channel.samples)))


def _chunks(parts: Iterable[bytes]) -> Iterator[bytes]:
    waiting = b""
    for part in parts:
        waiting += part
        full = len(waiting) - len(waiting) % _CHUNK
        for begin in range(0, full, _CHUNK):
            yield b"%x\r\n%b\r\n" % (_CHUNK, waiting[begin : begin + _CHUNK])
        waiting = waiting[full:]
    if waiting:
        yield b"%x\r\n%b\r\n" % (len(waiting), waiting)


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
