"""The list of all checks, and what each check is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .probe import Probe

Body = Callable[["Probe"], None]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that the reference says about the services.

    Attributes:
        name: The name of the check, stable across releases: baselines use it.
        title: What it checks, in a few words.
        section: The section of the reference.
        writes: Whether it needs leave to create channels.
        body: Makes the check.
    """

    name: str
    title: str
    section: str
    writes: bool
    body: Body


class Registry:
    """Collects checks in the order in which they are defined."""

    def __init__(self) -> None:
        self.checks: list[Check] = []

    def __call__(self, name: str, title: str, section: str, *, writes: bool = False) -> Callable[[Body], Body]:
        """Makes a function a check."""

        def register(body: Body) -> Body:
            if any(check.name == name for check in self.checks):
                raise ValueError(f"There are two checks named {name}.")
            self.checks.append(Check(name, title, section, writes, body))
            return body

        return register


check: Registry = Registry()
"""Decorates the functions that are checks."""
