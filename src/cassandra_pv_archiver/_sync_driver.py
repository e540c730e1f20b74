"""The driver of flows that runs them in the calling thread."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from queue import Empty, SimpleQueue
from typing import Any, TypeVar, Unpack

import httpx

from ._guard import Guard, Sockets
from ._http import WAITING_STEPS, Connection, Deadline, answer, phase_limits, translated
from ._steps import POLLED_EVERY, Call, Close, Flow, Hand, Limits, Open, Pause, Progress, Read, Reply, SideBySide, Step
from ._streams import Stream
from ._transport import Driver, Steps, SyncOptions, primed
from .errors import ArchiverError
from .events import Cancel, ProgressHandler, ReadProgress

__all__ = ["SyncDriver"]

T = TypeVar("T")


class SyncDriver(Driver[httpx.Client]):
    """Runs flows in the calling thread. Threads may share it."""

    def __init__(self, connection: Connection, **options: Unpack[SyncOptions]) -> None:
        super().__init__(httpx.Client, connection, **options)
        self._sockets = Sockets()
        if self._owned:
            self._sockets.connecting(self._client)

    def close(self) -> None:
        """Closes the connections, if they are ours, and refuses further flows."""
        if self._owned:
            self.connection.closed = True
            self._client.close()

    def run(self, flow: Flow[T], *, cancel: Cancel | None = None, progress: ProgressHandler | None = None) -> T:
        """Does what the flow asks for, and returns its result."""
        self.connection.check_open()
        return _exhausted(self._performed(flow, None, cancel, progress))

    def stream(
        self, flow: Flow[Any], *, cancel: Cancel | None = None, progress: ProgressHandler | None = None
    ) -> Stream[Any]:
        """What the flow hands to the caller, as it comes."""
        self.connection.check_open()
        first = primed(flow, self.connection, self.limits)
        return Stream(self._performed(flow, first, cancel, progress))

    def _performed(
        self, flow: Flow[T], first: Step | None, cancel: Cancel | None, progress: ProgressHandler | None
    ) -> Generator[Any, None, T]:
        deadline = Deadline(self.limits.deadline)
        guard = Guard(self._sockets, deadline, cancel)
        steps = _SyncSteps(self._client, self.connection, self.limits, deadline, progress, guard, self._sockets)
        try:
            return (yield from steps.of(flow, first))
        finally:
            guard.end()


def _exhausted(items: Generator[Any, None, T]) -> T:
    try:
        while True:
            next(items)
    except StopIteration as stop:
        return stop.value
    finally:
        items.close()


class _SyncSteps(Steps[httpx.Client]):
    """Performs the steps of one flow, and knows which replies are open."""

    def __init__(
        self,
        client: httpx.Client,
        connection: Connection,
        limits: Limits,
        deadline: Deadline,
        progress: ProgressHandler | None,
        guard: Guard,
        sockets: Sockets,
    ) -> None:
        super().__init__(client, connection, limits, deadline, progress)
        self.guard = guard
        self._sockets = sockets
        guard.add(self)

    def of(self, flow: Flow[T], first: Step | None = None) -> Generator[Any, None, T]:
        """Performs the steps of a flow, yields what it hands to the caller, and returns its result.

        Args:
            flow: The flow.
            first: Its first step; None: it has not begun.
        """
        try:
            step = next(flow) if first is None else first
            while True:
                if isinstance(step, Hand):
                    yield step.item
                    step = next(flow)
                    continue
                try:
                    answered = self._checked(step)
                except ArchiverError as failure:
                    step = flow.throw(failure)
                else:
                    step = flow.send(answered)
        except StopIteration as stop:
            return stop.value
        finally:
            flow.close()
            while self._open:
                self._close(self._open[-1])

    def _checked(self, step: Step) -> Any:
        if isinstance(step, WAITING_STEPS):
            self.guard.check()
        try:
            return self._perform(step)
        except ArchiverError:
            self.guard.check()  # a connection that was cut fails in many ways
            raise

    def _perform(self, step: Step) -> Any:
        match step:
            case Open(call):
                return self._send(call)
            case Read(reply):
                return self._read(reply)
            case Close(reply):
                return self._close(reply)
            case Pause(seconds):
                return self.guard.pause(self._deadline.check_pause(seconds))
            case Progress(progress):
                return self._tell(progress)
            case SideBySide(flows, at_most):
                return self._side_by_side(flows, at_most)
            case _:
                return answer(step, self._connection, self._limits)

    def _send(self, call: Call[Any]) -> Reply:
        self._deadline.check()
        limits = self._deadline.cap(phase_limits(call, self._limits.timeouts))
        trace = self._sockets.tracer(self)

        def cap_phase(event: str, details: Any) -> None:
            # httpcore looks up the limit of each phase when the phase begins. It also calls this while it cleans up,
            # so nothing may be raised here.
            limits.update(self._deadline.cap(limits))
            trace(event, details)

        request = self._connection.request(self._client, call, {"timeout": limits, "trace": cap_phase})
        with translated(self._connection.address.server, self._deadline):
            response = self._client.send(request, stream=True, follow_redirects=False)
        self._sockets.use(response.extensions.get("network_stream"), self)
        reply = self._connection.reply(response, _Body(response))
        self._open.append(reply)
        return reply

    def _read(self, reply: Reply) -> bytes | None:
        with translated(self._connection.address.server, self._deadline):
            chunk = next(reply.stream.chunks, None)
        if chunk is None:
            self.guard.check()  # a connection that was cut can look like the regular end of a body
        self._deadline.check()
        return chunk

    def _close(self, reply: Reply) -> None:
        self._open.remove(reply)
        self._sockets.use(reply.stream.response.extensions.get("network_stream"), None)
        reply.stream.response.close()

    def _side_by_side(self, flows: Sequence[Flow[Any]], at_most: int) -> list[Any]:
        told: SimpleQueue[ReadProgress | Future[Any]] = SimpleQueue()

        def work(flow: Flow[Any]) -> Any:
            progress = None if self._progress is None else told.put
            steps = _SyncSteps(
                self._client, self._connection, self._limits, self._deadline, progress, self.guard, self._sockets
            )
            try:
                return _exhausted(steps.of(flow))
            except ArchiverError as failure:
                return failure

        with ThreadPoolExecutor(min(at_most, len(flows)) or 1, "cassandra_pv_archiver") as pool:
            try:
                # Tracing libraries find the caller's span in its context.
                futures = [pool.submit(copy_context().run, work, flow) for flow in flows]
                for future in futures:
                    future.add_done_callback(told.put)
                left = len(futures)
                while left:
                    try:
                        # Not for ever: a Ctrl-C that comes right before a wait does not end it.
                        news = told.get(timeout=POLLED_EVERY)
                    except Empty:
                        continue
                    if isinstance(news, ReadProgress):
                        self._tell(news)
                    else:
                        news.result()  # a bug, or what on_event has raised, ends the others at once
                        left -= 1
                return [future.result() for future in futures]
            except BaseException:
                self.guard.abort()
                pool.shutdown(cancel_futures=True)
                for flow in flows:
                    flow.close()
                raise


class _Body:
    """The body of a reply."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.chunks = response.iter_bytes()
