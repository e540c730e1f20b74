"""The two searches over channel names (sections 5.3 and 5.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .java_classes import Flags, InexpressibleError, InvalidExpressionError
from .java_expressions import literal_expression, translated
from .java_text import code_units

__all__ = ["InexpressibleError", "InvalidExpressionError", "by_pattern", "by_regexp"]

_ANY_CASE = Flags(frozenset("iu"))
_WILDCARDS = {"*": r"[\s\S]*", "?": r"[\s\S]"}


def by_pattern(names: Iterable[str], pattern: str) -> list[str]:
    """The names that match a glob pattern, without regard to case."""
    if not pattern:
        return []
    parts = re.split(r"([*?])", pattern)
    expression = "".join(_WILDCARDS.get(part) or literal_expression(part, _ANY_CASE) for part in parts)
    return _matching(names, re.compile(re.sub(r"(?:\[\\s\\S\]\*)+", r"[\\s\\S]*", expression)))


def by_regexp(names: Iterable[str], expression: str) -> list[str]:
    """The names that match a Java regular expression.

    Raises:
        InvalidExpressionError: It is no regular expression.
        InexpressibleError: It may be one, but the simulator cannot say exactly what it matches.
    """
    return _matching(names, translated(expression))


def _matching(names: Iterable[str], expression: re.Pattern[str]) -> list[str]:
    return sorted((name for name in names if expression.fullmatch(name)), key=code_units)
