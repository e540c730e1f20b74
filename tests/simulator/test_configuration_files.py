"""Configuration files: the grammar, the export and its way back, and imports with all their outcomes."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cassandra_pv_archiver.testing.simulator import Simulator, SimulatorRequest
from cassandra_pv_archiver.testing.simulator.configuration_reading import UnusableFileError, read_configuration
from cassandra_pv_archiver.testing.simulator.configuration_writing import NAMESPACE

from .asking import FIRST, SECOND_SERVER, UNKNOWN_SERVER, channel_of, new_simulator, read, run
from .recorded_cluster import CREDENTIALS, JSON_BODY


def _document(*channels: str) -> str:
    return f'<server-configuration xmlns="{NAMESPACE}">{"".join(channels)}</server-configuration>'


def _channel(name: str = "a", attributes: str = "", children: str = "") -> str:
    return f'<channel name="{name}" control-system-type="channel_access"{attributes}>{children}</channel>'


def _exported(simulator: Simulator, server: str = FIRST) -> bytes:
    return base64.b64decode(read(simulator, f"channels/by-server/{server}/export")["configurationFile"])


def _import(
    simulator: Simulator, document: str | bytes, server: str = FIRST, **flags: Any
) -> tuple[int, dict[str, Any]]:
    content = document.encode() if isinstance(document, str) else document
    body = json.dumps({"configurationFile": base64.b64encode(content).decode(), **flags}).encode()
    target = f"/admin/api/1.0/channels/by-server/{server}/import".encode()
    response = simulator.handle("admin", 0, SimulatorRequest("POST", target, [CREDENTIALS, JSON_BODY], body))
    return response.status, json.loads(response.read())


# The grammar


@pytest.mark.parametrize(
    ("children", "retention"),
    [
        ("", {0: 0}),
        ('<raw-samples retention-period="30"/>', {0: 30}),
        ('<decimation-level decimation-period="030"/>', {0: 0, 30: 0}),
        ('<decimation-level decimation-period=" +30&#10;" retention-period="-0"/>', {0: 0, 30: 0}),
        ('<raw-samples/> <decimation-level decimation-period="2147483647"/><!-- c -->', {0: 0, 2147483647: 0}),
    ],
)
def test_levels_and_retention_periods(children: str, retention: dict[int, int]) -> None:
    assert read_configuration(_document(_channel(children=children)).encode())["a"].retention == retention


@pytest.mark.parametrize(
    ("written", "enabled"), [("true", True), (" true ", True), ("false", False), ("0", False), ("1", False)]
)
def test_only_the_word_true_enables_a_channel(written: str, enabled: bool) -> None:
    document = _document(_channel(attributes=f' enabled="{written}"'))
    assert read_configuration(document.encode())["a"].enabled is enabled


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ("", "Fatal error in line 1, column 1: Premature end of file."),
        ("text", "Fatal error in line 1, column 1: Content is not allowed in prolog."),
        ("<a/>", "Error in line 1, column 5: cvc-elt.1.a: Cannot find the declaration of element 'a'."),
        (_document("<a/>"), "Error in line 1, column 105: cvc-complex-type.2.4.a: Invalid content was found"),
        (_document("text"), "Error in line 1, column 128: cvc-complex-type.2.3: "),
        (_document("<channel/>"), "Error in line 1, column 111: cvc-complex-type.4: Attribute 'name' must appear"),
        (_document('<channel name="a"/>'), "Error in line 1, column 120: cvc-complex-type.4: "),
        (_document(_channel("")), "Error in line 1, column 155: cvc-minLength-valid: "),
        (_document(_channel(attributes=' a="b"')), "Error in line 1, column 162: cvc-complex-type.3.2.2: "),
        (_document(_channel(attributes=' enabled="yes"')), "Error in line 1, column 170: cvc-datatype-valid.1.2.1: "),
        (_document(_channel(children='<raw-samples retention-period="-1"/>')), "Error in line 1, column 192: cvc-minI"),
        (_document(_channel(children="<raw-samples>x</raw-samples>")), "Error in line 1, column 184: cvc-complex-"),
        (_document(_channel(children="<raw-samples/><raw-samples/>")), "Error in line 1, column 184: cvc-complex-"),
        (_document(_channel(), _channel()), "Error in line 1, column 221: cvc-identity-constraint.4.1: "),
    ],
)  # fmt: skip
def test_violations_of_the_grammar(document: str, problem: str) -> None:
    with pytest.raises(UnusableFileError) as caught:
        read_configuration(document.encode())
    assert str(caught.value).startswith(problem)


def test_retention_periods_must_ascend() -> None:
    levels = '<raw-samples retention-period="9"/><decimation-level decimation-period="5" retention-period="8"/>'
    with pytest.raises(UnusableFileError) as caught:
        read_configuration(_document(_channel('a"', children=levels).replace('a""', 'a&quot;"')).encode())
    assert str(caught.value) == (
        'Invalid definition for channel "a\\"": Decimation level 5 has a retention period of 8 which is less than the '
        "retention period of decimation level 0 which is 9."
    )


# The export

_NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1)
_TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))


@given(
    st.dictionaries(
        _NAMES,
        st.tuples(
            _TEXTS,
            st.booleans(),
            st.dictionaries(st.integers(1, 2**31 - 1), st.integers(1, 2**31 - 1), max_size=4),
            st.dictionaries(_TEXTS, _TEXTS, max_size=3),
        ),
        max_size=4,
    )
)
def test_an_export_is_read_back(channels: dict[str, Any]) -> None:
    simulator = new_simulator()
    for name, (control_system_type, enabled, levels, options) in channels.items():
        periods = dict(zip(sorted(levels), sorted(levels.values()), strict=True))
        add = {
            "commandType": "add_channel",
            "channelName": name,
            "controlSystemType": control_system_type,
            "enabled": enabled,
            "options": options,
            "decimationLevels": list(map(str, levels)),
            "decimationLevelToRetentionPeriod": {
                "0": "1",
                **{str(level): str(kept) for level, kept in periods.items()},
            },
            "serverId": FIRST,
        }
        assert run(simulator, add) == [None]
    found = read_configuration(_exported(simulator))
    assert list(found) == sorted(channels, key=lambda name: name.encode("utf-16-be"))
    for name, (control_system_type, enabled, levels, options) in channels.items():
        periods = dict(zip(sorted(levels), sorted(levels.values()), strict=True))
        channel = found[name]
        assert (channel.control_system_type, channel.enabled) == (control_system_type, enabled)
        assert (channel.retention, channel.options) == ({0: 1, **periods}, options)


def test_an_export_leaves_out_what_is_usual() -> None:
    simulator = new_simulator()
    simulator.add_channel(
        'a<&>"\t', decimation_levels={0: 0, 30: 0, 900: 5}, options={"o": "", "n": "v"}, enabled=False
    )
    simulator.add_channel("b", server=0)
    lines = _exported(simulator).decode().split("\r\n")
    assert lines[2:] == [
        '  <channel name="a&lt;&amp;&gt;&quot;\t" control-system-type="channel_access" enabled="false">',
        '    <decimation-level decimation-period="30"/>',
        '    <decimation-level decimation-period="900" retention-period="5"/>',
        '    <control-system-option name="n" value="v"/>',
        '    <control-system-option name="o"/>',
        "  </channel>",
        '  <channel name="b" control-system-type="channel_access"/>',
        "</server-configuration>",
        "",
    ]


# Imports


@pytest.mark.parametrize(
    ("flags", "status", "succeeded", "failed"),
    [
        ({"addChannels": True, "updateChannels": True}, 200, ["a", "new"], []),
        ({"addChannels": "true"}, 500, ["new"], ["a"]),
        ({"updateChannels": 1}, 500, ["a"], ["new"]),
        ({"addChannels": "", "updateChannels": None}, 200, [], []),
    ],
)
def test_which_channels_are_added_and_updated(
    flags: dict[str, Any], status: int, succeeded: list[str], failed: list[str]
) -> None:
    simulator = new_simulator()
    simulator.add_channel("a", enabled=True)
    answer = _import(simulator, _document(_channel("new"), _channel("a", ' enabled="false"')), **flags)
    assert answer[0] == status
    assert answer[1]["addOrUpdateSucceeded"] == succeeded
    assert list(answer[1]["addOrUpdateFailed"]) == failed
    assert answer[1]["errorMessage"] is None
    assert channel_of(simulator, "a")["enabled"] is not ("updateChannels" in flags and bool(flags["updateChannels"]))


def test_channels_that_the_file_does_not_name_are_removed_from_this_server_only() -> None:
    simulator = new_simulator()
    for name, server in (("kept", 0), ("gone", 0), ("other", 1)):
        simulator.add_channel(name, server=server)
    status, answer = _import(simulator, _document(_channel("kept")), removeChannels=True)
    assert (status, answer["removeSucceeded"], answer["removeFailed"]) == (200, ["gone"], {})
    remaining = [channel["channelName"] for channel in read(simulator, "channels/all")["channels"]]
    assert remaining == ["kept", "other"]


def test_a_channel_of_another_server_is_left_alone() -> None:
    simulator = new_simulator()
    simulator.add_channel("other", server=1)
    status, answer = _import(simulator, _document(_channel("other", ' enabled="false"')), updateChannels=True)
    assert (status, list(answer["addOrUpdateFailed"])) == (500, ["other"])
    assert SECOND_SERVER in answer["addOrUpdateFailed"]["other"]


def test_nothing_is_changed_by_a_simulated_import() -> None:
    simulator = new_simulator()
    simulator.add_channel("old")
    document = _document(_channel("b"), _channel("a"))
    status, answer = _import(simulator, document, addChannels=True, removeChannels=True, simulate=True)
    assert (status, answer) == (
        200,
        {
            "addOrUpdateFailed": None,
            "addOrUpdateSucceeded": ["a", "b"],
            "errorMessage": None,
            "removeFailed": None,
            "removeSucceeded": ["old"],
        },
    )
    assert [channel["channelName"] for channel in read(simulator, "channels/all")["channels"]] == ["old"]
    assert _import(simulator, document, simulate=True)[1]["addOrUpdateSucceeded"] == []


@pytest.mark.parametrize(
    ("document", "status", "message"),
    [
        ("", 503, "Configuration file must have non-zero length."),
        ("<a>", 400, "Parsing error: Error in line 1, column 4: cvc-elt.1.a"),
        ("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", 400, "Parsing error: Parsing the XML document failed: "),
        ('<?xml version="1.0" encoding="IBM037"?><a/>', 501, "The simulator cannot say what the server would answer"),
    ],
)
def test_files_that_cannot_be_used(document: str, status: int, message: str) -> None:
    found, answer = _import(new_simulator(), document, addChannels=True)
    assert (found, answer["errorMessage"][: len(message)]) == (status, message)
    assert {value for member, value in answer.items() if member != "errorMessage"} == {None}


@pytest.mark.parametrize(
    "body",
    [b"{}", b'{"configurationFile":null}', b'{"configurationFile":"QQ"}', b'{"configurationFile":"","a":1}', b"[]"],
)
def test_bodies_that_are_no_request_are_refused(body: bytes) -> None:
    target = f"/admin/api/1.0/channels/by-server/{FIRST}/import".encode()
    response = new_simulator().handle("admin", 0, SimulatorRequest("POST", target, [CREDENTIALS, JSON_BODY], body))
    assert response.status == 400
    assert response.read().startswith(b"<!")


def test_an_unknown_server_gets_channels_as_well() -> None:
    simulator = new_simulator()
    assert _import(simulator, _document(_channel()), UNKNOWN_SERVER, addChannels=True)[0] == 200
    assert channel_of(simulator, "a")["serverName"] == "unknown"


def test_what_was_exported_changes_nothing_when_it_is_imported() -> None:
    simulator = new_simulator()
    simulator.add_channel("a", decimation_levels={0: 10, 30: 20}, options={"o": "v"})
    simulator.add_channel("é😀", enabled=False)
    before = read(simulator, f"channels/by-server/{FIRST}")
    answer = _import(simulator, _exported(simulator), addChannels=True, updateChannels=True, removeChannels=True)
    assert (answer[0], answer[1]["addOrUpdateSucceeded"], answer[1]["removeSucceeded"]) == (200, ["a", "é😀"], [])
    assert read(simulator, f"channels/by-server/{FIRST}") == before
