"""A server whose channels have samples for two years, and which sends no more samples a second than it is told.

Its speed is that of the whole server, shared by all its connections, as the processor of a real one is; a bound for
each connection may come on top. What a slow client makes it wait for is not made up for. It runs in a process of its
own.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from tests.benchmarks import bodies

__all__ = ["BEGIN", "END", "Channel", "running", "url"]

BEGIN = 1_704_067_200_000_000_000
"""2024-01-01 UTC, when the first samples were written."""
END = BEGIN + 731 * 86_400_000_000_000
"""2026-01-01 UTC."""
_STRIDE = 250
"""Samples between two looks at the clock."""


class Channel(NamedTuple):
    """What a channel has."""

    kind: str
    exponent: int
    """The samples are as many nanoseconds apart as this power of ten: 6 for a millisecond, 10 for ten seconds."""
    number: int = 0

    def __str__(self) -> str:
        return f"{self.kind}:{self.exponent}:{self.number}"

    @classmethod
    def named(cls, name: str) -> Channel:
        kind, exponent, number = name.split(":")
        return cls(kind, int(exponent), int(number))

    def end_of(self, samples: int) -> int:
        """The end of a range, from the begin on, that has so many samples."""
        return BEGIN + samples * 10**self.exponent


@contextmanager
def running(rates: list[int], of_connection: int = 0) -> Iterator[list[int]]:
    """Runs a server for each rate in samples a second, 0 for as many as it can, and gives their ports."""
    with ExitStack() as stack:
        ports: list[int] = []
        for rate in rates:
            command = [sys.executable, "-m", "tests.benchmarks.paced_archive", str(rate), str(of_connection)]
            process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
            stack.callback(process.terminate)
            assert process.stdout is not None
            ports.append(int(process.stdout.readline()))
        yield ports


def url(port: int, channel: Channel, begin: int, end: int) -> str:
    """Where the samples of a range are."""
    return f"http://127.0.0.1:{port}/archive-access/api/1.0/archive/1/samples/{channel}?start={begin}&end={end}"


class _Pace:
    """Lets so many samples a second pass, whoever sends them."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._lock = threading.Lock()
        self._due = 0.0

    def wait(self, samples: int) -> None:
        if not self._rate:
            return
        with self._lock:
            self._due = max(self._due, time.monotonic()) + samples / self._rate
            pause = self._due - time.monotonic()
        time.sleep(max(pause, 0))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 64 * 1024
    disable_nagle_algorithm = True
    server_pace: _Pace
    of_connection: int

    def setup(self) -> None:
        super().setup()
        self._pace = _Pace(self.of_connection)

    def do_GET(self) -> None:
        with suppress(ConnectionError):  # the client has gone
            self._answer()

    def _answer(self) -> None:
        address = urlsplit(self.path)
        channel = Channel.named(unquote(address.path.rpartition("/")[2]))
        query = parse_qs(address.query)
        self.send_response(200)
        self.send_header("Content-Type", "application/json;charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        opening = b"["
        for count, samples in _samples(channel, int(query["start"][0]), int(query["end"][0])):
            for pace in (self.server_pace, self._pace):
                pace.wait(count)
            self._send(opening + samples)
            opening = b","
        self._send(b"]" if opening == b"," else b"[]")
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def _send(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- named so by the base class
        pass


def _samples(channel: Channel, begin: int, end: int) -> Iterator[tuple[int, bytes]]:
    """The samples of a range with one before and one after, as the service gives them; some at a time."""
    period = 10**channel.exponent
    newest = (END - 1) // period
    number = min(max(begin, BEGIN) // period, newest)
    last = max(min(-(-end // period), newest), number)
    while number <= last:
        part, place = divmod(number, bodies.SAMPLES_OF_A_PART)
        count = min(_STRIDE - place % _STRIDE, last + 1 - number)
        lines = _lines(channel.kind, part % 10, channel.exponent, place, count)
        yield count, lines.replace(b"@", b"%d" % part)
        number += count


@lru_cache(maxsize=1000)
def _lines(kind: str, part: int, exponent: int, place: int, count: int) -> bytes:
    return b",".join(bodies.template(kind, part, exponent).split(b",\n")[place : place + count])


if __name__ == "__main__":
    _Handler.server_pace, _Handler.of_connection = _Pace(int(sys.argv[1])), int(sys.argv[2])
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()
