"""The two searches over channel names (sections 5.3 and 5.4)."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable

from .cluster import utf16_order


class InvalidExpressionError(Exception):
    """Java refuses the expression."""


class InexpressibleError(Exception):
    """The expression may be right, but Python cannot say the same."""


def by_pattern(names: Iterable[str], pattern: str) -> list[str]:
    """The names that match a glob pattern, without regard to case."""
    parts = {"*": ".*", "?": "."}
    expression = "".join(parts.get(character, re.escape(character)) for character in pattern)
    return _matching(names, re.compile(expression, re.DOTALL | re.IGNORECASE)) if pattern else []


def by_regexp(names: Iterable[str], expression: str) -> list[str]:
    """The names that match a Java regular expression.

    Raises:
        InvalidExpressionError: It is no regular expression.
        InexpressibleError: It has a class within a class, or an intersection of classes.
    """
    if not expression:
        return []
    _check_classes(expression)
    translated = re.sub(r"\(\?<(?=[A-Za-z])", "(?P<", expression)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            compiled = re.compile(translated)
    except (re.error, OverflowError, RecursionError) as error:
        raise InvalidExpressionError(str(error)) from error
    except Warning as warning:
        raise InexpressibleError(str(warning)) from warning
    return _matching(names, compiled)


def _check_classes(expression: str) -> None:
    inside = False
    for position, character in enumerate(expression):
        if inside and (character == "[" or expression.startswith("&&", position)):
            raise InexpressibleError(
                f"The simulator does not know classes within classes (position {position} of {expression!r})."
            )
        if character == "[":
            inside = True
        elif character == "]":
            inside = False


def _matching(names: Iterable[str], expression: re.Pattern[str]) -> list[str]:
    return sorted(filter(expression.fullmatch, names), key=utf16_order)
