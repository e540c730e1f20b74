"""How names become part of a path."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, unquote_plus
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cassandra_pv_archiver._path_encoding import (
    LONGEST_TARGET,
    archive_path_encode,
    check_target,
    parse_server_id,
    tilde_encode,
)

SERVER = UUID("82c711df-632b-49a3-85c2-d3249555eb57")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
# Characters that the container refuses unescaped in a path (section 1.4), and those that end it.
REFUSED_RAW = set('"<>\\^`{|} ?#;+[]') | {chr(code) for code in (*range(0x21), 0x7F)}


@pytest.mark.parametrize(
    ("name", "encoded"),
    [
        ("allowed_characters_only", "allowed_characters_only"),
        ("some test", "some~20test"),
        ("a/b", "a~2Fb"),
        ("a.b", "a~2Eb"),
        ("a\\b", "a~5Cb"),
        ("~", "~7E"),
        ("+", "~2B"),
        ("a%20b", "a~2520b"),
        ("x;y=z", "x~3By~3Dz"),
        ("süper", "s~C3~BCper"),
        ("日本", "~E6~97~A5~E6~9C~AC"),
        ("\U0001f600", "~F0~9F~98~80"),
        ("SR:C01-MG:G02A{Quad}Fld-I", "SR~3AC01-MG~3AG02A~7BQuad~7DFld-I"),
        (
            "äöü_-abc./~&=;!$()*,-:_",
            "~C3~A4~C3~B6~C3~BC_-abc~2E~2F~7E~26~3D~3B~21~24~28~29~2A~2C-~3A_",
        ),
        ("a\0b\nc", "a~00b~0Ac"),
        ("..", "~2E~2E"),
    ],
)
def test_tilde_codec(name: str, encoded: str) -> None:
    assert tilde_encode(name) == encoded


@given(TEXTS)
def test_tilde_codec_loses_nothing(name: str) -> None:
    encoded = tilde_encode(name)
    assert set(encoded) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_~")
    assert unquote(encoded.replace("~", "%"), errors="strict") == name


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("SR:C01-MG:G02A{Quad}Fld-I", "SR:C01-MG:G02A%7BQuad%7DFld-I"),
        ("srch:a b", "srch:a%20b"),
        ("srch:a+b", "srch:a%2Bb"),
        ("srch:;p=1", "srch:%3Bp=1"),
        ("srch:a/b", "srch:a/b"),
        ("srch://x/", "srch://x/"),
        ("/", "/"),
        ("srch:%41", "srch:%2541"),
        ("srch:~41", "srch:~41"),
        ("srch:#?&amp", "srch:%23%3F&amp"),
        ("*:&()!$',@=-_.", "*:&()!$',@=-_."),
        ('[x]^y|"q"<>`', "%5Bx%5D%5Ey%7C%22q%22%3C%3E%60"),
        ("line\nbreak\ttab\x7f", "line%0Abreak%09tab%7F"),
        ("é日😀", "%C3%A9%E6%97%A5%F0%9F%98%80"),
        ("(?i)SRCH:A", "(%3Fi)SRCH:A"),
        ("srch:[a-z&&[^a]]", "srch:%5Ba-z&&%5B%5Ea%5D%5D"),
        ("demo:(enum|long)", "demo:(enum%7Clong)"),
        ("", ""),
    ],
)
def test_archive_paths(text: str, encoded: str) -> None:
    assert archive_path_encode(text, "pattern") == encoded


@pytest.mark.parametrize(
    "name",
    [
        "a/../b",
        "a/./b",
        "./a",
        "...",
        "..a",
        "a..",
        "/a/..b",
        ". ",
    ],
)
def test_dot_segments_that_stay_within_the_path_are_sent_as_they_are(name: str) -> None:
    assert unquote(archive_path_encode(name, "channel_name")) == name
    assert archive_path_encode(name, "channel_name").count(".") == name.count(".")


@pytest.mark.parametrize(
    "name", [".", "..", "a/..", "../x", "a/../..", "./", "/.", "/../x", "a/../", "a//../..", "a/../../b/c"]
)
def test_dot_segments_that_leave_the_path(name: str) -> None:
    with pytest.raises(ValueError, match=r"channel_name .* lead out of it: only the administrative service can"):
        archive_path_encode(name, "channel_name")
    with pytest.raises(ValueError, match=r"pattern .* write \? for one of the dots"):
        archive_path_encode(name, "pattern")
    with pytest.raises(ValueError, match=r"regular_expression .* write \[\.\].*\.\{2\}"):
        archive_path_encode(name, "regular_expression")


@pytest.mark.parametrize(
    ("name", "what"), [("a\\b", "a backslash at position 1"), ("ab\0", "a NUL character at position 2")]
)
def test_characters_that_the_archive_service_cannot_receive(name: str, what: str) -> None:
    with pytest.raises(ValueError, match=rf"channel_name .*{what}.*only the administrative service can"):
        archive_path_encode(name, "channel_name")
    with pytest.raises(ValueError, match=rf"pattern .*{what}.*write \?"):
        archive_path_encode(name, "pattern")
    with pytest.raises(ValueError, match=rf"regular_expression .*{what}.*write \."):
        archive_path_encode(name, "regular_expression")


@given(TEXTS)
def test_archive_paths_lose_nothing(text: str) -> None:
    try:
        encoded = archive_path_encode(text, "channel_name")
    except ValueError:
        assert not {"\\", "\0", ".", ".."}.isdisjoint([*text, *text.split("/")])
        return
    assert encoded.isascii()
    assert REFUSED_RAW.isdisjoint(encoded)
    assert encoded.count("/") == text.count("/")
    assert "%2F" not in encoded
    assert unquote_plus(encoded, errors="strict") == text  # as the service decodes, plus signs included


@pytest.mark.parametrize("text", ["a\ud83d", "\ude00"])
def test_half_surrogate_pairs(text: str) -> None:
    with pytest.raises(ValueError, match=rf"surrogate pair at position {len(text) - 1}"):
        tilde_encode(text)
    with pytest.raises(ValueError, match=rf"pattern .* surrogate pair at position {len(text) - 1}"):
        archive_path_encode(text, "pattern")


@pytest.mark.parametrize("value", [None, 5, b"a", [], 0])
def test_names_are_text(value: Any) -> None:
    with pytest.raises(TypeError, match="channel_name is text"):
        tilde_encode(value)
    with pytest.raises(TypeError, match="pattern is text"):
        archive_path_encode(value, "pattern")


def test_no_channel_has_an_empty_name() -> None:
    with pytest.raises(ValueError, match="channel_name is empty"):
        tilde_encode("")


def test_targets_have_a_longest_length() -> None:
    longest = "/" + "a" * (LONGEST_TARGET - 1)
    assert check_target(longest) == longest
    with pytest.raises(ValueError, match="8001 bytes; the server takes 8000"):
        check_target(longest + "a")


@pytest.mark.parametrize("value", [SERVER, str(SERVER), str(SERVER).upper(), SERVER.hex])
def test_server_ids(value: str | UUID) -> None:
    assert parse_server_id(value) == SERVER


@pytest.mark.parametrize(
    "value",
    [
        "",
        "archiver1",
        "1-2-3-4-5",
        f" {SERVER}",
        f"{SERVER}0",
        f"{SERVER}"[:-1] + "g",
        f"{SERVER}"[:-2] + "_7",
        f"{SERVER}"[:-1] + "٧",
    ],
)
def test_what_is_no_server_id(value: str) -> None:
    with pytest.raises(ValueError, match=r"^server_id .* is not a UUID such as 82c711df"):
        parse_server_id(value)


@pytest.mark.parametrize("value", [None, 5, SERVER.bytes])
def test_server_ids_of_other_types(value: Any) -> None:
    with pytest.raises(TypeError, match="server_id is a UUID or its text"):
        parse_server_id(value)
