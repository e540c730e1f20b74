"""Puts the late checks last, among them the runs on other interpreters, which would disturb tests that measure time."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import pytest
from coverage import Coverage

from tests.checks.interpreters import Interpreter
from tests.checks.other_run import OtherRun
from tests.checks.tools import ROOT

LATE = ("test_other_interpreters.py", "test_coverage.py")
CHOSEN = pytest.StashKey[list[Interpreter]]()
RUNS = pytest.StashKey[dict[Interpreter, OtherRun]]()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LATE.index(item.path.name) + 1 if item.path.name in LATE else 0)


def pytest_collection_finish(session: pytest.Session) -> None:
    if session.config.option.collectonly or session.testsfailed:
        return
    if Coverage.current() is not None:
        for old in ROOT.glob(".coverage.*"):  # of an earlier run
            old.unlink()
    functions = [item for item in session.items if isinstance(item, pytest.Function)]
    others = [item for item in functions if item.originalname == "test_suite_passes_on"]
    chosen = [each for item in others for each in item.callspec.params.values() if isinstance(each, Interpreter)]
    if others:
        session.config.stash[CHOSEN] = chosen


@pytest.fixture(scope="session")
def other_runs(pytestconfig: pytest.Config) -> Mapping[Interpreter, OtherRun]:
    pytestconfig.stash[RUNS] = {interpreter: OtherRun(interpreter) for interpreter in pytestconfig.stash[CHOSEN]}
    return pytestconfig.stash[RUNS]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for run in config.stash.get(RUNS, {}).values():
        terminalreporter.write_line(run.summary())
    if config.stash.get(CHOSEN, None) == []:
        own = ".".join(map(str, sys.version_info[:2]))
        terminalreporter.write_line(f"Python {own} is the only usable one of this machine; no other was tested.")


def pytest_unconfigure(config: pytest.Config) -> None:
    for run in config.stash.get(RUNS, {}).values():
        run.abandon()
