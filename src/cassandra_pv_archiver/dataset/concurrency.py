"""How many requests run at once: as many as the servers reward, and fewer when they are busy."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["AdaptiveLimit", "Gate", "Order"]

Order: TypeAlias = tuple[int, ...]

_FIRST = 8
_REWARD = 0.25
"""The part of what one more request could bring at best that it has to bring to be kept."""
_AS_GOOD = 0.97
"""The part of the samples per second that one request less has to leave to be enough."""
_SLOWER = 0.6
"""Below this part of what the same number of requests brought before, the servers are busy with something else."""
_ALIKE = 2.0
"""Requests whose sizes differ by a greater factor cost other things, so their speeds say nothing about each other."""
_PATIENT_FOR = 8
"""Rounds before another request more or less is tried, after that was of no use; more after each time."""
_MOST_PATIENT_FOR = 64
_RECOVERS_AFTER = 2
"""Rounds before one more is tried after the number was cut."""
_SHORTEST_ROUND = 1.0
"""Seconds. In less time, chance has too large a part."""
_ONE_CUT = 1.0
"""Seconds within which several failures are one sign of overload."""
REQUEST_COST = 500
"""Samples whose sending takes a server about as long as a request that has none."""


@dataclass(frozen=True, slots=True)
class _Round:
    """What some requests brought while there were as many as allowed all the time.

    Attributes:
        rate: The work of a second, in samples.
        size: The work of a request, likewise.
    """

    rate: float
    size: float

    def is_like(self, other: _Round) -> bool:
        return 1 / _ALIKE <= self.size / other.size <= _ALIKE


class AdaptiveLimit:
    """Finds the number of requests at once beyond which the servers send no more samples.

    At first the number is doubled, later a request more or less is tried every now and then. More is kept if the
    samples per second grow by a fair part of what more could bring, and less if they hardly fall. Refusals and
    time-outs halve the number; two rounds that bring much less than usual take a quarter away. Without a clock of its
    own: what happens comes with its time, in seconds.

    Attributes:
        limit: The number of requests at once.
        most: The number that it never exceeds.
    """

    def __init__(self, most: int, now: float) -> None:
        self.most = most
        self.limit: int = min(_FIRST, most)
        self._step = self.limit  # at first it is doubled
        self._before: _Round | None = None
        self._usual: _Round | None = None
        self._hold, self._patience, self._slow = 0, _PATIENT_FOR, 0
        self._cut = now - _ONE_CUT
        self._change_to(self.limit, now)

    def succeeded(self, samples: int, now: float) -> None:
        """Takes note of a request that was answered.

        Args:
            samples: The samples it had.
            now: The time.
        """
        if self._unsettled:
            # Began while there were more or fewer.
            self._unsettled -= 1
            self._begin_round(now)
            return
        self._work += samples + REQUEST_COST
        self._done += 1
        if self._done >= max(3 * self.limit, 6) and now - self._began >= _SHORTEST_ROUND:
            ended = _Round(self._work / (now - self._began), self._work / self._done)
            self._begin_round(now)
            self._judge(ended, now)

    def unused(self, now: float) -> None:
        """Takes note that fewer requests are wanted than allowed, so that what they bring says nothing."""
        self._begin_round(now)

    def overloaded(self, now: float) -> None:
        """Takes note of a request that was refused or not answered in time."""
        if now - self._cut >= _ONE_CUT:
            self._cut = now
            self._give_way(self.limit // 2, _PATIENT_FOR, now)

    def _begin_round(self, now: float) -> None:
        self._began, self._work, self._done = now, 0, 0

    def _change_to(self, limit: int, now: float) -> None:
        self.limit = self._unsettled = max(limit, 1)
        self._begin_round(now)

    def _give_way(self, limit: int, hold: int, now: float) -> None:
        self._change_to(limit, now)
        self._before = self._usual = None
        self._step, self._hold, self._patience, self._slow = 1, hold, _PATIENT_FOR, 0

    def _judge(self, ended: _Round, now: float) -> None:
        if self._before is not None:
            if self._before.is_like(ended):
                self._judge_trial(ended, self._before, now)
            else:
                self._end_trial(now)
        elif self._usual is None or not self._usual.is_like(ended):
            self._usual = ended
            self._wait(ended, now)
        elif ended.rate < _SLOWER * self._usual.rate:
            self._slow += 1
            if self._slow > 1:
                self._give_way(self.limit - max(self.limit // 4, 1), _RECOVERS_AFTER, now)
        else:
            mixed = (
                0.7 * each + 0.3 * new for each, new in ((self._usual.rate, ended.rate), (self._usual.size, ended.size))
            )
            self._usual = _Round(*mixed)
            self._wait(self._usual, now)

    def _wait(self, usual: _Round, now: float) -> None:
        self._slow = 0
        self._hold -= 1
        if self._hold <= 0:
            self._try(usual, now)

    def _judge_trial(self, ended: _Round, before: _Round, now: float) -> None:
        least = 1 + self._step * _REWARD / self.limit if self._step > 0 else _AS_GOOD
        if ended.rate < least * before.rate:
            self._end_trial(now)
            return
        self._usual, self._patience = ended, _PATIENT_FOR
        if self._step > 1:
            self._step = self.limit
        self._try(ended, now)

    def _end_trial(self, now: float) -> None:
        """Goes back to the number before."""
        self._change_to(self.limit - self._step, now)
        self._usual, self._before = self._before, None
        self._hold = self._patience
        if self._step < 0:
            self._patience = min(2 * self._patience, _MOST_PATIENT_FOR)
        self._step = -max(self.limit // 4, 1) if self._step > 0 else 1

    def _try(self, usual: _Round, now: float) -> None:
        """Tries a request more or less, unless there is no such number."""
        self._step = max(min(self._step, self.most - self.limit), 1 - self.limit)
        if not self._step:
            self._before, self._hold = None, self._patience
            self._step = 1 if self.limit == 1 else -1
            return
        self._before = usual
        self._change_to(self.limit + self._step, now)


class Gate:
    """Lets so many requests begin at once, those first that are wanted first.

    Args:
        most: The number that is never exceeded.
        max_rate: Samples per second that are not exceeded in the long run; None for no such bound.
    """

    def __init__(self, most: int, max_rate: float | None = None) -> None:
        self._adaptive = AdaptiveLimit(most, time.monotonic())
        self._max_rate = max_rate
        self._free_at = 0.0
        self._running = 0
        self._waiting: list[tuple[Order, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    @property
    def limit(self) -> int:
        """The number of requests that may run at once at present."""
        return self._adaptive.limit

    @asynccontextmanager
    async def request(self, order: Order) -> AsyncGenerator[None]:
        """Waits until a request may begin; it ends with the block.

        Args:
            order: Of those that wait, the least begins first.
        """
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (order, next(self._numbers), turn))
        self._admit()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._leave()
            raise
        try:
            await self._keep_to_rate()
            yield
        finally:
            self._leave()

    def succeeded(self, samples: int) -> None:
        """Takes note of a request for samples that was answered with so many."""
        now = time.monotonic()
        if self._max_rate is not None:
            self._free_at = max(self._free_at, now) + samples / self._max_rate
        self._adaptive.succeeded(samples, now)

    def overloaded(self) -> None:
        """Takes note of a request that was refused or not answered in time."""
        self._adaptive.overloaded(time.monotonic())

    async def _keep_to_rate(self) -> None:
        await asyncio.sleep(max(self._free_at - time.monotonic(), 0))

    def _leave(self) -> None:
        self._running -= 1
        self._admit()
        if self._running < self._adaptive.limit:
            self._adaptive.unused(time.monotonic())

    def _admit(self) -> None:
        while self._waiting and self._running < self._adaptive.limit:
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                self._running += 1
                turn.set_result(None)
