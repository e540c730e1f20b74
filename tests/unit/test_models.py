"""Generated models: typed attributes, and items that are exactly the JSON values of the reply."""

from __future__ import annotations

import copy
import gzip
import json
import math
import pickle
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jedi
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jedi.api.environment import InterpreterEnvironment
from pydantic import BaseModel, TypeAdapter, ValidationError

from cassandra_pv_archiver import models
from cassandra_pv_archiver.models import (
    ArchiveConfigurationCommandsReply,
    ArchiveInformation,
    ChannelInformation,
    ChannelSummary,
    ChannelSummaryList,
    ClusterServer,
    ClusterStatus,
    CommandResult,
    NumericMetaData,
    Sample,
    SampleSeverity,
    ServerChannelList,
    ServerConfigurationExport,
    ServerConfigurationImportResult,
    ServerStatus,
    Severity,
    WireModel,
    json_default,
)

RECORDINGS = Path(__file__).parents[1] / "recordings"
REPLY = {"reply": True}

TYPES = {
    r"/channels/all": ChannelSummaryList,
    r"/channels/by-server/[^/]+": ServerChannelList,
    r"/channels/(all|by-server/[^/]+)/by-name/[^/]+": ChannelInformation,
    r"/channels/by-server/[^/]+/export": ServerConfigurationExport,
    r"/channels/by-server/[^/]+/import": ServerConfigurationImportResult,
    r"/run-archive-configuration-commands": ArchiveConfigurationCommandsReply,
    r"/cluster-status": ClusterStatus,
    r"/server-status/this-server": ServerStatus,
    r"/archive/": list[ArchiveInformation],
    r"/archive/1/channels-by-(pattern|regexp)/.*": list[str],
    r"/archive/1/samples/.*": list[Sample],
}


def recorded() -> Iterator[tuple[str, str, str]]:
    """Name, path and body of each recorded JSON reply."""
    for file in sorted((RECORDINGS / "exchanges").glob("*.json")):
        exchange = json.loads(file.read_text("utf-8"))
        headers = {name.lower(): value for name, value in exchange["response"]["headers"]}
        body = exchange["response"]["body"].get("text")
        if body and headers.get("content-type", "").startswith("application/json"):
            path = exchange["request"]["target"].partition("?")[0]
            yield file.stem, re.sub(r"^/(admin|archive-access)/api/1\.0", "", path), body


def reply(path: str, body: str, **options: Any) -> Any:
    [type_] = [type_ for pattern, type_ in TYPES.items() if re.fullmatch(pattern + "/?", path)]
    return TypeAdapter[Any](type_).validate_json(body, context=REPLY, **options)


def plain(value: Any) -> Any:
    """What `dict()` gives of models, in lists of them too."""
    if isinstance(value, list):
        return [plain(element) for element in value]
    return dict(value) if isinstance(value, WireModel) else value


def same(left: Any, right: Any) -> bool:
    """Equal and of the same types down to the last level: 1, 1.0 and True are three different things."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right


def models_in(value: Any) -> Iterator[WireModel]:
    for element in value if isinstance(value, list) else [value]:
        if isinstance(element, WireModel):
            yield element


@pytest.mark.parametrize(("path", "body"), [pytest.param(*rest, id=name) for name, *rest in recorded()])
def test_recorded_replies(path: str, body: str) -> None:
    objects = reply(path, body, extra="forbid")
    assert same(plain(objects), json.loads(body))
    again = reply(path, json.dumps(objects, default=json_default))
    assert again == objects
    for model in models_in(objects):
        assert type(model).model_validate_json(model.to_json()) == model
        assert type(model).model_validate_json(model.model_dump_json()) == model
        assert same(dict(model), model.to_dict())
        unpickled = pickle.loads(pickle.dumps(model))
        assert unpickled == model
        assert hash(unpickled) == hash(model)
        assert same(dict(unpickled), dict(model))
        assert len(repr(model)) < 10_000


def test_there_are_recorded_replies_of_each_kind() -> None:
    paths = [path for _, path, _ in recorded()]
    for pattern in TYPES:
        assert any(re.fullmatch(pattern + "/?", path) for path in paths), pattern


@pytest.mark.parametrize("file", ["bulk_double_20001.json.gz", "decimation.json.gz"])
def test_many_recorded_samples(file: str) -> None:
    content = json.loads(gzip.decompress((RECORDINGS / file).read_bytes()))
    lists = (
        [content[:100]]
        if isinstance(content, list)
        else [samples for channel in content["channels"].values() for samples in sample_lists(channel)]
    )
    assert lists
    for samples in lists:
        objects = reply("/archive/1/samples/x", json.dumps(samples), extra="forbid")
        assert same(plain(objects), samples)


def sample_lists(value: Any) -> Iterator[list[dict[str, Any]]]:
    if isinstance(value, list):
        yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from sample_lists(member)


# -- one object --

CHANNEL = {
    "channelDataId": "b6553bd1-bb7f-4bb8-9a3f-a06576e0bfa3",
    "channelName": "demo:double",
    "controlSystemName": "Channel Access",
    "controlSystemType": "channel_access",
    "decimationLevelToRetentionPeriod": {"0": "0", "30": "659"},
    "enabled": True,
    "errorMessage": None,
    "options": {"monitorMask": "value"},
    "serverId": "82c711df-632b-49a3-85c2-d3249555eb57",
    "serverName": "archiver1",
    "state": "ok",
    "totalSamplesDropped": "0",
    "totalSamplesSkippedBack": "3",
    "totalSamplesWritten": "9223372036854775807",
}


def channel(**changes: Any) -> ChannelInformation:
    return ChannelInformation.model_validate_json(json.dumps(CHANNEL | changes), context=REPLY)


def test_attributes_have_typed_values() -> None:
    it = channel()
    assert it.channel_name == "demo:double"
    assert it.server_id == uuid.UUID("82c711df-632b-49a3-85c2-d3249555eb57")
    assert it.decimation_level_to_retention_period == {0: 0, 30: 659}
    assert it.total_samples_written == 2**63 - 1
    assert it.error_message is None


def test_items_are_those_of_the_json_object() -> None:
    it = channel()
    assert it["serverId"] == "82c711df-632b-49a3-85c2-d3249555eb57"
    assert it["decimationLevelToRetentionPeriod"]["30"] == "659"
    assert it["errorMessage"] is None
    assert "errorMessage" in it
    assert "channel_name" not in it
    assert 5 not in it
    assert it.get("state") == "ok"
    assert it.get("nothing") is None
    assert it.get("nothing", 3) == 3
    assert list(it) == list(it.keys()) == list(CHANNEL)
    assert list(it.values()) == list(CHANNEL.values())
    assert list(it.items()) == list(CHANNEL.items())
    assert {**it} == dict(it) == it.to_dict() == CHANNEL
    assert len(it) == len(CHANNEL)
    with pytest.raises(KeyError, match="channel_name"):
        it["channel_name"]


def test_what_is_given_out_belongs_to_the_caller() -> None:
    it = channel()
    it["options"]["x"] = "y"
    dict(it)["options"]["x"] = "y"
    assert dict(it) == CHANNEL


def test_absent_and_null_members() -> None:
    absent = CommandResult.model_validate_json(
        '{"command":{"commandType":"remove_channel","channelName":"x"},"success":true}', context=REPLY
    )
    null = CommandResult.model_validate_json(
        '{"command":{"commandType":"remove_channel","channelName":"x"},"success":true,"errorMessage":null}',
        context=REPLY,
    )
    assert absent.error_message is null.error_message is None
    assert "errorMessage" not in absent
    assert "errorMessage" in null
    assert dict(null)["errorMessage"] is None
    assert len(null) == len(absent) + 1 == 3
    assert list(absent["command"]) == ["commandType", "channelName"]
    assert absent != null
    with pytest.raises(KeyError):
        absent["errorMessage"]
    for result in (absent, null):
        assert pickle.loads(pickle.dumps(result)) == result
        assert CommandResult.model_validate_json(result.to_json()) == result


def test_members_of_newer_servers_are_kept() -> None:
    it = channel(newMember={"list": [1, "2", None]})
    assert it["newMember"] == {"list": [1, "2", None]}
    assert dict(it) == CHANNEL | {"newMember": {"list": [1, "2", None]}}
    assert "newMember" in list(it)
    assert pickle.loads(pickle.dumps(it)) == it != channel()
    with pytest.raises(ValidationError, match="newMember"):
        ChannelInformation.model_validate_json(it.to_json(), extra="forbid")


def test_values_of_newer_servers_are_accepted() -> None:
    assert channel(state="sleeping").state == "sleeping"
    severity = SampleSeverity.model_validate_json('{"level":"CATASTROPHIC","hasValue":true}')
    assert severity.level == "CATASTROPHIC"
    assert dict(severity) == {"level": "CATASTROPHIC", "hasValue": True}


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("enabled", "yes"),
        ("enabled", 1),
        ("channelName", 5),
        ("serverId", "82c711df"),
        ("totalSamplesWritten", "9223372036854775808"),
        ("totalSamplesWritten", "1.0"),
        ("totalSamplesWritten", "1_0"),
        ("totalSamplesWritten", " 1"),
        ("totalSamplesWritten", "٣"),
        ("totalSamplesWritten", True),
        ("decimationLevelToRetentionPeriod", {"2147483648": "0"}),
        ("decimationLevelToRetentionPeriod", {"0": None}),
        ("options", None),
    ],
)
def test_replies_that_are_not_what_the_specification_says(member: str, value: Any) -> None:
    with pytest.raises(ValidationError, match=member):
        channel(**{member: value})


def test_objects_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        channel().channel_name = "x"  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(TypeError):
        channel()["channelName"] = "x"  # pyright: ignore[reportIndexIssue]


def test_equality() -> None:
    assert channel() == channel()
    assert hash(channel()) == hash(channel())
    assert channel() != channel(enabled=False)
    assert channel() == CHANNEL
    assert CHANNEL in (summary("x"), channel())
    assert channel() != "demo:double"
    reordered = channel(options={"a": "1", "b": "2"}), channel(options={"b": "2", "a": "1"})
    assert len(set(reordered)) == 1
    assert copy.deepcopy(channel()) == channel()


def test_objects_of_different_kinds_differ_even_with_equal_items() -> None:
    class Other(ClusterStatus, frozen=True):
        pass

    assert ClusterStatus(servers=()) != Other(servers=())
    assert ClusterStatus(servers=()) == ClusterStatus(servers=())


def test_not_a_number_equals_itself() -> None:
    one, two = sample(value=["NaN"]), sample(value=["NaN"])
    assert one == two
    assert hash(one) == hash(two)
    assert pickle.loads(pickle.dumps(one)) == one


def test_built_in_python() -> None:
    server = ClusterServer(last_online_time=1500, online=True, server_id=uuid.UUID(int=1), server_name="x")
    assert dict(server) == {
        "lastOnlineTime": "1500",
        "online": True,
        "serverId": "00000000-0000-0000-0000-000000000001",
        "serverName": "x",
    }
    assert server == ClusterServer.model_validate_json(server.to_json())
    assert server == ClusterServer.model_validate(dict(server))
    assert server == ClusterServer.model_validate(
        {"last_online_time": "1500", "online": True, "server_id": str(uuid.UUID(int=1)), "server_name": "x"}
    )


def test_json_default() -> None:
    assert json.loads(json.dumps({"c": [channel()]}, default=json_default)) == {"c": [CHANNEL]}
    with pytest.raises(TypeError, match="complex"):
        json.dumps(1j, default=json_default)


def test_models_within_models_of_the_user() -> None:
    class Report(BaseModel):
        channel: ChannelInformation

    report = Report(channel=channel())
    assert json.loads(report.model_dump_json()) == {"channel": CHANNEL}
    assert Report.model_validate_json(report.model_dump_json()) == report


def test_repr_has_python_names_and_is_short() -> None:
    assert "channel_name='demo:double'" in repr(channel())
    assert "channelName" not in repr(channel())
    large = ChannelSummaryList(channels=tuple(summary(f"c{n}") for n in range(10_000)))
    assert len(repr(large)) < 5_000
    assert len(repr(sample(value=[1.0] * 100_000))) < 1_000
    assert len(repr(ServerConfigurationExport(configuration_file="A" * 1_000_000))) < 300


def summary(name: str) -> ChannelSummary:
    return ChannelSummary(
        channel_data_id=uuid.UUID(int=0),
        channel_name=name,
        control_system_name="Channel Access",
        control_system_type="channel_access",
        decimation_levels=(0, 30),
        server_id=uuid.UUID(int=1),
        server_name="x",
    )


# -- times and other readings --


def test_times_of_servers() -> None:
    server = ClusterServer(last_online_time=1795485907736, online=True, server_id=uuid.UUID(int=1), server_name="x")
    assert server.last_online_datetime == datetime(2026, 11, 24, 2, 5, 7, 736000, tzinfo=UTC)
    [status] = [reply(path, body) for name, path, body in recorded() if name == "server_status"]
    assert status.server_last_online_datetime.timestamp() * 1000 == pytest.approx(status.server_last_online_time)
    never = ServerStatus.model_validate(dict(status) | {"serverLastOnlineTime": "0"})
    assert never.server_last_online_datetime is None


def test_the_exported_file() -> None:
    [export] = [reply(path, body) for name, path, body in recorded() if name == "export_server_1"]
    assert export.xml.startswith(b"<?xml")
    with pytest.raises(ValueError, match=r"(?i)base64|padding|alphabet"):
        _ = ServerConfigurationExport(configuration_file="*").xml


# -- numbers --

meta_data = TypeAdapter(NumericMetaData)


@given(st.integers(-(2**63), 2**63 - 1))
def test_integers_as_text(number: int) -> None:
    it = channel(totalSamplesWritten=str(number))
    assert it.total_samples_written == number
    assert it["totalSamplesWritten"] == str(number)


@given(st.dictionaries(st.integers(0, 2**31 - 1), st.integers(-(2**31), 2**31 - 1)))
def test_integers_as_keys(periods: dict[int, int]) -> None:
    texts = {str(level): str(period) for level, period in periods.items()}
    it = channel(decimationLevelToRetentionPeriod=texts)
    assert it.decimation_level_to_retention_period == periods
    assert it["decimationLevelToRetentionPeriod"] == texts


@given(st.floats())
def test_floating_point_numbers(number: float) -> None:
    special = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
    wire = special.get(str(number), number)
    it = sample(value=[wire])
    assert it.value[0] == number or (math.isnan(it.value[0]) and math.isnan(number))
    assert same(it["value"], [wire])
    assert type(it).model_validate_json(it.to_json()) == it


@pytest.mark.parametrize("text", ["nan", "Inf", "1.5", "+Infinity", ""])
def test_other_texts_are_no_numbers(text: str) -> None:
    with pytest.raises(ValidationError, match="'NaN', 'Infinity' and '-Infinity'"):
        sample(value=[text])


# -- samples --

META = {
    "type": "numeric", "precision": 2, "units": "A", "displayLow": 0.0, "displayHigh": 250.0,
    "warnLow": "NaN", "warnHigh": 200.0, "alarmLow": "NaN", "alarmHigh": 220.0,
}  # fmt: skip
STATES = {"type": "enum", "states": ["off", "on"]}
TIME = 1_700_000_010_123_456_789
any_sample: TypeAdapter[Sample] = TypeAdapter(Sample)


def sample(**members: Any) -> Any:
    common = {
        "time": TIME,
        "severity": {"level": "OK", "hasValue": True},
        "status": "NO_ALARM",
        "quality": "Original",
        "metaData": META,
        "type": "double",
        "value": [201.5],
    }
    given = {name: value for name, value in (common | members).items() if value is not None}
    return any_sample.validate_json(json.dumps(given), context=REPLY)


def marker() -> Any:
    return sample(
        severity={"level": "INVALID", "hasValue": False},
        status="Disconnected",
        type="string",
        value=["Disconnected"],
        metaData=None,
    )


@pytest.mark.parametrize(
    ("it", "kind", "scalar", "text"),
    [
        (sample(), models.DoubleSample, 201.5, "201.50 A"),
        (sample(metaData=META | {"precision": 0}), models.DoubleSample, 201.5, "201.5 A"),
        (sample(metaData=META | {"precision": -1}), models.DoubleSample, 201.5, "201.5 A"),
        (sample(metaData=META | {"units": ""}), models.DoubleSample, 201.5, "201.50"),
        (sample(metaData=None), models.DoubleSample, 201.5, "201.5"),
        (sample(value=[1e300]), models.DoubleSample, 1e300, "1e+300 A"),
        (sample(value=["-Infinity"]), models.DoubleSample, -math.inf, "-inf A"),
        (sample(type="long", value=[-7]), models.LongSample, -7, "-7 A"),
        (sample(type="long", value=[7], metaData=None), models.LongSample, 7, "7"),
        (
            sample(type="minMaxDouble", minimum=199.25, maximum="NaN"),
            models.MinMaxDoubleSample,
            201.5,
            "201.50 A (199.25 to nan)",
        ),
        (sample(type="enum", value=[1], metaData=STATES), models.EnumSample, "on", "1 'on'"),
        (sample(type="enum", value=[2], metaData=STATES), models.EnumSample, "2", "2 '2'"),
        (sample(type="enum", value=[-1], metaData=STATES), models.EnumSample, "-1", "-1 '-1'"),
        (sample(type="enum", value=[0], metaData=None), models.EnumSample, "0", "0 '0'"),
        (sample(type="string", value=["a\nb"], metaData=None), models.StringSample, "a\nb", r"'a\nb'"),
    ],
)
def test_scalars(it: Any, kind: type, scalar: Any, text: str) -> None:
    assert type(it) is kind
    assert it.scalar == scalar
    assert type(it.scalar) is type(scalar)
    assert not it.is_marker
    assert str(it) == f"2023-11-14T22:13:30.123456789Z  {text}"
    assert it.time == TIME
    assert it.datetime == datetime(2023, 11, 14, 22, 13, 30, 123456, tzinfo=UTC)
    assert it.datetime.utcoffset() == timedelta(0)


def test_markers() -> None:
    assert marker().scalar is None
    assert marker().is_marker
    assert marker().value == ("Disconnected",)
    assert str(marker()) == "2023-11-14T22:13:30.123456789Z  no value  INVALID Disconnected"


def test_alarms_are_shown() -> None:
    alarm = sample(severity={"level": "MINOR", "hasValue": True}, status="HIGH")
    assert str(alarm) == "2023-11-14T22:13:30.123456789Z  201.50 A  MINOR HIGH"


@pytest.mark.parametrize("type_", ["double", "long", "enum", "string"])
def test_arrays_have_no_scalar(type_: str) -> None:
    element = "x" if type_ == "string" else 1
    own = {"long": META, "double": META, "enum": STATES, "string": None}[type_]
    for value in ([], [element, element]):
        it = sample(type=type_, value=value, metaData=own)
        with pytest.raises(ValueError, match=rf"{len(value)} elements; use \.value"):
            _ = it.scalar
        assert "\n" not in str(it)
    assert len(str(sample(type=type_, value=[element] * 10_000, metaData=own))) < 120
    assert "(10000 elements)" in str(sample(type=type_, value=[element] * 10_000, metaData=own))


def test_samples_are_told_apart_by_class() -> None:
    def kind(it: Sample) -> str:
        match it:
            case models.DoubleSample(value=(number,)):
                return f"number {number}"
            case models.StringSample() if it.is_marker:
                return "marker"
            case _:
                return it.type

    assert kind(sample()) == "number 201.5"
    assert kind(marker()) == "marker"
    assert kind(sample(type="long", value=[1])) == "long"
    with pytest.raises(ValidationError, match="type"):
        sample(type="quaternion")


def test_samples_made_without_validation() -> None:
    valid = sample()
    made = models.DoubleSample.model_construct(
        time=valid.time,
        severity=valid.severity,
        status=valid.status,
        quality=valid.quality,
        meta_data=valid.meta_data,
        value=valid.value,
    )
    assert made == valid
    without = models.DoubleSample.model_construct(
        time=valid.time, severity=valid.severity, status=valid.status, quality=valid.quality, value=valid.value
    )
    assert without == sample(metaData=None)
    assert "metaData" not in without


# -- severities --

LEVELS = ["OK", "MINOR", "MAJOR", "INVALID", "CATASTROPHIC"]


@given(st.sampled_from(LEVELS), st.sampled_from(LEVELS))
def test_severities_compare_in_their_order(left: str, right: str) -> None:
    a, b = LEVELS.index(left), LEVELS.index(right)
    severities = [SampleSeverity(level=Severity(level), has_value=True) for level in (left, right)]
    for one, two in (
        (Severity(left), Severity(right)),
        (Severity(left), right),
        (left, Severity(right)),
        severities,
        (severities[0], right),
        (severities[0].level, right),
    ):
        assert (one < two, one <= two, one > two, one >= two) == (a < b, a <= b, a > b, a >= b)


def test_severities_are_texts() -> None:
    assert Severity("MAJOR") is Severity.MAJOR
    assert Severity.MAJOR == "MAJOR"
    assert f"{Severity.MAJOR}" == str(Severity.MAJOR) == "MAJOR"
    assert list(Severity) == LEVELS[:4]
    unknown = Severity("CATASTROPHIC")
    assert unknown == "CATASTROPHIC" == str(unknown)
    assert pickle.loads(pickle.dumps(unknown)) == unknown == copy.deepcopy(unknown)
    assert {unknown: 1}["CATASTROPHIC"] == 1
    with pytest.raises(ValueError, match="5"):
        Severity(5)  # pyright: ignore[reportArgumentType]
    assert sample().severity.level is Severity.OK


# -- names and help --


def test_public_names() -> None:
    assert sorted(models.__all__) == list(models.__all__) == dir(models)
    helpers = {"annotations", "TYPE_CHECKING", "Any"}
    assert {name for name in vars(models) if not name.startswith(("_", "@"))} - helpers <= set(models.__all__)
    assert all(hasattr(models, name) for name in models.__all__)
    assert not hasattr(models, "RequestModel")


def test_reading_samples_needs_no_models_of_the_other_service() -> None:
    loaded = "'cassandra_pv_archiver._generated.admin' in sys.modules"
    code = f"import sys, cassandra_pv_archiver.archive_client; print({loaded})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=50, check=True)
    assert done.stdout.strip() == "False"


def test_everything_is_documented() -> None:
    for name in models.__all__:
        model = getattr(models, name)
        if isinstance(model, type):
            assert model.__doc__, name


SOURCE = "from cassandra_pv_archiver.models import ChannelInformation, Sample\ndef f(it: {}):\n    it.{}"


def completions(annotation: str, begun: str = "") -> set[str]:
    # In this process; else jedi keeps one of its own.
    script = jedi.Script(SOURCE.format(annotation, begun), environment=InterpreterEnvironment())
    return {completion.name for completion in script.complete(3, 7 + len(begun))}


def test_editors_complete_attributes() -> None:
    assert {"channel_name", "decimation_level_to_retention_period", "server_id"} <= completions("ChannelInformation")
    assert {"value", "scalar", "datetime", "meta_data", "severity"} <= completions("Sample")
    assert "startswith" in completions("ChannelInformation", "channel_name.")
    assert "hex" in completions("ChannelInformation", "server_id.")


def test_shells_complete_attributes() -> None:
    interpreter = jedi.Interpreter("it.", [{"it": channel()}])
    assert {"channel_name", "server_id"} <= {completion.name for completion in interpreter.complete()}
    interpreter = jedi.Interpreter("it.", [{"it": sample()}])
    assert {"scalar", "value", "datetime"} <= {completion.name for completion in interpreter.complete()}
