"""JSON and texts as the Java server writes them."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cassandra_pv_archiver.testing.simulator.java_json import java_number, write, write_pretty
from cassandra_pv_archiver.testing.simulator.java_text import code_units, quoted

_SCALARS = st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])) | st.floats()
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab"), inner, max_size=4),
    max_leaves=12,
)


def _as_read(value: Any) -> Any:
    match value:
        case float():
            return value if math.isfinite(value) else json.loads(java_number(value))
        case list():
            return [_as_read(element) for element in value]
        case dict():
            return {name: _as_read(member) for name, member in value.items()}
        case _:
            return value


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "null"),
        (True, "true"),
        (-0.0, "-0.0"),
        (1e7, "1.0E7"),
        (math.nan, '"NaN"'),
        (math.inf, '"Infinity"'),
        (-math.inf, '"-Infinity"'),
        ('"\\/\b\f\n\r\t\x01\x7fé\u2028', '"\\"\\\\/\\b\\f\\n\\r\\t\\u0001\x7fé\u2028"'),
        ("😀", '"\\uD83D\\uDE00"'),
        ("\ud800", '"\\uD800"'),
        ({"a": [1, {"b": ()}], 30: {}}, '{"a":[1,{"b":[]}],"30":{}}'),
    ],
)
def test_compact_json(value: Any, written: str) -> None:
    assert write(value) == written


def test_pretty_json() -> None:
    assert write_pretty({"a": [1, {"b": []}], "c": {}}) == ('{\n  "a" : [ 1, {\n    "b" : [ ]\n  } ],\n  "c" : { }\n}')


def test_other_types_have_no_form() -> None:
    with pytest.raises(TypeError, match="no JSON form"):
        write(object())


@given(_VALUES)
def test_what_is_written_is_read_back(value: Any) -> None:
    assert json.loads(write(value)) == json.loads(write_pretty(value)) == _as_read(value)


def test_texts_in_messages() -> None:
    assert quoted("a\"\\\b\t\n\f\r'/ü😀\x7f\x80") == '"a\\"\\\\\\b\\t\\n\\f\\r\'/\\u00FC\\uD83D\\uDE00\x7f\\u0080"'


def test_texts_are_sorted_by_code_units() -> None:
    assert sorted(["\uff61", "😀", "a"], key=code_units) == ["a", "😀", "\uff61"]
