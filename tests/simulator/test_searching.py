"""The glob search over channel names against Java 17, and what a search replies that cannot be answered."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cassandra_pv_archiver.testing.simulator import Simulator, SimulatorRequest
from cassandra_pv_archiver.testing.simulator.searching import by_pattern

# Pattern and name: what java.util.regex found, with all of the pattern but its wildcards quoted, ignoring case.
_PATTERNS: list[tuple[str, str, bool]] = [
    ("a", "A", True),
    ("É", "é", True),
    ("k", "\u212a", True),
    ("\u212a", "K", True),
    ("s", "\u017f", True),
    ("\u017f", "S", True),
    ("å", "\u212b", True),
    ("µ", "\u03bc", True),
    ("ÿ", "\u0178", True),
    ("σ", "ς", True),
    ("i", "\u0130", True),
    ("\u0131", "I", True),
    ("ß", "ẞ", False),
    ("ẞ", "ß", True),
    ("aß", "Aẞ", True),
    ("*ß", "ẞ", False),
    ("ß", "ss", False),
    ("ŉ", "ʼn", False),
    ("ǆ", "ǅ", True),
    ("ǅ", "Ǆ", True),
    ("ﬀ", "ff", False),
    ("Ω", "\u2126", True),
    ("ϐ", "Β", True),
    ("ᾳ", "ᾼ", True),
    ("ⓐ", "Ⓐ", True),
    ("𐐀", "𐐨", True),
    ("ა", "Ა", True),
    ("Ა", "ა", True),
    ("\ua7c1", "\ua7c0", False),
    ("?", "😀", True),
    ("?", "", False),
    ("?", "\n", True),
    ("??", "😀", False),
    ("*", "", True),
    ("*", "a\r\nb", True),
    ("a*b*c", "aXbYc", True),
    ("a*b*c", "acb", False),
    ("**a**", "bab", True),
    ("*?*", "", False),
    ("*?*", "a", True),
    ("[a]", "a", False),
    ("[a]", "[A]", True),
    ("a.b", "axb", False),
    ("a{2}", "aa", False),
    ("", "", False),
    ("", "a", False),
]


@pytest.mark.parametrize(("pattern", "name", "matches"), _PATTERNS)
def test_the_glob_search_ignores_case_as_java_does(pattern: str, name: str, matches: bool) -> None:
    assert by_pattern([name], pattern) == ([name] if matches else [])


@pytest.mark.parametrize(("expression", "status"), [("a(", 400), ("(?c)[a]", 501)])
def test_an_expression_that_cannot_be_answered_says_why(expression: str, status: int) -> None:
    target = f"/archive-access/api/1.0/archive/1/channels-by-regexp/{expression.replace('?', '%3F')}"
    target = target.replace("[", "%5B").replace("]", "%5D")
    response = Simulator().handle("archive", 0, SimulatorRequest("GET", target.encode()))
    assert response.status == status
    assert (b"Unclosed group" if status == 400 else b"canonical equivalence") in response.read()


@given(st.text("ab?*", max_size=12), st.lists(st.text("abc", max_size=8), unique=True))
def test_globs_of_plain_letters_agree_with_the_file_systems_ones(pattern: str, names: list[str]) -> None:
    assert by_pattern(names, pattern) == sorted(name for name in names if pattern and fnmatchcase(name, pattern))


def test_many_wildcards_take_no_exponential_time() -> None:
    assert by_pattern(["a" * 200], "*a" * 30 + "*b") == []
