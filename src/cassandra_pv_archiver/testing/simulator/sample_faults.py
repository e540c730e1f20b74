"""What can go wrong with the samples of a reply."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .fault_registry import Exchange, check_least, with_body
from .messages import SimulatorResponse, page

_BETWEEN = re.compile(r"[\s,]*")
# In a text, the quotation marks would be escaped.
_BEGINS = re.compile(rb'\{\s*"time"\s*:')


@dataclass(frozen=True, slots=True)
class CutArray:
    """Status 200 and a valid array of which the end is missing, as from a server whose database fails (section 5.5).

    With `DatabaseFails`, everything else that belongs to an outage follows.

    Attributes:
        samples: How many samples there are at most.
    """

    samples: int = 0

    def __post_init__(self) -> None:
        check_least("samples", self.samples, 0)

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        return _with_samples(exchange, lambda samples: samples[: self.samples])


@dataclass(frozen=True, slots=True)
class DatabaseFails:
    """The database goes down while the samples of a reply are sent, and the array is closed there (section 5.5).

    From then on it is down, as after `Simulator.stop_database`, until `Simulator.start_database`. A request for
    anything but samples is still answered properly.

    Attributes:
        samples: How many samples there are at most.
    """

    samples: int = 0

    def __post_init__(self) -> None:
        check_least("samples", self.samples, 0)

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        response = CutArray(self.samples)(exchange)
        exchange.stop_database()
        return response


@dataclass(frozen=True, slots=True)
class WrongOrder:
    """The samples in reverse order."""

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        return _with_samples(exchange, lambda samples: samples[::-1])


@dataclass(frozen=True, slots=True)
class DuplicateSamples:
    """Samples that are sent twice.

    Attributes:
        every: Each so many-th.
    """

    every: int = 1

    def __post_init__(self) -> None:
        check_least("every", self.every, 1)

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        return _with_samples(
            exchange,
            lambda samples: [
                sample for number, sample in enumerate(samples, 1) for _ in range(1 if number % self.every else 2)
            ],
        )


@dataclass(frozen=True, slots=True)
class TooManySamples:
    """An error for windows with too many samples, as of a proxy that waits only so long.

    Attributes:
        limit: How many samples are still sent.
        status: The status if there are more.
    """

    limit: int
    status: int = 504

    def __post_init__(self) -> None:
        check_least("limit", self.limit, 0)

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        response = exchange.proceed()
        if not _has_samples(exchange, response):
            return response
        pieces, body, samples, end = response.pieces(), bytearray(), 0, 0
        for piece in pieces:
            body += piece
            for begins in _BEGINS.finditer(body, end):
                samples, end = samples + 1, begins.end()
            if samples > self.limit:
                return exchange.completed(page(self.status))
        response.body = bytes(body)
        return response


def split_array(body: bytes) -> list[str] | None:
    """The elements of a JSON array, each as it is written; None if the body is no such array."""
    try:
        text = body.decode()
        if not text.startswith("["):
            return None
        return list(_elements(text))
    except (ValueError, RecursionError):
        return None


def _elements(text: str) -> Iterator[str]:
    decoder = json.JSONDecoder()
    position = _skipped(text, 1)
    while not text.startswith("]", position):
        end = decoder.raw_decode(text, position)[1]
        yield text[position:end]
        position = _skipped(text, end)


def _skipped(text: str, position: int) -> int:
    match = _BETWEEN.match(text, position)
    assert match is not None
    return match.end()


def _has_samples(exchange: Exchange, response: SimulatorResponse) -> bool:
    return exchange.received.operation == "getSamples" and response.status == 200


def _with_samples(exchange: Exchange, change: Callable[[list[str]], list[str]]) -> SimulatorResponse:
    """A reply with other samples. One that another fault has made unreadable stays as it is."""
    response = exchange.proceed()
    if not _has_samples(exchange, response) or (samples := split_array(response.read())) is None:
        return response
    space = " " if response.read().startswith(b"[ ") else ""
    body = f"[{space}" + f",{space}".join(change(samples)) + f"{space}]"
    return with_body(exchange, response, body.encode())
