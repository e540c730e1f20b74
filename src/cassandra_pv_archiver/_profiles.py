"""The file of profiles: where it is, and what it says."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from .errors import SettingsError

__all__ = ["FILE_VARIABLE", "ProfileFile", "profiles_path", "read_profiles"]

FILE_VARIABLE = "CPVA_PROFILES_FILE"
"""The variable of the environment that names another file of profiles."""

_MEMBERS: Mapping[str, tuple[type, ...]] = {
    "host": (str, list),
    "admin_url": (str, list),
    "archive_url": (str, list),
    "username": (str,),
    "password_from": (str,),
    "credentials_on_reads": (bool,),
    "time_zone": (str,),
    "timeout": (int, float),
    "verify": (bool, str),
}
_WORDS: Mapping[type, str] = {
    str: "text",
    list: "a list of texts",
    bool: "true or false",
    int: "a number",
    float: "a number",
}


@dataclass(frozen=True, slots=True)
class ProfileFile:
    """A file of profiles.

    Attributes:
        path: The file.
        default: The name of the profile that is used if none is asked for, or None.
        profiles: The members of each profile by its name, lists joined with commas.
    """

    path: Path
    default: str | None
    profiles: Mapping[str, Mapping[str, Any]]

    def profile(self, name: str) -> Mapping[str, Any]:
        """The members of one profile.

        Raises:
            SettingsError: There is no such profile.
        """
        if name in self.profiles:
            return self.profiles[name]
        if not self.profiles:
            raise SettingsError(f"There is no profile {name!r}, because {self.path} has none. See: cpva profile edit")
        known = ", ".join(self.profiles)
        raise SettingsError(f"There is no profile {name!r} in {self.path}. It has: {known}.")


def profiles_path() -> Path:
    """The file of profiles: that of ``CPVA_PROFILES_FILE``, or ``profiles.toml`` in the platform's folder."""
    named = os.environ.get(FILE_VARIABLE)
    if named:
        return Path(named)
    from platformdirs import user_config_path

    return user_config_path("cassandra-pv-archiver", appauthor=False) / "profiles.toml"


def read_profiles(path: Path) -> ProfileFile:
    """Reads a file of profiles; a file that does not exist has none.

    Raises:
        SettingsError: The file cannot be read, or is not what a file of profiles is.
    """
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return ProfileFile(path, None, {})
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise SettingsError(f"{path} is not TOML: {error}.") from error
    return _checked(path, document)


def _checked(path: Path, document: dict[str, Any]) -> ProfileFile:
    for member in document.keys() - {"default", "profiles"}:
        raise SettingsError(f"{path}: there is no member {member!r}; profiles are tables such as [profiles.lab].")
    profiles = document.get("profiles", {})
    if not isinstance(profiles, dict):
        raise SettingsError(f"{path}: 'profiles' holds tables such as [profiles.lab].")
    read = {name: _profile(path, name, members) for name, members in cast("dict[str, Any]", profiles).items()}
    default = document.get("default")
    if default is not None and (not isinstance(default, str) or default not in read):
        known = ", ".join(read) or "none"
        raise SettingsError(f"{path}: 'default' names one of the profiles ({known}), not {default!r}.")
    return ProfileFile(path, default, read)


def _profile(path: Path, name: str, members: object) -> dict[str, Any]:
    place = f"{path}: profiles.{name}"
    if not isinstance(members, dict):
        raise SettingsError(f"{place} is a table: write [profiles.{name}], and its members below.")
    return {member: _member(place, member, value) for member, value in cast("dict[str, Any]", members).items()}


def _member(place: str, member: str, value: object) -> object:
    if member == "password":
        raise SettingsError(
            f"{place}.password: passwords are not kept here. Write password_from = 'prompt', 'environment', 'keyring' "
            "or 'file:PATH' instead."
        )
    if member not in _MEMBERS:
        near = difflib.get_close_matches(member, _MEMBERS, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(_MEMBERS)}."
        raise SettingsError(f"{place}: there is no member {member!r}; {hint}")
    wanted = _MEMBERS[member]
    fits = isinstance(value, wanted) and (bool in wanted or not isinstance(value, bool))
    texts = cast("list[object]", value) if isinstance(value, list) else []
    if not fits or not all(isinstance(text, str) for text in texts):
        kinds = " or ".join(dict.fromkeys(_WORDS[kind] for kind in wanted))
        raise SettingsError(f"{place}.{member} is {kinds}, not {value!r}.")
    return ",".join(map(str, texts)) if isinstance(value, list) else value
