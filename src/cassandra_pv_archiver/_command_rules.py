"""The rules for commands that change the configuration (section 3.2 of the reference), as functions of plain values.

The server refuses a whole batch without a reason if one command breaks a rule, so the texts here have to say it all.
The functions give the members as the server understands them and echoes them in its reply.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise
from typing import NamedTuple

__all__ = ["BrokenRuleError", "LevelChanges", "OptionChanges", "all_levels", "level_changes", "option_changes"]

_PERIODS = "decimationLevelToRetentionPeriod"


class BrokenRuleError(Exception):
    """A command breaks a rule.

    Attributes:
        member: The member of the command that is wrong.
        rule: What is wrong and what to write instead.
    """

    def __init__(self, member: str, rule: str) -> None:
        super().__init__(member, rule)
        self.member, self.rule = member, rule


class LevelChanges(NamedTuple):
    """What an update does to decimation levels; None for what it does not mention."""

    levels: tuple[int, ...] | None
    added: tuple[int, ...] | None
    removed: tuple[int, ...] | None
    periods: dict[int, int]


class OptionChanges(NamedTuple):
    """What an update does to control-system options; None for what it does not mention."""

    options: dict[str, str] | None
    added: dict[str, str] | None
    removed: tuple[str, ...] | None


def all_levels(levels: Iterable[int], periods: Mapping[int, int]) -> dict[int, int]:
    """The levels of a channel with their retention periods, from a command that lists all levels.

    Level 0 is always there, a period that is not named is 0, and periods of other levels are dropped.
    """
    chosen = _checked_levels("decimationLevels", levels, {0})
    _checked_levels(_PERIODS, periods)
    return _ascending({level: max(periods.get(level, 0), 0) for level in chosen})


def level_changes(
    levels: Iterable[int] | None,
    added: Iterable[int] | None,
    removed: Iterable[int] | None,
    periods: Mapping[int, int],
) -> LevelChanges:
    """The changes of levels and retention periods of an update."""
    _exclude("decimationLevels", levels, addDecimationLevels=added, removeDecimationLevels=removed)
    if levels is not None:
        complete = all_levels(levels, periods)
        return LevelChanges(tuple(complete), None, None, complete)
    _checked_levels(_PERIODS, periods)
    added = _without_raw("addDecimationLevels", added, other=removed)
    removed = _without_raw("removeDecimationLevels", removed, other=added)
    _disjoint("decimation level", "addDecimationLevels", added, "removeDecimationLevels", removed)
    merged = dict.fromkeys(added or (), 0) | {level: max(period, 0) for level, period in periods.items()}
    kept = {level: merged[level] for level in sorted(merged) if level not in (removed or ())}
    return LevelChanges(None, added, removed, _ascending(kept))


def option_changes(
    options: Mapping[str, str] | None, added: Mapping[str, str] | None, removed: Iterable[str] | None
) -> OptionChanges:
    """The changes of options of an update."""
    _exclude("options", options, addOptions=added, removeOptions=removed)
    if options is not None:
        return OptionChanges(sorted_options(options), None, None)
    if added is None and removed is None:
        return OptionChanges(None, None, None)
    names = tuple(sorted(set(removed or ()), key=_code_units))
    _disjoint("option", "addOptions", added, "removeOptions", names)
    return OptionChanges(None, sorted_options(added or {}), names)


def sorted_options(options: Mapping[str, str]) -> dict[str, str]:
    """The options in the order of the server, that of their names' UTF-16 code units."""
    return {name: options[name] for name in sorted(options, key=_code_units)}


def _code_units(text: str) -> bytes:
    return text.encode("utf-16-be", "surrogatepass")


def _checked_levels(member: str, levels: Iterable[int], always: Collection[int] = ()) -> list[int]:
    chosen = sorted({*always, *levels})
    if chosen and chosen[0] < 0:
        raise BrokenRuleError(
            member,
            f"a decimation level cannot be negative, as {chosen[0]} is; write periods in seconds, 0 for raw samples",
        )
    return chosen


def _without_raw(member: str, levels: Iterable[int] | None, other: Iterable[int] | None) -> tuple[int, ...] | None:
    if levels is None:
        return None if other is None else ()
    return tuple(level for level in _checked_levels(member, levels) if level != 0)


def _exclude(complete: str, value: object, **changes: object) -> None:
    given = [member for member, change in changes.items() if change is not None]
    if value is not None and given:
        raise BrokenRuleError(
            given[0],
            f"{complete} says all that the channel is to have, so {' and '.join(changes)} have no place beside it; "
            f"write either {complete} or the others",
        )


def _disjoint(
    what: str,
    added_member: str,
    added: Collection[object] | None,
    removed_member: str,
    removed: Collection[object] | None,
) -> None:
    both = sorted(set(added or ()) & set(removed or ()), key=str)
    if both:
        raise BrokenRuleError(
            added_member,
            f"the same {what} cannot be added and removed at the same time; leave {', '.join(map(repr, both))} out of "
            f"{added_member} or of {removed_member}",
        )


def _ascending(periods: dict[int, int]) -> dict[int, int]:
    for (shorter, shorter_period), (longer, period) in pairwise(periods.items()):
        if period != 0 and (shorter_period == 0 or period < shorter_period):
            than = "that of" if shorter_period == 0 else f"{shorter_period}, that of"
            unlimited = " (0, for ever)" if shorter_period == 0 else ""
            remedy = "0" if shorter_period == 0 else f"0 (for ever) or at least {shorter_period}"
            raise BrokenRuleError(
                _PERIODS,
                f"a longer level must not be kept for less time than a shorter one, but level {longer} has the "
                f"retention period {period}, less than {than} level {shorter}{unlimited}; write {remedy} for level "
                f"{longer}, or a period of at most {period} for level {shorter}",
            )
    return periods
