"""A keyring that knows the simulator's password, in a process whose environment asks for it."""

from __future__ import annotations

from keyring.backend import KeyringBackend


class KeyringOfTests(KeyringBackend):
    priority = 1  # pyright: ignore[reportAssignmentType, reportIncompatibleMethodOverride] -- a class property there

    def get_password(self, service: str, username: str) -> str | None:
        return "admin" if (service, username) == ("archiver", "admin") else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError
