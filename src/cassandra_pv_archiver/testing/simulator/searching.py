"""The two searches over channel names (sections 5.3 and 5.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .character_sets import CharacterSet
from .java_cursor import InexpressibleError, InvalidExpressionError
from .java_expressions import literal_of, parsed
from .java_matching import Node, One, Sequence, code_unit_text, matches
from .java_quantifiers import Kind, Repeated
from .java_text import code_units
from .java_widths import NO_LIMIT

__all__ = ["InexpressibleError", "InvalidExpressionError", "by_pattern", "by_regexp"]

_ANY_CASE = frozenset("iu")
_ANY = ~CharacterSet()


def by_pattern(names: Iterable[str], pattern: str) -> list[str]:
    """The names that match a glob pattern, without regard to case."""
    if not pattern:
        return []
    return _matching(names, Sequence([_pattern_part(part) for part in re.split(r"(\*+|\?)", pattern) if part]))


def _pattern_part(part: str) -> Node:
    if part == "?":
        return One(_ANY)
    if part.startswith("*"):
        return Repeated(One(_ANY), 0, NO_LIMIT, Kind.GREEDY, is_group=False)
    return literal_of(part, _ANY_CASE)


def by_regexp(names: Iterable[str], expression: str) -> list[str]:
    """The names that match a Java regular expression.

    Raises:
        InvalidExpressionError: It is no regular expression.
        InexpressibleError: It may be one, but the simulator cannot say exactly what it matches.
    """
    return _matching(names, parsed(expression))


def _matching(names: Iterable[str], expression: Node) -> list[str]:
    return sorted((name for name in names if matches(expression, code_unit_text(name))), key=code_units)
