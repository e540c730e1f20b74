"""Who may do what (section 2.1)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may log in.

    Attributes:
        password: The password.
        is_administrator: Whether changes are allowed.
    """

    password: str
    is_administrator: bool = True


ANONYMOUS = User("", is_administrator=False)
