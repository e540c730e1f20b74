"""What is said about a scene file that is wrong: where, what, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from .checks import Place, Problem
from .members import suggestion
from .models import SIGNALS

_MOST_SHOWN = 20
_WANTED = {
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "dict_type": "a table",
    "string_type": "a text in quotes",
    "tuple_type": "a list",
    "model_attributes_type": "a table with the member 'signal'",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "uuid_parsing": "a UUID in quotes, such as '11111111-2222-3333-4444-555555555551'",
    "uuid_type": "a UUID in quotes, such as '11111111-2222-3333-4444-555555555551'",
}


class SceneError(ValueError):
    """A scene file cannot be used.

    Attributes:
        path: The file.
        problems: What is wrong, each with its place in the file.
    """

    path: str
    problems: tuple[str, ...]

    def __init__(self, path: str, problems: tuple[str, ...]) -> None:
        super().__init__(path, problems)
        self.path = path
        self.problems = problems

    def __str__(self) -> str:
        shown = [f"{self.path}: {problem}" for problem in self.problems[:_MOST_SHOWN]]
        more = len(self.problems) - _MOST_SHOWN
        return "\n".join(shown if more <= 0 else [*shown, f"and {more} more"])


def scene_error(file: Path, data: Mapping[str, Any], problems: Iterable[Problem]) -> SceneError:
    """The error for problems at some places of a file."""
    return SceneError(str(file), tuple(f"{_written(place, data)}: {text}" for place, text in problems))


def problems_of_members(error: ValidationError) -> list[Problem]:
    """What is wrong with single members of a scene file."""
    errors = cast("list[Mapping[str, Any]]", error.errors())
    # A list is too short for pydantic if an element of it is wrong, which is said anyway.
    return [_problem(each) for each in errors if each["type"] != "too_short" or not each["input"]]


def _problem(error: Mapping[str, Any]) -> Problem:
    kind, context, value = error["type"], error.get("ctx", {}), error["input"]
    place = _without_tags(error["loc"])
    if kind == "union_tag_invalid":
        return (*place, "signal"), f"there is no signal {context['tag']!r}; {suggestion(context['tag'], list(SIGNALS))}"
    if kind == "union_tag_not_found":
        return place, f"'signal' is missing; {suggestion('', list(SIGNALS))}"
    if kind == "literal_error":
        known = re.findall(r"'([^']*)'", context["expected"])
        return place, f"{value!r} is not known; {suggestion(str(value), known)}"
    if kind == "value_error":
        return place, str(context["error"])
    if kind in _WANTED:
        return place, f"{value!r} is not {_WANTED[kind]}"
    said = str(error["msg"])
    return place, f"{value!r} cannot be: {said[:1].lower()}{said[1:]}"


def _without_tags(place: Place) -> Place:
    """A place without the kinds of signals that pydantic puts behind the positions of signals."""
    kept: list[str | int] = []
    for part, before in zip(place, (None, *place), strict=False):
        if part not in SIGNALS or not isinstance(before, int):
            kept.append(part)
    return tuple(kept)


def _written(place: Place, data: Mapping[str, Any]) -> str:
    """A place as people read it: ``channels[0].samples[1].spacing (channel 'RING:CURRENT')``."""
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).removeprefix(".")
    name = _name_of_channel(place, data)
    return (path or "at the top") + ("" if name is None else f" (channel {name!r})")


def _name_of_channel(place: Place, data: Mapping[str, Any]) -> str | None:
    match place:
        case ("channels", int(number), *_):
            channel = cast("Sequence[Any]", data["channels"])[number]
            name = cast("Mapping[str, Any]", channel).get("name") if isinstance(channel, Mapping) else None
            return name if isinstance(name, str) else None
        case _:
            return None
