"""The driver of flows that runs them in the current task."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar, Unpack

import httpx

from ._http import WAITING_STEPS, Connection, Deadline, answer, phase_limits, translated
from ._steps import (
    POLLED_EVERY,
    Call,
    CancelledError,
    Close,
    Flow,
    Hand,
    Limits,
    Open,
    Pause,
    Progress,
    Read,
    Reply,
    SideBySide,
    Step,
)
from ._streams import AsyncStream
from ._transport import AsyncOptions, Driver, Steps, primed
from .errors import ArchiverError
from .events import Cancel, ProgressHandler

__all__ = ["AsyncDriver"]

T = TypeVar("T")


class AsyncDriver(Driver[httpx.AsyncClient]):
    """Runs flows in the current task. Tasks of one event loop may share it."""

    def __init__(self, connection: Connection, **options: Unpack[AsyncOptions]) -> None:
        super().__init__(httpx.AsyncClient, connection, **options)

    async def aclose(self) -> None:
        """Closes the connections, if they are ours, and refuses further flows."""
        if self._owned:
            self.connection.closed = True
            await self._client.aclose()

    async def run(self, flow: Flow[T], *, cancel: Cancel | None = None, progress: ProgressHandler | None = None) -> T:
        """Does what the flow asks for, and returns its result."""
        self.connection.check_open()
        return await self._steps(cancel, progress).result_of(flow)

    def stream(
        self, flow: Flow[Any], *, cancel: Cancel | None = None, progress: ProgressHandler | None = None
    ) -> AsyncStream[Any]:
        """What the flow hands to the caller, as it comes."""
        self.connection.check_open()
        first = primed(flow, self.connection, self.limits)
        return AsyncStream(self._steps(cancel, progress).items_of(flow, first))

    def _steps(self, cancel: Cancel | None, progress: ProgressHandler | None) -> _AsyncSteps:
        deadline = Deadline(self.limits.deadline)
        return _AsyncSteps(self._client, self.connection, self.limits, deadline, progress, cancel)


class _AsyncSteps(Steps[httpx.AsyncClient]):
    """Performs the steps of one flow, and knows which replies are open."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        connection: Connection,
        limits: Limits,
        deadline: Deadline,
        progress: ProgressHandler | None,
        cancel: Cancel | None,
    ) -> None:
        super().__init__(client, connection, limits, deadline, progress)
        self._cancel = cancel

    async def result_of(self, flow: Flow[T]) -> T:
        """Performs the steps of a flow that hands nothing to the caller, and returns its result."""
        try:
            step = next(flow)
            while True:
                answered, failure = await self._outcome(step)
                step = flow.send(answered) if failure is None else flow.throw(failure)
        except StopIteration as stop:
            return stop.value
        finally:
            await self._end(flow)

    async def items_of(self, flow: Flow[Any], step: Step | None) -> AsyncGenerator[Any]:
        """Performs the steps of a flow, from the given one on, and yields what it hands to the caller."""
        self._deadline = Deadline(self._limits.deadline)  # nothing has been done before
        try:
            while step is not None:
                if isinstance(step, Hand):
                    yield step.item
                    step = next(flow, None)
                    continue
                answered, failure = await self._outcome(step)
                step = flow.send(answered) if failure is None else flow.throw(failure)
        except StopIteration:
            return
        finally:
            await self._end(flow)

    async def _outcome(self, step: Step) -> tuple[Any, ArchiverError | None]:
        try:
            if self._cancel is None or not isinstance(step, WAITING_STEPS):
                return await self._perform(step), None
            return await self._perform_unless(self._cancel, step), None
        except ArchiverError as failure:
            return None, failure

    async def _perform_unless(self, cancel: Cancel, step: Step) -> Any:
        performed = asyncio.ensure_future(self._perform(step))
        try:
            while not cancel.is_set():
                await asyncio.wait([performed], timeout=POLLED_EVERY)
                if performed.done():
                    return performed.result()
            raise CancelledError("The read was cancelled.")
        finally:
            performed.cancel()
            await asyncio.wait([performed])

    async def _end(self, flow: Flow[Any]) -> None:
        flow.close()
        while self._open:
            await self._open.pop().stream.response.aclose()

    async def _perform(self, step: Step) -> Any:
        match step:
            case Open(call):
                return await self._send(call)
            case Read(reply):
                async with self._bounded():
                    return await anext(reply.stream.chunks, None)
            case Close(reply):
                self._open.remove(reply)
                return await reply.stream.response.aclose()
            case Pause(seconds):
                return await asyncio.sleep(self._deadline.check_pause(seconds))
            case Progress(progress):
                return self._tell(progress)
            case SideBySide(flows, at_most):
                return await self._side_by_side(flows, at_most)
            case _:
                return answer(step, self._connection, self._limits)

    async def _send(self, call: Call[Any]) -> Reply:
        extensions = {"timeout": phase_limits(call, self._limits.timeouts)}
        request = self._connection.request(self._client, call, extensions)
        async with self._bounded():
            response = await self._client.send(request, stream=True, follow_redirects=False)
        reply = self._connection.reply(response, _Body(response))
        self._open.append(reply)
        return reply

    async def _side_by_side(self, flows: Sequence[Flow[Any]], at_most: int) -> list[Any]:
        places = asyncio.Semaphore(at_most)
        progress = None if self._progress is None else self._tell

        async def work(flow: Flow[Any]) -> Any:
            async with places:
                steps = _AsyncSteps(
                    self._client, self._connection, self._limits, self._deadline, progress, self._cancel
                )
                try:
                    return await steps.result_of(flow)
                except ArchiverError as failure:
                    return failure

        tasks: list[asyncio.Task[Any]] = []
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(work(flow)) for flow in flows]
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from group
        finally:
            for flow in flows:
                flow.close()
        return [task.result() for task in tasks]

    @asynccontextmanager
    async def _bounded(self) -> AsyncGenerator[None]:
        bound = asyncio.timeout(self._deadline.check())
        try:
            with translated(self._connection.address.server, self._deadline):
                async with bound:
                    yield
        except TimeoutError as error:
            if bound.expired():
                raise self._deadline.passed() from error
            raise


class _Body:
    """The body of a reply."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.chunks = response.aiter_bytes()
