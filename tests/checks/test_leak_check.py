"""The fixture of ``tests/conftest.py`` notices what a test leaves behind, and only that."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.checks.tools import ROOT

LEAKS = """
import asyncio, socket, threading

kept = []

def test_thread():
    kept.append(threading.Event())
    threading.Thread(target=kept[0].wait, daemon=True).start()

def test_task():
    async def start():
        kept.append(asyncio.ensure_future(asyncio.Event().wait()))
    asyncio.run(start())

def test_socket():
    kept.append(socket.socket())
"""

TIDY = """
import asyncio, socket, threading

def test_thread_that_ends_late():
    told = threading.Event()
    threading.Thread(target=told.wait).start()
    threading.Timer(0.1, told.set).start()

def test_task_that_ends_late():
    async def start():
        return asyncio.ensure_future(asyncio.sleep(0.05))
    asyncio.run(start())

def test_sockets_that_close_late():
    sockets = socket.socketpair()
    def close():
        for one in sockets:
            one.close()
    threading.Timer(0.1, close).start()

def test_failing_coroutine():
    async def fail():
        asyncio.ensure_future(asyncio.Event().wait())
        raise KeyError
    try:
        asyncio.run(fail())
    except KeyError:
        pass
"""


def outcome(directory: Path, tests: str) -> str:
    (directory / "conftest.py").write_text((ROOT / "tests/conftest.py").read_text("utf-8"), encoding="utf-8")
    (directory / "test_it.py").write_text(tests, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--rootdir", directory, "-c", ROOT / "pyproject.toml", directory],
        cwd=directory,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.stdout


def test_leaks_are_errors(tmp_path: Path) -> None:
    printed = outcome(tmp_path, LEAKS)
    assert "3 passed, 3 errors" in printed, printed
    for what in ("threads still running", "tasks still running", "sockets still open"):
        assert what in printed


def test_late_ends_are_no_leaks(tmp_path: Path) -> None:
    printed = outcome(tmp_path, TIDY)
    assert "4 passed" in printed, printed
    assert "error" not in printed, printed
