"""Which declared renames are due, and in which order they can be done."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from .model import ArchiveConfiguration

__all__ = ["DueRenames", "due_renames"]


@dataclass(frozen=True, slots=True)
class DueRenames:
    """The renames that are due.

    Attributes:
        chains: Renames as pairs of old and new name. Within a chain each one frees the new name of the next one.
        circles: Names, each of which is to become the next one and the last one the first one. All of them exist
            before and afterwards, so that nobody can tell from the names whether it has been done.
    """

    chains: tuple[tuple[tuple[str, str], ...], ...]
    circles: tuple[tuple[str, ...], ...]

    @property
    def old_names(self) -> Mapping[str, str]:
        """By each new name the old one; circles are left out."""
        return {new: old for chain in self.chains for old, new in chain}


def due_renames(desired: ArchiveConfiguration, names: Container[str]) -> DueRenames:
    """Finds the renames that are due in a cluster that has channels of these names.

    A rename is due while the old name is there and the new one is not, or is about to become free because the channel
    that has it is renamed itself.
    """
    declared = {
        channel.renamed_from: channel.name
        for channel in desired.channels
        if channel.renamed_from is not None and channel.renamed_from in names
    }
    targets = set(declared.values())
    paths = [_path(old, declared) for old in declared if old not in targets]
    chains = tuple(_due(path, names) for path in paths)
    seen = {name for path in paths for name in path}
    return DueRenames(tuple(chain for chain in chains if chain), _circles(declared, seen))


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


def _circles(declared: Mapping[str, str], seen: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    visited = set(seen)
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
