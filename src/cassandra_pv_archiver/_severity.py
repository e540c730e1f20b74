"""Alarm severities, which have an order."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Severity"]


class Severity(StrEnum):
    """How severe an alarm is. Severities compare in their order: ``OK < MINOR < MAJOR < INVALID``.

    A severity is a ``str`` as well: it equals its text, and comparing it with another text, such as ``'MAJOR'``,
    goes by the order of severities. Levels that a server adds one day are severities too, above all known ones.
    """

    OK = "OK"
    """No alarm."""
    MINOR = "MINOR"
    """A warning."""
    MAJOR = "MAJOR"
    """A serious alarm."""
    INVALID = "INVALID"
    """The value cannot be trusted, or there is none."""

    @classmethod
    def _missing_(cls, value: object) -> Severity | None:
        if not isinstance(value, str):
            return None
        unknown = str.__new__(cls, value)
        unknown._name_ = unknown._value_ = value
        return unknown

    def __lt__(self, other: str) -> bool:
        return _rank(self) < _rank(other)

    def __le__(self, other: str) -> bool:
        return _rank(self) <= _rank(other)

    def __gt__(self, other: str) -> bool:
        return _rank(self) > _rank(other)

    def __ge__(self, other: str) -> bool:
        return _rank(self) >= _rank(other)


_RANKS = {str(severity): rank for rank, severity in enumerate(Severity)}


def _rank(level: str) -> tuple[int, str]:
    return _RANKS.get(level, len(_RANKS)), level
