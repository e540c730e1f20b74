"""Which stretch of time a request for samples covers."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["SMALLEST_WINDOW", "WindowSize", "equal_spacing", "multiple_of_spacing"]

SECOND = 1_000_000_000
SMALLEST_WINDOW = SECOND
"""Nanoseconds. Shorter stretches of time are not tried when a server refuses longer ones."""
_WANTED = 50_000
"""Samples of a window once a server has refused a longer one; some sites refuse more than about 110,000."""
_FEWEST = 1_000
_STEP = 8
"""By what factor a window shrinks when it is refused, and grows at most when it had few samples."""


@dataclass(slots=True)
class WindowSize:
    """What a client remembers of how much a server answers. Threads may share it: a lost update costs one more refusal.

    Attributes:
        length: Nanoseconds of the shortest window that had about as many samples as are wanted, which suits the channel
            with most of them; others soon find longer ones. None if none has been refused.
        wanted: Samples that a window is meant to have, if there is a bound.
    """

    length: int | None = None
    wanted: int = _WANTED


class Windows:
    """How much time each request of one read covers, learnt from what the server refuses.

    The first window is the whole range, or what other reads have found to work. Channels have samples at different
    rates, so each read goes on from there on its own.
    """

    def __init__(self, remembered: WindowSize) -> None:
        self._remembered = remembered
        self._length = remembered.length
        self._was_answered = False
        self._may_be_too_many = False
        self._doubts = 0

    def end_of(self, begin: int, end: int) -> int:
        """Where a window that begins at ``begin`` ends, which is not later than ``end``."""
        return end if self._length is None else min(begin + self._length, end)

    def refused(self, length: int) -> bool:
        """Takes note that a window was refused; False if no smaller one is to be tried."""
        if length <= SMALLEST_WINDOW:
            return False
        # If a window and then one of an eighth are refused, it is not for the number of samples.
        self._may_be_too_many = self._was_answered
        self._was_answered = False
        self._length = max(length // _STEP, SMALLEST_WINDOW)
        return True

    def answered(self, length: int, samples: int) -> None:
        """Takes note of how many samples a window had, so that the next has as many as are wanted."""
        if self._length is None:
            return
        remembered = self._remembered
        self._was_answered = True
        if self._may_be_too_many:
            self._take_in_refusal(samples * _STEP)
        factor = min(max(remembered.wanted / max(samples, 1), 1 / _STEP), _STEP)
        fitting = max(int(length * factor), SMALLEST_WINDOW)
        # The last window of a range is short, which says nothing about longer ones.
        self._length = fitting if factor < 1 else max(fitting, self._length)
        if remembered.length is None:
            remembered.length = self._length
        elif factor < _STEP:
            remembered.length = min(self._length, remembered.length)

    def _take_in_refusal(self, samples: int) -> None:
        """Takes note that about so many samples were refused, and an eighth of them was answered."""
        self._may_be_too_many = False
        wanted = self._remembered.wanted
        if samples >= 2 * wanted:
            return  # samples come faster here, so that the window had more than were wanted
        self._doubts += 1
        if samples >= wanted // _STEP or self._doubts > 1:  # otherwise it may have been by chance
            self._remembered.wanted = max(wanted // 2, _FEWEST)


def equal_spacing(length: int, count: int) -> tuple[int, int]:
    """A short range for which the server chooses the same decimation level as for a longer one (section 7.2).

    The server compares decimation periods with ``length / count`` in floating-point numbers. Because all periods are
    whole seconds, that comparison can change only at certain spacings, and there is always a range of one or a few
    nanoseconds more or less per sample that lies on the same side of all of them.

    Args:
        length: Nanoseconds of the longer range.
        count: The ``count`` of its request, at least 1.

    Returns:
        Nanoseconds and ``count`` of the short range.
    """
    wanted = _choice(length, count)
    return next(pair for pair in _nearby(length, count) if _choice(*pair) == wanted)


def _nearby(length: int, count: int) -> Iterator[tuple[int, int]]:
    for few in itertools.count(1):
        if few >= count:
            yield length, count
        exact, rest = divmod(few * length, count)
        yield exact, few
        if rest:
            yield exact + 1, few


def _choice(length: int, count: int) -> tuple[object, ...]:
    """What the server's choice depends on, whatever levels there are."""
    period = length / float(count) / 1e9
    if period > 2**31 - 1:
        return (2**31 - 1,)
    near = round(period * 1.05)
    barely_longer = tuple(period > 0 and level / period - 1.0 < 0.05 for level in range(near - 1, near + 2))
    halves = 2 * period - round(2 * period)
    return math.floor(period), barely_longer, (halves > 0) - (halves < 0)


def multiple_of_spacing(length: int, spacing: int) -> tuple[int, int]:
    """The shortest range of at least ``length`` nanoseconds that is a multiple of ``spacing``, and the multiple."""
    count = max(-(-length // spacing), 1)
    return count * spacing, count
