"""The values of signals: the same in each run, and the same whether they are made at once or as time passes."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeAlias
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from .members import SECOND
from .models import Constant, NumericSignal, Ramp, RandomWalk, Sine, Steps

Numbers: TypeAlias = NDArray[np.float64]
Places: TypeAlias = NDArray[np.int64]
Regular: TypeAlias = Constant | Sine | Ramp | RandomWalk | Steps
_BLOCK = 1024


class Noise:
    """Normally distributed random numbers by their place in an endless sequence.

    Args:
        name: Another name gives another sequence.
    """

    def __init__(self, name: str) -> None:
        seed = crc32(name.encode())

        @lru_cache(maxsize=4)
        def block(number: int) -> Numbers:
            return np.random.default_rng((seed, number)).normal(size=_BLOCK)

        self._block = block
        self._sums = [0.0]

    def at(self, places: Places) -> Numbers:
        """The numbers at places from 0 on."""
        return self._from_blocks(places, self._block)

    def sums_at(self, places: Places) -> Numbers:
        """The sum of all numbers before each of the places."""
        return self._from_blocks(places, self._running_sums)

    def _running_sums(self, number: int) -> Numbers:
        while len(self._sums) <= number:
            self._sums.append(self._sums[-1] + float(self._block(len(self._sums) - 1).sum()))
        block = self._block(number)
        return self._sums[number] + np.cumsum(block) - block

    @staticmethod
    def _from_blocks(places: Places, block: Callable[[int], Numbers]) -> Numbers:
        if not places.size:
            return np.empty(places.shape)
        first, last = int(places.min()) // _BLOCK, int(places.max()) // _BLOCK
        return np.concatenate([block(number) for number in range(first, last + 1)])[places - first * _BLOCK]


class SignalValues:
    """The values of a signal by the number of the sample.

    Args:
        source: The signal.
        name: Another name gives other random numbers.
    """

    def __init__(self, source: Regular, name: str) -> None:
        self._source = source
        self._noise = Noise(f"noise {name}")
        self._walk = Noise(f"walk {name}")

    def at(self, places: Places) -> list[Any] | Numbers:
        """One value for each place: numbers, texts, or an array for each waveform."""
        source = self._source
        if isinstance(source, Steps):
            steps = places * source.spacing // source.hold % len(source.values)
            return [source.values[step] for step in steps.tolist()]
        if isinstance(source, Constant) and not _is_numeric(source):
            return [source.value] * len(places)
        values = self._numbers(source, places)
        return values[:, 0] if _elements(source) == 1 else list(values)

    def _numbers(self, source: NumericSignal, places: Places) -> Numbers:
        elements = _elements(source)
        finer = places[:, np.newaxis] * elements + np.arange(elements)
        values = self._shape(source, finer, source.spacing / SECOND / elements)
        return values + source.noise * self._noise.at(finer) if source.noise else values

    def _shape(self, source: NumericSignal, places: Places, spacing: float) -> Numbers:
        match source:
            case Sine():
                return source.mean + source.amplitude * np.sin(math.tau * places * spacing * SECOND / source.period)
            case Ramp():
                return source.low + (source.high - source.low) * (places * spacing * SECOND / source.period % 1)
            case RandomWalk():
                walked = source.value + source.step * self._walk.sums_at(places)
                return walked if source.within is None else _reflected(walked, *source.within)
            case Constant():
                return np.broadcast_to(np.asarray(source.value, np.float64), places.shape)
            case _:
                raise TypeError(source)


def _is_numeric(source: Constant) -> bool:
    first = source.value[0] if isinstance(source.value, tuple) else source.value
    return not isinstance(first, str)


def _elements(source: NumericSignal) -> int:
    if isinstance(source, Constant) and isinstance(source.value, tuple):
        return len(source.value)
    return source.elements


def _reflected(values: Numbers, low: float, high: float) -> Numbers:
    """Values that turn round at two mirrors."""
    width = high - low
    within = (values - low) % (2 * width)
    return low + np.where(within > width, 2 * width - within, within)
