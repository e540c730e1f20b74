"""The library's tests on another interpreter."""

from __future__ import annotations

import subprocess
from tempfile import TemporaryFile

from tests.checks.interpreters import Interpreter, clean_environment
from tests.checks.tools import ROOT, uv

TESTS = ["pytest", "tests", "--ignore=tests/checks", "-m", "not one_interpreter", "-p", "no:cacheprovider"]


class OtherRun:
    """A run of everything but ``tests/checks``, in an environment of its own beside ``.venv``."""

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter
        self._file = TemporaryFile()  # noqa: SIM115 (open until the run is abandoned)
        self._output = ""
        self._process = subprocess.Popen(
            [uv(), "run", "--python", interpreter.path, "--all-extras", "--no-dev", "--group", "test", *TESTS],
            cwd=ROOT,
            env=clean_environment(UV_PROJECT_ENVIRONMENT=f".venv-{interpreter}"),
            stdin=subprocess.DEVNULL,
            stdout=self._file,
            stderr=subprocess.STDOUT,
        )

    def finish(self) -> tuple[int, str]:
        """Waits for the end; the exit code and all that was printed."""
        code = self._process.wait()
        self._file.seek(0)
        self._output = self._file.read().decode(errors="replace")
        return code, self._output

    def summary(self) -> str:
        """One line: what ran, and pytest's own last line."""
        last = (self._output.splitlines() or ["not finished"])[-1]
        return f"Python {self.interpreter} ({self.interpreter.path}): {last.strip('= ')}"

    def abandon(self) -> None:
        """Stops what still runs."""
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait()
        self._file.close()
