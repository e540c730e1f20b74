"""What holds for every test: nothing is left running or open, and generated inputs are the same in each run."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import hypothesis
import pytest

GRACE = 2.0
"""Seconds for the other end of a connection, or a thread that was told to stop, to notice."""

DESCRIPTORS = Path("/proc/self/fd")

# A run that fails must fail again. To look for new failures: pytest --hypothesis-profile=search
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None, database=None, print_blob=True)
hypothesis.settings.register_profile("search", deadline=None, max_examples=2_000)
hypothesis.settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Fails a test that leaves a thread, a task or a socket. Other resources show as ResourceWarning."""
    threads, sockets = set(threading.enumerate()), open_sockets()
    with watched_tasks() as tasks:
        yield
    assert not tasks, f"tasks still running when their event loop ended: {tasks}"
    running = surviving_threads(threads)
    assert not running, f"threads still running: {running}"
    left = surviving_sockets(sockets)
    assert not left, f"sockets still open: {sorted(left)}"


def surviving_threads(before: set[threading.Thread]) -> list[threading.Thread]:
    deadline = time.monotonic() + GRACE
    new = [thread for thread in threading.enumerate() if thread not in before and not is_foreign(thread)]
    for thread in new:
        thread.join(max(0.0, deadline - time.monotonic()))
    return [thread for thread in new if thread.is_alive()]


def is_foreign(thread: threading.Thread) -> bool:
    """A thread of a native library that once called Python; nothing of ours can end or join it."""
    return thread.name.startswith("Dummy-")


def open_sockets() -> set[str]:
    """The sockets of this process by number, where the system shows them (Linux)."""
    found: set[str] = set()
    for entry in DESCRIPTORS.iterdir() if DESCRIPTORS.is_dir() else ():
        try:
            target = str(entry.readlink())
        except OSError:  # closed meanwhile, for instance the descriptor that lists the directory
            continue
        if target.startswith("socket:"):
            found.add(target)
    return found


def surviving_sockets(before: set[str]) -> set[str]:
    deadline = time.monotonic() + GRACE
    while (left := open_sockets() - before) and time.monotonic() < deadline:
        gc.collect()  # an unreachable socket is closed here, with a ResourceWarning, which fails the test as well
        time.sleep(0.01)
    return left


@contextmanager
def watched_tasks() -> Iterator[list[asyncio.Task[Any]]]:
    """Collects the tasks that a coroutine leaves to its event loop, which would cancel them in silence."""
    left: list[asyncio.Task[Any]] = []
    plain_run = asyncio.Runner.run

    def run(runner: asyncio.Runner, coroutine: Coroutine[Any, Any, Any], **options: Any) -> Any:
        async def watched() -> Any:
            result = await coroutine
            if others := asyncio.all_tasks() - {asyncio.current_task()}:
                _, pending = await asyncio.wait(others, timeout=GRACE)
                left.extend(pending)
            return result

        return plain_run(runner, watched(), **options)

    with patch.object(asyncio.Runner, "run", run):
        yield left
