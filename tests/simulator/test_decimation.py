"""Decimated samples (section 7.3 of the reference), held against a slow and obvious reading of its rules."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cassandra_pv_archiver.testing.simulator import Simulator, SimulatorRequest, double_sample, marker_sample
from cassandra_pv_archiver.testing.simulator import decimation as decimation_module

from .asking import SECOND, START, level_samples, new_simulator, read_samples, run, times_of

SEVERITIES = ("OK", "MINOR", "MAJOR", "INVALID")
LIMITS = dict.fromkeys(("displayLow", "displayHigh", "warnLow", "warnHigh", "alarmLow", "alarmHigh"), 0.0)


def sample(time: int, kind: str, value: list[Any], level: str = "OK", status: str = "NO_ALARM") -> dict[str, Any]:
    meta_data: dict[str, Any] = {"metaData": {"type": "numeric", "precision": 0, "units": status[:1], **LIMITS}}
    if kind == "enum":
        meta_data = {"metaData": {"type": "enum", "states": ["off", "on"]}}
    return {
        "time": time,
        "severity": {"level": level, "hasValue": True},
        "status": status,
        "quality": "Original",
        **({} if kind == "string" else meta_data),
        "type": kind,
        "value": value,
    }


# -- the rules, written down once more --


@dataclass
class Part:
    """A source sample with the exact share of an interval for which it holds."""

    share: Fraction
    sample: dict[str, Any]
    kind: str | None = field(init=False)

    def __post_init__(self) -> None:
        kind = self.sample["type"]
        scalar = kind in {"double", "long"} and len(self.sample["value"]) == 1
        self.kind = kind if scalar or kind == "minMaxDouble" else None

    @property
    def is_marker(self) -> bool:
        return not self.sample["severity"]["hasValue"]


def decimated_slowly(source: Sequence[dict[str, Any]], period: int) -> list[dict[str, Any]]:
    width = period * SECOND
    made: list[dict[str, Any]] = []
    begin = -(-source[0]["time"] // width) * width
    while source[-1]["time"] >= begin + width:
        made.append(decimated_sample(parts_of(source, begin, width)) | {"time": begin})
        begin += width
    return made


def parts_of(source: Sequence[dict[str, Any]], begin: int, width: int) -> list[Part]:
    valid = max((one for one in source if one["time"] <= begin), key=lambda one: one["time"])
    inside = [one for one in source if begin < one["time"] < begin + width]
    borders = [begin, *(one["time"] for one in inside), begin + width]
    return [
        Part(Fraction(borders[place + 1] - borders[place], width), one) for place, one in enumerate([valid, *inside])
    ]


def decimated_sample(parts: list[Part]) -> dict[str, Any]:
    kinds = {part.kind for part in parts}
    if None not in kinds or all(part.kind or part.is_marker for part in parts):
        if kinds == {None}:
            return copy(parts[0])
        shares = {
            kind: sum(part.share for part in parts if part.kind == kind)
            for kind in ("minMaxDouble", "double", "long")
            if kind in kinds
        }
        return aggregate(parts, next(kind for kind in shares if shares[kind] == max(shares.values())))
    return copy(parts[0]) if parts[0].kind is None else aggregate(parts, parts[0].kind)


def copy(part: Part) -> dict[str, Any]:
    return {**part.sample, "quality": "Interpolated"}


def aggregate(parts: list[Part], kind: str) -> dict[str, Any]:
    chosen = [part for part in parts if part.kind == kind]
    numbers = [[float(number) for number in numbers_of(part.sample)] for part in chosen]
    shares = [float(part.share / sum(part.share for part in chosen)) for part in chosen]
    severities = [SEVERITIES.index(part.sample["severity"]["level"]) for part in chosen]
    worst = chosen[severities.index(max(severities))].sample
    return {
        "severity": worst["severity"],
        "status": worst["status"],
        "quality": "Interpolated",
        "metaData": chosen[0].sample["metaData"],
        "type": "minMaxDouble",
        "value": [sum(share * mean for share, (mean, _, _) in zip(shares, numbers, strict=True))],
        "minimum": float(np.min([minimum for _, minimum, _ in numbers])),
        "maximum": float(np.max([maximum for _, _, maximum in numbers])),
    }


def numbers_of(one: dict[str, Any]) -> tuple[Any, Any, Any]:
    (value,) = one["value"]
    return (value, one["minimum"], one["maximum"]) if one["type"] == "minMaxDouble" else (value, value, value)


# -- generated channels --

_values: dict[str, st.SearchStrategy[list[Any]]] = {
    "double": st.floats(width=32).map(lambda value: [value]),
    "long": st.integers(-(2**31), 2**31 - 1).map(lambda value: [value]),
    "enum": st.integers(0, 1).map(lambda value: [value]),
    "string": st.text("ab", max_size=2).map(lambda value: [value]),
    "array": st.lists(st.floats(-1, 1), max_size=3).filter(lambda value: len(value) != 1),
}


@st.composite
def raw_samples(draw: st.DrawFn) -> list[dict[str, Any]]:
    kinds = draw(st.lists(st.sampled_from([*_values, "marker"]), min_size=1, max_size=3))
    gaps = draw(st.lists(st.sampled_from([SECOND // 3, SECOND, 2 * SECOND, 7 * SECOND, 1]), min_size=1, max_size=30))
    samples: list[dict[str, Any]] = []
    for time in accumulate(gaps, initial=START + draw(st.integers(0, 3)) * SECOND):
        kind = draw(st.sampled_from(kinds))
        if kind == "marker":
            samples.append(marker_sample(time, draw(st.sampled_from(["Disconnected", "Archive_Disabled"]))))
            continue
        level = draw(st.sampled_from(SEVERITIES))
        status = draw(st.sampled_from(["NO_ALARM", "HIGH", "LOW"]))
        samples.append(sample(time, kind.replace("array", "double"), draw(_values[kind]), level, status))
    return samples


MIXED = [
    sample(START, "long", [3], "MINOR", "HIGH"),
    sample(START + 2 * SECOND, "double", [5.0]),
    sample(START + 4 * SECOND, "enum", [1]),
    sample(START + 4 * SECOND + 1, "double", [math.inf], "MINOR", "LOW"),
    marker_sample(START + 9 * SECOND),
    sample(START + 30 * SECOND, "double", [math.nan]),
    sample(START + 50 * SECOND, "long", [4]),
]


@given(raw_samples())
@example(MIXED)
def test_each_level_follows_from_its_source(raw: list[dict[str, Any]]) -> None:
    simulator = new_simulator()
    simulator.add_channel("x", decimation_levels=[2, 5, 10], samples=raw)
    twos, fives = decimated_slowly(raw, 2), decimated_slowly(raw, 5)
    tens = decimated_slowly(fives, 10) if fives else []
    for level, expected in ((2, twos), (5, fives), (10, tens)):
        made = level_samples(simulator, "x", level, raw[0]["time"], raw[-1]["time"]) if expected else []
        assert [one["time"] for one in made if one["quality"] == "Interpolated"] == [one["time"] for one in expected]
        for one, other in zip(made, expected, strict=False):
            assert_same(one, other)


def assert_same(made: dict[str, Any], expected: dict[str, Any]) -> None:
    expected = {**expected, "time": made["time"]}
    assert made.keys() == expected.keys()
    for member, value in expected.items():
        assert is_same(made[member], value), (member, made, expected)


def is_same(made: Any, expected: Any) -> bool:
    if isinstance(expected, dict):
        return made.keys() == expected.keys() and all(is_same(made[name], expected[name]) for name in expected)
    if isinstance(expected, list):
        return len(made) == len(expected) and all(map(is_same, made, expected))
    if not isinstance(expected, float):
        return made == expected
    number = float(made)  # a text if JSON has no such number
    both_nan = math.isnan(number) and math.isnan(expected)
    return both_nan or math.isclose(number, expected, rel_tol=1e-9, abs_tol=1e-9)


@given(raw_samples(), st.integers(0, 30))
def test_it_does_not_matter_in_how_many_pieces_samples_arrive(raw: list[dict[str, Any]], asked_after: int) -> None:
    at_once, piece_by_piece = new_simulator(), new_simulator()
    for simulator in (at_once, piece_by_piece):
        simulator.add_channel("x", decimation_levels=[2, 5, 10])
    at_once.add_samples("x", raw)
    piece_by_piece.add_samples("x", raw[:asked_after])
    for level in (2, 5, 10):
        read_samples(piece_by_piece, "x", START, START + level * SECOND, 1)
    piece_by_piece.add_samples("x", raw[asked_after:])
    for level in (2, 5, 10):
        assert everything(at_once, level) == everything(piece_by_piece, level)


def everything(simulator: Simulator, level: int) -> str:
    # As text, because NaN is not equal to itself.
    return json.dumps(level_samples(simulator, "x", level, START, START + 1000 * SECOND))


# -- what appears, when --


def decimated_times(simulator: Simulator, level: int = 10, channel: str = "x") -> list[float]:
    found = level_samples(simulator, channel, level, START, START + 100_000 * SECOND)
    return times_of([one for one in found if one["quality"] == "Interpolated"])


def test_a_decimated_sample_appears_with_the_first_source_sample_at_or_after_the_end_of_its_interval() -> None:
    simulator = new_simulator()
    simulator.add_channel("x", decimation_levels=[10], samples=[double_sample(START + SECOND, 1.0)])
    simulator.add_samples("x", [double_sample(START + 20 * SECOND - 1, 2.0)])
    assert decimated_times(simulator) == []
    simulator.add_samples("x", [double_sample(START + 20 * SECOND, 3.0)])
    assert decimated_times(simulator) == [10]
    simulator.add_samples("x", [double_sample(START + 55 * SECOND, 4.0)])
    assert decimated_times(simulator) == [10, 20, 30, 40]  # through the gap


def test_decimated_samples_appear_as_the_samples_of_a_signal_arrive() -> None:
    simulator = new_simulator()
    simulator.add_channel("x", decimation_levels=[10])
    simulator.add_samples("x", signal=lambda seconds: seconds, period=1.0)
    seen: list[list[float]] = []
    for _ in range(3):
        seen.append(decimated_times(simulator))
        simulator.advance(10)
    assert seen == [[], [0], [0, 10]]
    made = level_samples(simulator, "x", 10, START, START + 10 * SECOND)[0]
    assert (made["value"], made["minimum"], made["maximum"]) == ([1.8e9 + 4.5], 1.8e9, 1.8e9 + 9)


def test_samples_that_come_between_others_are_taken_into_account() -> None:
    simulator = new_simulator()
    simulator.add_channel("x", decimation_levels=[10, 20])
    simulator.add_samples("x", [double_sample(START + second * SECOND, 1.0) for second in (0, 40)])
    assert decimated_times(simulator) == [0, 10, 20, 30]
    assert decimated_times(simulator, 20) == [0]
    simulator.add_samples("x", [double_sample(START + 5 * SECOND, 2.0)])
    assert [one["value"] for one in level_samples(simulator, "x", 20, START, START)] == [[1.75]]


def test_values_near_the_largest_number_have_a_finite_mean() -> None:
    simulator = new_simulator()
    simulator.add_channel("x", decimation_levels=[10])
    simulator.add_samples("x", times=[START, START + 5 * SECOND, START + 10 * SECOND], values=[1.7e308, 1.5e308, 0.0])
    (made,) = level_samples(simulator, "x", 10, START, START)
    assert made["value"][0] == pytest.approx(1.6e308, rel=1e-12)


def test_negative_zero_is_less_than_zero() -> None:
    simulator = new_simulator()
    simulator.add_channel("x", decimation_levels=[10])
    values = [0.0, -0.0, 0.0, 1.0]
    simulator.add_samples("x", times=[START + second * SECOND for second in (0, 2, 4, 10)], values=values)
    (made,) = level_samples(simulator, "x", 10, START, START)
    assert [math.copysign(1, made[name]) for name in ("minimum", "maximum")] == [-1, 1]


def test_a_level_that_was_given_samples_is_a_source_like_any_other() -> None:
    simulator = new_simulator()
    simulator.add_channel("x", decimation_levels=[10, 20], samples=[double_sample(START, 1.0)])
    given = [
        sample(START + second * SECOND, "minMaxDouble", [value]) | {"minimum": value - 1, "maximum": value + 1}
        for second, value in ((0, 1.0), (10, 2.0), (20, 3.0))
    ]
    simulator.add_samples("x", given, level=10)
    (made,) = level_samples(simulator, "x", 20, START, START)
    assert (made["value"], made["minimum"], made["maximum"]) == ([1.5], 0.0, 3.0)


def test_a_gap_of_decades_is_refused_instead_of_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decimation_module, "MOST_DECIMATED_SAMPLES", 100)
    simulator = new_simulator()
    simulator.add_channel("x", decimation_levels=[1], samples=[double_sample(1, 1.0), double_sample(START, 2.0)])
    target = f"/archive-access/api/1.0/archive/1/samples/x?start=0&end={10**9}&count=1".encode()
    response = simulator.handle("archive", 0, SimulatorRequest("GET", target))
    assert response.status == 500
    assert b"the simulator makes no more than 100" in response.read()
    assert run(simulator, {"commandType": "update_channel", "channelName": "x", "removeDecimationLevels": [1]}) == [
        None
    ]


# -- levels that are added and removed --


def update(**changes: Any) -> dict[str, Any]:
    return {"commandType": "update_channel", "channelName": "x", **changes}


@pytest.fixture
def ramp() -> Simulator:
    """A channel with one raw sample per second for two minutes."""
    simulator = new_simulator()
    simulator.add_channel("x", decimation_levels=[20])
    seconds = np.arange(121)
    simulator.add_samples("x", times=START + seconds * SECOND, values=seconds.astype(float))
    return simulator


def test_a_level_that_is_added_begins_with_the_raw_samples_that_exist(ramp: Simulator) -> None:
    assert run(ramp, update(addDecimationLevels=[30])) == [None]
    assert decimated_times(ramp, 30) == [0, 30, 60, 90]


def test_the_samples_of_a_removed_level_are_lost(ramp: Simulator) -> None:
    given = sample(START, "minMaxDouble", [7.0]) | {"minimum": 0.0, "maximum": 9.0, "quality": "Interpolated"}
    ramp.add_samples("x", [given], level=20)
    assert decimated_times(ramp, 20) == [0]
    assert run(ramp, update(removeDecimationLevels=[20])) == [None]
    ramp.advance(10)
    assert run(ramp, update(addDecimationLevels=[20])) == [None]
    assert decimated_times(ramp, 20) == [0, 20, 40, 60, 80, 100]  # made of raw samples


def test_raw_samples_that_expired_are_gone_for_good(ramp: Simulator) -> None:
    assert run(ramp, update(decimationLevelToRetentionPeriod={"0": 50})) == [None]
    assert run(ramp, update(addDecimationLevels=[10], decimationLevelToRetentionPeriod={"0": 0})) == [None]
    raw = read_samples(ramp, "x", START, START + 200 * SECOND)
    assert times_of(raw)[0] == 70
    assert decimated_times(ramp, 10) == [70, 80, 90, 100, 110]
    assert decimated_times(ramp, 20)[0] == 0  # was made before


def test_a_level_keeps_its_samples_when_its_source_changes(ramp: Simulator) -> None:
    before = level_samples(ramp, "x", 20, START, START + 100 * SECOND)
    assert run(ramp, update(decimationLevelToRetentionPeriod={"0": 30})) == [None]
    assert run(ramp, update(addDecimationLevels=[10])) == [None]
    seconds = np.arange(121, 181)
    ramp.add_samples("x", times=START + seconds * SECOND, values=seconds.astype(float))
    after = level_samples(ramp, "x", 20, START, START + 160 * SECOND)
    assert after[: len(before)] == before
    assert [one["value"] for one in after[len(before) :]] == [[129.5], [149.5]]
    assert times_of(after) == [0, 20, 40, 60, 80, 100, 120, 140]


def test_whole_buckets_expire_relative_to_the_newest_sample_of_the_level() -> None:
    simulator = new_simulator()
    simulator.add_channel("x", decimation_levels={0: 100, 10: 200})
    simulator.advance(1_000_000)  # the clock does not matter
    seconds = np.arange(406)
    simulator.add_samples("x", times=START + seconds * SECOND, values=seconds.astype(float))
    raw = times_of(read_samples(simulator, "x", START, START + 500 * SECOND))
    assert raw == list(range(300, 406))  # 305 is where the retention period begins
    assert decimated_times(simulator, 10)[0] == 180  # 190 is


def test_samples_that_expired_in_a_denser_level_are_found_in_longer_ones() -> None:
    simulator = new_simulator()
    simulator.add_channel("x", decimation_levels={0: 100, 10: 0})
    simulator.add_samples("x", times=START + np.arange(401) * SECOND, values=np.zeros(401))
    found = read_samples(simulator, "x", START, START + 400 * SECOND, 1_000_000)
    assert times_of(found) == [*range(300, 401), *range(0, 300, 10)]
