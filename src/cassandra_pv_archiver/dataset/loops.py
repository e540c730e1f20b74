"""Runs what is written for an event loop where there is none, or where another one runs, as in a notebook."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

__all__ = ["run_in_thread"]

T = TypeVar("T")
M = TypeVar("M")


def run_in_thread(
    main: Callable[[Callable[[M], object]], Coroutine[Any, Any, T]], take: Callable[[M], object] | None
) -> T:
    """Runs a coroutine in an event loop of its own, in a thread of its own, and waits for it.

    Args:
        main: Makes the coroutine. It gets a callable for what is to be told to the caller.
        take: Takes that, in the calling thread. What it raises, or an interrupt of this thread, cancels the coroutine.
    """
    running = _Running(main)
    thread = threading.Thread(target=running.run, name="cassandra_pv_archiver dataset")
    thread.start()
    try:
        while (message := running.told.get()) is not _END:
            if take is not None:
                take(message)
    except BaseException:
        running.cancel()
        raise
    finally:
        thread.join()
    return running.result()


_END: Any = object()


class _Running(Generic[T, M]):
    def __init__(self, main: Callable[[Callable[[M], object]], Coroutine[Any, Any, T]]) -> None:
        self._main = main
        self.told: SimpleQueue[Any] = SimpleQueue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[T] | None = None
        self._begun = threading.Event()
        self._outcome: list[T] = []
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            self._outcome.append(asyncio.run(self._supervised()))
        except BaseException as error:  # noqa: BLE001 -- it is raised again in the thread that waits
            self._error = error
        finally:
            self._begun.set()
            self.told.put(_END)

    async def _supervised(self) -> T:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._begun.set()
        return await self._main(self.told.put)

    def cancel(self) -> None:
        self._begun.wait()
        if self._loop is not None and self._task is not None:
            try:
                self._loop.call_soon_threadsafe(self._task.cancel)
            except RuntimeError:  # it has ended meanwhile
                return

    def result(self) -> T:
        if self._error is not None:
            raise self._error
        return self._outcome[0]
