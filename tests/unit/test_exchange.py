"""One request's whole life, run by a driver that has answers ready and its own clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest

from cassandra_pv_archiver._exchange import JsonFormat, exchange
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
from cassandra_pv_archiver.errors import (
    ArchiverError,
    ConnectionFailedError,
    InterruptedReplyError,
    InvalidReplyError,
    RequestTimeoutError,
    ServerFailedError,
    UnavailableError,
)
from cassandra_pv_archiver.events import ClientEvent
from cassandra_pv_archiver.limits import RetryPolicy

T = TypeVar("T")
JSON = {"content-type": "application/json;charset=UTF-8"}
READ = Call("list_names", "GET", "/names", JsonFormat(list[str]))
WRITE = Call("run", "POST", "/run", JsonFormat(list[str]), body=b"{}", repeatable=False)


@dataclass
class Canned:
    """A reply that is ready: status, headers, and chunks or the failure that takes the place of one."""

    status: int = 200
    chunks: Sequence[bytes | ArchiverError] = (b'["a"]',)
    headers: dict[str, str] = field(default_factory=lambda: dict(JSON))


@dataclass
class Script:
    """Answers the steps of a flow from a list, and notes what happened."""

    replies: list[Canned | ArchiverError]
    limits: Limits = field(default_factory=Limits)
    clock: float = 0.0
    pauses: list[float] = field(default_factory=list[float])
    events: list[ClientEvent] = field(default_factory=list[ClientEvent])
    opened: int = 0
    closed: int = 0

    def run(self, flow: Flow[T]) -> T:
        try:
            step = next(flow)
            while True:
                try:
                    answer = self.answer(step)
                except ArchiverError as failure:
                    step = flow.throw(failure)
                else:
                    step = flow.send(answer)
        except StopIteration as stop:
            return stop.value

    def answer(self, step: Step) -> Any:
        self.clock += 0.001
        match step:
            case Server():
                return "http://h:1"
            case MoveOn():
                return 1
            case CurrentLimits():
                return self.limits
            case Stopwatch():
                return self.clock
            case Random():
                return 1.0
            case Report(event):
                return self.events.append(event)
            case Pause(seconds):
                self.clock += seconds
                return self.pauses.append(seconds)
            case Open():
                return self.open()
            case Read(reply):
                chunk = next(reply.stream, None)
                if isinstance(chunk, ArchiverError):
                    raise chunk
                return chunk
            case Close():
                self.closed += 1
                return None
            case _:
                raise AssertionError(step)

    def open(self) -> Reply:
        canned = self.replies.pop(0)
        if isinstance(canned, ArchiverError):
            raise canned
        self.opened += 1
        return Reply(canned.status, canned.headers, False, iter(canned.chunks))


def test_a_reply_is_read_in_whatever_pieces_it_comes() -> None:
    script = Script([Canned(chunks=(b"[", b'"\xc3', b"\xa4", b'"]'))])
    assert script.run(exchange(READ)) == ["ä"]
    assert (script.opened, script.closed) == (1, 1)


@pytest.mark.parametrize(
    "failure",
    [
        ConnectionFailedError("refused"),
        RequestTimeoutError("slow"),
        Canned(503, (), {}),
        Canned(chunks=(b'["a', InterruptedReplyError("reset"))),
        Canned(chunks=(b'["a',)),
        Canned(chunks=()),
    ],
    ids=["refused", "time-out", "503", "reset in the body", "cut in the body", "nothing"],
)
def test_reads_are_repeated_with_growing_pauses(failure: Canned | ArchiverError) -> None:
    script = Script([failure, failure, Canned()])
    assert script.run(exchange(READ)) == ["a"]
    assert script.pauses == [0.5, 1.0]
    assert script.opened == script.closed
    assert [event.kind for event in script.events] == ["request", "retry", "request", "retry", "request"]


def test_the_last_failure_is_raised() -> None:
    script = Script([Canned(503, (), {})] * 3 + [RequestTimeoutError("slow")])
    with pytest.raises(RequestTimeoutError, match="slow"):
        script.run(exchange(READ))
    assert len(script.pauses) == 3


@pytest.mark.parametrize("failure", [RequestTimeoutError("slow"), Canned(503, (), {}), InterruptedReplyError("x")])
def test_writes_are_sent_once(failure: Canned | ArchiverError) -> None:
    script = Script([failure, Canned()])
    with pytest.raises(ArchiverError):
        script.run(exchange(WRITE))
    assert script.pauses == []


def test_a_write_that_never_left_is_sent_again() -> None:
    assert Script([ConnectionFailedError("refused"), Canned()]).run(exchange(WRITE)) == ["a"]


def test_patience_ends() -> None:
    script = Script([Canned(500, (), {})] * 1000, Limits(retry=RetryPolicy(patience=100)))
    with pytest.raises(ServerFailedError):
        script.run(exchange(READ))
    assert 70 < script.clock <= 100.5


def test_something_else_on_the_port_is_not_taken_for_the_service() -> None:
    script = Script([Canned(200, (b"<html>hello",), {"content-type": "text/html"})])
    with pytest.raises(InvalidReplyError, match="Is something else answering") as caught:
        script.run(exchange(READ))
    assert caught.value.excerpt == b"<html>hello"
    assert script.closed == 1


def test_a_reply_of_another_shape_says_where() -> None:
    script = Script([Canned(chunks=(b'["a", 7]',))])
    with pytest.raises(InvalidReplyError, match="At /1") as caught:
        script.run(exchange(READ))
    assert caught.value.where == "/1"


@pytest.mark.parametrize("body", [b"[nope]", b"[" * 1_000_000, b'["\xff"]'], ids=["word", "nested", "not UTF-8"])
def test_garbage_is_an_error(body: bytes) -> None:
    script = Script([Canned(chunks=(body,))])
    with pytest.raises(InvalidReplyError):
        script.run(exchange(READ))


def test_the_size_of_a_reply_is_bounded() -> None:
    script = Script([Canned(chunks=[b"x" * 1000] * 1000)], Limits(largest_reply=5000))
    with pytest.raises(InvalidReplyError, match="largest_reply"):
        script.run(exchange(READ))
    assert script.events[-1].bytes == 6000


def test_an_error_page_is_read_only_so_far() -> None:
    script = Script([Canned(500, [b"x" * 60_000] * 1000, {"content-type": "text/plain"})])
    with pytest.raises(ServerFailedError):
        script.run(exchange(READ))
    assert script.events[-1].bytes == 120_000


def test_events_tell_what_happened() -> None:
    script = Script([UnavailableError(503, "busy", retry_after=2), Canned()])
    script.run(exchange(READ))
    request, retry, again = script.events
    assert (request.kind, request.operation, request.attempt, request.status) == ("request", "list_names", 1, None)
    assert request.failure == "busy"
    assert (retry.kind, retry.seconds, retry.failure) == ("retry", 2, "busy")
    assert (again.attempt, again.status, again.bytes, again.failure) == (2, 200, 5, None)
    assert 0 < again.seconds < 1
