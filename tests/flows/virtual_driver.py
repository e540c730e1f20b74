"""A driver of flows that asks the simulator directly, in the simulator's own time: one seed is one course of events."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from cassandra_pv_archiver._read_windows import WindowSize
from cassandra_pv_archiver._steps import (
    Call,
    Close,
    CurrentLimits,
    Flow,
    Hand,
    Limits,
    MoveOn,
    Open,
    Pause,
    Progress,
    Random,
    Read,
    RememberedWindow,
    Reply,
    Report,
    Server,
    SideBySide,
    Step,
    Stopwatch,
    WallClock,
)
from cassandra_pv_archiver.errors import (
    ArchiverError,
    ConnectionFailedError,
    InterruptedReplyError,
    RequestTimeoutError,
)
from cassandra_pv_archiver.events import ClientEvent
from cassandra_pv_archiver.testing import Simulator, SimulatorRequest

T = TypeVar("T")


class _TooSlowError(Exception):
    """A wait that is longer than the time limit."""


@dataclass
class VirtualDriver:
    """Performs steps; nothing really waits.

    Attributes:
        simulator: What is asked; its time stands still otherwise.
        random: Decides where bodies are cut into chunks, and how long everything takes.
        limits: As of a client.
        events: What is to happen, and when, in nanoseconds of the simulator's time.
        handed: What the flow has handed to its caller.
        reports: What it has reported.
        wall_clock: The time of the client; None: that of the simulator.
    """

    simulator: Simulator
    random: random.Random
    limits: Limits = field(default_factory=Limits)
    events: list[tuple[int, Callable[[], object]]] = field(default_factory=list[tuple[int, Callable[[], object]]])
    handed: list[Any] = field(default_factory=list[Any])
    reports: list[ClientEvent] = field(default_factory=list[ClientEvent])
    wall_clock: Callable[[], int] | None = None
    window: WindowSize = field(default_factory=WindowSize)
    server: int = 0
    open: int = 0

    def run(self, flow: Flow[T]) -> T:
        try:
            step = next(flow)
            while True:
                step = self._advanced(flow, step)
        except StopIteration as stop:
            return stop.value
        finally:
            flow.close()

    def perform(self, step: Step) -> Any:
        match step:
            case Open(call):
                return self._opened(call)
            case Read(reply):
                return self._read(reply)
            case Close():
                self.open -= 1
                return None
            case Pause(seconds):
                return self._pass(seconds)
            case Hand(item):
                return self.handed.append(item)
            case SideBySide(flows, at_most):
                return self._side_by_side(list(flows), at_most)
            case Report(event):
                return self.reports.append(event)
            case _:
                return self._answer(step)

    def _answer(self, step: Step) -> Any:
        match step:
            case Server():
                return f"server {self.server}"
            case MoveOn(server):
                servers = len(self.simulator.servers)
                if server == f"server {self.server}":
                    self.server = (self.server + 1) % servers
                return servers
            case CurrentLimits():
                return self.limits
            case RememberedWindow():
                return self.window
            case WallClock():
                return self.simulator.now_ns if self.wall_clock is None else self.wall_clock()
            case Stopwatch():
                return self.simulator.now_ns / 1e9
            case Random():
                return self.random.random()
            case Progress():
                return None
            case _:
                raise AssertionError(step)

    def _side_by_side(self, flows: list[Flow[Any]], at_most: int) -> list[Any]:
        """Runs flows, now a step of one and then a step of another."""
        outcomes: list[Any] = [None] * len(flows)
        waiting = list(range(len(flows)))
        steps: dict[int, Step] = {}
        try:
            while waiting or steps:
                if waiting and len(steps) < at_most:
                    place = waiting.pop(0)
                    steps[place] = next(flows[place])
                place = self.random.choice(list(steps))
                try:
                    steps[place] = self._advanced(flows[place], steps[place])
                except StopIteration as stop:
                    outcomes[place] = stop.value
                    del steps[place]
                except ArchiverError as failure:
                    outcomes[place] = failure
                    del steps[place]
        finally:
            for flow in flows:
                flow.close()
        return outcomes

    def _advanced(self, flow: Flow[Any], step: Step) -> Step:
        try:
            answered = self.perform(step)
        except ArchiverError as failure:
            return flow.throw(failure)
        return flow.send(answered)

    def _pass(self, seconds: float) -> None:
        until = self.simulator.now_ns + round(seconds * 1e9)
        while self.events and self.events[0][0] <= until:
            time, event = self.events.pop(0)
            self.simulator.advance(max(time - self.simulator.now_ns, 0) / 1e9)
            event()
        self.simulator.advance(max(until - self.simulator.now_ns, 0) / 1e9)

    def _wait(self, seconds: float) -> None:
        self._pass(min(seconds, self.limits.timeouts.read))
        if seconds > self.limits.timeouts.read:
            raise _TooSlowError

    def _opened(self, call: Call[Any]) -> Reply:
        self._pass(self.random.random() * 0.01)
        request = SimulatorRequest(call.method, call.target.encode(), [("Host", "h")])
        with _Translated():
            response = self.simulator.handle("archive", self.server, request, wait=self._wait)
            chunks = self._chunks(response.pieces())
            headers = {name.lower(): value for name, value in response.headers}
            self.open += 1
            return Reply(response.status, headers, False, chunks)

    def _chunks(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            while piece:
                size = self.random.choice((len(piece), len(piece), self.random.randint(1, len(piece))))
                yield piece[:size]
                piece = piece[size:]

    def _read(self, reply: Reply) -> bytes | None:
        self._pass(self.random.random() * 0.01)
        with _Translated():
            return next(reply.stream, None)


class _Translated:
    """Failures as the drivers of the clients show them."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, ConnectionRefusedError):
            raise ConnectionFailedError(str(error)) from error
        if isinstance(error, ConnectionError):
            raise InterruptedReplyError(str(error)) from error
        if isinstance(error, _TooSlowError):
            raise RequestTimeoutError("too slow") from error
