"""Where the services are and how to use them, for scripts and for the command line."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from . import _passwords
from ._address import read_address
from ._profiles import profiles_path, read_profiles
from .errors import SettingsError
from .limits import check_seconds
from .times import parse_time_zone

__all__ = ["VARIABLES", "ClientSettings", "LoadedSettings", "admin_arguments", "archive_arguments", "load_settings"]

PROFILE_VARIABLE = "CPVA_PROFILE"
"""The variable of the environment that names the profile."""
VARIABLES: Mapping[str, str] = {
    "host": "CPVA_HOST",
    "admin_url": "CPVA_ADMIN_URL",
    "archive_url": "CPVA_ARCHIVE_URL",
    "username": "CPVA_USERNAME",
    "password_from": "CPVA_PASSWORD_FROM",
    "credentials_on_reads": "CPVA_CREDENTIALS_ON_READS",
    "time_zone": "CPVA_TZ",
    "timeout": "CPVA_TIMEOUT",
    "verify": "CPVA_VERIFY",
}
"""The variable of the environment for each member of `ClientSettings`."""
_ADDRESSES = ("host", "admin_url", "archive_url")
_TIED_TO_ADDRESSES = ("password_from", "credentials_on_reads", "verify")
"""What belongs to the servers of a profile, and is not for others."""
_SWITCHES = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSettings:
    """Where the services of a cluster are, and how to use them. It can be pickled, and never holds a password.

    Attributes:
        host: Host name or IP address of a server with the usual ports, or several with commas between: reads of the
            archive go to the next one when one fails.
        admin_url: Scheme, host, port and path prefix of the administrative service, instead of ``host``.
        archive_url: Likewise, of the archive-access service; several with commas between.
        username: The user for functions that change something.
        password_from: Where the password of that user comes from when it is needed: ``'prompt'``,
            ``'environment'`` (``CPVA_PASSWORD``), ``'keyring'`` or ``'keyring:SERVICE'`` (extra ``keyring``), or
            ``'file:PATH'``, a file that only its owner may read.
        credentials_on_reads: Whether credentials go with reads of the administrative service as well.
        time_zone: The IANA name of the zone of times without an offset; None: the clients refuse them.
        timeout: Seconds for connecting and for each wait for more bytes; None: the clients' defaults.
        verify: Whether to check TLS certificates, or the file or folder of the authorities to trust.
    """

    host: str | None = None
    admin_url: str | None = None
    archive_url: str | None = None
    username: str = "admin"
    password_from: str = "prompt"  # noqa: S105 -- where it comes from
    credentials_on_reads: bool = False
    time_zone: str | None = None
    timeout: float | None = None
    verify: bool | str = True

    def __post_init__(self) -> None:
        for field in fields(self):
            try:
                _CHECKS[field.name](getattr(self, field.name))
            except (ValueError, TypeError) as error:
                raise _UnusableError(field.name, str(error)) from None

    @classmethod
    def from_profile(cls, name: str | None = None) -> Self:
        """Reads the environment and a profile: what the environment says (``CPVA_HOST`` and so on) comes first.

        Args:
            name: The name of a profile. None: that of ``CPVA_PROFILE``, or the default of the file. If there is
                neither, the environment alone decides.

        Raises:
            SettingsError: There is no such profile, or a value cannot be used; the message names the file and the
                member, or the variable.
        """
        settings = load_settings(profile=name).settings
        return cls(**{field.name: getattr(settings, field.name) for field in fields(settings)})

    @property
    def admin_urls(self) -> tuple[str, ...]:
        """The base URLs of the administrative service of each server.

        Raises:
            SettingsError: None is known.
        """
        return self._urls("admin", self.admin_url, 4812)

    @property
    def archive_urls(self) -> tuple[str, ...]:
        """The base URLs of the archive-access service, in the order in which they are tried.

        Raises:
            SettingsError: None is known.
        """
        return self._urls("archive", self.archive_url, 9812)

    def read_password(self) -> str:
        """Gets the password from where `password_from` says.

        Raises:
            SettingsError: It cannot be had, for example because others can read the file.
            MissingExtraError: The extra ``keyring`` is not installed.
        """
        return _passwords.read_password(self.password_from, self.username)

    def _urls(self, service: str, url: str | None, port: int) -> tuple[str, ...]:
        if url is not None:
            return _several(url)
        if self.host is None:
            name = {"admin": "administrative", "archive": "archive-access"}[service]
            raise SettingsError(
                f"Nothing says where the {name} service is. Give --host or --{service}-url on the command line, "
                f"CPVA_HOST or CPVA_{service.upper()}_URL in the environment, or host or {service}_url in a profile."
            )
        return tuple(str(read_address(host, port, None, "")) for host in _several(self.host))


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """Settings, and where they come from.

    Attributes:
        settings: The settings.
        profile: The name of the profile that was read, or None.
        origins: For each member that was given: the option, the variable, or the file, the profile and the member.
        overruled: The variables of the environment that took the place of a member of a profile asked for by name.
    """

    settings: ClientSettings
    profile: str | None
    origins: Mapping[str, str]
    overruled: tuple[str, ...]


def load_settings(options: Mapping[str, Any] | None = None, *, profile: str | None = None) -> LoadedSettings:
    """Lays options over the environment over a profile.

    A level that gives ``host`` hides the URLs of those below. If another level than the profile says where a service
    is, the profile's source of passwords and its rules of trust do not count: they are for the servers of the profile.

    Args:
        options: Members of `ClientSettings`; those that are None are not given.
        profile: As in `ClientSettings.from_profile`.

    Raises:
        SettingsError: As in `ClientSettings.from_profile`.
    """
    given = {member: value for member, value in (options or {}).items() if value is not None}
    environment = _from_environment()
    name, place, stored = _from_file(profile)
    named = {member for member in (*environment, *given) if member in _ADDRESSES}
    if named and stored.keys() & set(_ADDRESSES):
        stored = {member: value for member, value in stored.items() if member not in _TIED_TO_ADDRESSES}
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for level, naming in ((stored, f"{place}.{{}}".format), (environment, _variable), (given, _option)):
        if "host" in level:
            values = {member: value for member, value in values.items() if member not in _ADDRESSES}
        values.update(level)
        origins.update({member: naming(member) for member in level})
    try:
        settings = ClientSettings(**values)
    except _UnusableError as error:
        raise SettingsError(f"{origins[error.member]}: {error.reason}") from None
    overruled = tuple(_variable(member) for member in environment if profile is not None and member in stored)
    return LoadedSettings(settings, name, {member: origins[member] for member in values}, overruled)


def admin_arguments(settings: ClientSettings, options: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a client of the administrative service; ``options`` come first."""
    return {
        "base_url": settings.admin_urls[0],
        "username": settings.username,
        "password": functools.cache(settings.read_password),
        "credentials_on_reads": settings.credentials_on_reads,
        **_common_arguments(settings),
        **options,
    }


def archive_arguments(settings: ClientSettings, options: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a client of the archive-access service; ``options`` come first."""
    return {"base_urls": settings.archive_urls, **_common_arguments(settings), **options}


def _common_arguments(settings: ClientSettings) -> dict[str, Any]:
    arguments: dict[str, Any] = {"time_zone": settings.time_zone, "verify": settings.verify}
    return arguments if settings.timeout is None else {**arguments, "timeout": settings.timeout}


def _from_environment() -> dict[str, Any]:
    environment: dict[str, Any] = {}
    for member, variable in VARIABLES.items():
        text = os.environ.get(variable)
        if text:
            environment[member] = _value_of(member, variable, text)
    if os.environ.get(_passwords.PASSWORD_VARIABLE):
        environment.setdefault("password_from", "environment")
    return environment


def _value_of(member: str, variable: str, text: str) -> object:
    if member == "timeout":
        try:
            return float(text)
        except ValueError:
            raise SettingsError(f"{variable}: a number of seconds is wanted, not {text!r}.") from None
    if member == "verify":
        return _SWITCHES.get(text.lower(), text)
    if member == "credentials_on_reads":
        if text.lower() not in _SWITCHES:
            raise SettingsError(f"{variable}: true or false is wanted, not {text!r}.")
        return _SWITCHES[text.lower()]
    return text


def _from_file(name: str | None) -> tuple[str | None, str, Mapping[str, Any]]:
    """The name of the profile that is meant, where it stands, and what it says."""
    asked = name or os.environ.get(PROFILE_VARIABLE)
    file = read_profiles(profiles_path())
    asked = asked or file.default
    if not asked:
        return None, "", {}
    return asked, f"{file.path}: profiles.{asked}", file.profile(asked)


def _variable(member: str) -> str:
    taken = member == "password_from" and not os.environ.get(VARIABLES[member])
    return _passwords.PASSWORD_VARIABLE if taken else VARIABLES[member]


def _option(member: str) -> str:
    return "--tz" if member == "time_zone" else "--" + member.replace("_", "-")


def _several(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


class _UnusableError(SettingsError):
    member: str
    reason: str

    def __init__(self, member: str, reason: str) -> None:
        super().__init__(f"{member}: {reason}")
        self.member = member
        self.reason = reason


def _check_hosts(hosts: str | None) -> None:
    for host in _several(_text(hosts)) if hosts is not None else ():
        try:
            read_address(host, 1, None, "")
        except ValueError:
            raise ValueError(
                f"{host!r} is not a host name or IP address. For other ports and for URLs there are admin_url and "
                "archive_url."
            ) from None


def _check_urls(urls: str | None) -> None:
    for url in _several(_text(urls)) if urls is not None else ():
        try:
            read_address(None, 1, url, "")
        except ValueError as error:
            raise ValueError(str(error).replace("base_url", "the URL")) from None


def _check_username(username: str) -> None:
    if not _text(username) or ":" in username:
        raise ValueError("a user name is not empty and has no colon.")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"text is wanted, not {value!r}.")
    return value


def _check_switch(value: object) -> None:
    if not isinstance(value, bool):
        raise TypeError(f"True or False is wanted, not {value!r}.")


def _check_verify(value: object) -> None:
    if not isinstance(value, bool | str):
        raise TypeError(f"True, False, or a path as text is wanted, not {value!r}.")


def _check_source(source: str) -> None:
    _passwords.check_source(_text(source))


def _check_zone(zone: str | None) -> None:
    if zone is not None:
        parse_time_zone(_text(zone))


def _check_timeout(seconds: float | None) -> None:
    if seconds is not None:
        check_seconds("timeout", seconds)


_CHECKS: Mapping[str, Callable[[Any], None]] = {
    "host": _check_hosts,
    "admin_url": _check_urls,
    "archive_url": _check_urls,
    "username": _check_username,
    "password_from": _check_source,
    "credentials_on_reads": _check_switch,
    "time_zone": _check_zone,
    "timeout": _check_timeout,
    "verify": _check_verify,
}
