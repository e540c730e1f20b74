"""How durations, times, levels and values are written in scene files."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from difflib import get_close_matches
from typing import Annotated, Any, ClassVar, TypeAlias, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, WithJsonSchema, model_validator

from cassandra_pv_archiver.times import RelativeTime, parse_duration, parse_time

SECOND = 1_000_000_000
"""Nanoseconds."""


def given(text: str) -> Any:
    """A default as people would write it."""
    return Field(default=text, validate_default=True)


def suggestion(wrong: str, known: list[str]) -> str:
    """What somebody may have meant, and what there is."""
    close = get_close_matches(wrong, known, 1)
    meant = f"did you mean {close[0]!r}? " if close else ""
    return f"{meant}there {'is' if len(known) == 1 else 'are'} {', '.join(known)}"


class Table(BaseModel):
    """A table of a scene file, which has no members but those that are known."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _check_members(cls, table: object) -> object:
        if not isinstance(table, Mapping):
            raise ValueError(f"a table with members is wanted, not {table!r}")
        members = cls.model_fields
        unknown = [str(name) for name in cast("Mapping[object, object]", table) if name not in members]
        if unknown:
            raise ValueError(f"there is no member {unknown[0]!r}; {suggestion(unknown[0], list(members))}")
        missing = [name for name, field in members.items() if field.is_required() and name not in table]
        if missing:
            raise ValueError(f"{missing[0]!r} is missing: {members[missing[0]].description}")
        return cast("object", table)


def _duration(text: object) -> int:
    if not isinstance(text, str):
        raise ValueError(f"{text!r} is not a duration: write it with its unit in quotes, such as '30s' or '1h30m'")
    return parse_duration(text, parameter="a duration")


def _spacing(text: object) -> int:
    spacing = _duration(text)
    if spacing < SECOND // 1000:
        raise ValueError(f"a spacing of {text!r} is too short: write '1ms' or more")
    return spacing


def _positive(text: object) -> int:
    duration = _duration(text)
    if not duration:
        raise ValueError("a duration that is not 0 is wanted, such as '10min'")
    return duration


def _time(value: object) -> int | RelativeTime:
    if isinstance(value, date) and not isinstance(value, datetime):
        value = value.isoformat()
    if not isinstance(value, str | int | datetime) or isinstance(value, bool):
        raise ValueError(f"{value!r} is not a time: write '-15min', 'now', or '2026-11-24T08:00:00Z'")
    return parse_time(value, time_zone="UTC", parameter="a time")


def _range(value: object) -> tuple[float, float]:
    match value:
        case [int() | float() as low, int() | float() as high] if not low > high:
            return float(low), float(high)
        case _:
            raise ValueError(f"{value!r} is not a range: write [low, high], and nan for a bound that is not there")


def _bounds(value: object) -> tuple[float, float]:
    low, high = _range(value)
    if not -math.inf < low < high < math.inf:
        raise ValueError(f"{value!r} does not bound anything: write two numbers, the lesser one first")
    return low, high


Element: TypeAlias = float | int | str
Value: TypeAlias = Element | tuple[Element, ...]


def _value(value: object) -> Value:
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        return value
    if isinstance(value, list) and value:
        elements = cast("list[object]", value)
        numbers = all(isinstance(element, int | float) and not isinstance(element, bool) for element in elements)
        if numbers or all(isinstance(element, str) for element in elements):
            return tuple(cast("list[Element]", elements))
    raise ValueError(f"{value!r} is not a value: write a number, a text in quotes, or a list of one of them")


def _server(value: object) -> int | str:
    if not isinstance(value, int | str) or isinstance(value, bool):
        raise ValueError(f"{value!r} is not a server: write its name or its ID in quotes, or its position from 0 on")
    return value


def _levels(given: object) -> dict[int, int]:
    if isinstance(given, list):
        levels = [(level, cast("object", "forever")) for level in cast("list[object]", given)]
    elif isinstance(given, Mapping):
        levels = list(cast("Mapping[object, object]", given).items())
    else:
        raise ValueError(f"{given!r} are no levels: write ['1min', '15min'], or what they retain, as {{ raw = '90d' }}")
    return {
        0 if level == "raw" else _seconds(level, "'raw'"): 0 if kept == "forever" else _seconds(kept, "'forever'")
        for level, kept in levels
    }


def _seconds(text: object, other: str) -> int:
    try:
        seconds, rest = divmod(_duration(text), SECOND)
    except ValueError as error:
        raise ValueError(f"{error} (or {other})") from None
    if rest or not seconds:
        raise ValueError(f"{text!r} is not a number of whole seconds, and not {other}")
    return seconds


def _schema(kind: str | list[str], *examples: object, **more: object) -> WithJsonSchema:
    return WithJsonSchema({"type": kind, "examples": list(examples), **more})


Duration = Annotated[int, BeforeValidator(_positive), _schema("string", "10min", "1h30m")]
"""A length of time in nanoseconds, written with its unit."""
Spacing = Annotated[int, BeforeValidator(_spacing), _schema("string", "10s", "100ms")]
"""The time from one sample to the next in nanoseconds, written with its unit."""
Time = Annotated[int | RelativeTime, PlainValidator(_time), _schema(["string", "integer"], "-6h", "now")]
"""A time: nanoseconds since 1970-01-01 UTC, or counted from now. Without an offset it is UTC."""
Range = Annotated[tuple[float, float], PlainValidator(_range), _schema("array", [0.0, 300.0], minItems=2, maxItems=2)]
"""A lower and an upper bound, of which each may be nan."""
Bounds = Annotated[tuple[float, float], PlainValidator(_bounds), _schema("array", [0.0, 10.0], minItems=2, maxItems=2)]
"""Two numbers, the lesser one first."""
AnyValue = Annotated[Value, PlainValidator(_value), _schema(["number", "string", "array"], 1.5, "a text", [1.0, 2.0])]
"""What a sample has: a number, a text, or several of them (a waveform)."""
NamedServer = Annotated[int | str, PlainValidator(_server), _schema(["integer", "string"], 0, "archiver-1.example.org")]
"""A server: its position, its name or its ID."""
Levels = Annotated[
    dict[int, int],
    PlainValidator(_levels),
    _schema(["object", "array"], {"raw": "90d", "1min": "3650d", "15min": "forever"}, ["1min", "15min"]),
]
"""Retention periods in seconds, 0 being unlimited, by decimation period in seconds, 0 being raw samples."""

NO_LIMITS: tuple[float, float] = (math.nan, math.nan)
