"""How long a text a part of a regular expression matches, as far as Java knows: it decides about look-behinds."""

from __future__ import annotations

from collections.abc import Callable

NO_LIMIT = 2**31 - 1
_LARGE = 0xFFFFFFF


def _wrapped(number: int) -> int:
    """What an overflow leaves of a number of 32 bits."""
    return (number + 2**31) % 2**32 - 2**31


class Width:
    """Lengths in characters, summed up from the left to the right; sums may overflow, and Java checks only some.

    Attributes:
        is_limited: Whether there is an obvious longest one.
        is_single: Whether there is obviously only one way to match.
        is_open: Whether what follows is still looked at.
    """

    def __init__(self) -> None:
        self._least = self._most = 0
        self._before = (0, 0)
        self._is_limited_before = True
        self.is_limited: bool = True
        self.is_single: bool = True
        self.is_open: bool = True

    @property
    def least(self) -> int:
        """The shortest."""
        return _wrapped(self._before[0] + self._least)

    @property
    def most(self) -> int:
        """The longest."""
        return _wrapped(self._before[1] + self._most)

    @property
    def has_maximum(self) -> bool:
        """Whether Java believes to know the longest one."""
        return self._is_limited_before and self.is_limited

    def add(self, number: int) -> None:
        """Adds a number of characters."""
        self._least = _wrapped(self._least + number)
        self._most = _wrapped(self._most + number)

    def add_first(self, add_inner: Callable[[Width], None]) -> None:
        """Adds a part, which adds itself, of which only the first match counts."""
        before, is_limited_before = self._before, self._is_limited_before
        self._before, self._is_limited_before = (0, 0), True
        add_inner(self)
        self._least, self._most, self.is_limited = self.least, self.most, self.has_maximum
        self._before, self._is_limited_before = before, is_limited_before
        self.is_open = True

    def add_optional(self, add_inner: Callable[[Width], None]) -> None:
        """Adds a part other than a group, which adds itself, that may be left out."""
        least = self._least
        self.add_first(add_inner)
        self._least, self.is_single = least, False

    def add_greedy(self, least: int) -> None:
        """Adds a character that is repeated without a limit, as often as possible."""
        self._least = _wrapped(self._least + least)
        if self.is_limited:
            self._most = _wrapped(self._most + NO_LIMIT)
        self.is_single = False

    def add_repeated(self, inner: Width, least: int, most: int) -> None:
        """Adds a part that is repeated."""
        shortest = _wrapped(inner.least * least + self._least)
        self._least = _LARGE if shortest < self._least else shortest
        if self.is_limited and inner.has_maximum:
            longest = _wrapped(inner.most * most + self._most)
            self.is_limited = longest >= self._most
            self._most = longest
        else:
            self.is_limited = False
        self.is_single &= inner.is_single and least == most

    def add_alternatives(self, branches: list[Width]) -> None:
        """Adds one of several parts; what follows is summed up apart."""
        shortest, longest = min(branch.least for branch in branches), max(-1, *(branch.most for branch in branches))
        self._before = (self.least + shortest, self.most + longest)
        self._is_limited_before = self.has_maximum and all(branch.has_maximum for branch in branches)
        self._least = self._most = 0
        self.is_limited, self.is_single = True, False

    def add_loop(self) -> None:
        """Adds a group that is repeated and can be matched in several ways, behind which Java does not look."""
        self.is_limited = self.is_single = self.is_open = False
