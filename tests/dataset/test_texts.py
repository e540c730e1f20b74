"""What estimates, progress and results say when they are printed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cassandra_pv_archiver import DatasetProblem, ExportEstimate, ExportProgress, ExportResult, VerifyResult
from cassandra_pv_archiver.dataset import Failure
from cassandra_pv_archiver.dataset.texts import duration_text, size_text

GONE = Failure("RING:GONE", "missing", "There is no such channel.", 0, 1, 2)
RESULT = ExportResult("beam", 205_604, 3, 1_551_991, 1.277, ("RING:U4:GAP",), (), ())


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1550, "1.6 kB"), (2.5e12, "2.5 TB"), (9e15, "9,000.0 TB")],
)
def test_sizes(size: float, said: str) -> None:
    assert size_text(size) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.66, "0.7 s"), (90, "2 min"), (5400, "1.5 hours"), (3.6e6, "1,000.0 hours")]
)
def test_durations(seconds: float, said: str) -> None:
    assert duration_text(seconds) == said


def test_an_estimate() -> None:
    estimate = ExportEstimate(205_592, 1_560_000, 1, 0.67, 306_057.0, 7.6, {"A": 205_592})
    assert str(estimate) == (
        "205,592 samples of 1 channel, 1.6 MB in 1 file, 0.7 s (306,057 samples/s, 7.6 bytes/sample)"
    )


def test_progress() -> None:
    progress = ExportProgress(0.438, 98_233, 1, 1_551_991, "2024-10", 2, 0, False)
    assert str(progress) == " 44%, 98,233 samples, 1 file (1.6 MB), in 2024-10, 2 at once"
    assert str(replace(progress, failures=2)).endswith(", channels that could not be read: 2")


def test_a_result() -> None:
    assert str(RESULT) == ("205,604 samples in 3 files (1.6 MB) added to beam in 1.3 s\n  without samples: RING:U4:GAP")
    many = replace(RESULT, expired=tuple("ABCDEFGHIJKL"), failures=(GONE,) * 12)
    assert str(many).splitlines()[2:4] == [
        "  partly expired: A, B, C, D, E, F, G, H, I, J ...",
        "  RING:GONE is missing: There is no such channel.",
    ]
    assert str(many).endswith("\n  and 2 failures more")


def test_what_verifying_has_shown() -> None:
    assert str(VerifyResult(3, 1, 50, ())) == "3 files, 1 sample, 50 parts compared with the archive: all is right"
    problems = (
        DatasetProblem("changed", "a.parquet", "It is not.", repaired=True),
        DatasetProblem("overlap", None, "Two."),
    )
    assert str(VerifyResult(1, 2, 0, problems, (GONE,))) == (
        "1 file, 2 samples: something is wrong\n"
        "  changed (repaired): a.parquet: It is not.\n"
        "  overlap: Two.\n"
        "  RING:GONE is missing: There is no such channel."
    )
