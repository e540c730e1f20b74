"""The checks of ``cpva doctor``, each with what to do."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from cassandra_pv_archiver.errors import (
    ArchiverError,
    ConnectionFailedError,
    InvalidReplyError,
    NotAuthorizedError,
    NotFoundError,
    SettingsError,
)

from .failures import Status, explain
from .session import Session

if TYPE_CHECKING:
    from cassandra_pv_archiver import ServerStatus

T = TypeVar("T")
Verdict = Literal["ok", "problem", "not checked"]
_LARGEST_DIFFERENCE = 15.0
"""Seconds by which clocks may differ: servers take each other to be offline after so long."""
_OLDEST = 10.0
"""Seconds after which a server that is online renews its registration."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Attributes:
        subject: What was checked.
        verdict: Whether it is as it should be.
        found: What was found.
        advice: What to do; empty unless it is a problem.
        status: The exit status that the problem asks for.
    """

    subject: str
    verdict: Verdict
    found: str
    advice: str = ""
    status: Status = Status.PARTIAL


def examine(session: Session) -> Iterator[Finding]:
    """Runs all checks, each as far as those before allow."""
    yield from _settings(session)
    try:
        urls = session.settings.admin_urls, session.settings.archive_urls
    except SettingsError:
        return
    asked: ServerStatus | None = None
    for url in urls[0]:
        finding, reply = _service("Administrative service", url, _ask_admin(session, url), _ask_archive(session, url))
        yield finding
        asked = asked or reply
    for url in urls[1]:
        yield _service("Archive-access service", url, _ask_archive(session, url), _ask_admin(session, url))[0]
    if asked is not None:
        yield from _server(asked)
        yield _credentials(session)


def _settings(session: Session) -> Iterator[Finding]:
    loaded = session.loaded
    profile = f"profile {loaded.profile!r}" if loaded.profile else "no profile"
    given = ", ".join(f"{member} from {origin}" for member, origin in loaded.origins.items())
    yield Finding("Settings", "ok", f"{profile}; {given or 'nothing is set'}")
    for service, urls in (("Administrative service", "admin_urls"), ("Archive-access service", "archive_urls")):
        try:
            getattr(loaded.settings, urls)
        except SettingsError as error:
            failure = explain(error)
            yield Finding(service, "problem", failure.what, failure.advice, failure.status)


def _ask_admin(session: Session, url: str) -> Callable[[], Any]:
    def ask() -> tuple[ServerStatus, float]:
        from dataclasses import replace

        from cassandra_pv_archiver import AdminClient

        settings = replace(session.settings, admin_url=url, timeout=min(session.longest_wait, 5.0))
        with AdminClient.from_settings(settings, retry=0) as client:
            return _timed(client.get_server_status)

    return ask


def _ask_archive(session: Session, url: str) -> Callable[[], Any]:
    def ask() -> tuple[object, float]:
        from dataclasses import replace

        from cassandra_pv_archiver import ArchiveClient

        settings = replace(session.settings, archive_url=url, timeout=min(session.longest_wait, 5.0))
        with ArchiveClient.from_settings(settings, retry=0) as client:
            return _timed(client.list_archives)

    return ask


def _service(name: str, url: str, ask: Callable[[], Any], ask_as_other: Callable[[], Any]) -> tuple[Finding, Any]:
    try:
        reply, seconds = ask()
    except (NotFoundError, InvalidReplyError) as error:
        return _stranger(name, url, error, ask_as_other), None
    except ArchiverError as error:
        failure = explain(error)
        advice = "Check that the server runs, the address, and firewalls." if _down(error) else failure.advice
        return Finding(name, "problem", failure.what, advice, Status.UNREACHABLE), None
    return Finding(name, "ok", f"{url} answers in {1000 * seconds:.0f} ms"), reply


def _timed(ask: Callable[[], T]) -> tuple[T, float]:
    began = time.monotonic()
    return ask(), time.monotonic() - began


def _down(error: ArchiverError) -> bool:
    return isinstance(error, ConnectionFailedError)


def _stranger(name: str, url: str, error: ArchiverError, ask_as_other: Callable[[], Any]) -> Finding:
    try:
        ask_as_other()
    except ArchiverError:
        found = f"What answers at {url} is not this service: {error}"
        return Finding(name, "problem", found, "Give the address of the right service.", Status.UNREACHABLE)
    return Finding(
        name,
        "problem",
        f"{url} is the other one of the two services.",
        "Exchange --admin-url and --archive-url.",
        Status.UNREACHABLE,
    )


def _server(asked: ServerStatus) -> Iterator[Finding]:
    if asked.cassandra_error is None:
        yield Finding("Database", "ok", f"{asked.server_name} is connected to {asked.cassandra_cluster_name}")
    else:
        yield Finding("Database", "problem", asked.cassandra_error, "Start the database, or see its log.")
    yield _clock(asked)


def _clock(asked: ServerStatus) -> Finding:
    if asked.server_last_online_time == 0 or not asked.server_online:
        return Finding("Clocks", "not checked", f"{asked.server_name} is not online, and its clock cannot be seen.")
    behind = time.time() - asked.server_last_online_time / 1000
    if -_LARGEST_DIFFERENCE <= behind <= _LARGEST_DIFFERENCE + _OLDEST:
        return Finding("Clocks", "ok", f"that of {asked.server_name} and this machine's agree within some seconds")
    direction = "behind" if behind > 0 else "ahead of"
    return Finding(
        "Clocks",
        "problem",
        f"The clock of {asked.server_name} is {abs(behind):.0f} s {direction} this machine's.",
        "Synchronise both, for example with NTP; times such as -1h are meant by this machine's clock.",
    )


def _credentials(session: Session) -> Finding:
    source = session.settings.password_from
    if source == "prompt":
        return Finding(
            "Credentials",
            "not checked",
            f"the password of {session.settings.username} is asked for when something is changed",
        )
    try:
        with session.admin() as admin:
            admin.run_archive_configuration_commands([])
    except NotAuthorizedError as error:
        failure = explain(error)
        return Finding("Credentials", "problem", failure.what, failure.advice, Status.NOT_AUTHORISED)
    except ArchiverError as error:
        failure = explain(error)
        return Finding("Credentials", "problem", failure.what, failure.advice, failure.status)
    return Finding("Credentials", "ok", f"{session.settings.username} may change things (password from {source})")
