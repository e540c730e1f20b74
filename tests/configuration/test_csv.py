"""CSV for spreadsheets."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cassandra_pv_archiver.configuration import (
    ArchiveConfiguration,
    ChannelConfiguration,
    ConfigurationFile,
    InvalidConfigurationError,
    read_csv,
    write_csv,
)
from tests.configuration.configurations import ANY_CHARACTER, ONE, TWO, configurations

ODD = st.sampled_from("=+-@\"',;\t\r\n 10.:truefalse")


def read(text: str) -> ConfigurationFile:
    return read_csv(text.encode())


def problems(text: str) -> list[str]:
    with pytest.raises(InvalidConfigurationError) as caught:
        read(text)
    return [str(problem) for problem in caught.value.problems]


@given(configurations(ANY_CHARACTER, servers=[ONE, TWO, None]) | configurations(ODD, servers=[ONE]))
def test_round_trip(made: ArchiveConfiguration) -> None:
    written = write_csv(made)
    assert read_csv(written).configuration == made, written
    # Other readers see one row for each channel, and nothing that a spreadsheet would take for a formula.
    rows = list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""), strict=True))
    assert len(rows) == 1 + len(made.channels)
    assert written.count(b"\n") == len(rows)
    assert {len(row) for row in rows} == {len(rows[0])}
    assert not any(cell[:1] in {"=", "+", "-", "@", "\t", "\r"} for row in rows for cell in row)


def test_columns() -> None:
    channels = [
        ChannelConfiguration(name="b", server=ONE, levels={0: 864000, 900: 0}, options={"monitorMask": ""}),
        ChannelConfiguration(name="é", enabled=False, options={"minUpdatePeriod": "1"}, renamed_from="=1+1"),
    ]
    text = (
        "\ufeffname,server,control_system_type,enabled,renamed_from,level raw,level 15min,"
        "option minUpdatePeriod,option monitorMask\r\n"
        f'b,{ONE},channel_access,true,,10d,forever,,""""""\r\n'
        'é,,channel_access,false,"""=1+1""",forever,,1,\r\n'
    )
    assert write_csv(ArchiveConfiguration(channels=tuple(channels))).decode() == text


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_as_spreadsheets_write_it(delimiter: str) -> None:
    text = "\ufeffserver,name,enabled,level 30s,,\r\none,x,FALSE,10d\r\n,,,,,\r\n\r\none,y,,,,\r\n".replace(
        ",", delimiter
    )
    found = read_csv(text.replace("10d", "forever").encode(), servers={"one": ONE})
    expected = (
        ChannelConfiguration(name="x", server=ONE, enabled=False, levels={30: 0}),
        ChannelConfiguration(name="y", server=ONE),
    )
    assert found.configuration.channels == expected
    assert found.configuration.servers == {"one": ONE}
    assert {name: place.line for name, place in found.places.items()} == {"x": 2, "y": 5}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["line 1: The file is empty"]),
        ("server\n", ["line 1: name: The first row needs a column name."]),
        ("name,nam,level x,option \n", ["line 1: nam: There is no column 'nam': write name.", "line 1: level x: 'x'"]),
        ("name,level 60s,level 1min,name\n", ["line 1: level 1min: The column is there", "line 1: name: The"]),
        ("name,,server\n", ["line 1: column 2: There is no column ''"]),
        ("name,level 30s\na,5\nb,5d\n", ["line 2: channel 'a', level 30s: 5 has no", "line 3: channel 'b', levels:"]),
        ("name,enabled,server\na,yes,one\n", ["line 2: channel 'a', server: 'one'", "line 2: channel 'a', enabled:"]),
        ("name,,\na,,x\n", ["line 2: There is a value beyond the last column"]),
        ("name,enabled\n,true\n", ["line 2: name: The channel of this row has no name."]),
        ('name\n"""a"\n', ['line 2: name: A cell that begins with a quotation mark is a JSON text, but "a is none']),
        ('name\n"a\n', ["line 2: The file is no CSV: unexpected end of data."]),
        ("name\na\nb\na\n", ["line 4: channel 'a', name: The channel 'a' is there already, in line 2"]),
        ("name,renamed_from\na,c\nb,c\n", ["line 3: channel 'b', renamed_from: 'c' cannot become two channels"]),
        ("name,option monitormask\na,value\n", ["line 2: channel 'a', options.monitormask: The control-system option"]),
    ],
)  # fmt: skip
def test_problems_with_their_places(text: str, expected: list[str]) -> None:
    found = problems(text)
    assert len(found) >= len(expected)
    for start in expected:
        assert any(each.startswith(start) for each in found), found


def test_columns_that_are_left_out() -> None:
    assert read("name\nx\n").configuration.channels == (ChannelConfiguration(name="x"),)


@pytest.mark.one_interpreter
@given(st.binary(max_size=60), st.sampled_from([b"", b"name,server\n", b'"name"\t"level 30s"\n']))
def test_any_bytes_are_read_or_refused(content: bytes, head: bytes) -> None:
    try:
        read_csv(head + content)
    except InvalidConfigurationError as error:
        found = error.problems
    else:
        return
    assert found


@pytest.mark.parametrize(
    ("true", "false"), [("TRUE", "FALSE"), ("WAHR", "FALSCH"), ("VRAI", "FAUX"), ("VERO", "FALSO")]
)
def test_truth_is_read_in_the_language_of_the_spreadsheet(true: str, false: str) -> None:
    found = read_csv(f"name;enabled\na;{true}\nb;{false}\n".encode()).configuration
    assert [channel.enabled for channel in found.channels] == [True, False]
    named = ArchiveConfiguration(channels=[ChannelConfiguration(name=true)])
    assert f'"""{true}"""'.encode() in write_csv(named)
    assert read_csv(write_csv(named)).configuration == named
