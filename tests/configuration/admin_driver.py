"""A driver of flows that asks the simulator's administrative service directly, in the simulator's own time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from cassandra_pv_archiver._steps import (
    Call,
    Close,
    CurrentLimits,
    Flow,
    Limits,
    MoveOn,
    Open,
    Pause,
    Random,
    Read,
    Reply,
    Report,
    Server,
    Step,
    Stopwatch,
)
from cassandra_pv_archiver.errors import ArchiverError, ConnectionFailedError, InterruptedReplyError
from cassandra_pv_archiver.testing import Simulator, SimulatorRequest

T = TypeVar("T")

HEADERS = [("Host", "h"), ("Authorization", "Basic YWRtaW46YWRtaW4="), ("Content-Type", "application/json")]


class ProcessEndsError(BaseException):
    """The process ends, in the middle of a flow."""


@dataclass
class AdminDriver:
    """Performs steps; nothing really waits.

    Attributes:
        simulator: What is asked.
        asked: The server that is asked.
        ends_at: The number of the batch of commands, from 1 on, at which the process ends.
        executed: Whether that batch is executed before.
        pauses: The seconds of all pauses.
        batches: How many batches of commands were sent.
        before_batch: Called before each batch.
    """

    simulator: Simulator
    asked: int = 0
    ends_at: int | None = None
    executed: bool = True
    pauses: list[float] = field(default_factory=list[float])
    batches: int = 0
    before_batch: Callable[[], object] | None = None

    def run(self, flow: Flow[T]) -> T:
        try:
            step = next(flow)
            while True:
                try:
                    answered = self.perform(step)
                except ArchiverError as failure:
                    step = flow.throw(failure)
                else:
                    step = flow.send(answered)
        except StopIteration as stop:
            return stop.value
        finally:
            flow.close()

    def perform(self, step: Step) -> Any:
        match step:
            case Open(call):
                return self._opened(call)
            case Read(reply):
                return self._translated(lambda: next(reply.stream, None))
            case Pause(seconds):
                self.pauses.append(seconds)
                return self.simulator.advance(seconds)
            case Server():
                return f"server {self.asked}"
            case MoveOn():
                return 1
            case CurrentLimits():
                return Limits()
            case Stopwatch():
                return self.simulator.now_ns / 1e9
            case Random():
                return 0.5
            case Close() | Report():
                return None
            case _:
                raise AssertionError(step)

    def _opened(self, call: Call[Any]) -> Reply:
        is_batch = call.method == "POST"
        if is_batch and self.before_batch is not None:
            self.before_batch()
        self.batches += is_batch
        ends = is_batch and self.batches == self.ends_at
        if ends and not self.executed:
            raise ProcessEndsError
        request = SimulatorRequest(call.method, call.target.encode(), HEADERS, call.body or b"")
        response = self._translated(
            lambda: self.simulator.handle("admin", self.asked, request, wait=self.simulator.advance)
        )
        headers = {name.lower(): value for name, value in response.headers}
        pieces = response.pieces()
        if ends:
            for _ in pieces:
                pass
            raise ProcessEndsError
        return Reply(response.status, headers, True, pieces)

    def _translated(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except ConnectionRefusedError as error:
            raise ConnectionFailedError(str(error)) from error
        except ConnectionError as error:
            raise InterruptedReplyError(str(error)) from error
