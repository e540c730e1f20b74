"""JSON of requests against what Jackson 2.8.8 made of it."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cassandra_pv_archiver.testing.simulator import json_reading as read

REFUSED = "the request is refused"
# A value, and what it is as an integer, a boolean and a text.
_SCALARS: list[tuple[str, Any, Any, Any]] = [
    ("1", 1, True, "1"),
    ("0", 0, False, "0"),
    ("-1", -1, True, "-1"),
    ('"1"', 1, REFUSED, "1"),
    ('" 1 "', 1, REFUSED, " 1 "),
    ('"+1"', 1, REFUSED, "+1"),
    ('"-1"', -1, REFUSED, "-1"),
    ('"01"', 1, REFUSED, "01"),
    ('""', REFUSED, None, ""),
    ('" "', REFUSED, None, " "),
    ('"null"', REFUSED, None, "null"),
    ("null", REFUSED, REFUSED, REFUSED),
    ("true", REFUSED, True, "true"),
    ("false", REFUSED, False, "false"),
    ('"true"', REFUSED, True, "true"),
    ('"True"', REFUSED, True, "True"),
    ('"TRUE"', REFUSED, REFUSED, "TRUE"),
    ('" true "', REFUSED, True, " true "),
    ('"t"', REFUSED, REFUSED, "t"),
    ("1.5", 1, REFUSED, "1.5"),
    ("-1.5", -1, REFUSED, "-1.5"),
    ("0.0", 0, REFUSED, "0.0"),
    ("0.5", 0, REFUSED, "0.5"),
    ("1e2", 100, REFUSED, "1e2"),
    ("1E2", 100, REFUSED, "1E2"),
    ("1.0E2", 100, REFUSED, "1.0E2"),
    ('"1.5"', REFUSED, REFUSED, "1.5"),
    ('"1e2"', REFUSED, REFUSED, "1e2"),
    ("2147483647", 2147483647, True, "2147483647"),
    ("2147483648", REFUSED, True, "2147483648"),
    ("-2147483648", -2147483648, True, "-2147483648"),
    ("-2147483649", REFUSED, True, "-2147483649"),
    ('"2147483647"', 2147483647, REFUSED, "2147483647"),
    ('"2147483648"', REFUSED, REFUSED, "2147483648"),
    ('"-2147483648"', -2147483648, REFUSED, "-2147483648"),
    ('"-2147483649"', REFUSED, REFUSED, "-2147483649"),
    ("2147483647.5", REFUSED, REFUSED, "2147483647.5"),
    ("2147483647.0", 2147483647, REFUSED, "2147483647.0"),
    ("-2147483648.5", REFUSED, REFUSED, "-2147483648.5"),
    ("1e400", REFUSED, REFUSED, "1e400"),
    ("9223372036854775808", REFUSED, True, "9223372036854775808"),
    ('"9223372036854775808"', REFUSED, REFUSED, "9223372036854775808"),
    ("4294967297", REFUSED, True, "4294967297"),
    ("4294967296", REFUSED, True, "4294967296"),
    ("18446744073709551616", REFUSED, True, "18446744073709551616"),
    ('"\u0663"', 3, REFUSED, "\u0663"),
    ('"\uff11\uff12"', 12, REFUSED, "\uff11\uff12"),
    ('"\U0001d7cf"', REFUSED, REFUSED, "\U0001d7cf"),
    ('"1 2"', REFUSED, REFUSED, "1 2"),
    ("[]", REFUSED, REFUSED, REFUSED),
    ("[1]", REFUSED, REFUSED, REFUSED),
    ("{}", REFUSED, REFUSED, REFUSED),
    ('"\\u00a05"', REFUSED, REFUSED, "\xa05"),
    ('"\\u00015"', 5, REFUSED, "\x015"),
    ("1.50", 1, REFUSED, "1.50"),
    ("100e-2", 1, REFUSED, "100e-2"),
    ("-0", 0, True, "-0"),
    ("-0.0", 0, REFUSED, "-0.0"),
    ("0e5", 0, REFUSED, "0e5"),
    ('"0"', 0, REFUSED, "0"),
    ('"+"', REFUSED, REFUSED, "+"),
    ('"-"', REFUSED, REFUSED, "-"),
    ('"00000000000000000001"', 1, REFUSED, "00000000000000000001"),
    ('"1_0"', REFUSED, REFUSED, "1_0"),
    ('"0x1"', REFUSED, REFUSED, "0x1"),
    ("12345678901", REFUSED, True, "12345678901"),
    ("1.0", 1, REFUSED, "1.0"),
    ('"\\u2003 1"', REFUSED, REFUSED, "\u2003 1"),
]


def _read(reader: read.Reader[Any], written: str) -> Any:
    try:
        return reader(read.parse(f"[{written}]".encode())[0])
    except read.UnreadableError:
        return REFUSED


@pytest.mark.parametrize(("written", "integer", "boolean", "text"), _SCALARS)
def test_scalars_are_lenient(written: str, integer: Any, boolean: Any, text: Any) -> None:
    assert _read(read.integer, written) == integer
    assert _read(read.boolean, written) is boolean or _read(read.boolean, written) == boolean == REFUSED
    assert _read(read.text, written) == text


@pytest.mark.parametrize(
    ("key", "expected"),
    [("1", 1), ("+1", 1), ("01", 1), (" 1", REFUSED), ("", REFUSED), ("1.0", REFUSED), ("null", REFUSED)],
)
def test_integers_as_names_of_members(key: str, expected: Any) -> None:
    try:
        assert read.integer_key(key) == expected
    except read.UnreadableError:
        assert expected == REFUSED


_ONES = UUID("11111111-1111-1111-1111-111111111111")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("11111111-1111-1111-1111-111111111111", _ONES),
        (" 11111111-1111-1111-1111-111111111111\\t", _ONES),
        ("ABCDEFab-2222-3333-4444-555555555551", UUID("abcdefab-2222-3333-4444-555555555551")),
        ("EREREREREREREREREREREQ==", _ONES),
        ("EREREREREREREREREREREW==", _ONES),
        ("", None),
        ("  ", None),
        ("1-2-3-4-5", REFUSED),
        ("11111111-1111-1111-1111-11111111111", REFUSED),
        ("11111111111111111111111111111111", REFUSED),
        ("11111111-11111-111-1111-111111111111", REFUSED),
        ("11111111-1111-1111-1111-11111111111g", REFUSED),
        ("-1111111-1111-1111-1111-111111111111", REFUSED),
        ("{11111111-1111-1111-1111-111111111111}", REFUSED),
        ("EREREREREREREREREREREQ", REFUSED),
        ("EREREREREREREREREREREQA=", REFUSED),
        ("EREREREREREREREREREREREQ", REFUSED),
        ("ERERERE-ERERERERERERERQ==", REFUSED),
        ("null", REFUSED),
    ],
)
def test_ids_of_servers(written: str, expected: Any) -> None:
    assert _read(read.server_id, f'"{written}"') == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", b""),
        ("QQ==", b"A"),
        ("QUI=", b"AB"),
        ("QUJD", b"ABC"),
        ("QUJDRA==", b"ABCD"),
        ("QR==", b"A"),
        ("QUJ\\u0044", b"ABC"),
        ("QUJD\\n", b"ABC"),
        ("QUJD\\r\\nQUJD", b"ABCABC"),
        ("  QUJD QUJD\\t", b"ABCABC"),
        ("QQ==QUJD", b"AABC"),
        ("QQ", REFUSED),
        ("QQ=", REFUSED),
        ("QQ===", REFUSED),
        ("QU JD", REFUSED),
        ("Q\\nQ==", REFUSED),
        ("QQ= =", REFUSED),
        ("QUJDQ", REFUSED),
        ("QUJ$", REFUSED),
        ("QUJD-_==", REFUSED),
        ("Q===", REFUSED),
        ("====", REFUSED),
        ("QUJD=", REFUSED),
        ("QUJ\u00e9", REFUSED),
    ],
)
def test_binary_data(written: str, expected: Any) -> None:
    assert _read(read.binary, f'"{written}"') == expected


@pytest.mark.parametrize("reader", [read.server_id, read.binary, read.name, read.mapping, read.elements])
def test_containers_are_no_scalars_and_numbers_no_containers(reader: read.Reader[Any]) -> None:
    assert _read(reader, "1") == ("1" if reader is read.name else REFUSED)
    assert _read(reader, '[{"a": []}]' if reader is not read.elements else "{}") == REFUSED
    assert _read(read.name, '""') == REFUSED


_OBJECT = '{"name": "\u00e9\U0001f600"}'


@pytest.mark.parametrize(
    "body",
    [
        *(
            _OBJECT.encode(encoding)
            for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-be", "utf-32-le")
        ),
        b" \n\t\r" + _OBJECT.encode(),
        _OBJECT.encode() + b" and more",
        _OBJECT.encode() + b"}\xff",
        b'{"name": "first", "name": "\\u00e9\\ud83d\\ude00"}',
    ],
)
def test_bodies_that_can_be_read(body: bytes) -> None:
    assert read.members(read.parse(body), {"name"}) == {"name": "\u00e9\U0001f600"}


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b" ", b"{", b'{"a"}', b'{"a":}', b'{"a":1,}', b"{'a':1}", b"{a:1}", b'{"a":1 "b":2}', b'{"a":1]', b"["),
        *(b'{"a":%s}' % number for number in (b"NaN", b"Infinity", b"-Infinity", b"01", b"-01", b"+1", b"1.", b".5")),
        *(b'{"a":%s}' % number for number in (b"1.e5", b"1e", b"1e+", b"-", b"1a", b"truex", b"True", b"nul")),
        *(
            b'{"a":"%s"}' % text
            for text in (b"\\q", b"\\u12", b"\n", b"\t", b"\0", b"\xff", b"\x80", b"\xc3", b"\xe2\x82")
        ),
        b"\x0b{}",
        b"\xc2\xa0{}",
        b"// comment\n{}",
        b"/* comment */{}",
        b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        _OBJECT.encode("latin-1", errors="replace"),
        b'{"commandType":"add_channel","commandType":"add_channel"}',
    ],
    ids=lambda body: ascii(body[:20]),
)
def test_bodies_that_cannot_be_read(body: bytes) -> None:
    with pytest.raises(read.UnreadableError):
        read.parse(body)


def test_members_that_are_null_are_missing_and_unknown_ones_refused() -> None:
    assert read.members(read.parse(b'{"a": null, "b": 1}'), {"a", "b"}) == {"b": read.Number("1", 1)}
    with pytest.raises(read.UnreadableError):
        read.members(read.parse(b'{"c": null}'), {"a", "b"})


@given(st.integers(-(2**31), 2**31 - 1), st.binary(), st.text(st.characters(exclude_categories=["Cs"])))
def test_what_clients_send_comes_back(number: int, data: bytes, text: str) -> None:
    assert (
        _read(read.integer, str(number))
        == _read(read.integer, f'"{number}"')
        == read.integer_key(str(number))
        == number
    )
    assert _read(read.binary, json.dumps(base64.b64encode(data).decode())) == data
    assert _read(read.text, json.dumps(text)) == text == _read(read.text, json.dumps(text, ensure_ascii=False))
    some_id = uuid4()
    assert _read(read.server_id, f'"{some_id}"') == some_id


@given(st.binary())
def test_any_body_is_read_or_refused(body: bytes) -> None:
    with suppress(read.UnreadableError):
        read.parse(body)
