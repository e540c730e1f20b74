"""The sample in force at some time, of one channel or several."""

from __future__ import annotations

from typing import Any

import pytest

from cassandra_pv_archiver import ArchiveClient, NotFoundError, SampleAtTime, SeveralReadsFailedError
from cassandra_pv_archiver.testing import Simulator, faults, marker_sample

SECOND = 10**9
T0 = 1_700_000_000 * SECOND


@pytest.fixture(autouse=True)
def channels(simulator: Simulator) -> None:
    for name, values in (("a", [1.0, 2.0, 3.0]), ("b", [4, 5, 6])):
        simulator.add_channel(name)
        simulator.add_samples(name, times=[T0, T0 + 10 * SECOND, T0 + 20 * SECOND], values=values)
    simulator.add_channel("empty")


@pytest.mark.parametrize(
    ("after_t0", "before", "after"),
    [
        (-1, None, 1.0),
        (0, 1.0, 1.0),
        (1, 1.0, 2.0),
        (10 * SECOND - 1, 1.0, 2.0),
        (10 * SECOND, 2.0, 2.0),
        (20 * SECOND, 3.0, 3.0),
        (20 * SECOND + 1, 3.0, None),
    ],
    ids=str,
)
def test_before_and_after(archive: ArchiveClient, after_t0: int, before: float | None, after: float | None) -> None:
    time = T0 + after_t0
    earlier, later = archive.get_sample_at("a", time), archive.get_sample_at("a", time, direction="after")
    assert (earlier and earlier.sample.scalar, later and later.sample.scalar) == (before, after)
    for found in (earlier, later):
        assert found is None or (found.channel_name, found.time) == ("a", time)
    assert earlier is None or earlier.sample.time <= time
    assert later is None or later.sample.time >= time


def test_the_age(archive: ArchiveClient) -> None:
    found = archive.get_sample_at("a", T0 + 13 * SECOND)
    assert found is not None
    assert (found.sample.time, found.age) == (T0 + 10 * SECOND, 3 * SECOND)
    found = archive.get_sample_at("a", T0 + 13 * SECOND, direction="after")
    assert found is not None
    assert found.age == -7 * SECOND


def test_now_is_the_default(archive: ArchiveClient) -> None:
    found = archive.get_sample_at("a")
    assert found is not None
    assert found.sample.scalar == 3.0
    assert found.age > 0
    assert archive.get_sample_at("a", direction="after") is None


def test_a_marker_is_a_sample(archive: ArchiveClient, simulator: Simulator) -> None:
    simulator.add_samples("a", [marker_sample(T0 + 30 * SECOND, "Disconnected")])
    found = archive.get_sample_at("a")
    assert found is not None
    assert found.sample.is_marker


def test_a_channel_without_samples(archive: ArchiveClient) -> None:
    assert archive.get_sample_at("empty", T0) is None
    assert archive.get_sample_at("empty", T0, direction="after") is None


def test_decimated_samples_are_none(archive: ArchiveClient, simulator: Simulator) -> None:
    simulator.add_channel("old", decimation_levels=[10])
    aggregate = {"quality": "Interpolated", "type": "minMaxDouble", "minimum": 0.0, "maximum": 1.0, "value": [0.5]}
    aggregate |= {"severity": {"level": "OK", "hasValue": True}, "status": "NO_ALARM"}
    simulator.add_samples("old", [{"time": T0, **aggregate}], level=10)
    assert archive.get_sample_at("old", T0 + SECOND) is None


def test_one_sample_costs_next_to_nothing(archive: ArchiveClient, simulator: Simulator) -> None:
    simulator.add_channel("long", samples=5000)
    archive.get_sample_at("long", 2500)
    assert all(len(request.target) < 200 and b"start=2500&end=2500" in request.target for request in simulator.requests)


def test_several_channels(archive: ArchiveClient) -> None:
    found = archive.get_samples_at(["b", "empty", "a", "b"], T0 + 12 * SECOND)
    assert list(found) == ["b", "empty", "a"]
    assert found["empty"] is None
    assert {name: each.sample.scalar for name, each in found.items() if each is not None} == {"b": 5, "a": 2.0}
    later = archive.get_samples_at(["a", "b"], T0 + 12 * SECOND, direction="after", max_concurrency=1)
    assert [each.sample.scalar for each in later.values() if each is not None] == [3.0, 6]


def test_now_is_the_same_for_all(archive: ArchiveClient) -> None:
    found = archive.get_samples_at(["a", "b"])
    assert len({each.time for each in found.values() if each is not None}) == 1


def test_failures(archive: ArchiveClient) -> None:
    with pytest.raises(NotFoundError):
        archive.get_sample_at("missing", T0)
    with pytest.raises(SeveralReadsFailedError) as caught:
        archive.get_samples_at(["a", "missing"], T0)
    assert list(caught.value.failures) == ["missing"]


def test_an_empty_reply_is_not_believed(archive: ArchiveClient, simulator: Simulator) -> None:
    fault = simulator.faults.add(faults.CutArray(), operation="getSamples", times=1)
    found = archive.get_sample_at("a", T0 + SECOND)
    assert fault.struck == 1
    assert found is not None
    assert found.sample.scalar == 1.0


@pytest.mark.parametrize(
    ("method", "arguments", "options", "error", "message"),
    [
        ("get_sample_at", ("a", T0), {"direction": "around"}, ValueError, "'before' or 'after', not 'around'"),
        ("get_samples_at", (["a"], T0), {"direction": "around"}, ValueError, "'before' or 'after', not 'around'"),
        ("get_sample_at", ("a", "2026-01-01"), {}, ValueError, "^time"),
        ("get_samples_at", (["a"], -1), {}, ValueError, "^time"),
        ("get_sample_at", ("", T0), {}, ValueError, "channel_name is empty"),
        ("get_samples_at", ("a", T0), {}, TypeError, r"write \['a'\]"),
        ("get_samples_at", (["a"], T0), {"max_concurrency": 0}, ValueError, "max_concurrency"),
    ],
    ids=str,
)
def test_wrong_arguments(
    archive: ArchiveClient,
    simulator: Simulator,
    method: str,
    arguments: Any,
    options: Any,
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error, match=message):
        getattr(archive, method)(*arguments, **options)
    assert simulator.requests == ()


def test_what_it_gives_can_be_compared(archive: ArchiveClient) -> None:
    found = archive.get_sample_at("a", T0)
    assert found == archive.get_samples_at(["a"], T0)["a"]
    assert found == SampleAtTime("a", T0, archive.get_samples("a", T0, T0)[0])
