"""Scene files: what is in them arrives in the simulator, and what is wrong with them is said."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cassandra_pv_archiver import AdminClient, ArchiveClient, ArchiveConfigurationCommands, SampleSeries, Severity
from cassandra_pv_archiver.testing import (
    Scene,
    SceneError,
    Simulator,
    SimulatorTransport,
    double_sample,
    load_scene,
    marker_sample,
    scene_schema,
)

NOW = 1_790_000_003_000_000_000
SECOND = 1_000_000_000
HOUR = 3600 * SECOND
SERVER = "11111111-2222-3333-4444-555555555559"
Load = Callable[[dict[str, Any]], Scene]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def load(contents: dict[str, Any]) -> Scene:
        file = tmp_path / "scene.yaml"
        file.write_text(yaml.safe_dump(contents), "utf-8")
        return load_scene(file)

    return load


def simulated(scene: Scene, now: int = NOW) -> Simulator:
    return Simulator(scene=scene, start_time=now, real_time=False)


def samples(simulator: Simulator, channel: str = "x", count: int = 0) -> SampleSeries:
    with httpx.Client(transport=SimulatorTransport(simulator, "archive")) as http_client:
        client = ArchiveClient("simulator", http_client=http_client)
        return client.get_samples(channel, 0, simulator.now_ns + 100 * HOUR, count)


def channel(*sources: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"channels": [{"name": "x", "samples": list(sources), **members}]}


def read(load: Load, *sources: dict[str, Any], **members: Any) -> SampleSeries:
    return samples(simulated(load(channel(*sources, **members))))


# What is in a file arrives


def test_servers_users_and_channels(load: Load) -> None:
    scene = load(
        {
            "servers": [{"id": SERVER, "name": "one"}, {"name": "two"}],
            "users": [{"name": "guest", "password": "g", "administrator": False}],
            "channels": [
                {"name": "by name", "server": "two", "decimation_levels": {"raw": "90d", "1min": "forever"}},
                {"name": "by ID", "server": SERVER, "decimation_levels": ["30s", "1h"], "options": {"a": "1"}},
                {"name": "by position", "server": 1, "enabled": False},
                {"name": "of nobody", "server": "11111111-2222-3333-4444-555555555550"},
                {"name": "bad", "state": "error", "error_message": "broken", "control_system_type": "tango"},
                {"name": "busy", "samples_written": 7, "samples_dropped": 6, "samples_skipped_back": 5},
            ],
        }
    )
    simulator = simulated(scene)
    assert [server.name for server in simulator.servers] == ["one", "two"]
    with httpx.Client(transport=SimulatorTransport(simulator, "admin")) as http_client:
        admin = AdminClient("simulator", username="guest", password="g", http_client=http_client)
        found = {channel.channel_name: admin.get_channel(channel.channel_name) for channel in admin.list_all_channels()}
    busy, bad = found["busy"], found["bad"]
    assert not found["by position"].enabled
    assert found["by name"].server_name == "two"
    assert found["by name"].decimation_level_to_retention_period == {0: 90 * 86400, 60: 0}
    assert found["by ID"].server_name == "one"
    assert found["by ID"].decimation_level_to_retention_period == {0: 0, 30: 0, 3600: 0}
    assert found["by ID"].options == {"a": "1"}
    assert found["of nobody"].server_id.hex.endswith("0")
    assert (bad.state, bad.error_message) == ("error", "broken")
    assert (busy.total_samples_written, busy.total_samples_dropped) == (7, 6)


def test_without_servers_there_are_the_usual_ones(load: Load) -> None:
    assert simulated(load({})).servers[0].server_id == Simulator().servers[0].server_id
    assert len(Simulator(scene=load({})).servers) == 2


def test_faults(load: Load) -> None:
    scene = load(
        {
            "channels": [{"name": "x"}, {"name": "y"}],
            "faults": [
                {"fault": "Reply", "arguments": {"status": 503, "body": "json"}, "channel": "x", "nth": [2]},
                {"fault": "Refuse", "operation": "listArchives", "service": "archive", "server": 1},
            ],
        }
    )
    simulator = simulated(scene)
    for _ in range(2):
        path = "http://s/archive-access/api/1.0/archive/"
        statuses = []
        with httpx.Client(transport=SimulatorTransport(simulator, "archive")) as client:
            statuses += [client.get(f"{path}1/samples/{name}?start=0&end=1").status_code for name in "xyyx"]
            assert client.get(path).status_code == 200
        assert statuses == [200, 200, 200, 503]
        with (
            httpx.Client(transport=SimulatorTransport(simulator, "archive", 1)) as client,
            pytest.raises(httpx.ConnectError),
        ):
            client.get(path)
        simulator.reset()


def test_a_server_that_dies_may_be_named(load: Load) -> None:
    dying = {"fault": "ServerDies", "arguments": {"server": "b"}}
    simulator = simulated(load({"servers": [{"name": "a"}, {"name": "b"}], "faults": [dying]}))
    with httpx.Client(transport=SimulatorTransport(simulator, "admin")) as http_client:
        admin = AdminClient("simulator", password="admin", http_client=http_client)
        commands = ArchiveConfigurationCommands()
        commands.add_channel("x", "channel_access", simulator.servers[1].server_id)
        assert [result.outcome for result in admin.run_archive_configuration_commands(commands)] == ["unknown"]


def test_other_servers_than_those_of_the_scene_are_refused(load: Load) -> None:
    with pytest.raises(ValueError, match="leave out its argument servers"):
        Simulator([SERVER], scene=load({"servers": [{"name": "x"}]}))


# Samples


def test_times_of_signals(load: Load) -> None:
    relative = read(load, {"signal": "constant", "value": 5, "start": "-1min", "spacing": "10s"})
    assert (relative.times / SECOND).tolist() == [1_789_999_940 + 10 * n for n in range(7)]
    fixed = read(load, {"signal": "constant", "value": 5, "start": NOW - 21 * SECOND, "spacing": "10s"})
    assert ((fixed.times - NOW) / SECOND).tolist() == [-21, -11, -1]
    ended = read(load, {"signal": "constant", "value": 5, "start": "-1min", "end": "-30s", "spacing": "10s"})
    assert (ended.times / SECOND).tolist() == [1_789_999_940, 1_789_999_950, 1_789_999_960, 1_789_999_970]
    utc = read(load, {"signal": "constant", "value": 5, "start": "2026-09-21T14:13:20", "spacing": "1min"})
    assert utc.times[0] == 1_790_000_000 * SECOND
    assert utc.values.dtype == np.float64


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({"signal": "sine", "mean": 2, "amplitude": 3, "period": "40s"}, [2, 5, 2, -1, 2]),
        ({"signal": "ramp", "low": 1, "high": 5, "period": "40s"}, [1, 2, 3, 4, 1]),
        ({"signal": "steps", "values": [1, 2.5], "hold": "20s"}, [1, 1, 2.5, 2.5, 1]),
        ({"signal": "constant", "value": 7}, [7, 7, 7, 7, 7]),
        ({"signal": "random-walk", "value": 7, "step": 0}, [7, 7, 7, 7, 7]),
    ],
    ids=lambda given: given["signal"] if isinstance(given, dict) else "",
)
def test_values_of_signals(load: Load, source: dict[str, Any], expected: list[float]) -> None:
    series = read(load, {"start": NOW - 40 * SECOND, "spacing": "10s", **source})
    np.testing.assert_allclose(series.values, expected, atol=1e-12)


def test_noise_and_random_walks(load: Load) -> None:
    noise = {"signal": "constant", "value": 5, "noise": 0.5, "start": "-5h", "spacing": "1s"}
    values = read(load, noise).values
    assert abs(values.mean() - 5) < 0.05
    assert abs(values.std() - 0.5) < 0.05
    np.testing.assert_array_equal(values, read(load, noise).values)
    walk = {"signal": "random-walk", "value": 1, "step": 0.1, "start": "-5h", "spacing": "1s"}
    free = read(load, walk).values
    assert free[0] == 1
    assert abs(np.diff(free).std() - 0.1) < 0.01
    assert np.ptp(free) > 2
    bounded = read(load, {**walk, "within": [0.5, 1.5]}).values
    assert 0.5 <= bounded.min() < 0.6
    assert 1.4 < bounded.max() <= 1.5
    two = {"channels": [{"name": name, "samples": [noise]} for name in "xy"]}
    simulator = simulated(load(two))
    assert not np.array_equal(samples(simulator, "x").values, samples(simulator, "y").values)


def test_types(load: Load) -> None:
    steps = {"signal": "steps", "hold": "10s", "start": "-20s"}
    enum = read(load, {**steps, "values": ["off", "on"]}, states=["off", "on"])
    assert enum.labels.tolist() == ["off", "on", "off"]
    assert read(load, {**steps, "values": [1]}, states=["off", "on"]).labels.tolist() == ["on"] * 3
    text = read(load, {**steps, "values": ["off", "on"]})
    assert text.values.tolist() == ["off", "on", "off"]
    integers = read(load, {"signal": "ramp", "high": 10, "period": "1min", "start": "-30s"}, type="long")
    assert integers.values.dtype == np.int64
    assert integers.values.tolist() == [0, 2, 3, 5]
    assert read(load, {"signal": "ramp", "low": 1e30, "high": 2e30}, type="long").values.max() > 2**62
    waveforms = read(load, {**steps, "values": [[1, 2, 3], [4, 5, 6]]})
    assert waveforms.values.tolist() == [[1, 2, 3], [4, 5, 6], [1, 2, 3]]
    texts = read(load, {**steps, "values": [["a", "b"]]})
    assert texts[0].value == ("a", "b")


def test_elements_divide_the_spacing(load: Load) -> None:
    coarse = {"signal": "sine", "period": "40s", "noise": 0.1, "start": "-40s"}
    waveforms = read(load, {**coarse, "spacing": "10s", "elements": 5})
    fine = read(load, {**coarse, "spacing": "2s"}).values
    assert waveforms.values.shape == (5, 5)
    np.testing.assert_allclose(waveforms.values.ravel()[: len(fine)], fine[:25], atol=1e-12)
    noisy = read(load, {"signal": "constant", "value": [1, 2], "noise": 0.01}).values
    np.testing.assert_allclose(noisy.mean(axis=0), [1, 2], atol=0.01)


def test_metadata_and_alarms(load: Load) -> None:
    ramp = {"signal": "ramp", "low": 0, "high": 10, "period": "100s", "start": NOW - 90 * SECOND}
    limits = {"warning": [2, 7], "alarm": [1, 9], "units": "mA", "precision": 1, "display": [0, 10]}
    series = read(load, ramp, **limits)
    assert [str(status) for status in series.statuses] == [
        *["LOLO"] * 2, "LOW", *["NO_ALARM"] * 4, *["HIGH"] * 2, "HIHI"
    ]  # fmt: skip
    assert [sample.severity.level for sample in series] == [
        *[Severity.MAJOR] * 2, Severity.MINOR, *[Severity.OK] * 4, *[Severity.MINOR] * 2, Severity.MAJOR
    ]  # fmt: skip
    shown = series[0].meta_data
    assert (shown.units, shown.precision, shown.display_high, shown.warn_low, shown.alarm_high) == ("mA", 1, 10, 2, 9)
    one_sided = read(load, ramp, alarm=[float("nan"), 9])
    assert {str(status) for status in one_sided.statuses} == {"NO_ALARM", "HIHI"}


def test_gaps(load: Load) -> None:
    gaps = [
        {"start": "-50s", "end": "-20s"},
        {"start": "-10s", "end": "-5s", "marker": "none"},
        {"start": "-3s", "marker": "Archive_Disabled"},
    ]
    source = {"signal": "constant", "value": 1, "spacing": "5s", "start": NOW - 60 * SECOND, "gaps": gaps}
    simulator = simulated(load(channel(source)))
    simulator.advance(60)
    series = samples(simulator)
    assert ((series.times - NOW) / SECOND).tolist() == [-60, -55, -50, -20, -15, -5, -3]
    assert [gap.reason for gap in series.gaps] == ["Disconnected", "Archive_Disabled"]


def test_listed_samples(load: Load) -> None:
    listed = [
        {"time": "-30s", "value": 2},
        {"time": "-20s", "value": 9},
        {"time": "-10s", "value": 2, "severity": "INVALID", "status": "UDF"},
        {"time": "now", "marker": "Disconnected"},
    ]
    series = read(load, {"signal": "listed", "samples": listed}, alarm=[0, 5])
    assert ((series.times - NOW) / SECOND).tolist() == [-30, -20, -10, 0]
    assert [str(status) for status in series.statuses] == ["NO_ALARM", "HIHI", "UDF", "Disconnected"]
    assert series.values[:3].tolist() == [2, 9, 2]


def test_recorded_samples(load: Load, tmp_path: Path) -> None:
    recorded = [{**double_sample(5, 1.5), "metaData": None}, marker_sample(9)]
    recorded[0].pop("metaData")
    (tmp_path / "beam.json").write_text(json.dumps(recorded), "utf-8")
    assert read(load, {"signal": "recorded", "file": "beam.json"}).times.tolist() == [5, 9]
    decimated = [{**sample, "quality": "Interpolated"} for sample in recorded]
    (tmp_path / "beam.json").write_text(json.dumps(decimated), "utf-8")
    assert len(read(load, {"signal": "recorded", "file": "beam.json", "level": 60}, decimation_levels=["1min"])) == 0


WALK = {"signal": "random-walk", "value": 5, "step": 0.3, "noise": 0.1, "within": [0, 10]}
MOVING = [
    channel({**WALK, "spacing": "7s", "start": NOW - HOUR}, warning=[2, 8], alarm=[1, 9]),
    channel({"signal": "sine", "elements": 3, "noise": 1, "spacing": "900ms", "start": NOW - 3000 * SECOND}),
    channel({"signal": "steps", "values": ["a", "b"], "hold": "1min", "start": NOW + 5 * SECOND}),
    channel({"signal": "ramp", "spacing": "1min", "start": NOW - HOUR, "end": NOW + 1000 * SECOND}, type="long"),
]


@pytest.mark.parametrize("contents", MOVING, ids=lambda contents: contents["channels"][0]["samples"][0]["signal"])
def test_as_time_passes_the_same_samples_arrive(load: Load, contents: dict[str, Any]) -> None:
    scene = load(contents)
    simulator = simulated(scene)
    before = len(samples(simulator))
    for seconds in (1, 100, 2000, 1.5):
        simulator.advance(seconds)
        samples(simulator)
    moved = samples(simulator)
    at_once = samples(simulated(scene, simulator.now_ns))
    assert len(moved) > before
    assert moved.to_dicts() == at_once.to_dicts()


def test_a_reset_begins_again_from_now(load: Load) -> None:
    simulator = simulated(load(channel({"signal": "constant", "value": 1, "start": "-1min"})))
    first = samples(simulator).times
    simulator.add_channel("y")
    simulator.advance(1000)
    simulator.reset()
    np.testing.assert_array_equal(samples(simulator).times, first + 1000 * SECOND)


# Files


def test_toml_and_yaml_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('[[channels]]\nname = "x"\nwarning = [1e-9, 2]\n', "utf-8")
    (tmp_path / "a.yml").write_text("channels:\n  - name: x\n    warning: [1e-9, 2]\n", "utf-8")
    times = {"signal": "constant", "value": 1, "start": "2026-09-21T14:00:00Z"}
    toml = '[[channels]]\nname = "x"\nsamples = [{ signal = "constant", value = 1, start = 2026-09-21T14:00:00Z }]\n'
    (tmp_path / "b.toml").write_text(toml, "utf-8")
    (tmp_path / "b.yaml").write_text(
        yaml.safe_dump(channel(times)).replace("'2026", "2026").replace("Z'", "Z"), "utf-8"
    )
    assert load_scene(str(tmp_path / "a.toml"))
    assert load_scene(tmp_path / "a.yml")
    ours, theirs = (samples(simulated(load_scene(tmp_path / name))) for name in ("b.toml", "b.yaml"))
    assert len(ours) > 80
    assert ours.to_dicts() == theirs.to_dicts()


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("\ufeff[[channels]]\nname = 'x'\n", "utf-8")
    assert len(samples(simulated(load_scene(tmp_path / "a.toml")))) == 0


def test_short_floats_in_yaml_are_numbers(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "channels: [{name: x, samples: [{signal: steps, values: [2e-9, 1E3, -1e-2]}]}]", "utf-8"
    )
    assert set(samples(simulated(load_scene(tmp_path / "a.yaml"))).values) == {2e-9, 1e3, -1e-2}


@pytest.mark.one_interpreter
def test_yaml_needs_an_extra_and_toml_does_not(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("", "utf-8")
    (tmp_path / "a.yaml").write_text("{}", "utf-8")
    code = (
        "import sys; sys.modules['yaml'] = None\n"
        "from cassandra_pv_archiver import MissingExtraError\n"
        "from cassandra_pv_archiver.testing import load_scene\n"
        f"load_scene({str(tmp_path / 'a.toml')!r})\n"
        f"try: load_scene({str(tmp_path / 'a.yaml')!r})\n"
        "except MissingExtraError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=50, check=True)
    assert "pip install 'cassandra-pv-archiver-client[yaml]'" in done.stdout


@pytest.mark.parametrize(
    ("name", "contents", "said"),
    [
        ("a.json", b"{}", "the name of a scene file ends with .toml, .yaml or .yml"),
        ("a.toml", b"a = \n", "line 1"),
        ("a.toml", b"a = 1\na = 2\n", "line 2"),
        ("a.toml", b'a = "\xff"', "it is not UTF-8"),
        ("a.yaml", b"a: [", "line 1"),
        ("a.yaml", b"a: " + b"[" * 5000, "too many brackets"),
        ("a.toml", b"a = " + b"[" * 5000, "too many brackets"),
        ("a.yaml", b"users: []\nusers: []", "'users' is there twice"),
        ("a.yaml", b"[]", "a table with members"),
        ("a.yaml", b"", "a table with members"),
    ],
)
def test_files_that_are_no_tables(tmp_path: Path, name: str, contents: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(contents)
    with pytest.raises(SceneError) as caught:
        load_scene(tmp_path / name)
    assert str(caught.value).startswith(f"{tmp_path / name}: ")
    assert said in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_scene(tmp_path / "a.toml")


# What is wrong is said


def signal(**members: Any) -> dict[str, Any]:
    return channel({"signal": "sine", **members})


X = "(channel 'x'): "
SAMPLES = f"channels[0].samples[0] {X}"
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"chanels": []}, "at the top: there is no member 'chanels'; did you mean 'channels'? there are servers, users"),
    ({"channels": {}}, "channels: {} is not a list"),
    ({"channels": [5]}, "channels[0]: a table with members is wanted, not 5"),
    ({"channels": [{}]}, "channels[0]: 'name' is missing: Its name, such as 'RING:CURRENT'."),
    ({"channels": [{"name": 5}]}, "channels[0].name: 5 is not a text in quotes"),
    ({"channels": [{"name": ""}]}, "channels[0].name (channel ''): '' cannot be: string should have at least 1"),
    ({"channels": [{"name": "x"}, {"name": "x"}]}, "channels: 'x' is there 2 times: give each another name"),
    ({"servers": [{"id": SERVER}, {"id": SERVER}]}, f"servers: '{SERVER}' is there 2 times"),
    ({"servers": [{"id": "7"}]}, "servers[0].id: '7' is not a UUID in quotes, such as '1111"),
    ({"users": [{"name": "a"}]}, "users[0]: 'password' is missing: The password, such as 'secret'."),
    (channel(unit="A"), f"channels[0] {X}there is no member 'unit'; did you mean 'units'?"),
    (channel(server=2), f"channels[0].server {X}there is no server 2; positions are 0 to 1"),
    (channel(server=-1), f"channels[0].server {X}there is no server -1; positions are 0 to 1"),
    (channel(server=1.5), f"channels[0].server {X}1.5 is not a server: write its name or its ID in quotes"),
    (channel(server="simulated"), f"channels[0].server {X}there are 2 servers named 'simulated': write the ID or the"),
    (
        {**channel(server="archiver-1"), "servers": [{"name": "archiver-1.example.org"}]},
        f"{X}there is no server 'archiver-1'; did you mean 'archiver-1.example.org'?",
    ),
    (channel(state="bad"), f"channels[0].state {X}'bad' is not known; there are initializing, ok, disabled, "),
    (channel(options={"a": 1}), f"channels[0].options.a {X}1 is not a text in quotes"),
    (channel(enabled="yes"), f"channels[0].enabled {X}'yes' is not true or false"),
    (channel(samples_written=-1), f"channels[0].samples_written {X}-1 cannot be: input should be greater than"),
    (channel(decimation_levels=[60]), f"channels[0].decimation_levels {X}60 is not a duration: write it with its unit"),
    (channel(decimation_levels=["60"]), "write numbers with their units, such as '1h30m'"),
    (channel(decimation_levels={"1min": 90}), "90 is not a duration: write it with its unit in quotes"),
    (channel(decimation_levels=["100ms"]), "'100ms' is not a number of whole seconds, and not 'raw'"),
    (channel(decimation_levels="1min"), "'1min' are no levels: write ['1min', '15min'], or what they retain"),
    (channel(warning=[2, 1]), f"channels[0].warning {X}[2, 1] is not a range: write [low, high], and nan for"),
    (channel(alarm=5), f"channels[0].alarm {X}5 is not a range"),
    (channel(states=[True]), f"channels[0].states[0] {X}True is not a text in quotes"),
    (channel(states=["a"], type="long"), f"channels[0].states {X}samples of type long have no states"),
    (channel(type="float"), f"channels[0].type {X}'float' is not known; there are double, long, enum, string"),
    (channel({"signal": "sinus"}), f"samples[0].signal {X}there is no signal 'sinus'; did you mean 'sine'?"),
    (channel({"value": 1}), f"{SAMPLES}'signal' is missing; there are constant, sine, ramp"),
    (channel({"signal": "steps"}), f"{SAMPLES}'values' is missing: A list of values, such as [1.0, 2.0]"),
    (channel({"signal": "steps", "values": []}), f"channels[0].samples[0].values {X}[] cannot be: tuple should have"),
    (signal(perod="1s"), f"{SAMPLES}there is no member 'perod'; did you mean 'period'?"),
    (signal(spacing=10), f"channels[0].samples[0].spacing {X}10 is not a duration: write it with its unit in quotes"),
    (signal(spacing="10us"), f"samples[0].spacing {X}a spacing of '10us' is too short: write '1ms' or more"),
    (signal(period="0s"), f"samples[0].period {X}a duration that is not 0 is wanted"),
    (signal(start="yesterday"), f"samples[0].start {X}a time cannot be 'yesterday'."),
    (signal(start=True), f"samples[0].start {X}True is not a time: write '-15min', 'now'"),
    (signal(start="-1h", end="-2h"), f"samples[0].end {X}it is before the start"),
    (signal(start="-9000d", spacing="1s"), f"samples[0].spacing {X}that would be 7776"),
    (signal(noise=-1), f"samples[0].noise {X}-1 cannot be: input should be greater than or equal to 0"),
    (signal(elements=0), f"samples[0].elements {X}0 cannot be"),
    (signal(gaps=[{"end": "now"}]), f"samples[0].gaps[0] {X}'start' is missing: When it begins, such as '-30min'."),
    (signal(gaps=[{"start": "+1h"}]), f"samples[0].gaps[0].start {X}a gap begins in the past, such as at '-10min'"),
    (channel({"signal": "sine"}, type="string"), f"samples[0].signal {X}a sine gives numbers, not texts"),
    (channel({"signal": "sine", "noise": 1}, states=["a"]), f"samples[0].noise {X}samples of type enum have no noise"),
    (channel({"signal": "random-walk", "within": [1, 1]}), f"samples[0].within {X}[1, 1] does not bound anything"),
    (
        channel({"signal": "constant", "value": True}),
        f"samples[0].value {X}True is not a value: write a number, a text",
    ),
    (channel({"signal": "constant", "value": [1, "a"]}), f"samples[0].value {X}[1, 'a'] is not a value"),
    (
        channel({"signal": "constant", "value": "a"}, type="double"),
        f"samples[0].value {X}samples of type double have numbers, not 'a'",
    ),
    (
        channel({"signal": "constant", "value": float("nan")}, type="long"),
        f"samples[0].value {X}a number of type long cannot be nan",
    ),
    (
        channel({"signal": "steps", "values": [0, 2**31]}, states=["a"]),
        f"samples[0].values[1] {X}a number of type enum cannot be 2147483648",
    ),
    (signal(mean=float("inf")), f"samples[0].mean {X}inf cannot be: input should be a finite number"),
    (
        channel({"signal": "steps", "values": ["a", 1]}),
        f"samples[0].values[1] {X}samples of type string have texts in quotes, not 1",
    ),
    (
        channel({"signal": "steps", "values": ["on", "of"]}, states=["on", "off"]),
        f"samples[0].values[1] {X}there is no state 'of'; did you mean 'off'?",
    ),
    (
        channel({"signal": "listed", "samples": [{"time": "now"}]}),
        f"samples[0].samples[0] {X}a sample has either a 'value' or a 'marker'",
    ),
    (
        channel({"signal": "listed", "samples": [{"time": "now", "marker": "Disconected"}]}),
        f"samples[0].samples[0].marker {X}'Disconected' is not known; did you mean 'Disconnected'?",
    ),
    (channel({"signal": "recorded", "file": "no.json"}), f"samples[0].file {X}'no.json' cannot be read: No such file"),
    (
        channel({"signal": "recorded", "file": "scene.yaml"}),
        f"samples[0].file {X}'scene.yaml' is not a list of samples",
    ),
    ({"faults": [{"fault": "Dely"}]}, "faults[0]: there is no fault 'Dely'; did you mean 'Delay'?"),
    (
        {"faults": [{"fault": "Delay", "arguments": {"befor": 1}}]},
        "faults[0]: Delay has no argument 'befor'; did you mean 'before'?",
    ),
    (
        {"faults": [{"fault": "Delay", "arguments": {"before": "x"}}]},
        "faults[0]: the argument 'before' of Delay: Input should be a valid number",
    ),
    (
        {"faults": [{"fault": "Reply"}]},
        "faults[0]: the argument 'status' of Reply: ",
    ),
    ({"faults": [{"fault": "Delay", "arguments": {"before": -1.0}}]}, "faults[0]: Delay: before is 0 or more"),
    ({"faults": [{"fault": "Delay", "nth": [1, 2], "times": 3}]}, "faults[0]: times goes with one number in nth"),
    ({"faults": [{"fault": "Delay", "server": 5}]}, "faults[0]: there is no server 5"),
    (
        {"faults": [{"fault": "Delay", "server": "99999999-2222-3333-4444-555555555559"}]},
        "faults[0]: no server of the cluster has the ID '99999999-2222-3333-4444-555555555559'",
    ),
    ({"faults": [{"fault": "ServerDies", "arguments": {"server": 5}}]}, "faults[0]: there is no server 5"),
    ({"faults": [{"fault": "Delay", "nth": [0]}]}, "faults[0].nth[0]: 0 cannot be"),
    (
        {"faults": [{"fault": "Delay", "operation": "getSample"}]},
        "faults[0].operation: 'getSample' is not known; did you mean 'getSamples'?",
    ),
]


@pytest.mark.parametrize(("contents", "said"), WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_is_said(load: Load, tmp_path: Path, contents: dict[str, Any], said: str) -> None:
    with pytest.raises(SceneError) as caught:
        load(contents)
    (problem,) = caught.value.problems
    assert said in problem
    assert caught.value.path == str(tmp_path / "scene.yaml")
    assert str(caught.value) == f"{caught.value.path}: {problem}"
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_all_problems_are_listed_up_to_a_limit(load: Load) -> None:
    with pytest.raises(SceneError) as caught:
        load({"channels": [{"name": str(number), "unit": "A"} for number in range(30)]})
    assert len(caught.value.problems) == 30
    assert str(caught.value).splitlines()[19].endswith("precision, display, warning, alarm, states, samples")
    assert str(caught.value).splitlines()[20:] == ["and 10 more"]


# The schema


def test_the_schema_is_valid_and_knows_what_is_right() -> None:
    schema = scene_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for contents in MOVING:
        validator.validate(contents)
    for contents in ({"chanels": []}, channel(unit="A"), signal(perod=1), channel({"signal": "sinus"})):
        assert not validator.is_valid(contents)


# Whatever stands in a file, the outcome is a scene or an error that explains it

WHOLE = {
    "servers": [{"id": SERVER, "name": "one"}],
    "users": [{"name": "guest", "password": "g", "administrator": False}],
    "channels": [
        {
            "name": "x",
            "server": 0,
            "decimation_levels": {"raw": "90d", "1min": "forever"},
            "options": {"a": "1"},
            "warning": [0, 5],
            "samples": [
                {**WALK, "gaps": [{"start": "-3min", "end": "-2min", "marker": "none"}], "elements": 1},
                {"signal": "listed", "samples": [{"time": "-1h", "value": 5.0, "severity": "MINOR"}]},
                {"signal": "steps", "values": [1.0, 2.0], "hold": "1min", "spacing": "1min", "end": "now"},
            ],
        },
        {"name": "y", "states": ["a", "b"], "samples": [{"signal": "constant", "value": "a"}]},
    ],
    "faults": [{"fault": "Delay", "arguments": {"before": 1.0}, "nth": [1]}],
}
ANYTHING = st.sampled_from(
    [None, True, 0, 1, -1, 10**20, 0.5, float("nan"), float("inf"), "", "x", "now", "10s", "-1h", [], [1, 2], {}, [[]]]
)


def names_of_channels(simulator: Simulator) -> list[str]:
    with httpx.Client(transport=SimulatorTransport(simulator, "archive")) as http_client:
        return ArchiveClient("simulator", http_client=http_client).find_channels_by_pattern("*")


def places_of(node: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [place, *(found for name, member in members for found in places_of(member, (*place, name)))]


@pytest.mark.one_interpreter
@given(st.lists(st.tuples(st.sampled_from(places_of(WHOLE)[1:]), ANYTHING), min_size=1, max_size=3))
def test_whatever_is_in_a_file(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[tuple[Any, ...], Any]]
) -> None:
    contents: Any = copy.deepcopy(WHOLE)
    for (*place, last), value in changes:
        node = contents
        try:
            for name in place:
                node = node[name]
            node[last] = value
        except (KeyError, IndexError, TypeError):  # an earlier change took it away
            continue
    file = tmp_path_factory.getbasetemp() / "changed.yaml"
    file.write_text(yaml.safe_dump(contents), "utf-8")
    with suppress(SceneError):
        simulator = simulated(load_scene(file))
        simulator.advance(100)
        for name in names_of_channels(simulator):
            samples(simulator, name)
