"""What can go wrong with the samples of a reply."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from .fault_registry import Exchange, with_body
from .messages import SimulatorResponse, page


@dataclass(frozen=True, slots=True)
class CutArray:
    """Status 200 and a valid array of which the end is missing, as from a server whose database fails.

    Attributes:
        samples: How many samples there are at most.
    """

    samples: int = 0

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        return _with_samples(exchange, lambda samples: samples[: self.samples])


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

    def __call__(self, exchange: Exchange) -> SimulatorResponse:
        response = exchange.proceed()
        if response.status != 200 or len(split_array(response.read())) <= self.limit:
            return response
        return exchange.completed(page(self.status))


def split_array(body: bytes) -> list[str]:
    """The elements of a JSON array, each as it is written."""
    text, decoder = body.decode(), json.JSONDecoder()
    elements: list[str] = []
    position = text.index("[") + 1
    while True:
        position = _after(text, position, " \n\r\t,")
        if text[position] == "]":
            return elements
        end = decoder.raw_decode(text, position)[1]
        elements.append(text[position:end])
        position = end


def _after(text: str, position: int, characters: str) -> int:
    while text[position] in characters:
        position += 1
    return position


def _with_samples(exchange: Exchange, change: Callable[[list[str]], list[str]]) -> SimulatorResponse:
    response = exchange.proceed()
    if response.status != 200:
        return response
    samples = change(split_array(response.read()))
    return with_body(exchange, response, f"[{','.join(samples)}]".encode())
