"""User name and password, kept out of every text."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TypeAlias

Password: TypeAlias = str | Callable[[], str | None]
"""A password, or a callable that gives it each time it is needed, for example from a keyring; None stands for none."""


class Credentials:
    """What goes with calls that change something."""

    __slots__ = ("_password", "_username")

    def __init__(self, username: str, password: Password) -> None:
        if not isinstance(password, str) and not callable(password):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers without a type checker
            raise TypeError("password is text, or a callable that gives it.")
        if ":" in username:
            raise ValueError("A user name for Basic authentication has no colon.")
        self._username = username
        self._password = password

    def header(self) -> str | None:
        """The value of the Authorization header (section 2.1: Basic, UTF-8), or None for an empty password."""
        password = self._password if isinstance(self._password, str) else self._password()
        if not password:
            return None
        return "Basic " + base64.b64encode(f"{self._username}:{password}".encode()).decode("ascii")


def read_credentials(username: str, password: Password) -> Credentials | None:
    """Reads the arguments of a client; an empty password stands for none."""
    return Credentials(username, password) if password else None
