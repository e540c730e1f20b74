"""What is left of a file without its errors of form, so that its other errors are found as well."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .document import Settings
from .loaded import Member
from .written import Array, Table

__all__ = ["prune"]

_SETTINGS = {*Settings.model_fields, "renamed_from"}


def prune(root: Any, errors: Iterable[tuple[Member, bool]]) -> set[Member] | None:
    """Takes out what has errors of form.

    Settings go one by one; groups and channels with other errors stay in their place as empty ones, because positions
    in lists are part of messages.

    Args:
        root: The document, which is changed.
        errors: Where errors are, and whether a member is there that is not known.

    Returns:
        Where groups, channels and elements of ``owns`` are that say nothing any more; None if nothing can be made of
        the rest.
    """
    emptied: set[Member] = set()
    for path, is_unknown in errors:
        if not path or path[0] == "servers":
            return None
        part = _part(path)
        rest = path[len(part) :]
        if part[0] == "templates" and not rest:
            _set(root, part, Table())
        elif not rest and not isinstance(part[-1], int):
            _remove(root, part)
        elif part[0] == "owns" or not rest or not (is_unknown or rest[0] in _SETTINGS):
            emptied.add(part)
            _set(root, part, _empty(part))
        elif rest[0] == "options":
            _remove(root, (*part, *rest[:2]))
        else:
            _remove(root, (*part, rest[0]))
    return emptied


def _part(path: Member) -> Member:
    """The group, channel, template or other part of the file in which a place is."""
    match path:
        case ("groups", int(), "channels", int(), *_):
            return path[:4]
        case ("groups" | "channels" | "owns", int(), *_) | ("templates", str(), *_):
            return path[:2]
        case _:
            return path[:1]


def _at(root: Any, path: Member) -> Any:
    for part in path:
        try:
            root = root[part]
        except (LookupError, TypeError):
            return None
    return root


def _remove(root: Any, path: Member) -> None:
    container = _at(root, path[:-1])
    if isinstance(container, Table):
        container.pop(str(path[-1]), None)


def _set(root: Any, path: Member, value: Table) -> None:
    container = _at(root, path[:-1])
    if isinstance(container, Table | Array):
        container[path[-1]] = value  # pyright: ignore[reportArgumentType, reportCallIssue] -- names in tables, positions in lists


def _empty(part: Member) -> Table:
    """The least that can be in the place of a part."""
    empty = Table()
    match part:
        case ("groups", _):
            empty["channels"] = Array()
        case ("owns", _):
            empty["channels"] = "-"
        case _:
            empty["name"] = "-"
    return empty
