"""Where lines and texts begin and end for Java's regular expressions."""

from __future__ import annotations

from collections.abc import Callable

LINE_ENDS = frozenset("\n\r\x85\u2028\u2029")


def line_begin(flags: frozenset[str]) -> Callable[[str, int], bool]:
    """What a circumflex stands for."""
    if "m" not in flags:
        return _is_beginning
    ends = {"\n"} if "d" in flags else LINE_ENDS

    def begins(text: str, place: int) -> bool:
        if place == len(text):
            return False
        return place == 0 or (text[place - 1] in ends and not (len(ends) > 1 and _is_within_end(text, place)))

    return begins


def _is_beginning(_text: str, place: int) -> bool:
    return place == 0


def line_end(flags: frozenset[str]) -> Callable[[str, int], bool]:
    """What a dollar sign stands for."""
    ends = {"\n"} if "d" in flags else LINE_ENDS
    multiple = "m" in flags

    def holds(text: str, place: int) -> bool:
        left = len(text) - place
        if left == 0:
            return True
        is_last = left == 1 or (left == 2 and text.endswith("\r\n") and len(ends) > 1)
        return (multiple or is_last) and text[place] in ends and not (len(ends) > 1 and _is_within_end(text, place))

    return holds


def _is_within_end(text: str, place: int) -> bool:
    """Whether a place, behind the beginning, is within a line end of two characters."""
    return text[place - 1 : place + 1] == "\r\n"
