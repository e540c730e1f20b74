"""Which declared renames are due, and in which order they can be done."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from .model import ArchiveConfiguration

__all__ = ["DueRenames", "due_renames", "name_aside"]


def name_aside(name: str, number: int) -> str:
    """A name that a channel has while others exchange theirs."""
    return f"{name}.renaming-{number}"


@dataclass(frozen=True, slots=True)
class DueRenames:
    """The renames that are due.

    Attributes:
        chains: Renames as pairs of old and new name. Within a chain each one frees the new name of the next one.
        circles: Names, each of which is to become the next one and the last one the first one. All of them exist
            before and afterwards, so that nobody can tell from the names whether it has been done.
        aside: The names that channels had which an exchange that was interrupted has put aside, by their names now.
            They are on their way in ``chains``.
    """

    chains: tuple[tuple[tuple[str, str], ...], ...]
    circles: tuple[tuple[str, ...], ...]
    aside: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def old_names(self) -> Mapping[str, str]:
        """By each new name the old one; circles are left out."""
        return {new: old for chain in self.chains for old, new in chain}


def due_renames(desired: ArchiveConfiguration, names: Container[str]) -> DueRenames:
    """Finds the renames that are due in a cluster that has channels of these names.

    A rename is due while the old name is there and the new one is not, or is about to become free because the channel
    that has it is renamed itself.
    """
    declared = {channel.renamed_from: channel.name for channel in desired.channels if channel.renamed_from is not None}
    put_aside = dict(_put_aside(declared, desired.by_name, names))
    now = {put_aside.get(old, old): new for old, new in declared.items()}
    now = {old: new for old, new in now.items() if old in names}
    paths = _paths(now)
    chains = tuple(_due(path, names) for path in paths)
    aside = {name: old for old, name in put_aside.items()}
    return DueRenames(tuple(chain for chain in chains if chain), _circles(now, paths), aside)


def _put_aside(
    declared: Mapping[str, str], desired: Container[str], names: Container[str]
) -> Iterator[tuple[str, str]]:
    """Names of channels that an exchange has put aside before it was interrupted, with those that they have now.

    One of the names that are exchanged is free then, and the others may belong to other channels already.
    """
    for circle in _circles(declared, _paths(declared)):
        if all(name in names for name in circle):
            continue
        number = 0
        while name_aside(circle[0], number + 1) in names:
            number += 1
        name = name_aside(circle[0], number)
        if number and name not in desired:
            yield circle[0], name


def _paths(declared: Mapping[str, str]) -> list[list[str]]:
    """Names that become each other, where that begins somewhere."""
    targets = set(declared.values())
    return [_path(old, declared) for old in declared if old not in targets]


def _path(first: str, declared: Mapping[str, str]) -> list[str]:
    path = [first]
    while path[-1] in declared:
        path.append(declared[path[-1]])
    return path


def _due(path: list[str], names: Container[str]) -> tuple[tuple[str, str], ...]:
    """The renames of a path, from its end, where a name may be free, to its beginning."""
    if path[-1] in names:
        return ()
    return tuple(zip(reversed(path[:-1]), reversed(path[1:]), strict=True))


def _circles(declared: Mapping[str, str], paths: Iterable[Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    visited = {name for path in paths for name in path}
    circles: list[tuple[str, ...]] = []
    for first in declared:
        circle: list[str] = []
        name = first
        while name not in visited:
            visited.add(name)
            circle.append(name)
            name = declared[name]
        if circle:
            least = circle.index(min(circle))
            circles.append((*circle[least:], *circle[:least]))
    return tuple(circles)
