"""What tests put into a simulator, and what comes out again."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from itertools import islice
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cassandra_pv_archiver.testing.simulator import (
    SimulatedServer,
    Simulator,
    SimulatorRequest,
    double_sample,
    marker_sample,
)

from .asking import FIRST, SECOND, SECOND_SERVER, START, channel_of, new_simulator, read, read_samples, run

EVER = 2**62


@pytest.fixture
def simulator() -> Simulator:
    simulator = new_simulator()
    simulator.add_channel("x", decimation_levels=[10])
    return simulator


def everything(simulator: Simulator, name: str = "x") -> list[dict[str, Any]]:
    return read_samples(simulator, name, 0, EVER)


def values_of(simulator: Simulator) -> list[Any]:
    return [sample["value"] for sample in everything(simulator)]


# -- channels --


def test_a_channel_with_all_settings() -> None:
    simulator = new_simulator()
    data_id = "abcdef01-0000-0000-0000-000000000001"
    simulator.add_channel(
        "x",
        server=SECOND_SERVER,
        control_system_type="tango",
        decimation_levels={30: 0, 5: 60, 0: 60},
        enabled=False,
        options={"b": "2", "a": "1"},
        state="error",
        error_message="broken",
        channel_data_id=data_id,
        samples_written=1,
        samples_dropped=2,
        samples_skipped_back=3,
    )
    assert channel_of(simulator, "x") == {
        "channelDataId": data_id,
        "channelName": "x",
        "controlSystemName": "tango",
        "controlSystemType": "tango",
        "decimationLevelToRetentionPeriod": {"0": "60", "5": "60", "30": "0"},
        "enabled": False,
        "errorMessage": "broken",
        "options": {"a": "1", "b": "2"},
        "serverId": SECOND_SERVER,
        "serverName": "simulated",
        "state": "error",
        "totalSamplesDropped": "2",
        "totalSamplesSkippedBack": "3",
        "totalSamplesWritten": "1",
    }


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("there", {}, "'there' already"),
        ("", {}, "not empty"),
        ("x", {"decimation_levels": [-5]}, "not negative"),
        ("x", {"decimation_levels": {0: -1}}, "not negative"),
        ("x", {"samples": [{**double_sample(1, 1.0), "type": "complex"}]}, "'complex' is not the type"),
        ("x", {"samples": "no JSON"}, "Expecting value"),
        ("x", {"decimation_levels": [2**31]}, "less than 2\\*\\*31"),
        ("x", {"state": "OK"}, "no state 'OK', only initializing, ok"),
        ("x", {"server": "nowhere"}, "'nowhere' is neither the position nor the ID of a server"),
    ],
)
def test_channels_that_are_refused(name: str, options: dict[str, Any], message: str) -> None:
    simulator = new_simulator()
    simulator.add_channel("there")
    with pytest.raises(ValueError, match=message):
        simulator.add_channel(name, **options)
    assert len(read(simulator, "channels/all")["channels"]) == 1


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"server": 2}, IndexError, "no server 2; the cluster has 2"),
        ({"decimation_levels": [1.5]}, TypeError, "float"),
        ({"options": {"minUpdatePeriod": 1}}, TypeError, "'minUpdatePeriod' is a text, not 1"),
    ],
)
def test_channels_that_could_not_be(options: Any, error: type[Exception], message: str) -> None:
    simulator = new_simulator()
    with pytest.raises(error, match=message):
        simulator.add_channel("x", **options)
    with pytest.raises(IndexError, match="no server 2"):
        simulator.stop_server(2)
    assert read(simulator, "channels/all")["channels"] == []


def test_time_begins_at_a_whole_nanosecond() -> None:
    with pytest.raises(TypeError):
        Simulator(start_time=1.5)  # pyright: ignore[reportArgumentType]


def test_a_number_of_samples() -> None:
    simulator = new_simulator()
    simulator.add_channel("x", samples=3)
    assert [(sample["time"], sample["value"]) for sample in everything(simulator)] == [
        (1, [1.0]),
        (2, [2.0]),
        (3, [3.0]),
    ]


def test_servers_by_position_id_and_object() -> None:
    server = SimulatedServer(UUID(SECOND_SERVER), "host")
    simulator = new_simulator(servers=[FIRST, server])
    for name, which in (("a", 1), ("b", SECOND_SERVER), ("c", UUID(SECOND_SERVER)), ("d", server)):
        simulator.add_channel(name, server=which)
        assert channel_of(simulator, name)["serverName"] == "host"
        request = SimulatorRequest("GET", b"/admin/api/1.0/server-status/this-server")
        shown = json.loads(simulator.handle("admin", which, request).read())
        assert shown["serverId"] == SECOND_SERVER


# -- samples in the form of JSON --

_numbers = st.floats(allow_nan=False).map(
    lambda number: {math.inf: "Infinity", -math.inf: "-Infinity"}.get(number, number)
)
_texts = st.text(st.characters(codec="utf-8"), max_size=5)


@st.composite
def any_samples(draw: st.DrawFn) -> list[dict[str, Any]]:
    times = sorted(draw(st.sets(st.integers(0, 10**6), min_size=1, max_size=8)))
    return [draw(any_sample(time)) for time in times]


@st.composite
def any_sample(draw: st.DrawFn, time: int) -> dict[str, Any]:
    kind = draw(st.sampled_from(["double", "enum", "long", "minMaxDouble", "string"]))
    elements = {"double": _numbers, "minMaxDouble": _numbers, "string": _texts}.get(
        kind, st.integers(-(2**31), 2**31 - 1)
    )
    limits = ("displayLow", "displayHigh", "warnLow", "warnHigh", "alarmLow", "alarmHigh")
    meta_data: dict[str, Any] = {
        "type": "numeric",
        "precision": draw(st.integers(0, 9)),
        "units": draw(_texts),
        **{limit: draw(_numbers | st.just("NaN")) for limit in limits},
    }
    if kind == "enum":
        meta_data = {"type": "enum", "states": draw(st.lists(_texts, max_size=3))}
    lengths = (1, 1) if kind == "minMaxDouble" else (0, 3)
    return {
        "time": time,
        "severity": {"level": draw(st.sampled_from(["OK", "INVALID"])), "hasValue": draw(st.booleans())},
        "status": draw(_texts),
        "quality": draw(st.sampled_from(["Original", "Interpolated"])),
        **({} if kind == "string" else {"metaData": meta_data}),
        "type": kind,
        "value": draw(st.lists(elements, min_size=lengths[0], max_size=lengths[1])),
        **({"minimum": draw(_numbers), "maximum": draw(_numbers)} if kind == "minMaxDouble" else {}),
    }


@given(any_samples(), st.randoms())
def test_samples_come_back_as_they_were_given_in_order_of_time(samples: list[dict[str, Any]], order: Any) -> None:
    shuffled = order.sample(samples, len(samples))
    for given_as in (samples, iter(shuffled), json.dumps(shuffled), json.dumps(samples).encode()):
        simulator = new_simulator()
        simulator.add_channel("x")
        simulator.add_samples("x", given_as)
        found = everything(simulator)
        assert found == samples
        assert [list(sample) for sample in found] == [list(sample) for sample in samples]


def test_a_sample_at_the_time_of_another_replaces_it(simulator: Simulator) -> None:
    simulator.add_samples("x", [double_sample(5, 1.0), double_sample(7, 2.0), double_sample(5, 3.0)])
    simulator.add_samples("x", [marker_sample(7, "Archive_Disabled")])
    assert values_of(simulator) == [[3.0], ["Archive_Disabled"]]


# -- samples as arrays --

AT = [10, 20, 30]


@pytest.mark.parametrize(
    ("values", "options", "kind", "expected"),
    [
        ([1.5, 2.5, math.nan], {}, "double", [[1.5], [2.5], ["NaN"]]),
        (np.array([1, 2, 3]), {}, "long", [[1], [2], [3]]),
        (np.array([1, 2, 3], np.int8), {"type": "double"}, "double", [[1.0], [2.0], [3.0]]),
        (np.array([0.1, 2, 3], np.float32), {}, "double", [[0.10000000149011612], [2.0], [3.0]]),
        (np.array([1.0, 2.0, 3.0]), {"type": "long"}, "long", [[1], [2], [3]]),
        ([1, 0, 1], {"type": "enum", "meta_data": {"states": ["off", "on"]}}, "enum", [[1], [0], [1]]),
        (["a", "b", ""], {}, "string", [["a"], ["b"], [""]]),
        (np.array(["a", "b", "c"]), {}, "string", [["a"], ["b"], ["c"]]),
        (np.arange(6.0).reshape(3, 2), {}, "double", [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]),
        ([[1], [], [2, 3]], {}, "long", [[1], [], [2, 3]]),
        ([(), (), (1.0, 2.0)], {}, "double", [[], [], [1.0, 2.0]]),
        ([["a", "b"], ["c"], []], {}, "string", [["a", "b"], ["c"], []]),
        ([1, 2.5, 3], {}, "double", [[1.0], [2.5], [3.0]]),
        ([[1, 2], [2.5], []], {}, "double", [[1.0, 2.0], [2.5], []]),
        (np.array([1, 2.5, 3], object), {}, "double", [[1.0], [2.5], [3.0]]),
        (np.array([True, False, True]), {}, "long", [[1], [0], [1]]),
        ([2**63 - 1, -(2**63), 0], {}, "long", [[2**63 - 1], [-(2**63)], [0]]),
    ],
)
def test_values_of_all_kinds(
    simulator: Simulator, values: Any, options: dict[str, Any], kind: str, expected: list[Any]
) -> None:
    simulator.add_samples("x", times=AT, values=values, **options)
    found = everything(simulator)
    assert [sample["time"] for sample in found] == AT
    assert {sample["type"] for sample in found} == {kind}
    assert [sample["value"] for sample in found] == expected


@pytest.mark.parametrize(
    "times",
    [
        AT,
        tuple(AT),
        np.array(AT, np.uint64),
        np.array(AT).astype("datetime64[ns]"),
        np.array(AT, "datetime64[ns]"),
    ],
)
def test_times_of_all_kinds(simulator: Simulator, times: Any) -> None:
    simulator.add_samples("x", times=times, values=[1.0, 2.0, 3.0])
    assert [sample["time"] for sample in everything(simulator)] == AT


def test_coarser_datetimes_become_nanoseconds(simulator: Simulator) -> None:
    simulator.add_samples("x", times=np.array(["2027-01-15T08:00:00"], "datetime64[s]"), values=[1.0])
    assert everything(simulator)[0]["time"] == START


def test_what_samples_of_an_array_have_besides(simulator: Simulator) -> None:
    meta_data = {"units": "A", "precision": 2, "alarmHigh": 7}
    simulator.add_samples("x", times=[5], values=[1.0], severity="MAJOR", status="HIHI", meta_data=meta_data)
    assert everything(simulator) == [
        {
            "time": 5,
            "severity": {"level": "MAJOR", "hasValue": True},
            "status": "HIHI",
            "quality": "Original",
            "metaData": {
                "type": "numeric",
                "precision": 2,
                "units": "A",
                "displayLow": 0.0,
                "displayHigh": 0.0,
                "warnLow": "NaN",
                "warnHigh": "NaN",
                "alarmLow": "NaN",
                "alarmHigh": 7.0,
            },
            "type": "double",
            "value": [1.0],
        }
    ]


def test_no_samples_at_all(simulator: Simulator) -> None:
    simulator.add_samples("x", [])
    simulator.add_samples("x", times=[], values=[])
    simulator.add_samples("x", times=np.empty(0), values=np.empty(0), type="long")
    assert everything(simulator) == []


def signal(seconds: float) -> float:
    return seconds


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({}, TypeError, "either as"),
        ({"samples": [], "times": [], "values": []}, TypeError, "either as"),
        ({"times": [1, 2], "values": [1.0]}, ValueError, "2 times and 1 values"),
        ({"times": [1.5], "values": [1.0]}, TypeError, "Times are integers"),
        ({"times": ["now"], "values": [1.0]}, TypeError, "Times are integers"),
        ({"times": [1], "values": [None]}, TypeError, "not None"),
        ({"times": [1, 2], "values": [1, "a"]}, TypeError, "not both"),
        ({"times": [2**63], "values": [1.0]}, ValueError, "Times are at most"),
        ({"times": np.array(["NaT"], "datetime64[ns]"), "values": [1.0]}, ValueError, "NaT"),
        ({"times": np.array(["3000-01-01"], "datetime64[D]"), "values": [1.0]}, ValueError, "2262"),
        ({"times": [1], "values": [2**63]}, ValueError, "no whole number of 64 bits"),
        ({"times": [1], "values": [2.5], "type": "long"}, ValueError, "2.5 is no whole number"),
        ({"times": [1], "values": np.array([2.5]), "type": "enum"}, ValueError, "2.5 is no whole number"),
        ({"times": [1], "values": np.array([math.nan]), "type": "long"}, ValueError, "nan is no whole number"),
        ({"times": [1], "values": [[1, math.inf]], "type": "long"}, ValueError, "inf is no whole number"),
        ({"times": [1], "values": [1.0], "meta_data": {"unit": "A"}}, ValueError, "no member 'unit', only type, prec"),
        ({"samples": [{"time": 1}]}, ValueError, "no sample as the service sends them"),
        ({"samples": {"time": 1}}, ValueError, "no sample as the service sends them"),
        ({"samples": [{**double_sample(1, 1.0), "time": 1.5}]}, ValueError, "1.5 is no whole number"),
        ({"samples": [{**double_sample(1, 1.0), "type": "long", "value": [2.5]}]}, ValueError, "2.5 is no whole"),
        ({"times": [1], "values": [1.0], "type": "minMaxDouble"}, ValueError, "give them as JSON"),
        ({"times": [1], "values": [1.0], "severity": "Major"}, ValueError, "there are OK, MINOR, MAJOR, INVALID"),
        ({"times": [1], "values": [1.0], "level": 7}, ValueError, "no decimation level 7"),
        ({"signal": signal, "period": 0}, ValueError, "at least 1 ns apart"),
        ({"signal": signal, "period": math.nan}, ValueError, "at least 1 ns apart"),
        ({"signal": signal, "period": 1, "type": "number"}, ValueError, "'number' cannot be made"),
    ],
)
def test_samples_that_are_refused(
    simulator: Simulator, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        simulator.add_samples("x", **options)
    assert everything(simulator) == []


def test_samples_of_a_channel_that_does_not_exist(simulator: Simulator) -> None:
    with pytest.raises(KeyError, match="no channel 'y'"):
        simulator.add_samples("y", [])


# -- signals --


def test_a_signal_gives_its_history_at_once_and_goes_on(simulator: Simulator) -> None:
    simulator.add_samples("x", signal=lambda seconds: seconds - START / SECOND, period=0.5, start=START - SECOND)
    assert values_of(simulator) == [[-1.0], [-0.5], [0.0]]
    assert channel_of(simulator, "x")["totalSamplesWritten"] == "1"  # the one that has just arrived
    simulator.advance(1.2)
    assert channel_of(simulator, "x")["totalSamplesWritten"] == "3"
    assert read(simulator, "server-status/this-server")["totalSamplesWritten"] == "3"
    assert values_of(simulator) == [[-1.0], [-0.5], [0.0], [0.5], [1.0]]


def test_a_signal_begins_and_ends_when_told(simulator: Simulator) -> None:
    simulator.add_samples("x", signal=signal, period=1, start=START + 2 * SECOND, end=START + 4 * SECOND)
    found: list[int] = []
    for _ in range(7):
        found.append(len(everything(simulator)))
        simulator.advance(1)
    assert found == [0, 0, 1, 2, 3, 3, 3]


def test_a_signal_may_have_nothing_to_say_and_change_its_type(simulator: Simulator) -> None:
    said = iter([None, 1, None, 2.5, "text", [1, 2]])
    simulator.add_samples("x", signal=lambda _: next(said), period=1)
    simulator.advance(5)
    assert [(sample["type"], sample["value"]) for sample in everything(simulator)] == [
        ("long", [1]),
        ("double", [2.5]),
        ("string", ["text"]),
        ("long", [1, 2]),
    ]


def test_two_signals_of_a_channel_are_merged(simulator: Simulator) -> None:
    simulator.add_samples("x", signal=lambda _: 1, period=2, type="double")
    simulator.add_samples("x", signal=lambda _: 2, period=3, start=START + SECOND, meta_data={"units": "B"})
    simulator.advance(4)
    assert values_of(simulator) == [[1.0], [2], [1.0], [2]]


# -- requests, scenes, reset --


def test_what_was_asked() -> None:
    simulator = new_simulator()
    simulator.add_channel("a b")
    simulator.advance(3)
    read(simulator, "cluster-status", server=1)
    read_samples(simulator, "a+b", 0, 1)
    run(simulator, {"commandType": "remove_channel", "channelName": "a b"})
    simulator.handle("archive", 0, SimulatorRequest("GET", b"/nowhere"))
    asked = [(request.service, request.server, request.operation, request.channels) for request in simulator.requests]
    assert asked == [
        ("admin", 1, "getClusterStatus", frozenset()),
        ("archive", 0, "getSamples", {"a b"}),
        ("admin", 0, "runArchiveConfigurationCommands", {"a b"}),
        ("archive", 0, None, frozenset()),
    ]
    (first, *_, last) = simulator.requests
    assert (first.method, first.target, first.body) == ("GET", b"/admin/api/1.0/cluster-status", b"")
    assert {first.time, last.time} == {START + 3 * SECOND}
    simulator.reset()
    assert simulator.requests == ()


def test_a_reset_makes_everything_as_it_was() -> None:
    def scene(simulator: Simulator) -> None:
        simulator.add_channel("x", samples=2)

    simulator = new_simulator(scene=scene)
    data_id = channel_of(simulator, "x")["channelDataId"]
    simulator.add_channel("y")
    simulator.add_user("somebody", "secret")
    simulator.add_server("11111111-2222-3333-4444-555555555553")
    simulator.stop_server(0)
    simulator.stop_database()
    simulator.reset()
    assert [channel["channelName"] for channel in read(simulator, "channels/all")["channels"]] == ["x"]
    assert channel_of(simulator, "x")["channelDataId"] != data_id
    assert len(everything(simulator)) == 2
    assert len(simulator.servers) == 2
    assert run(simulator, {"commandType": "remove_channel", "channelName": "x"}) == [None]


# -- speed and memory --


@pytest.mark.one_interpreter
def test_a_raw_reply_of_a_million_samples_is_made_while_it_is_sent() -> None:
    simulator = new_simulator()
    simulator.add_channel("x")
    simulator.add_samples("x", times=np.arange(1_000_000) + START, values=np.random.default_rng(1).random(1_000_000))
    target = f"/archive-access/api/1.0/archive/1/samples/x?start={START}&end={START + 999_999}".encode()
    tracemalloc.start()
    try:
        pieces = simulator.handle("archive", 0, SimulatorRequest("GET", target)).pieces()
        size, number = measured(islice(pieces, 500))  # the rest would be the same, and tracing is slow
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size > 15_000_000
    assert peak < 2_000_000
    assert number + measured(pieces)[1] == 1_000_000


def measured(pieces: Iterator[bytes]) -> tuple[int, int]:
    size = number = 0
    for piece in pieces:
        size, number = size + len(piece), number + piece.count(b'{"time":')
    return size, number


@pytest.mark.one_interpreter
def test_a_simulator_starts_in_less_than_a_third_of_a_second() -> None:
    script = (
        "import time\n"
        "from cassandra_pv_archiver.testing import Simulator\n"
        "imported = time.process_time()\n"
        "simulator = Simulator()\n"
        "with simulator.serve() as running:\n"
        "    print(time.process_time() - imported)\n"
    )
    seconds = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    assert float(seconds) < 0.3
