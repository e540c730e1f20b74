"""Which samples are returned (sections 5.5, 7.1 and 7.2), held against a slow transcription of the reference."""

from __future__ import annotations

import json
import math
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from cassandra_pv_archiver.testing.simulator import Simulator, SimulatorRequest, SimulatorResponse, double_sample

from .asking import SECOND, START, new_simulator, read_samples

LONGEST = 2147483647

# -- the reference, transcribed --


def select(level: list[int], low: int, high: int, *, extra: bool) -> list[int]:
    before = [time for time in level if time <= low]
    found = before[-1:]
    found += [time for time in level if (time > found[0] if before else time >= low) and time <= high]
    if extra and (not found or found[-1] < high):
        found += [time for time in level if time > high][:1]
    return found


def select_with_count(levels: dict[int, list[int]], start: int, end: int, count: int) -> list[int]:
    best = best_level(levels, start, end, count)
    blocks: list[list[int]] = []
    for level in sorted(level for level in levels if level >= best):
        if not blocks:
            rows = select(levels[level], start, end, extra=True)
        else:
            rows = select(levels[level], start, blocks[-1][0] - 1, extra=False)
        if not rows:
            continue
        if not blocks or rows[0] < blocks[-1][0]:
            blocks.append(rows)
        if rows[0] <= start:
            break
    return [time for block in blocks for time in block]


def best_level(levels: dict[int, list[int]], start: int, end: int, count: int) -> int:
    period = (end - start) / float(count) / 1e9
    whole = LONGEST if period > LONGEST else math.floor(period)
    longer = min((level for level in levels if level >= whole), default=None)
    shorter = max(level for level in levels if level <= whole)
    if longer is None or longer == shorter:
        return shorter
    over, under = longer / period - 1.0, -(shorter / period - 1.0)
    return longer if over < 0.05 and over < under else shorter


# -- generated requests --


@st.composite
def given_levels(draw: st.DrawFn) -> dict[int, list[int]]:
    """Times by level, in tenths of a second; denser levels tend to begin later."""
    levels: dict[int, list[int]] = {}
    for level in (0, *draw(st.sets(st.sampled_from([1, 2, 5, 10, 30]), max_size=4))):
        step = max(level * 10, draw(st.integers(1, 7)))
        first, length = draw(st.integers(-200, 300)), draw(st.integers(0, 30))
        aligned = -(-first // step) * step if level else first
        levels[level] = [START + tenth * SECOND // 10 for tenth in range(aligned, aligned + length * step, step)]
    return levels


def times_near(levels: dict[int, list[int]]) -> st.SearchStrategy[int]:
    """Times at samples, beside them, and anywhere."""
    known = sorted({time for times in levels.values() for time in times}) or [START]
    near = st.builds(lambda time, by: time + by, st.sampled_from(known), st.sampled_from([-1, 0, 1]))
    return near | st.integers(START - 50 * SECOND, START + 100 * SECOND)


def simulator_with(levels: dict[int, list[int]]) -> Simulator:
    simulator = new_simulator()
    simulator.add_channel("x", decimation_levels=list(levels), enabled=False)
    for level, times in levels.items():
        simulator.add_samples("x", times=times, values=[float(level)] * len(times), level=level)
    return simulator


@given(given_levels(), st.data(), st.none() | st.integers(1, 200) | st.integers(1, LONGEST))
def test_any_request(levels: dict[int, list[int]], data: st.DataObject, count: int | None) -> None:
    # A level without given samples would be derived from others.
    assume(all(times for level, times in levels.items() if level))
    start, end = sorted((data.draw(times_near(levels)), data.draw(times_near(levels))))
    if count is None:
        expected = select(levels[0], start, end, extra=True)
    else:
        expected = select_with_count(levels, start, end, count)
    found = read_samples(simulator_with(levels), "x", start, end, count)
    assert [sample["time"] for sample in found] == expected


SPACINGS = (0.5, 1, 9.4, 9.53, 9.6, 10, 10.9, 28.4, 28.6, 29.9, 30, 30.9, 31.5, 1e6, 3e9)


@given(st.sampled_from(SPACINGS), st.integers(1, 50), st.integers(-3, 3))
@example(SPACINGS[-1], 1, 0)
def test_the_level_chosen_for_a_spacing(spacing: float, count: int, by: int) -> None:
    levels = {level: [START - level] for level in (0, 10, 30)}
    count = min(count, 2) if spacing > 1e9 else count  # times have 64 bits
    end = START + round(spacing * SECOND) * count + by
    found = read_samples(simulator_with(levels), "x", START, end, count)
    best = best_level(levels, START, end, count)
    assert [sample["value"] for sample in found] == [[float(best)]]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (10, 20, [10, 20]),
        (11, 19, [10, 20]),
        (10, 10, [10]),
        (11, 11, [10, 20]),
        (0, 5, [10]),
        (0, 10, [10]),
        (30, 30, [30]),
        (31, 99, [30]),
        (9, 31, [10, 20, 30]),
    ],
)
def test_samples_at_the_borders_have_no_neighbours_beyond(start: int, end: int, expected: list[int]) -> None:
    simulator = new_simulator()
    simulator.add_channel("x", samples=[double_sample(time, 1.0) for time in (10, 20, 30)])
    assert [sample["time"] for sample in read_samples(simulator, "x", start, end)] == expected


# -- the parameters of a request --


def respond(simulator: Simulator, target: str, method: str = "GET") -> SimulatorResponse:
    path = f"/archive-access/api/1.0/archive/{target}"
    return simulator.handle("archive", 0, SimulatorRequest(method, path.encode()))


@pytest.fixture(scope="module")
def one_sample() -> Simulator:
    simulator = new_simulator()
    simulator.add_channel("x", samples=[double_sample(5, 1.0)])
    simulator.add_channel("tango", control_system_type="tango")
    return simulator


@pytest.mark.parametrize(
    ("start", "accepted"),
    [
        ("5", True),
        ("+5", True),
        ("-0", True),
        (" 0 5\t", True),
        ("\u30005", True),
        ("\u00a05", False),
        ("0x5", True),
        ("-0x0", True),
        ("#5", True),
        ("+0x5", False),
        ("0x", False),
        ("", False),
        ("5.0", False),
        ("5L", False),
        ("0" * 5000 + "5", True),
        ("1" * 5000, False),
        ("-1", False),
        ("9223372036854775807", True),
        ("9223372036854775808", False),
        ("0x8000000000000000", False),
    ],
)
def test_how_integers_may_be_written(one_sample: Simulator, start: str, accepted: bool) -> None:
    end = "9223372036854775807"
    response = respond(one_sample, f"1/samples/x?start={quote(start)}&end={end}")
    assert response.status == (200 if accepted else 400)


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("1/samples/x?start=1&end=9&count=", 200),
        ("1/samples/x?start=1&end=9&count=2147483647", 200),
        ("1/samples/x?start=1&end=9&count=2147483648", 400),
        ("1/samples/x?start=1&end=9&count=0", 400),
        ("1/samples/x?start=1&end=9&count=-3", 400),
        ("1/samples/x?start=1&start=oops&end=9&other=%zz", 200),
        ("1/samples/x?start=9&end=1", 400),
        ("1/samples/unknown?start=9&end=1", 404),
        ("1/samples/unknown?start=x&end=1", 400),
        ("1/samples/?start=0&end=1", 404),
        ("1/samples/?end=1", 400),
        ("1/samples/tango?start=9&end=1", 500),
        ("2/samples/x?start=1&end=9", 404),
        ("1//samples/x?start=1&end=9", 404),
        ("1/channels-by-pattern/", 200),
        ("2/channels-by-pattern/x", 404),
        ("1/channels-by-pattern", 404),
    ],
)
def test_the_order_of_checks(one_sample: Simulator, target: str, status: int) -> None:
    assert respond(one_sample, target).status == status


@pytest.mark.parametrize("missing", ["start", "end"])
def test_missing_parameters_are_named(one_sample: Simulator, missing: str) -> None:
    given_parameter = {"start": "end=1", "end": "start=1"}[missing]
    message = f"Required long parameter &#x27;{missing}&#x27; is not present"
    assert message in respond(one_sample, f"1/samples/x?{given_parameter}").read().decode()


@pytest.mark.parametrize("method", ["POST", "DELETE", "OPTIONS", "HEAD"])
def test_other_methods(one_sample: Simulator, method: str) -> None:
    response = respond(one_sample, "1/samples/x?start=1&end=9", method)
    allowed = {"OPTIONS": (200, "GET,HEAD"), "HEAD": (200, None)}.get(method, (405, "GET"))
    assert (response.status, response.header("Allow")) == allowed


def test_pretty_samples_say_the_same(one_sample: Simulator) -> None:
    plain = respond(one_sample, "1/samples/x?start=1&end=9").read()
    pretty = respond(one_sample, "1/samples/x?start=1&end=9&prettyPrint=false").read()
    assert json.loads(pretty) == json.loads(plain)
    assert pretty.startswith(b'[ {\n  "time" : 5,\n')
    assert respond(one_sample, "1/samples/x?start=9&end=9&count=1&prettyPrint").read().endswith(b"} ]")


def test_an_expression_that_the_simulator_cannot_answer_exactly_is_refused(one_sample: Simulator) -> None:
    assert respond(one_sample, "1/channels-by-regexp/(").status == 400


def test_levels_are_searched_backwards_until_one_reaches_the_start() -> None:
    levels = {
        0: [START + second * SECOND for second in range(80, 100)],
        10: [START + second * SECOND for second in range(50, 100, 10)],
        30: [START + second * SECOND for second in range(-30, 90, 30)],
        60: [START - 3600 * SECOND],
    }
    found: list[dict[str, Any]] = read_samples(simulator_with(levels), "x", START, START + 99 * SECOND, 10_000)
    assert [sample["value"][0] for sample in found] == [0.0] * 20 + [10.0] * 3 + [30.0] * 2
