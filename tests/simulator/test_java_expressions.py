"""Regular expressions against what Java 17 answered: full matches, without flags."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cassandra_pv_archiver.testing.simulator.searching import (
    InexpressibleError,
    InvalidExpressionError,
    by_regexp,
)

_FACTS: dict[str, list[Any]] = json.loads((Path(__file__).parent / "java_expressions.json").read_text(encoding="utf-8"))
_MEANINGFUL = "ab[](){}?*+|.^$-&<>=!:,0i#x \n"


def _answer(expression: str, names: list[str]) -> list[str] | dict[str, int | str]:
    try:
        return by_regexp(names, expression)
    except InvalidExpressionError as error:
        return {"index": error.position, "problem": error.problem}


def _sorted(names: list[str]) -> list[str]:
    return sorted(names, key=lambda name: name.encode("utf-16-be"))


@pytest.mark.parametrize(("expression", "expected"), _FACTS["curated"], ids=lambda value: str(value)[:30])
def test_every_construct_is_read_as_by_java(expression: str, expected: Any) -> None:
    answer = _answer(expression, _FACTS["names"])
    assert answer == (_sorted(expected) if isinstance(expected, list) else expected)


@pytest.mark.parametrize("place", range(0, len(_FACTS["generated"]), 25))
def test_generated_expressions_are_read_as_by_java(place: int) -> None:
    for expression, expected in _FACTS["generated"][place : place + 25]:
        if "matches" in expected:
            names = expected["matches"] + expected["others"]
            assert (expression, _answer(expression, names)) == (expression, _sorted(expected["matches"]))
        else:
            assert (expression, _answer(expression, [])) == (expression, expected)


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        (r"[0-9]\d", "backslash"),
        ("(?c)[a]", "canonical equivalence"),
        ("[[a]b&&]", "without a right side"),
        ("(" * 60 + "a" + ")" * 60, "nested"),
        ("a(?<=.*a)\U0001f600", "unlimited"),
    ],
)
def test_what_is_not_known_exactly_is_refused(expression: str, reason: str) -> None:
    with pytest.raises(InexpressibleError, match=reason):
        by_regexp(["a", "b"], expression)


@pytest.mark.parametrize("expression", ["(a|b|ab)*c", "(a*)*c", "(.*)*c", "(a+b?)+c", "(?:(a|aa)+)+c", "(a*a*)*c"])
def test_no_expression_takes_exponential_time(expression: str) -> None:
    assert by_regexp(["a" * 100, "a" * 99 + "c"], expression) == ["a" * 99 + "c"]


def test_a_long_name_is_no_deep_recursion() -> None:
    name = "ab" * 5000
    assert by_regexp([name], "(a|b)*") == [name]


@given(st.text(_MEANINGFUL, max_size=20), st.lists(st.text("ab\n-"), max_size=3))
def test_any_expression_is_answered_or_refused(expression: str, names: list[str]) -> None:
    answer: list[str] | str
    try:
        answer = by_regexp(names, expression)
    except (InvalidExpressionError, InexpressibleError) as error:
        answer = str(error)
    assert set(answer) <= set(names) if isinstance(answer, list) else answer


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1, unique=True))
def test_a_class_of_each_character_finds_the_name_itself(names: list[str]) -> None:
    meaning = set("[]^-&\\")
    wanted = names[0]
    expression = "".join(character if character in meaning else f"[{character}]" for character in wanted)
    if meaning.isdisjoint(wanted):
        assert by_regexp(names, expression) == [wanted]
