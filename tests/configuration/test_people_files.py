"""YAML and TOML for people: what they mean, what is said about errors, and that nothing is lost."""

from __future__ import annotations

import json
import re
import sys
import time
import tomllib
from importlib.resources import files
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cassandra_pv_archiver import MissingExtraError
from cassandra_pv_archiver.configuration import (
    ArchiveConfiguration,
    ChannelConfiguration,
    ConfigurationFile,
    InvalidConfigurationError,
    OwnedChannels,
    configuration_schema,
    read_toml,
    read_yaml,
    write_toml,
    write_yaml,
)
from cassandra_pv_archiver.configuration.schema import made_schema
from cassandra_pv_archiver.configuration.toml_reading import lines_of_toml
from tests.configuration.configurations import ANY_CHARACTER, ONE, TWO, configurations, with_servers_and_scopes

VALIDATOR = Draft202012Validator(configuration_schema())

RING = f"""\
servers:
  one: {ONE}
owns:
  - server: one
  - channels: RING:*
defaults:
  server: one
  levels: {{raw: 90d, 30s: 365d, 15min: forever}}
templates:
  slow:
    options: {{minUpdatePeriod: 0.20, monitorMask: value}}
groups:
  - template: slow
    for: {{sector: "1..3"}}
    channels:
      - RING:S{{sector:02d}}:TEMP
      - name: RING:S{{sector:02d}}:{{plane}}{{{{1}}}}
        for: {{plane: [X, 07]}}
        without_options: [monitorMask]
        options: {{enablingChannel: "RING:S{{sector}}"}}
        enabled: false
        renamed_from: OLD:{{plane}}:{{sector}}
channels:
  - RING:{{CURRENT}}
  - name: off
    levels: {{30s: forever}}
    control_system_type: tango
    server: {TWO}
"""

RING_TOML = f"""\
channels = ["RING:{{CURRENT}}",
    {{ name = "off", levels = {{ 30s = "forever" }}, control_system_type = "tango", server = "{TWO}" }}]

[servers]
one = "{ONE}"

[[owns]]
server = "one"

[[owns]]
channels = "RING:*"

[defaults]
server = "one"
levels = {{ raw = "90d", 30s = "365d", 15min = "forever" }}

[templates.slow.options]
minUpdatePeriod = 0.20
monitorMask = "value"

[[groups]]
template = "slow"
for = {{ sector = "1..3" }}

[[groups.channels]]
name = "RING:S{{sector:02d}}:TEMP"

[[groups.channels]]
name = "RING:S{{sector:02d}}:{{plane}}{{{{1}}}}"
for = {{ plane = ["X", "07"] }}
without_options = ["monitorMask"]
options.enablingChannel = "RING:S{{sector}}"
enabled = false
renamed_from = "OLD:{{plane}}:{{sector}}"
"""


def read(text: str) -> ConfigurationFile:
    return read_yaml(text.encode())


def problems(text: str) -> list[str]:
    with pytest.raises(InvalidConfigurationError) as caught:
        read(text)
    return [str(problem) for problem in caught.value.problems]


def problems_of_toml(text: str) -> list[str]:
    with pytest.raises(InvalidConfigurationError) as caught:
        read_toml(text.encode())
    return [str(problem) for problem in caught.value.problems]


def test_defaults_templates_groups_and_variables() -> None:
    found = read(RING)
    levels = {0: 90 * 86400, 30: 365 * 86400, 900: 0}
    slow = {"minUpdatePeriod": "0.20", "monitorMask": "value"}
    expected = [
        ChannelConfiguration(name=f"RING:S0{sector}:TEMP", server=ONE, levels=levels, options=slow)
        for sector in (1, 2, 3)
    ]
    expected += [
        ChannelConfiguration(
            name=f"RING:S0{sector}:{plane}{{1}}",
            server=ONE,
            levels=levels,
            options={"minUpdatePeriod": "0.20", "enablingChannel": f"RING:S{sector}"},
            enabled=False,
            renamed_from=f"OLD:{plane}:{sector}",
        )
        for sector in (1, 2, 3)
        for plane in ("X", "07")
    ]
    expected.append(ChannelConfiguration(name="RING:{CURRENT}", server=ONE, levels=levels))
    expected.append(ChannelConfiguration(name="off", server=TWO, levels={30: 0}, control_system_type="tango"))
    owns = (OwnedChannels(server=ONE), OwnedChannels(channels="RING:*"))
    assert found.configuration == ArchiveConfiguration(channels=tuple(expected), owns=owns, servers={"one": ONE})
    assert {name: place.line for name, place in found.places.items() if "03" in name or name == "off"} == {
        "RING:S03:TEMP": 16,
        "RING:S03:X{1}": 17,
        "RING:S03:07{1}": 17,
        "off": 25,
    }


def test_toml_says_the_same() -> None:
    found = read_toml(RING_TOML.encode())
    assert found.configuration == read(RING).configuration
    assert (found.places["off"].line, found.places["RING:S03:TEMP"].line) == (2, 25)


def test_a_thousand_channels_are_ten_lines() -> None:
    text = """\
defaults: {levels: {raw: 30d, 1min: forever}}
channels:
  - {name: "RING:S{sector:02d}:{kind}:{n:03d}", for: {sector: 1..25, kind: [TEMP, FLOW], n: "1..20"}}
"""
    assert len(read(text).configuration.channels) == 1000
    assert text.count("\n") < 10


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("1..3", ["1", "2", "3"]),
        ("-1..1", ["-1", "0", "1"]),
        ("0..10..5", ["0", "5", "10"]),
        ("'1..2, 7'", ["1", "2", "7"]),
        ("5", ["5"]),
        ("[a, 01, 2]", ["a", "01", "2"]),
    ],
)
def test_values_of_variables(values: str, expected: list[str]) -> None:
    found = read(f"channels: [{{name: '{{v}}', for: {{v: {values}}}}}]").configuration
    assert set(found.by_name) == set(expected)


@pytest.mark.parametrize(
    ("place", "expected"),
    [("{v}", "10"), ("{v:03d}", "010"), ("{v:4}", "  10"), ("{v:02X}", "0A"), ("{{{v}}}", "{10}")],
)
def test_places_in_texts(place: str, expected: str) -> None:
    assert list(read(f"channels: [{{name: '{place}', for: {{v: 10}}}}]").configuration.by_name) == [expected]


def test_several_templates_of_which_the_later_wins() -> None:
    text = """\
templates:
  a: {levels: {30s: forever}, options: {monitorMask: value, clockSource: local}}
  b: {enabled: false, options: {monitorMask: alarm}}
channels:
  - {name: x, template: [a, b]}
  - {name: y, template: [b, a]}
"""
    found = read(text).configuration.by_name
    assert (found["x"].options["monitorMask"], found["y"].options["monitorMask"]) == ("alarm", "value")
    assert found["x"].levels == found["y"].levels == {0: 0, 30: 0}
    assert not found["y"].enabled


def test_plain_texts_of_yaml_stay_what_they_are() -> None:
    words = ["on", "no", "1_0", "0x10", "1e3", "2026-11-24", "12:30:00", "0.20", "NO:1", "true"]
    found = read(
        "channels: [{name: a, control_system_type: x, options: {"
        + ", ".join(f"k{n}: {w}" for n, w in enumerate(words))
        + "}}]"
    )
    assert list(found.configuration.by_name["a"].options.values()) == words


def test_numbers_and_truth_of_toml_are_texts_where_texts_are_wanted() -> None:
    text = '[[channels]]\nname = "a"\noptions = { minUpdatePeriod = 0.20, maxUpdatePeriod = 3, '
    text += "writeSampleWhenDisabled = true }"
    options = {"minUpdatePeriod": "0.20", "maxUpdatePeriod": "3", "writeSampleWhenDisabled": "true"}
    assert read_toml(text.encode()).configuration.by_name["a"].options == options


@pytest.mark.parametrize(
    ("wrong", "right", "expected"),
    [
        (
            "15min: forever",
            "15min: 1d",
            ["line 8: channel 'RING:S01:TEMP', levels: Decimation level 900 has a retention "],
        ),
        ("raw: 90d", "raw: 90", ["line 8: defaults.levels.raw: 90 has no unit: write how long samples are kept"]),
        (
            "15min:",
            "900: 1d, x:",
            ["line 8: defaults.levels.900: 900 has no unit", "line 8: defaults.levels.x: 'x' is not"],
        ),
        ("15min:", "60s: 1d, 1min:", ["line 8: defaults.levels: A decimation level is there twice"]),
        ("15min:", "500ms:", ["line 8: defaults.levels.500ms: '500ms' is not a whole number of seconds"]),
        ("template: slow", "template: slo", ["line 13: groups[0].template: There is no template 'slo': write slow."]),
        (
            "without_options",
            "without_option",
            ["line 19: groups[0].channels[1].without_option: There is no member 'with"],
        ),
        ("enabled: false", "enabled: off", ["line 21: groups[0].channels[1].enabled: 'off' is neither true nor false"]),
        ("enabled: false", "enabled: 'false'", ["line 21: groups[0].channels[1].enabled: 'false' is neither true"]),
        (
            "  server: one\n  lev",
            "  server: two\n  lev",
            ["line 7: channel 'RING:S01:TEMP', defaults.server: The table serv"],
        ),
        ("- server: one", "- server: oe", ["line 4: owns[0].server: The table servers has no 'oe': write one"]),
        ("- server: one", "- {}", ["line 4: owns[0]: Say which channels are owned"]),
        (f"one: {ONE}", "one: 17", ["line 2: servers.one: '17' is not the ID of a server"]),
        ("02d}:TEMP", "02d:TEMP", ["line 16: groups[0].channels[0].name: '{' in 'RING:S{sector:02d:TEMP'"]),
        (
            "{sector:02d}:TEMP",
            "{section}",
            ["line 16: groups[0].channels[0].name: '{section}' in 'RING:S{section}' is none"],
        ),
        ("{plane}{", "{plane:02d}{", ["line 17: groups[0].channels[1].name: '{plane:02d}' is for numbers, but"]),
        (
            "{sector:02d}:TEMP",
            "{sector:99d}",
            ["line 16: groups[0].channels[0].name: '{sector:99d}' has an unknown form"],
        ),
        ('"1..3"', '"1-3"', ["line 14: groups[0].for: '1-3' is not a range"]),
        ('"1..3"', '"3..1"', ["line 14: groups[0].for: '3..1' has no numbers"]),
        ('"1..3"', '"1..3..0"', ["line 14: groups[0].for: '1..3..0' has no numbers"]),
        ('"1..3"', "[]", ["line 14: groups[0].for: The variable sector has no values"]),
        ('"1..3"', "{}", ["line 14: groups[0].for.sector: Numbers such as '1..24'"]),
        ('"1..3"', '"1..3", 2x: 3', ["line 14: groups[0].for: '2x' is no name of a variable"]),
        (
            '"1..3"',
            '"1..3", plane: 1',
            ["line 18: groups[0].channels[1].for: The variable plane is there in the group"],
        ),
        ('"1..3"', '"1..999999999"', ["line 14: groups[0].for: '1..999999999' has more than 1000000 numbers"]),
        ('"1..3"', '"1..999999", x: "1..9"', ["line 14: groups[0].for: The file has more than 1000000 channels"]),
        (
            "  - RING:{CURRENT}",
            "  - off",
            ["line 25: channel 'off', name: The channel 'off' is there already, in line 24"],
        ),
        ("OLD:{plane}:{sector}", "OLD", ["line 22: channel 'RING:S01:07{1}', renamed_from: 'OLD' cannot become two"]),
        (
            "monitorMask: value",
            "monitorMask: vale",
            ["line 11: channel 'RING:S01:TEMP', options.monitorMask: The control"],
        ),
        ("  - RING:{CURRENT}", "  - ''", ["line 24: name: The name of a channel must not be empty."]),
        (
            "    channels:\n",
            "    channel:\n",
            ["line 13: groups[0].channels: The member channels is needed", "line 15: gr"],
        ),
        (
            "channels:\n  - RING",
            "channels:\n    a: 1\nc:\n  - RING",
            ["line 23: channels: A list is wanted", "line 25: c: Th"],
        ),
        ("options: {min", "options: [a]\nowns: {min", ["line 12: 'owns' is there already, in line 3."]),
        ("RING:*", "[RING", ["line 6: The file is no YAML: did not find expected"]),
        ("RING:*", "!tag RING", ["line 5: Tags such as !tag mean nothing here."]),
        ("RING:*", "*RING", ["line 5: There is no anchor &RING before this."]),
        ("owns:", "--- 1\n---\nowns:", ["line"]),
    ],
)
def test_problems_with_their_places(wrong: str, right: str, expected: list[str]) -> None:
    assert wrong in RING
    found = problems(RING.replace(wrong, right, 1))
    assert [each[: len(start)] for each, start in zip(found, expected, strict=False)] == expected, found


def test_all_problems_at_once() -> None:
    text = RING.replace("15min: forever", "15min: 1d").replace("monitorMask: value", "monitormask: value")
    found = problems(text.replace("template: slow", "template: [slow, fast]"))
    assert [each.split(":")[0] for each in found] == ["line 8", "line 11", "line 13"]


WRONG = f"""\
servers: {{one: {ONE}}}
owns: [{{channel: x}}]
defaults: {{levels: {{30: 1d}}, server: 1}}
templates: {{a: {{enabled: 1, options: {{clockSource: [x]}}}}, b: 5}}
groups:
- {{channels: [{{name: a, levels: {{60s: 1d}}}}, {{enabled: true}}, [x], {{name: "{{y}}", for: {{z: 1}}}}]}}
- {{for: {{v: {{}}}}, channels: [x]}}
- {{template: [a, b], channels: [c, {{name: c, renamed_form: d, options: {{monitorMask: x, minUpdatePeriod: []}}}}]}}
channels:
- {{name: d, levels: 5, server: two}}
groop: 1
"""


def test_errors_of_form_do_not_hide_the_others() -> None:
    found = problems(WRONG)
    expected = [
        "line 2: owns[0].channel: There is no member 'channel' here",
        "line 3: defaults.levels.30: 30 has no unit",
        "line 3: channel 'a', defaults.server: The table servers has no '1'",
        "line 4: templates.a.enabled: '1' is neither",
        "line 4: templates.a.options.clockSource: A text is wanted here, not a list: write it in quotation marks.",
        "line 4: templates.b: A table with members is wanted here.",
        "line 6: groups[0].channels[1].name: The member name is needed here.",
        "line 6: groups[0].channels[2]: A table with members is wanted here.",
        "line 6: channel 'a', levels: Decimation level 60 has a retention period",
        "line 6: groups[0].channels[3].name: '{y}' in '{y}' is none of {z}",
        "line 7: groups[1].for.v: Numbers such as '1..24'",
        "line 8: channel 'c', groups[2].channels[1].options.minUpdatePeriod: A text is wanted here, not a list: write",
        "line 8: channel 'c', groups[2].channels[1].renamed_form: There is no member",
        "line 8: channel 'c', name: The channel 'c' is there already",
        "line 8: channel 'c', options.monitorMask: The control-system option",
        "line 10: channel 'd', channels[0].levels: A table with members is wanted here.",
        "line 10: channel 'd', channels[0].server: The table servers has no 'two'",
        "line 11: groop: There is no member 'groop' here: write groups.",
    ]
    assert [each[: len(start)] for each, start in zip(found, expected, strict=False)] == expected, "\n".join(found)
    assert len(found) == len(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = ", "line 1: The file is no TOML: Invalid value: write texts in quotation marks."),
        ("a = 1\na = 2\n", "line 2: The file is no TOML: Cannot overwrite a value."),
        ("a = " + "[" * 5000 + "]" * 5000, "Lists and tables are too deep within each other."),
        ("a = " + "[" * 60 + "]" * 60, "line 1: Lists and tables are too deep within each other."),
        ("a = " + "1" * 5000, "The file is no TOML: Exceeds the limit"),
        ("x = 1\na" + ".a" * 50_000 + " = 1", "line 2: Lists and tables are too deep within each other."),
        ("x = 1\n[['a'" + ' . "a"' * 50_000 + "]]", "line 2: Lists and tables are too deep within each other."),
        ("x = [{a" + ".a" * 50_000 + " = 1}]", "line 1: Lists and tables are too deep within each other."),
        ("[[channels]]\nname = 'a'\n\n[channels.levels]\n30s = 5", "line 5: channel 'a', channels[0].levels.30s: 5"),
        ("[[channels]]\nname = 'a'\nenabled = 1", "line 3: channel 'a', channels[0].enabled: '1' is neither"),
        ("[[channels]]\nenabled = true", "line 1: channels[0].name: The member name is needed here."),
        (
            "[[channels]]\nname = 'a'\n[[channels]]\nname = 'a'",
            "line 4: channel 'a', name: The channel 'a' is there already",
        ),
        ("channels = 'a'", "line 1: channels: A list is wanted here."),
    ],
)
def test_problems_of_toml(text: str, expected: str) -> None:
    assert problems_of_toml(text)[0].startswith(expected), problems_of_toml(text)


@pytest.mark.parametrize("text", ["- a", "a", "5", "[a]"])
def test_files_that_are_no_tables(text: str) -> None:
    assert problems(text) == [
        "line 1: A file is a table with the members servers, owns, defaults, templates, groups, channels."
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("channels:\n\t- a", "line 2: .*: indent lines by blanks, not by tabs."),
        ("channels:\n  - {name: A{i}, for: {i: 1..5}}", "line 2: .*: write texts with any of .* in quotation marks."),
        ("channels:\n  - name: A: B", "line 2: .*: write texts with any of .* in quotation marks."),
        ("channels:\n  - <<: {enabled: false}\n    name: a", "line 2: .*: There are no merge keys .*write a template"),
        ("channels:\n  - name:", "line 2: .*: A text is wanted here, not nothing"),
        ("channels:\n  - {name: [a]}", "line 2: .*: A text is wanted here, not a list"),
        ("channels:\n  - {name: {a: b}}", "line 2: .*: A text is wanted here, not a table"),
        ("channels:\n  - {name: a, enabled: [x]}", "line 2: .*: This is neither true nor false: write one of them"),
        ("channels:\n  - {name: a, levels: {0: 1d}}", "line 2: .*: 0 has no unit.*; 0 seconds are 'raw'."),
        ("channels:\n  - {name: a, levels: {raw: 0}}", "line 2: .*: 0 has no unit.*; 0 seconds are 'forever'."),
        ("channels:\n  - {name: a, for: {i: 1..5}}", "line 2: .*: Several channels .* name 'a': write {i} in it."),
        (
            "groups:\n  - for: {i: 1..2}\n    channels:\n      - {name: a, for: {j: 1}}",
            "line 4: .*: Several channels would have the name 'a': write {i}, {j} in it.",
        ),
        ("channels:\n  - {name: a, renamed_from: a}", "line 2: channel 'a', renamed_from: A channel cannot be renamed"),
        (
            "channels:\n  - {name: a, levels: {raw: 90d, 30s: 30d}}",
            "line 2: .*which is 7776000. Keep longer levels at least as long as shorter ones.",
        ),
    ],
)
def test_problems_say_what_to_write_instead(text: str, expected: str) -> None:
    (found,) = problems(text)
    assert re.match(expected, found), found


def test_an_empty_file_says_nothing() -> None:
    assert read("").configuration == read_toml(b"").configuration == ArchiveConfiguration()
    assert read("\ufeff# nothing\n").configuration == ArchiveConfiguration()


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(InvalidConfigurationError, match="line 2: The file is not text in UTF-8"):
        read_yaml(b"a: 1\n\xff")
    with pytest.raises(InvalidConfigurationError, match="line 2: The file is not text in UTF-8"):
        read_toml(b"a = 1\n\xff")


def test_aliases_of_yaml_stand_for_what_they_name() -> None:
    text = "templates:\n  a: &a {enabled: false}\n  b: *a\nchannels:\n  - {name: x, template: b}\n"
    assert not read(text).configuration.by_name["x"].enabled


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 100_000,
        "channels:\n" + "\n".join(f"- &a{n} [{', '.join([f'*a{n - 1}'] * 20)}]" if n else "- &a0 x" for n in range(20)),
        "groups:\n- &g {channels: [" + "&c {name: x}, " + "*c, " * 5000 + "]}\n" + "- *g\n" * 5000,
        "channels: [{name: '" + "{v}" * 100_000 + "', for: {w: 1}}]",
        "channels: [{name: '" + "{" * 100_001 + "', for: {w: 1}}]",
    ],
    ids=["deep", "laughs", "groups", "places", "braces"],
)
def test_hostile_files_are_refused_soon(text: str) -> None:
    started = time.perf_counter()
    assert problems(text)
    assert time.perf_counter() - started < 20


@pytest.mark.one_interpreter
@given(
    st.binary(max_size=60)
    | st.text(st.sampled_from("a:-[]{}\"'#&*!|>\n ,.0x\\\ud800"), max_size=40).map(
        lambda t: t.encode("utf-8", "surrogatepass")
    )
)
@example(b'channels: ["\\ud800"]')
@example(b'"a\\uD800": 1')
@example(b"a: !!binary x")
@example(b"? [a]\n: b")
@example(b"<<: {a: b}")
@example(b"a: 2026-01-01\n")
@example(b"a = 2026-01-01\n")
@example(b"a.b.c = {d.e = [ { } ]}\n")
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for reader in (read_yaml, read_toml):
        try:
            reader(content)
        except InvalidConfigurationError as error:
            found = error.problems
        else:
            continue
        assert found


@given(
    configurations(ANY_CHARACTER, servers=[ONE, TWO, None])
    | configurations(st.sampled_from("a1:-_/. #{}"), servers=[ONE]),
    st.lists(st.text(ANY_CHARACTER, max_size=5), unique=True, max_size=2),
    st.text(ANY_CHARACTER, min_size=1, max_size=5),
)
def test_round_trips(made: ArchiveConfiguration, names: list[str], pattern: str) -> None:
    made = with_servers_and_scopes(made, names, pattern)
    in_yaml, in_toml = write_yaml(made), write_toml(made)
    assert read_yaml(in_yaml).configuration == made, in_yaml.decode()
    assert read_toml(in_toml).configuration == made, in_toml.decode()
    # Other readers see the same, and editors find nothing wrong.
    document = yaml.safe_load(in_yaml) or {}
    assert document == tomllib.loads(in_toml.decode())
    assert list(VALIDATOR.iter_errors(document)) == []


def test_what_is_written_is_for_people() -> None:
    made = read(RING).configuration
    text = write_yaml(made).decode()
    assert "  levels: {raw: 90d, 30s: 365d, 15min: forever}\n" in text
    assert text.count("365d") == 1
    assert "      - RING:S01:TEMP\n      - RING:S02:TEMP\n" in text


def test_names_that_differ_in_numbers_are_ranges() -> None:
    names = [
        f"RING:S{sector:02d}:{kind}{n}"
        for sector in range(1, 25)
        for kind in ("TEMP", "{X}")
        for n in (1, 2, 3, 7, 8, 9)
    ]
    made = ArchiveConfiguration(
        channels=tuple(ChannelConfiguration(name=name) for name in [*names, "A1", "A2", "RING"])
    )
    text = write_yaml(made, with_ranges=True).decode()
    assert (
        text
        == """\
channels:
  - A1
  - A2
  - RING
  - name: "RING:S{i:02d}:TEMP{j}"
    for: {i: "1..24", j: "1..3, 7..9"}
  - name: "RING:S{i:02d}:{{X}}{j}"
    for: {i: "1..24", j: "1..3, 7..9"}
"""
    )
    assert read(text).configuration == made


DIGITS = ["0", "00", "1", "01", "2", "02", "3", "03", "10", "010", "11", "12", "007", "8", "9"]
NUMBERED = st.tuples(st.sampled_from(["", "A", "{", "\0i\0", "-"]), st.sampled_from(DIGITS))


@given(st.sets(st.lists(NUMBERED, min_size=1, max_size=3).map(lambda parts: "".join(map("".join, parts))), max_size=40))
def test_ranges_lose_nothing(names: set[str]) -> None:
    made = ArchiveConfiguration(channels=tuple(ChannelConfiguration(name=name) for name in names))
    assert read_yaml(write_yaml(made, with_ranges=True)).configuration == made
    assert read_toml(write_toml(made, with_ranges=True)).configuration == made


_Values = st.recursive(
    st.sampled_from(
        ["'a'", '"b\\"]"', "1", "2.5", "true", "2026-01-01 10:00:00", '"""x\n"]\n"""', "'''\n'']'''", '""', '"""a"""""']
    ),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda each: "[ # [\n" + ",\n ".join(each) + "\n]")
        | st.lists(inner, max_size=3).map(
            lambda each: "{ " + ", ".join(f"k{n}.'x y' = {v}" for n, v in enumerate(each)) + " }"
        )
    ),
    max_leaves=6,
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["[t{}]", "[[ a . b ]]", '[[a."b"]]', "[a.b.c{}]", ""]), st.lists(_Values, max_size=3)
        ),
        max_size=5,
    )
)
def test_lines_of_toml_are_those_of_all_members(parts: list[tuple[str, list[str]]]) -> None:
    text = "# [x]\n"
    for number, (header, values) in enumerate(parts):
        text += (
            header.format(number)
            + "\n"
            + "".join(f'"key {number}.{n}".z = {value} # {number}\n' for n, value in enumerate(values))
        )
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    lines, written = lines_of_toml(text), text.split("\n")

    def check(value: Any, path: tuple[str | int, ...]) -> None:
        members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for name, member in members:
            line = lines[(*path, name)]
            assert isinstance(name, int) or name.split(".")[0] in written[line - 1]
            check(member, (*path, name))

    check(document, ())


def test_schema_is_that_of_the_package_and_takes_what_is_read() -> None:
    assert (
        json.loads(files("cassandra_pv_archiver").joinpath("configuration/schema.json").read_text("utf-8"))
        == made_schema()
    )
    assert configuration_schema() == made_schema()
    Draft202012Validator.check_schema(made_schema())
    assert list(VALIDATOR.iter_errors(yaml.safe_load(RING.replace("name: off", "name: 'off'")))) == []
    assert list(VALIDATOR.iter_errors(tomllib.loads(RING_TOML))) == []


@pytest.mark.parametrize(
    "document",
    [
        {"channel": []},
        {"channels": [{"enabled": True}]},
        {"channels": [{"name": "a", "levels": {"30": "90d"}}]},
        {"channels": [{"name": "a", "levels": {"30s": "90"}}]},
        {"channels": [{"name": "a", "levels": {"30s": ""}}]},
        {"channels": [{"name": "a", "for": {"v": "1-3"}}]},
        {"channels": [{"name": "a", "enabled": "false"}]},
        {"groups": [{"channel": []}]},
    ],
)
def test_schema_finds_what_is_wrong(document: Any) -> None:
    assert list(VALIDATOR.iter_errors(document))


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert read_toml(RING_TOML.encode()).configuration.channels
    assert write_yaml(read_toml(RING_TOML.encode()).configuration)
    with pytest.raises(MissingExtraError, match="yaml"):
        read_yaml(RING.encode())


def test_the_parser_in_python_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = read(RING)
    monkeypatch.delattr(yaml, "CSafeLoader")
    assert read(RING) == expected


def test_names_with_many_dots_are_no_deep_tables() -> None:
    name = "a" + ".a" * 50_000
    assert list(read_toml(f"channels = ['{name}', '{name}x']".encode()).configuration.by_name) == [name, f"{name}x"]
    assert read_toml(write_toml(ArchiveConfiguration(channels=[ChannelConfiguration(name=name)]))).configuration
