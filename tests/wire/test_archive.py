"""Every operation of the archive-access service, in both colours, against the simulator."""

from __future__ import annotations

import math
import pickle
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from cassandra_pv_archiver import (
    ArchiveClient,
    BadRequestError,
    NotFoundError,
    ServerFailedError,
    Severity,
)
from cassandra_pv_archiver.testing import RunningSimulator, Simulator, double_sample

SECOND = 1_000_000_000
T0 = 1_795_486_000 * SECOND
ODD_NAMES = [
    "a/../b",
    "a/./b",
    "/lead//double/",
    "a b",
    "q\"uote'",
    "#?%&+;{}[]|^",
    "line\nbreak\ttab",
    "süper",
    "\N{GRINNING FACE}",
    "x" * 1000,
]


def sample(time: int, kind: str, value: list[Any], meta_data: Any = None, **others: Any) -> dict[str, Any]:
    made = {**double_sample(time, 0.0), "type": kind, "value": value, **others}
    del made["metaData"]
    return made if meta_data is None else {**made, "metaData": meta_data}


def marker(time: int, text: str) -> dict[str, Any]:
    return sample(time, "string", [text], severity={"level": "INVALID", "hasValue": False}, status=text)


def test_lists_archives(archive: ArchiveClient) -> None:
    (only,) = archive.list_archives()
    assert (only.key, only["name"]) == (1, "Cassandra")


def test_searches(archive: ArchiveClient, simulator: Simulator) -> None:
    for name in ("pre:a1", "pre:B2", "other", "a.b"):
        simulator.add_channel(name)
    assert archive.find_channels_by_pattern("PRE:*") == ["pre:B2", "pre:a1"]
    assert archive.find_channels_by_regexp("pre:[a-z][0-9]") == ["pre:a1"]
    assert archive.find_channels_by_regexp(r"pre:\w\d") == ["pre:B2", "pre:a1"]
    assert archive.find_channels_by_regexp(r"a\.b") == ["a.b"]
    assert archive.find_channels_by_pattern("") == []


def test_searches_that_cannot_be_right(archive: ArchiveClient) -> None:
    with pytest.raises(BadRequestError, match="Invalid regular expression"):
        archive.find_channels_by_regexp("(")
    for expression in (r"\bword", r"(a)\1", r"\p{L}", "back\\"):
        with pytest.raises(ValueError, match="position"):
            archive.find_channels_by_regexp(expression)
    with pytest.raises(ValueError, match="backslash"):
        archive.find_channels_by_pattern("a\\b")
    with pytest.raises(NotFoundError):
        archive.find_channels_by_pattern("*", archive_key=2)


@pytest.mark.parametrize("name", ODD_NAMES, ids=repr)
def test_odd_names(archive: ArchiveClient, simulator: Simulator, name: str) -> None:
    simulator.add_channel(name, samples=3)
    assert archive.get_samples(name, 0, 10).times.tolist() == [1, 2, 3]


@pytest.mark.parametrize("name", ["", ".", "..", "a/..", "../x", "back\\slash", "nul\0", "\ud800"], ids=repr)
def test_names_that_cannot_be_addressed(archive: ArchiveClient, name: str) -> None:
    with pytest.raises(ValueError, match="channel_name"):
        archive.get_samples(name, 0, 10)


def test_raw_samples_with_their_neighbours(archive: ArchiveClient, simulator: Simulator) -> None:
    simulator.add_channel("x", samples=[double_sample(T0 + n * SECOND, n / 2) for n in range(10)])
    series = archive.get_samples("x", T0 + 2 * SECOND + 1, T0 + 5 * SECOND - 1)
    assert series.times.tolist() == [T0 + n * SECOND for n in range(2, 6)]
    assert series.values.tolist() == [1.0, 1.5, 2.0, 2.5]
    assert series.inside.values.tolist() == [1.5, 2.0]
    assert (series.channel_name, series.start, series.count) == ("x", T0 + 2 * SECOND + 1, 0)
    assert series[0]["value"] == [1.0]
    assert series[0].scalar == 1.0
    assert pickle.loads(pickle.dumps(series)) == series


def test_decimated_samples_are_sorted(archive: ArchiveClient, simulator: Simulator) -> None:
    simulator.add_channel("x", decimation_levels=[10])
    simulator.add_samples("x", [double_sample(T0 + n * 10 * SECOND, 1.0) for n in range(10)], level=10)
    simulator.add_samples("x", [double_sample(T0 + (60 + n) * SECOND, 2.0) for n in range(30)], level=0)
    series = archive.get_samples("x", T0, T0 + 90 * SECOND, count=1000)
    assert np.all(np.diff(series.times) > 0)
    assert len(series) == 36
    assert series.count == 1000


def test_all_types_in_one_reply(archive: ArchiveClient, simulator: Simulator) -> None:
    states = {"type": "enum", "states": ["off", "on"]}
    simulator.add_channel(
        "x",
        samples=[
            sample(T0, "enum", [1], states),
            sample(T0 + 1, "long", [2**62]),
            marker(T0 + 2, "Disconnected"),
            sample(T0 + 3, "string", ["text"]),
            double_sample(T0 + 4, math.nan, level="MAJOR"),
            double_sample(T0 + 5, -math.inf),
        ],
    )
    series = archive.get_samples("x", T0, T0 + 10)
    assert [s.scalar for s in series][:4] == ["on", 2**62, None, "text"]
    assert series.valid.tolist() == [True, True, False, True, True, True]
    assert [gap.reason for gap in series.gaps] == ["Disconnected"]
    assert series[series.severities >= Severity.MAJOR].times.tolist() == [T0 + 2, T0 + 4]
    assert series.to_dicts()[4]["value"] == ["NaN"]
    assert series.to_dicts()[5]["value"] == ["-Infinity"]
    for one in series:
        match one.type:
            case "string" | "enum" | "long" | "double" | "minMaxDouble":
                pass


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (T0, T0 + 10 * SECOND),
        (datetime.fromtimestamp(T0 / SECOND, UTC), "2026-11-24T02:06:50Z"),
        (np.datetime64(T0, "ns"), np.int64(T0 + 10 * SECOND)),
        ("2026-11-24T03:06:40+01:00", T0 + 10 * SECOND),
        (str(T0), T0 + 10 * SECOND),
    ],
    ids=str,
)
def test_every_kind_of_time(archive: ArchiveClient, simulator: Simulator, start: Any, end: Any) -> None:
    simulator.add_channel("x", samples=2)
    series = archive.get_samples("x", start, end)
    assert (series.start, series.end) == (T0, T0 + 10 * SECOND)


def test_relative_and_local_times(make: Any, running: RunningSimulator, simulator: Simulator) -> None:
    simulator.add_channel("x")
    client = make("ArchiveClient", base_url=running.archive_url, time_zone="Europe/Berlin")
    series = client.get_samples("x", "-15min", "now")
    assert series.end - series.start == 15 * 60 * SECOND
    assert client.get_samples("x", "2026-11-24 03:06:40", "now").start == T0
    with pytest.raises(ValueError, match="twice"):
        client.get_samples("x", "2026-10-25 02:30", "now")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((10, 5), ValueError),
        ((0, 10, -1), ValueError),
        ((0, 10, 2**31), ValueError),
        ((0, 10, 1.5), TypeError),
        ((0, 10, True), TypeError),
        ((-1, 10), ValueError),
        ((0.0, 10), TypeError),
        (("2026-11-24T00:00", 10), ValueError),
        ((0, 2**63), ValueError),
    ],
    ids=str,
)
def test_ranges_that_cannot_be_right(
    archive: ArchiveClient, arguments: tuple[Any, ...], error: type[Exception]
) -> None:
    with pytest.raises(error):
        archive.get_samples("x", *arguments)


def test_channels_that_cannot_be_read(archive: ArchiveClient, simulator: Simulator) -> None:
    simulator.add_channel("x", control_system_type="tango")
    with pytest.raises(ServerFailedError):
        archive.get_samples("x", 0, 1)
    with pytest.raises(NotFoundError, match="get_samples 'y'"):
        archive.get_samples("y", 0, 1)


def test_many_samples(archive: ArchiveClient, simulator: Simulator) -> None:
    simulator.add_channel("x", samples=20_000)
    series = archive.get_samples("x", 1, 20_000)
    assert len(series) == 20_000
    assert repr(series).count("\n") < 3


def test_a_connection_serves_many_requests(archive: ArchiveClient) -> None:
    for _ in range(205):
        archive.list_archives()
