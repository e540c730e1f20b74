"""When a request is repeated, and after how long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cassandra_pv_archiver.errors import (
    ArchiverError,
    BadRequestError,
    ConnectionFailedError,
    InterruptedReplyError,
    InvalidReplyError,
    NotAuthorizedError,
    NotFoundError,
    RefusedError,
    RequestTimeoutError,
    ServerFailedError,
    UnavailableError,
)
from cassandra_pv_archiver.limits import RetryPolicy, Timeouts, retry_policy, timeouts

POLICY = RetryPolicy()
REPEATED = [
    RequestTimeoutError("t"),
    InterruptedReplyError("i"),
    UnavailableError(503, "u"),
    ServerFailedError(502, "b"),
    ServerFailedError(504, "g"),
    RefusedError(429, "slow down"),
]
NEVER_REPEATED = [
    BadRequestError(400, "b"),
    NotAuthorizedError(403, "n"),
    NotFoundError(404, "f"),
    RefusedError(405, "m"),
    InvalidReplyError("v"),
    ServerFailedError(500, "s"),
]


@pytest.mark.parametrize("failure", [*REPEATED, ConnectionFailedError("c")], ids=repr)
def test_reads_are_repeated_after_what_may_pass(failure: ArchiverError) -> None:
    assert POLICY.delay(0, failure, repeatable=True) == 0.5


@pytest.mark.parametrize("failure", NEVER_REPEATED, ids=repr)
def test_reads_are_not_repeated_after_what_stays(failure: ArchiverError) -> None:
    assert POLICY.delay(0, failure, repeatable=True) is None


@pytest.mark.parametrize("failure", [*REPEATED, *NEVER_REPEATED], ids=repr)
def test_writes_are_not_repeated_once_they_may_have_left(failure: ArchiverError) -> None:
    patient = RetryPolicy(patience=300)
    assert POLICY.delay(0, failure, repeatable=False) is None
    assert patient.delay(0, failure, repeatable=False) is None


def test_writes_that_never_left_are_repeated() -> None:
    assert POLICY.delay(0, ConnectionFailedError("c"), repeatable=False) == 0.5


def test_the_number_of_repetitions_is_bounded() -> None:
    failure = UnavailableError(503, "u")
    assert [POLICY.delay(taken, failure, repeatable=True) for taken in range(5)] == [0.5, 1.0, 2.0, None, None]
    assert RetryPolicy(retries=0).delay(0, failure, repeatable=True) is None


def test_patience_takes_the_place_of_the_number_and_repeats_500() -> None:
    patient = RetryPolicy(retries=0, patience=300, longest_delay=30)
    failure = ServerFailedError(500, "database down")
    assert patient.delay(1000, failure, repeatable=True, waited=269) == 30
    assert patient.delay(1000, failure, repeatable=True, waited=271) is None


def test_retry_after_is_honoured_within_the_bound() -> None:
    short = UnavailableError(503, "u", retry_after=7)
    long = UnavailableError(503, "u", retry_after=3600)
    none = UnavailableError(503, "u", retry_after=0)
    assert POLICY.delay(0, short, repeatable=True) == 7
    assert POLICY.delay(0, long, repeatable=True) == POLICY.longest_delay
    assert POLICY.delay(0, none, repeatable=True) == 0.5


@given(taken=st.integers(0, 10_000), jitter=st.floats(0, 1), first=st.floats(0.01, 100), longest=st.floats(0.01, 100))
def test_pauses_lie_between_half_and_all_of_their_length(
    taken: int, jitter: float, first: float, longest: float
) -> None:
    policy = RetryPolicy(retries=taken + 1, first_delay=first, longest_delay=longest)
    seconds = policy.delay(taken, ConnectionFailedError("c"), repeatable=True, jitter=jitter)
    whole = min(first * 2.0 ** min(taken, 60), longest)
    assert seconds is not None
    assert whole / 2 <= seconds <= whole


@pytest.mark.parametrize(
    "arguments",
    [
        {"retries": -1},
        {"first_delay": 0},
        {"longest_delay": float("inf")},
        {"patience": -1},
        {"patience": float("nan")},
    ],
)
def test_impossible_policies_are_refused(arguments: dict[str, float]) -> None:
    (name,) = arguments
    with pytest.raises(ValueError, match=name):
        RetryPolicy(**arguments)  # pyright: ignore[reportArgumentType] -- what is tested


def test_retry_takes_a_number_or_a_policy() -> None:
    assert retry_policy(7) == RetryPolicy(retries=7)
    assert retry_policy(POLICY) is POLICY
    with pytest.raises(TypeError, match="retries is a whole number"):
        retry_policy(True)


def test_timeout_takes_seconds_or_each_limit_by_name() -> None:
    assert timeouts(2) == Timeouts(connect=2, read=2, pool=2, write_reply=Timeouts().write_reply)
    assert timeouts(Timeouts(read=9)) == Timeouts(read=9)
    for wrong in (0, -1, float("inf")):
        with pytest.raises(ValueError, match="positive, finite"):
            timeouts(wrong)
    with pytest.raises(TypeError, match="number of seconds"):
        timeouts("5")  # pyright: ignore[reportArgumentType] -- what is tested
