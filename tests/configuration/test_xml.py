"""The server's own files: read as the server reads them, written as it exports them."""

from __future__ import annotations

import io
import json
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cassandra_pv_archiver.configuration import (
    ArchiveConfiguration,
    ChannelConfiguration,
    InvalidConfigurationError,
    read_xml,
    write_xml,
)
from tests.configuration.configurations import (
    NAMESPACE,
    ONE,
    TWO,
    XML_CHARACTER,
    as_server_reads,
    configurations,
    plain,
    recorded_export,
)

ROOT = f'<server-configuration xmlns="{NAMESPACE}">'
END = "</server-configuration>"


def document(content: str, head: str = "") -> bytes:
    return f"{head}{ROOT}\n{content}\n{END}".encode()


def channel(content: str = "", more: str = "", name: str = "x") -> str:
    return f'<channel name="{name}" control-system-type="channel_access"{more}>{content}</channel>'


def problems(content: bytes) -> list[str]:
    with pytest.raises(InvalidConfigurationError) as caught:
        read_xml(content)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("name", ["export_server_1", "export_server_2"])
def test_real_exports_are_read_and_written_byte_for_byte(name: str) -> None:
    exported = recorded_export(name)
    read = read_xml(exported)
    assert plain(read.configuration) == as_server_reads(exported)
    lossless = exported.replace(b"\ttab", b" tab").replace(
        b"xml:new\nline", b"xml:new line"
    )  # as every XML reader has them
    assert write_xml(read.configuration) == lossless
    assert read.places["demo:bool" if name == "export_server_1" else "xml:😀"].line is not None


def test_names_that_the_export_of_the_server_loses() -> None:
    made = ArchiveConfiguration(channels=[ChannelConfiguration(name="a\tb\nc\rd", options={"\t": "\r\n"})])
    written = write_xml(made)
    assert b"a&#9;b&#10;c&#13;d" in written
    assert read_xml(written).configuration == made


@given(configurations(XML_CHARACTER, servers=[ONE], is_renamed=False))
def test_round_trip(made: ArchiveConfiguration) -> None:
    written = write_xml(made)
    assert read_xml(written, server=ONE).configuration == made
    assert as_server_reads(written) == plain(made)


# Parts of documents from which right and wrong ones are put together.
CHANNEL_PARTS = [
    "<raw-samples/>",
    '<raw-samples retention-period="10"/>',
    '<decimation-level decimation-period="30"/>',
    '<decimation-level decimation-period=" +030 " retention-period="5"/>',
    '<decimation-level decimation-period="60" retention-period="20"></decimation-level>',
    '<decimation-level decimation-period="0"/>',
    '<decimation-level decimation-period="2147483648"/>',
    '<decimation-level decimation-period="5" retention-period="-0"/>',
    '<decimation-level decimation-period="5" retention-period="1.0"/>',
    '<decimation-level decimation-period="٣"/>',
    "<decimation-level/>",
    '<control-system-option name=""/>',
    '<control-system-option name="a" value="1"/>',
    '<control-system-option name="&#97;" value="&lt;&#9;"/>',
    '<control-system-option value="1"/>',
    '<control-system-option name="b" xmlns:y="http://www.w3.org/2001/XMLSchema-instance" y:schemaLocation="q"/>',
    '<control-system-option name="c" other="1"/>',
    "<raw-samples> </raw-samples>",
    "<raw-samples><!-- nothing --></raw-samples>",
    "<raw-samples><raw-samples/></raw-samples>",
    "<other/>",
    '<raw-samples xmlns=""/>',
    "\n\t<!-- a comment --><?pi?>",
    "<![CDATA[ ]]>",
    "&#32;",
    "text",
    "&amp;",
]
CHANNEL_ATTRIBUTES = [
    'name="x"',
    'name="y&#10;z"',
    'name=""',
    "name='<'",
    'control-system-type="channel_access"',
    'control-system-type=""',
    *(f'enabled="{value}"' for value in ("true", "false", "1", "0", " true\n", "TRUE", "")),
    'xml:lang="e"',
]


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    channels: list[str] = []
    for _ in range(draw(st.integers(0, 2))):
        usual = ['control-system-type="t"', draw(st.sampled_from(CHANNEL_ATTRIBUTES[:2]))]
        attributes = draw(st.just(usual) | st.lists(st.sampled_from(CHANNEL_ATTRIBUTES), max_size=4))
        parts = draw(st.lists(st.sampled_from(CHANNEL_PARTS), max_size=4))
        channels.append(f"<channel {' '.join(attributes)}>{''.join(parts)}</channel>")
    encoding = draw(st.sampled_from(["", "UTF-8", "utf-16", "ISO-8859-1", "windows-1252", "Shift_JIS"]))
    head = f'<?xml version="1.0" encoding="{encoding}"?>' if encoding else ""
    text = draw(st.sampled_from(["", " ", "<!-- - -->", "\ufeff"] if not encoding else [""])) + head + ROOT
    text += "".join(channels) + draw(st.sampled_from(["", " \n", "text", "<channel/>"])) + END
    return text.encode(encoding or "utf-8", "xmlcharrefreplace")


@given(documents())
@example(document(channel('<decimation-level decimation-period="5" retention-period="-0"/>')))
@example(document(channel("", ' enabled=" true "')))
def test_what_the_server_reads_is_read_and_nothing_else(content: bytes) -> None:
    expected = as_server_reads(content)
    try:
        found: dict[str, Any] | None = plain(read_xml(content).configuration)
    except InvalidConfigurationError:
        found = None
    assert found == expected


ANSWERS_OF_JAVA: dict[str, list[tuple[str, str]]] = json.loads(
    (Path(__file__).parents[1] / "simulator" / "java_xml.json").read_text("utf-8")
)


@pytest.mark.parametrize("kind", ANSWERS_OF_JAVA)
def test_what_the_parser_of_the_server_takes_is_read_and_nothing_else(kind: str) -> None:
    for written, expected in ANSWERS_OF_JAVA[kind]:
        content = written.replace("{NS}", NAMESPACE).encode()
        try:
            read_xml(content)
        except InvalidConfigurationError as error:
            found = error.problems
        else:
            found = ()
        # What is refused for safety, what the server checks after its parser, and what expat has not.
        reasons = ("Document type declarations", "which is less than", "invalid character number")
        is_more = bool(found) and all(any(reason in problem.message for reason in reasons) for problem in found)
        assert is_more or (expected == "valid") == (not found), (written, found)


@pytest.mark.one_interpreter
@given(
    st.lists(
        st.tuples(
            st.integers(0, 1500),
            st.integers(0, 8),
            st.binary(max_size=6) | st.sampled_from([b"<!DOCTYPE a", b"&a;", b"<![CDATA[", b"]]>", b"\xff\xfe", b"\0"]),
        ),
        max_size=4,
    )
)
def test_any_bytes_are_read_or_refused(changes: list[tuple[int, int, bytes]]) -> None:
    content = recorded_export("export_server_2")
    for place, length, inserted in changes:
        content = content[:place] + inserted + content[place + length :]
    try:
        read_xml(content)
    except InvalidConfigurationError as error:
        found = error.problems
    else:
        return
    assert found


def test_enabled_1_is_disabled_and_said() -> None:
    read = read_xml(document(channel("", ' enabled="1"')))
    assert not read.configuration.channels[0].enabled
    assert [str(warning) for warning in read.warnings] == [
        'line 2: warning: channel \'x\', enabled: The server reads enabled="1" as disabled: write "true" or "false".'
    ]


def test_wrong_options_are_said_but_read() -> None:
    read = read_xml(document(channel('\n<control-system-option name="monitormask"/>')))
    assert read.configuration.by_name["x"].options == {"monitormask": ""}
    warning = 'The control-system option "monitormask" is not supported. Write monitorMask.'
    assert [str(each) for each in read.warnings] == [f"line 3: warning: channel 'x', options.monitormask: {warning}"]


PROBLEMS = """\
wrong.xml:2: channel 'x', levels: Decimation level 30 has a retention period of 5 which is less than the retention \
period of decimation level 0 which is 10. Keep longer levels at least as long as shorter ones.
wrong.xml:3: channel 'y', enable: The element channel cannot have the attribute enable: write enabled.
wrong.xml:4: channel 'y', raw-sample: There is no element raw-sample in channel, only raw-samples, decimation-level, \
control-system-option.
wrong.xml:5: name: The element channel needs the attribute name.
wrong.xml:5: control-system-type: The element channel needs the attribute control-system-type.
wrong.xml:5: channel 'x', name: The channel 'x' is there already, in line 2: leave one of them out, or give it another \
name.
wrong.xml:6: channel 'x', decimation-period: The element decimation-level needs the attribute decimation-period.
wrong.xml:6: channel 'x', decimation-period: The attribute decimation-period of decimation-level is wrong: \
"x" is not a number of seconds, such as 86400.
"""


def test_all_problems_at_once_with_their_lines(tmp_path: Path) -> None:
    levels = '<raw-samples retention-period="10"/>\n<decimation-level decimation-period="30" retention-period="5"/>'
    path = tmp_path / "wrong.xml"
    path.write_bytes(
        document(
            channel(levels)
            + channel("\n<raw-sample/>", ' enable="false"', name="y")
            + "\n<channel/>"
            + channel("\n<decimation-level/><decimation-level decimation-period='x'/>")
        )
    )
    with pytest.raises(InvalidConfigurationError) as caught:
        read_xml(path)
    assert str(caught.value).replace(str(path), "wrong.xml").splitlines() == PROBLEMS.splitlines()
    assert {problem.channel for problem in caught.value.problems} == {"x", "y", None}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not well-formed XML: no element found"),
        (b"<a/>", "begins with another element"),
        (document("").replace(NAMESPACE.encode(), b"other"), "begins with another element"),
        (b"name,server", "not well-formed XML"),
        (document("&nbsp;"), "undefined entity"),
        (ROOT.encode() + b"\xff", "not text in the encoding utf-8"),
        (b'<?xml version="1.2"?>' + document(""), "XML of version 1.2 is not known"),
        (b'<?xml version="1.0" encoding="no-such"?>' + document(""), "encoding 'no-such' is not known"),
        (b'<?xml version="1.0" encoding="rot13"?>' + document(""), "encoding 'rot13' is not known"),
        (b'<?xml version="1.0" encoding="utf-7"?>' + document(""), "encoding 'utf-7' is not known"),
        (b'<?xml version="1.0" encoding="idna"?>' + document(""), "encoding 'idna' is not known"),
    ],
)
def test_files_that_are_something_else(content: bytes, message: str) -> None:
    assert message in "\n".join(problems(content))


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ("", "utf-8-sig"),
        ('<?xml version="1.0"?>', "utf-16"),
        ('<?xml version="1.0"?>', "utf-16-le"),
        ('<?xml version="1.0" encoding="Shift_JIS"?>', "shift_jis"),
        ('<?xml version="1.0" encoding="GB18030"?>', "gb18030"),
        ("<?xml version='1.0' encoding='IBM037'?>", "cp037"),
        ('<?xml version="1.0" encoding="windows-1251"?>', "windows-1251"),
    ],
)
def test_encodings(head: str, encoding: str) -> None:
    name = {"cp037": "é", "windows-1251": "я"}.get(encoding, "日本")
    content = document(channel(name=name)).decode()
    assert [each.name for each in read_xml((head + content).encode(encoding)).configuration.channels] == [name]


def test_version_1_1_has_more_line_ends() -> None:
    content = document(channel(name="a\x85b\u2028c\r\x85d"), '<?xml version="1.1"?>')
    assert "a b c d" in read_xml(content).configuration.by_name


def test_document_type_declarations_are_refused() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY a "' + "a" * 5000 + '"><!ENTITY b "' + "&a;" * 5000 + '">'
    for declaration in (bomb + "]>", '<!DOCTYPE a SYSTEM "file:///etc/passwd">', "\n<!DOCTYPE server-configuration>"):
        started = time.perf_counter()
        assert "Document type declarations" in problems(document("&b;", declaration))[0]
        assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    "content",
    [
        ROOT + "<a>" * 500_000,
        ROOT + "<!--" + "-x" * 4_000_000 + "-->" + END,
        ROOT + '<channel name="' + "x" * 8_000_000,
        ROOT + "<channel " + "".join(f'a{i}="" ' for i in range(100_000)) + "/>" + END,
        ROOT + "<channel/>" * 40_000 + END,
        ROOT + "\x01",
    ],
    ids=["deep", "comment", "attribute", "attributes", "problems", "control"],
)
def test_hostile_files_are_refused_soon_and_in_little_memory(content: str) -> None:
    document = io.BytesIO(content.encode())
    started = time.perf_counter()
    tracemalloc.start()
    try:
        with pytest.raises(InvalidConfigurationError) as caught:
            read_xml(document)
        assert tracemalloc.get_traced_memory()[1] < 100e6
    finally:
        tracemalloc.stop()
    assert time.perf_counter() - started < 20
    assert len(caught.value.problems) <= 1000


@pytest.mark.one_interpreter
def test_100_000_channels(tmp_path: Path) -> None:
    parts = '<raw-samples retention-period="10"/>\n<decimation-level decimation-period="30"/>\n'
    parts += '<control-system-option name="monitorMask" value="value"/>'
    path = tmp_path / "many.xml"
    path.write_bytes(document("\n".join(channel(parts, name=f"RING:X{i:06}") for i in range(100_000))))
    started = time.process_time()
    read = read_xml(path)
    took = time.process_time() - started
    assert len(read.configuration.channels) == 100_000
    assert read.places["RING:X099999"].line == 3 * 100_000 - 1
    assert took < 10, "5 s are promised; this is with coverage measured, on any machine"


def test_sources(tmp_path: Path) -> None:
    content = document(channel())
    path = tmp_path / "a.xml"
    path.write_bytes(content)
    with path.open("rb") as file:
        expected = read_xml(content).configuration
        assert [read_xml(each).configuration for each in (path, str(path), file)] == [expected] * 3
    assert str(read_xml(path).places["x"]) == f"{path}:2"
    with pytest.raises(TypeError, match="binary mode"):
        read_xml(io.StringIO("x"))  # pyright: ignore[reportArgumentType] -- what is tested
    with pytest.raises(TypeError, match="not int"):
        read_xml(1)  # pyright: ignore[reportArgumentType] -- what is tested
    with pytest.raises(FileNotFoundError):
        read_xml(tmp_path / "none.xml")


def test_a_file_is_for_one_server() -> None:
    channels = [ChannelConfiguration(name="a", server=ONE), ChannelConfiguration(name="b", server=TWO)]
    made = ArchiveConfiguration(channels=channels)
    with pytest.raises(ValueError, match=f"choose one with server=, out of {ONE}, {TWO}"):
        write_xml(made)
    assert read_xml(write_xml(made, server=TWO), server=TWO).configuration.channels == (channels[1],)


def test_characters_that_xml_cannot_hold() -> None:
    channels = [ChannelConfiguration(name="a\0", options={"x": "\x1f"}), ChannelConfiguration(name="\uffff")]
    with pytest.raises(InvalidConfigurationError) as caught:
        write_xml(ArchiveConfiguration(channels=channels))
    assert [problem.message[-7:] for problem in caught.value.problems] == ["U+0000.", "U+001F.", "U+FFFF."]


@pytest.mark.parametrize("lines", [3, 200_000])
def test_bytes_that_are_no_text_are_named_with_their_line(lines: int) -> None:
    content = document(channel() + "\n" * lines).replace(b"</server", b"\xff</server")
    (problem,) = problems(content)
    assert problem.startswith(f"line {lines + 3}: The file is not text in the encoding utf-8")
