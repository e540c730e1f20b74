"""How many requests run at once: as many as the servers reward, and fewer when they are busy."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TypeAlias

__all__ = ["AdaptiveLimit", "Gate", "Order"]

Order: TypeAlias = tuple[int, ...]

_FIRST = 4
_REWARD = 0.25
"""The part of what one more request could bring at best that it has to bring to be kept."""
_SLOWER = 0.6
"""Below this part of what the same number of requests brought before, the servers are busy with something else."""
_PATIENT_FOR = 8
"""Rounds before another request more is tried, after that was of no use."""
_ONE_CUT = 1.0
"""Seconds within which several failures are one sign of overload."""
REQUEST_COST = 500
"""Samples whose sending takes a server about as long as a request that has none."""


class AdaptiveLimit:
    """Finds the number of requests at once beyond which the servers send no more samples.

    At first the number is doubled, later a request more or less is tried every now and then. More is kept if the
    samples per second grow by a fair part of what more could bring, and less if they hardly fall. Refusals and
    time-outs halve the number; a round that brings much less than usual takes a quarter away. Without a clock of its
    own: what happens comes with its time, in seconds.

    Attributes:
        limit: The number of requests at once.
        most: The number that it never exceeds.
    """

    def __init__(self, most: int, now: float) -> None:
        self.most = most
        self.limit: int = min(_FIRST, most)
        self._step = self.limit  # at first it is doubled
        self._before: float | None = None
        self._usual: float | None = None
        self._hold = 0
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
        if self._done >= max(3 * self.limit, 6) and now > self._began:
            rate = self._work / (now - self._began)
            self._begin_round(now)
            self._judge(rate, now)

    def overloaded(self, now: float) -> None:
        """Takes note of a request that was refused or not answered in time."""
        if now - self._cut >= _ONE_CUT:
            self._cut = now
            self._give_way(self.limit // 2, now)

    def _begin_round(self, now: float) -> None:
        self._began, self._work, self._done = now, 0, 0

    def _change_to(self, limit: int, now: float) -> None:
        self.limit = self._unsettled = max(limit, 1)
        self._begin_round(now)

    def _give_way(self, limit: int, now: float) -> None:
        self._change_to(limit, now)
        self._before = self._usual = None
        self._step, self._hold = 1, _PATIENT_FOR

    def _judge(self, rate: float, now: float) -> None:
        if self._before is not None:
            self._judge_trial(rate, self._before, now)
        elif self._usual is not None and rate < _SLOWER * self._usual:
            self._give_way(self.limit - max(self.limit // 4, 1), now)
        else:
            self._usual = rate if self._usual is None else 0.7 * self._usual + 0.3 * rate
            self._hold -= 1
            if self._hold <= 0:
                self._try(self._usual, now)

    def _judge_trial(self, rate: float, before: float, now: float) -> None:
        fair = _REWARD / max(self.limit, self.limit - self._step)
        if rate >= before * (1 + self._step * fair):
            self._usual = rate
            if self._step > 1:
                self._step = self.limit
            self._try(rate, now)
            return
        self._change_to(self.limit - self._step, now)
        self._usual, self._before, self._hold = before, None, _PATIENT_FOR
        self._step = -1 if self._step == 1 else 1

    def _try(self, rate: float, now: float) -> None:
        """Tries a request more or less, unless there is no such number."""
        self._step = min(self._step, self.most - self.limit)
        if not self._step or self.limit + self._step < 1:
            self._before, self._hold = None, _PATIENT_FOR
            self._step = 1 if self._step else -1
            return
        self._before = rate
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
        """Takes note of a request that was answered with so many samples."""
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

    def _admit(self) -> None:
        while self._waiting and self._running < self._adaptive.limit:
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                self._running += 1
                turn.set_result(None)
