"""XML documents against what Java 17's parser and validator answered, given the documented grammar."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cassandra_pv_archiver.testing.simulator.character_sets import lower, upper
from cassandra_pv_archiver.testing.simulator.configuration_reading import UnusableFileError, read_configuration
from cassandra_pv_archiver.testing.simulator.configuration_writing import NAMESPACE
from cassandra_pv_archiver.testing.simulator.java_cursor import InexpressibleError
from cassandra_pv_archiver.testing.simulator.xml_names import NAMES, NAMES_1_1

# Documents and answers. An answer that ends with a colon is only about kind and place: the words differ.
_FACTS: dict[str, list[tuple[str, str]]] = json.loads((Path(__file__).parent / "java_xml.json").read_text("utf-8"))
_BEGIN, _END = f'<server-configuration xmlns="{NAMESPACE}">', "</server-configuration>"
_CHANNEL = f"{_BEGIN}<channel name='a' control-system-type='t'>"
_WITH_ENTITY = f'{_BEGIN}<channel name="&e;" control-system-type="t"/>{_END}'


def _answer(document: bytes) -> str:
    try:
        read_configuration(document)
    except UnusableFileError as error:
        return str(error)
    return "valid"


@pytest.mark.parametrize(
    ("kind", "place"), [(kind, place) for kind in _FACTS for place in range(0, len(_FACTS[kind]), 20)]
)
def test_errors_are_those_of_java_in_kind_and_place(kind: str, place: int) -> None:
    for document, expected in _FACTS[kind][place : place + 20]:
        answer = _answer(document.replace("{NS}", NAMESPACE).encode())
        if expected == "valid":
            assert (document, answer.partition(" channel")[0]) in {
                (document, "valid"),
                (document, "Invalid definition for"),
            }
        elif expected.endswith(": "):
            assert (document, answer[: len(expected)]) == (document, expected)
        else:
            assert (document, answer) == (document, expected.replace("{NS}", NAMESPACE))


@pytest.mark.parametrize(
    ("encoding", "codec"),
    [
        ("UTF-8", "utf-8"),
        ("utf8", "utf-8"),
        ("ISO-8859-1", "latin-1"),
        ("latin1", "latin-1"),
        ("ISO-8859-15", "iso-8859-15"),
        ("windows-1252", "cp1252"),
        ("Cp1252", "cp1252"),
        ("IBM850", "cp850"),
        ("UTF-16", "utf-16"),
        ("UTF-16BE", "utf-16-be"),
        ("UTF-16LE", "utf-16-le"),
        ("UTF-8", "utf-8-sig"),
    ],
)
def test_encodings_are_understood(encoding: str, codec: str) -> None:
    document = f'<?xml version="1.0" encoding="{encoding}"?>{_BEGIN}<channel name="ü" control-system-type="é"/>{_END}'
    (name, channel), *_ = read_configuration(document.encode(codec)).items()
    assert (name, channel.control_system_type) == ("ü", "é")


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ('<?xml version="1.0" encoding="nonsense"?><a/>', "Parsing the XML document failed: nonsense"),
        ('<?xml version="1.0" encoding="UTF-16"?><a/>', "Fatal error in line 1, column 40: "),
        ('<?xml version="1.0" encoding="?"?><a/>', "Fatal error in line 1, column 35: Invalid encoding name"),
        (
            '<?xml version="1.0"?>\n<a b="\xff"/>',
            "Fatal error in line 2, column 7: Invalid byte 1 of 1-byte UTF-8 sequence.",
        ),
        ('<a\n b="xy\xc3z"/>', "Fatal error in line 2, column 7: Invalid byte 2 of 2-byte UTF-8 sequence."),
        ('<a b="xy\xf0\x9fz', "Fatal error in line 1, column 9: Invalid byte 3 of 4-byte UTF-8 sequence."),
        ("<a b\xe2\x82z", "Fatal error in line 1, column 1: Invalid byte 3 of 3-byte UTF-8 sequence."),
        (
            '<?xml version="1.0" encoding="US-ASCII"?><a b="\xe9"/>',
            'Fatal error in line 1, column 42: Byte "233" is not a member of the (7-bit) ASCII character set.',
        ),
    ],
)
def test_bytes_that_cannot_be_read(document: str, expected: str) -> None:
    assert _answer(document.encode("latin-1")).startswith(expected)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ('<?xml version="1.0" encoding="IBM037"?><a/>', "IBM037"),
        ('<?xml version="1.0" encoding="x-MacArabic"?><a/>', "x-MacArabic"),
        ('<?xml version="1.1"?><a\x85/>', "version 1.1"),
        (
            "<!DOCTYPE a [<!ENTITY e0 'x'>"
            + "".join(f"<!ENTITY e{number + 1} '&e{number};'>" for number in range(200))
            + "]>"
            + _WITH_ENTITY.replace("&e;", "&e200;"),
            "nested",
        ),
    ],
)
def test_what_is_not_known_exactly_is_refused(document: str, reason: str) -> None:
    with pytest.raises(InexpressibleError, match=reason):
        read_configuration(document.encode())


def _bomb(levels: int, factor: int) -> str:
    entities = "".join(f"<!ENTITY e{level} '{f'&e{level - 1};' * factor}'>" for level in range(1, levels))
    return f"<!DOCTYPE a [<!ENTITY e0 'x'>{entities}<!ENTITY e '&e{levels - 1};'>]>"


_LARGE = "x" * 100_000


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (_bomb(20, 10) + _WITH_ENTITY, "Fatal error in line 1, column 1: JAXP00010001"),
        (_bomb(20, 10) + f"{_BEGIN}&e;{_END}", "Fatal error in line 1, column 1: JAXP00010001"),
        (
            f"<!DOCTYPE a [<!ENTITY e '{_LARGE}'>]>" + _WITH_ENTITY.replace("&e;", "&e;" * 600),
            'Fatal error in line 1, column 65: JAXP00010004: The accumulated size of entities is "50,000,064"',
        ),
        (
            "<!DOCTYPE a [<!ENTITY e '&f;'><!ENTITY f '&e;'>]>" + _WITH_ENTITY,
            "Fatal error in line 1, column 4: Recursive",
        ),
        ("<!DOCTYPE a [<!ENTITY % e '&#37;e;'>%e;]>" + _WITH_ENTITY, "Fatal error in line 1, column 4: Recursive"),
        (f"{_BEGIN}<{'a' * 2000}/>", "Fatal error in line 1, column 2102: JAXP00010005"),
        (
            "<a " + " ".join(f"b{number}=''" for number in range(10_001)) + "/>",
            "Fatal error in line 1, column 88903: JAXP00010002",
        ),
        ("<a>" * 20_000, "Error in line 1, column 4: cvc-elt.1.a"),
        (
            f"{_CHANNEL}<raw-samples>{'<a>' * 20_000}",
            "Fatal error in line 1, column 60156: XML document structures",
        ),
        (
            f"{_CHANNEL}<raw-samples>{'<a>' * 9999}{'</a>' * 9999}</raw-samples>",
            "Error in line 1, column 70163: cvc-complex-type.2.1",
        ),
        (f"<!DOCTYPE a [<!ELEMENT a {'(' * 20_000}b{')' * 20_000}>]>{_BEGIN}{_END}", "valid"),
    ],
    ids=lambda value: value[:40],
)
def test_hostile_documents_do_no_harm(document: str, expected: str) -> None:
    assert _answer(document.encode()).startswith(expected)


@pytest.mark.parametrize(
    "document",
    [
        "<!DOCTYPE a [<!ENTITY e SYSTEM '{file}'>]>" + _BEGIN + "&e;" + _END,
        "<!DOCTYPE a [<!ENTITY % e SYSTEM '{file}'>%e;]>" + _BEGIN + _END,
        "<!DOCTYPE a [<!ENTITY e PUBLIC 'p' '{file}'>]>" + _BEGIN + "&e;" + _END,
        "<!DOCTYPE a SYSTEM '{file}'>" + _BEGIN + _END,
        "<!DOCTYPE a PUBLIC 'p' '{file}' [<!ENTITY e 'x'>]>" + _WITH_ENTITY,
    ],
)
def test_external_entities_are_never_read(document: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("<!-- secret -->")
    answer = _answer(document.replace("{file}", file.as_uri()).encode())
    assert answer.startswith("Parsing the XML document failed: ")
    assert "-->" not in answer


@pytest.mark.parametrize(
    ("declarations", "channel", "expected"),
    [
        ("<!ENTITY e 'a&#9;b&#10;c&#13;d'>", "name='&e;'", "a b c d"),
        ("<!ENTITY e 'v&#65;'><!ENTITY e 'w'>", "name='&e;'", "vA"),
        ("<!ENTITY e '&#38;#60;'>", "name='&e;'", "<"),
        ("<!ENTITY e '\"'>", 'name="&e;"', '"'),
        ("<!ENTITY % p \"<!ENTITY e 'v'>\">%p;%unknown;", "name='&e;'", "v"),
        ("<!ATTLIST channel name CDATA 'default'>", "", "default"),
        ("<!ATTLIST channel name CDATA #FIXED 'first' name CDATA 'second'>", "", "first"),
        ("<!ATTLIST channel name NMTOKENS #IMPLIED>", "name='  a  b '", "a b"),
        ("<!ATTLIST channel name NOTATION (n) #IMPLIED x (a|b) 'a'>", "name=' n ' x='a'", None),
        ("<!ENTITY n 'd&#101;f'><!ATTLIST channel name CDATA '&n;ault'>", "", "default"),
    ],
)
def test_document_types_change_values(declarations: str, channel: str, expected: str | None) -> None:
    document = f"<!DOCTYPE a [{declarations}]>{_BEGIN}<channel {channel} control-system-type='t'/>{_END}".encode()
    if expected is None:
        assert "Attribute 'x' is not allowed" in _answer(document)
    else:
        assert list(read_configuration(document)) == [expected]


def _stretches(found: list[int]) -> str:
    return hashlib.sha256(",".join(map(str, found)).encode()).hexdigest()[:16]


@pytest.mark.parametrize(
    ("names", "first", "further"),
    [(NAMES, "9d184497fbb0b394", "d8720dd9cca87d0a"), (NAMES_1_1, "2e82d2a2e759b5f1", "ad06e4e6a6848517")],
)
def test_names_have_the_characters_that_java_allows(names: object, first: str, further: str) -> None:
    assert isinstance(names, type(NAMES))
    characters = list(map(chr, range(0x110000)))
    assert _stretches([place for place, name in enumerate(characters) if names.name.match(name)]) == first
    assert _stretches([place for place, name in enumerate(characters) if names.token.match(name)]) == further


def test_letters_have_the_case_that_java_gives_them() -> None:
    pairs = ((place, ord(upper(chr(place))), ord(lower(chr(place)))) for place in range(0x110000))
    changed = [
        number for place, above, below in pairs if (above, below) != (place, place) for number in (place, above, below)
    ]
    assert (len(changed) // 3, _stretches(changed)) == (2799, "06cac15d9871a9f3")


@given(
    st.text("<>&;/=\"' ab:!-[]?\n\r\t", max_size=40),
    st.sampled_from(["", _BEGIN, "<!DOCTYPE a [", "<?xml version='1.0'"]),
)
def test_any_document_is_read_or_refused(text: str, begin: str) -> None:
    assert _answer((begin + text).encode())


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(document: bytes) -> None:
    assert _answer(document) != "valid"
