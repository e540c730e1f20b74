"""The library's tests pass on the oldest supported Python and on the newest one of this machine."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import pytest

from tests.checks.interpreters import Interpreter, choose, interpreters
from tests.checks.other_run import OtherRun

OTHERS = choose(interpreters(), sys.version_info[:2])


@pytest.mark.parametrize(
    ("own", "found", "chosen"),
    [
        ((3, 11), [(3, 11, 7), (3, 12, 1), (3, 13, 0)], [(3, 13, 0)]),
        ((3, 13), [(3, 11, 2), (3, 11, 7), (3, 12, 1), (3, 13, 0)], [(3, 11, 7)]),
        ((3, 12), [(3, 9, 1), (3, 11, 7), (3, 12, 1), (3, 13, 0)], [(3, 11, 7), (3, 13, 0)]),
        ((3, 14), [(3, 12, 1), (3, 13, 0)], []),
        ((3, 11), [(2, 7, 18), (3, 9, 18), (3, 11, 7)], []),
    ],
)
def test_oldest_and_newest_are_chosen(
    own: tuple[int, int], found: list[tuple[int, int, int]], chosen: list[tuple[int, int, int]]
) -> None:
    interpreters = [Interpreter(version, f"/opt/{version}") for version in found]
    assert [one.version for one in choose(interpreters, own)] == chosen


@pytest.mark.timeout(2400)  # the first time, its environment is downloaded
@pytest.mark.parametrize("other_interpreter", OTHERS, ids=str)
def test_suite_passes_on(other_interpreter: Interpreter, other_runs: Mapping[Interpreter, OtherRun]) -> None:
    code, output = other_runs[other_interpreter].finish()
    assert code == 0, output
