r"""Java regular expressions without backslashes.

Each row of EQUIVALENTS was checked with Java 17 and 25: both expressions match the same names.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cassandra_pv_archiver._regular_expressions import backslash_free

EQUIVALENTS = [
    # Sets
    (r"pv:\d+", "pv:[0-9]+", ["pv:0", "pv:42"], ["pv:", "pv:a", "pv:٣"]),
    (r"\D", "[^0-9]", ["a", "\n", "٣", "😀"], ["5", "aa"]),
    (r"\w{2}", "[a-zA-Z_0-9]{2}", ["a_", "Z9"], ["é1", "-a", "a"]),
    (r"\W", "[^a-zA-Z_0-9]", ["-", "é", " "], ["_", "k"]),
    (r"a\sb", "a[ \t-\r]b", ["a b", "a\tb", "a\nb", "a\x0bb", "a\fb", "a\rb"], ["ab", "a\xa0b", "a\x1cb"]),
    (r"\S*", "[^ \t-\r]*", ["", "a\xa0"], [" ", "a\n"]),
    # Single characters
    (r"a\.b", "a[.]b", ["a.b"], ["axb"]),
    (r"\(x\)\{1\}", "[(]x[)][{]1[}]", ["(x){1}"], ["x"]),
    (r"\*\+\?\|\$", "[*][+][?][|][$]", ["*+?|$"], [""]),
    (r"a\^b", "a[!^&&[^!]]b", ["a^b"], ["ab", "a!b"]),
    (r"\]\-\}", "[]][-][}]", ["]-}"], ["]-"]),
    (r"\:\/\#\&\_", "[:][/][#][&][_]", [":/#&_"], [":/#&"]),
    (r"\t\n\r\f\a\e", "[\t][\n][\r][\f][\a][\x1b]", ["\t\n\r\f\a\x1b"], ["tnrfae"]),
    (r"\x41\u00e9\x{1F600}+", "[A][é][😀]+", ["Aé😀", "Aé😀😀"], ["Aé", "aé😀"]),
    ("\\é\\ ", "[é][ ]", ["é "], ["é"]),
    (r"\.{2}\d?", "[.]{2}[0-9]?", ["..", "..7"], [".", "..a"]),
    # Classes
    (r"[\d.]", "[0-9.]", ["7", "."], ["a", "\\"]),
    (r"[\w-]+", "[a-zA-Z_0-9-]+", ["a-b", "_"], ["a.b", "`"]),
    (r"[\w-z]", "[a-zA-Z_0-9z-]", ["-", "z", "A"], ["{", "`", "."]),
    (r"[^\s]", "[^ \t-\r]", ["a", "\\"], [" ", "\t"]),
    (r"[^\w\.]", "[^a-zA-Z_0-9.]", ["-", "\n"], ["a", "."]),
    (r"[\D.]", "[[^0-9].]", ["a", "."], ["0"]),
    (r"[^\D]", "[0-9]", ["0"], ["a", "."]),
    (r"[^\W_]", "[[a-zA-Z_0-9]&&[^_]]", ["a", "0"], ["_", "-"]),
    (r"[^\D\S]", "[[0-9]&&[ \t-\r]]", [], ["0", " ", "a"]),
    (r"[a\]b]", "[]ab]", ["]", "a", "b"], ["[", "\\"]),
    (r"[^a\]]", "[^]a]", ["[", "\\", "b"], ["]", "a"]),
    (r"[\^]", "[!^&&[^!]]", ["^"], ["!", "&", "["]),
    (r"[\^a]", "[a^]", ["^", "a"], ["b", "\\"]),
    (r"[^\^]", "[^^]", ["a", "\\"], ["^"]),
    (r"[\^\-]", "[-^]", ["-", "^"], [".", "]"]),
    (r"[a\-z]", "[az-]", ["a", "-", "z"], ["b"]),
    (r"[\]\^\-\&]", "[]&^-]", ["]", "^", "-", "&"], ["[", "\\", "_", "'"]),
    (r"[&\&a]", "[a&]", ["&", "a"], ["b"]),
    (r"[+-\-]", "[+--]", ["+", ",", "-"], [".", "*"]),
    (r"[\--/]", "[.-/-]", ["-", ".", "/"], [",", "0"]),
    (r"[\]-a]", "[]_-a^]", ["]", "^", "_", "`", "a"], ["\\", "b"]),
    (r"[\^-a]", "[_-a^]", ["^", "_", "`", "a"], ["]", "b"]),
    (r"[\x41-\u005A]", "[A-Z]", ["A", "M", "Z"], ["a", "@"]),
    # Classes in classes
    (r"[a[\d]]", "[a[0-9]]", ["a", "5"], ["b"]),
    (r"[a-f&&[^\s]]", "[[a-f]&&[^ \t-\r]]", ["a"], [" ", "g"]),
    (r"[\w&&[^_]]", "[[a-zA-Z_0-9]&&[^_]]", ["a", "9"], ["_", "-"]),
    (r"[\w&&\D&&[^x-z]]", "[[a-zA-Z_0-9]&&[^0-9]&&[^x-z]]", ["a", "_"], ["1", "x", "-"]),
    (r"[.&&.]\d", "[.&&.][0-9]", [".0"], ["a0"]),
    (r"[]]\d[^]]", "[]][0-9][^]]", ["]0a"], ["]0]", "[0a"]),
    # Flags
    (r"(?i)PV:\w", "(?i)PV:[a-zA-Z_0-9]", ["pv:K", "PV:_"], ["pv:ſ", "pv:\u212a"]),
    (r"(?iu)É\d", "(?iu)É[0-9]", ["é1"], ["e1"]),
    (r"(?s:.)\.(?-x)", "(?s:.)[.](?-x)", ["\n."], ["\nx"]),
    (r"(?<n>a)\d(?:b)(?=\d)\w", "(?<n>a)[0-9](?:b)(?=[0-9])[a-zA-Z_0-9]", ["a1b2"], ["a1bc"]),
]

REFUSED = [
    (r"a\[", 1, "write ."),
    (r"a\\", 1, "write ."),
    (r"[\[]", 1, "write ."),
    (r"[^\\]", 2, "write ."),
    (r"ab\x5C", 2, "write ."),
    (r"\u0000", 0, "write ."),
    (r"\bx", 0, "look ahead"),
    (r"x\B", 1, "look ahead"),
    (r"\Ax", 0, "whole name"),
    (r"x\z", 1, "whole name"),
    (r"x\Z", 1, "whole name"),
    (r"\pL", 0, r"\[a-zA-Z\]"),
    (r"\P{L}", 0, r"\[a-zA-Z\]"),
    (r"\Q.\E", 0, r"\[\.\]"),
    (r"(a)\1", 3, "once more"),
    (r"(?<n>a)\k<n>", 7, "once more"),
    (r"\R", 0, "class"),
    (r"\h", 0, "class"),
    (r"\v", 0, "class"),
    (r"\0101", 0, "character itself"),
    (r"\cA", 0, "character itself"),
    (r"\ud83d\ude00", 0, "character itself"),
    (r"\x{110000}", 0, "character itself"),
    (r"\xZZ", 0, "character itself"),
    (r"\y", 0, "character itself"),
    ("ab\\", 2, "leave it out"),
    (r"(?x)\d", 4, "flags x and c"),
    (r"(?i)a\.(?x: b )", 5, "flags x and c"),
    (r"(?U)\d", 4, "flags u and U"),
    (r"(?iu)a\w", 6, "flags u and U"),
    (r"(?i)(?u:[\W])", 9, "flags u and U"),
    (r"[a-\d]", 1, "list the characters"),
    (r"[z-\.]", 1, "list the characters"),
    (r"[A-\]]", 1, "list the characters"),
    (r"[^\d[a]]", 2, "negate a class only"),
    (r"[^\w&&[^_]]", 2, "negate a class only"),
    (r"[\w&&[a]b&&c]", 1, "each side of &&"),
    (r"[\w&&]", 0, "each side of &&"),
    (r"[a&&&\d]", 0, "each side of &&"),
]


@pytest.mark.parametrize(("expression", "rewritten"), [row[:2] for row in EQUIVALENTS])
def test_escapes_with_an_equivalent(expression: str, rewritten: str) -> None:
    assert backslash_free(expression) == rewritten


@pytest.mark.parametrize(("expression", "position", "instead"), REFUSED)
def test_escapes_without_an_equivalent(expression: str, position: int, instead: str) -> None:
    with pytest.raises(ValueError, match=rf"at position {position} .*{instead}"):
        backslash_free(expression)


@pytest.mark.parametrize("expression", [r"[\d", r"\d[", r"\d[a-", r"\d[^]", r"\d[a&&"])
def test_classes_that_are_not_closed(expression: str) -> None:
    with pytest.raises(ValueError, match="not closed"):
        backslash_free(expression)


@given(st.text())
def test_without_a_backslash_nothing_changes(text: str) -> None:
    expression = text.replace("\\", "")
    assert backslash_free(expression) == expression


@given(st.text(st.sampled_from("\\dDwWsSbQ.^-]&[tax0(?){}1i:")))
def test_no_backslash_remains(expression: str) -> None:
    try:
        rewritten = backslash_free(expression)
    except ValueError:
        return
    assert "\\" not in rewritten


# What Python and Java read alike.
ESCAPES = st.sampled_from([r"\d", r"\D", r"\w", r"\W", r"\s", r"\S", r"\.", r"\+", r"\-", r"\]", r"\t", r"\x41", "a"])
MEMBERS = st.sampled_from([r"\d", r"\w", r"\s", r"\.", r"\-", r"\]", r"\&", r"\t", r"\x41", "a", "x-z", "+-/"])
CLASSES = st.builds("[{}{}]".format, st.sampled_from(["", "^"]), st.lists(MEMBERS, min_size=1).map("".join))
EXPRESSIONS = st.lists(st.one_of(ESCAPES, CLASSES), min_size=1, max_size=4).map("".join)
NAMES = st.text(st.sampled_from("aAxyz059_.+-]&[^\\/, \t\n\x0bé"), max_size=4)


@given(EXPRESSIONS, st.lists(NAMES, min_size=20, max_size=20))
def test_the_same_names_match(expression: str, names: list[str]) -> None:
    before = re.compile(expression, re.ASCII)
    after = re.compile(backslash_free(expression), re.ASCII)
    assert [before.fullmatch(name) is None for name in names] == [after.fullmatch(name) is None for name in names]


def test_only_text_is_an_expression() -> None:
    with pytest.raises(TypeError, match="regular_expression is text"):
        backslash_free(b"a")  # pyright: ignore[reportArgumentType] -- what is tested
