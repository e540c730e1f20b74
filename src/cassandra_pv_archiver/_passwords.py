"""Where passwords come from: asked for, the environment, a file, the system's keyring."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

from ._optional_libraries import optional_library
from .errors import SettingsError

__all__ = ["KEYRING_SERVICE", "PASSWORD_VARIABLE", "check_source", "read_password"]

PASSWORD_VARIABLE = "CPVA_PASSWORD"  # noqa: S105 -- the name of the variable, not a password
KEYRING_SERVICE = "cassandra-pv-archiver"
"""The service under which the keyring is asked, unless another one is named."""

_FORMS = "'prompt', 'environment', 'keyring', 'keyring:SERVICE' or 'file:PATH'"


def check_source(source: str) -> None:
    """Raises ValueError unless this names a source of passwords."""
    kind, colon, detail = source.partition(":")
    fits = kind in {"prompt", "environment"} and not colon
    fits = fits or (kind == "keyring" and (not colon or detail)) or (kind == "file" and detail)
    if not fits:
        # What stands there may be the password itself.
        raise ValueError(f"says where the password comes from: {_FORMS}. It never is the password.")


def read_password(source: str, username: str) -> str:
    """Gets a password from its source.

    Raises:
        SettingsError: It cannot be had.
        MissingExtraError: The extra ``keyring`` is not installed.
    """
    kind, _, detail = source.partition(":")
    match kind:
        case "environment":
            return _from_environment(username)
        case "file":
            return _from_file(Path(detail).expanduser())
        case "keyring":
            return _from_keyring(detail or KEYRING_SERVICE, username)
        case _:
            return _asked(username)


def _from_environment(username: str) -> str:
    password = os.environ.get(PASSWORD_VARIABLE)
    if not password:
        raise SettingsError(f"The password of {username} is to come from {PASSWORD_VARIABLE}, which is not set.")
    return password


def _from_file(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            _check_permissions(path, os.fstat(file.fileno()))
            password = file.read().removesuffix("\n").removesuffix("\r")
    except OSError as error:
        raise SettingsError(f"The password file {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError:
        raise SettingsError(f"The password file {path} is not text in UTF-8.") from None
    if not password:
        raise SettingsError(f"The password file {path} is empty.")
    if "\n" in password:
        raise SettingsError(f"The password file {path} has more than one line.")
    return password


def _check_permissions(path: Path, status: os.stat_result) -> None:
    if os.name != "posix":  # elsewhere the bits of the mode do not say who may read a file
        return
    if not stat.S_ISREG(status.st_mode):
        raise SettingsError(f"The password file {path} is not a file.")
    if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(f"The password file {path} can be used by others than its owner: chmod 600 {path}")
    if status.st_uid not in {0, os.geteuid()}:
        raise SettingsError(f"The password file {path} belongs to another user.")


def _from_keyring(service: str, username: str) -> str:
    keyring = optional_library("keyring", "keyring")
    try:
        password: str | None = keyring.get_password(service, username)
    except keyring.errors.KeyringError as error:
        raise SettingsError(f"The keyring does not answer: {error}") from error
    if not password:
        raise SettingsError(
            f"The keyring has no password of {username} for {service}. Store it with: keyring set {service} {username}"
        )
    return password


def _asked(username: str) -> str:
    if not sys.stdin.isatty():
        raise SettingsError(
            f"The password of {username} cannot be asked for without a terminal. Set {PASSWORD_VARIABLE}, or "
            "password_from to 'keyring' or 'file:PATH'."
        )
    from getpass import getpass

    password = getpass(f"Password of {username}: ")
    if not password:
        raise SettingsError(f"No password of {username} was given.")
    return password
