"""Plays courses, and holds what comes out against what must."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cassandra_pv_archiver._sample_calls import Range, follow, get_samples, get_samples_for, iter_batches
from cassandra_pv_archiver.errors import ArchiverError
from cassandra_pv_archiver.read_results import IncompleteReplyError, SeveralReadsFailedError
from cassandra_pv_archiver.series import SampleSeries
from tests.flows.courses import Course
from tests.flows.layouts import NOW, SECOND, Pairs, pairs
from tests.flows.truths import Snapshot, select, with_tail

FOLLOWED_FOR = 500 * SECOND


@dataclass
class Outcome:
    """What came of a read.

    Attributes:
        series: Of each channel that could be read, the series, or those that were handed out.
        failures: The errors of the others.
    """

    series: dict[str, list[SampleSeries]] = field(default_factory=dict[str, list[SampleSeries]])
    failures: dict[str, ArchiverError] = field(default_factory=dict[str, ArchiverError])

    def samples(self, name: str) -> Pairs:
        return [pair for series in self.series.get(name, []) for pair in pairs(series)]

    @property
    def kind(self) -> str:
        return "/".join(sorted({type(failure).__name__ for failure in self.failures.values()})) or "exact"


def play(seed: int) -> str:
    """Plays the course of a seed, in the simulator's own time, and checks it.

    Returns:
        What came of it: "exact", or the kinds of errors.
    """
    course = Course(seed)
    try:
        return check(course, perform(course, *reading_of(course)))
    except Exception as error:
        error.add_note(f"This is course {course.describe()}; to play it: python -m tests.flows {seed}")
        raise


def reading_of(course: Course) -> tuple[Range, int]:
    """What is asked for, and the size of batches, 0 for a series."""
    wanted = course.wanted
    spacing = f"{wanted.spacing}ns" if wanted.spacing else None
    size = course.random.choice((1, 7, 1000)) if course.random.random() < 0.3 else 0
    return Range(wanted.start, wanted.end, wanted.count, 1, spacing, wanted.fill_tail), size


def perform(course: Course, wanted: Range, size: int) -> Outcome:
    driver, name = course.driver, course.names[0]
    if course.is_followed:
        return _followed(course)
    if len(course.names) > 1:
        errors = course.random.choice(("raise", "collect"))
        return several(lambda: driver.run(get_samples_for(course.names, wanted, course.at_most, errors)))
    try:
        if size:
            driver.run(iter_batches(name, wanted, size))
        else:
            return Outcome({name: [driver.run(get_samples(name, wanted))]})
    except ArchiverError as failure:
        return Outcome({name: driver.handed}, {name: failure})
    return Outcome({name: driver.handed})


def several(read: Callable[[], Any]) -> Outcome:
    try:
        found = read()
    except SeveralReadsFailedError as error:
        return Outcome({name: [series] for name, series in error.series.items()}, dict(error.failures))
    return Outcome({name: [series] for name, series in found.items()}, dict(found.failures))


class _OverError(Exception):
    pass


def _followed(course: Course) -> Outcome:
    def end() -> None:
        raise _OverError

    driver = course.driver
    driver.events.append((NOW + FOLLOWED_FOR, end))
    interval = f"{course.random.choice((4, 10, 30))}s"
    outcome = Outcome({name: [] for name in course.names})
    try:
        driver.run(follow(course.names, course.wanted.start, interval, 1, course.at_most))
    except _OverError:
        for name, series in driver.handed:
            outcome.series[name].append(series)
    except ArchiverError as failure:
        outcome.failures[course.names[0]] = failure
    return outcome


# What must have come out


def check(course: Course, outcome: Outcome) -> str:
    assert course.is_followed or course.driver.open == 0
    assert outcome.series.keys() | outcome.failures.keys() == set(course.names)
    for name, failure in outcome.failures.items():
        assert course.worst or len(course.striking) > course.retry.retries, failure
        assert not course.is_followed, failure
        _check_failure(course, course.truths[name], outcome.samples(name), failure)
    for name in outcome.series.keys() - outcome.failures.keys():
        _check_series(course, course.truths[name], outcome.series[name], outcome.samples(name))
    if not course.is_followed:
        _check_requests(course)
    return outcome.kind


def _check_series(course: Course, truths: list[Snapshot], parts: list[SampleSeries], found: Pairs) -> None:
    wanted = course.wanted
    times = [time for time, _ in found]
    if course.is_followed:
        assert sorted(found) == [pair for pair in truths[-1].raw if pair[0] >= wanted.start]
    elif wanted.is_raw:
        assert times == sorted(set(times))
        _check_raw(course, truths, found, handed=bool(course.driver.handed))
        _check_notes(course, truths, parts, found)
    elif wanted.spacing and "WrongOrder" in course.striking:
        # A longer range was asked for, and who mixes up the order may get more than one neighbour.
        inside = [[pair for pair in truth.decimated if pair[0] <= wanted.end] for truth in truths]
        assert [pair for pair in found if pair[0] <= wanted.end] in inside or wanted.fill_tail
    elif wanted.fill_tail:
        possible = [with_tail(wanted, early, late) for place, early in enumerate(truths) for late in truths[place:]]
        assert found in [samples for samples, _ in possible]
        if parts:
            assert (found, parts[-1].tail_begins) in possible
    else:
        assert found in [truth.decimated for truth in truths]


def _check_raw(course: Course, truths: list[Snapshot], found: Pairs, *, handed: bool) -> None:
    wanted = course.wanted
    chosen = [select(truth.raw, wanted.start, wanted.end) for truth in truths]
    if len(chosen) == 1:
        assert found == chosen[0]
        return
    # A stream that was resumed before its range has begun may have handed out a neighbour too many.
    known = {pair for samples in chosen for pair in samples}
    assert {pair for pair in found if pair[0] > wanted.start or not handed} <= known
    # What was there at the beginning is there, except neighbours of the range that newer samples have replaced.
    assert {pair for pair in chosen[0] if wanted.start < pair[0] <= wanted.end} <= set(found)
    assert handed or any(found[:1] == samples[:1] for samples in chosen)


def _check_notes(course: Course, truths: list[Snapshot], parts: list[SampleSeries], found: Pairs) -> None:
    if not parts:
        return
    assert parts[0].begins_late == (not found or found[0][0] > course.wanted.start)
    if parts[0].begins_late and not course.driver.handed and len(truths) == 1 and not course.striking:
        assert parts[0].earlier_decimated == truths[0].reaches_back or course.worst


def _check_failure(course: Course, truths: list[Snapshot], handed: Pairs, failure: ArchiverError) -> None:
    if not isinstance(failure, IncompleteReplyError):
        return
    received = pairs(failure.received)
    times = [time for time, _ in received]
    assert times == sorted(set(times)) or "DuplicateSamples" in course.striking
    assert failure.reached == (max(time for time, _ in handed + received) if handed + received else None)
    if course.wanted.is_raw and len(truths) == 1:
        whole = select(truths[0].raw, course.wanted.start, course.wanted.end)
        assert handed + received == whole[: len(handed + received)]


def _check_requests(course: Course) -> None:
    requests = course.simulator.requests
    assert len(requests) < 150 * len(course.names)
    if course.wanted.is_raw and len(course.names) == 1 and "WrongOrder" not in course.striking:
        ranges = [_range_of(request.target) for request in requests]
        # A neighbour before the range may have arrived alone.
        begins = [start for start, end, count in ranges if start != end and not count and start != course.wanted.start]
        assert begins == sorted(begins), "what had arrived was asked for again"


def _range_of(target: bytes) -> tuple[int, int, int]:
    parameters = dict(part.split(b"=") for part in target.split(b"?")[1].split(b"&"))
    return int(parameters[b"start"]), int(parameters[b"end"]), int(parameters.get(b"count", b"0"))
