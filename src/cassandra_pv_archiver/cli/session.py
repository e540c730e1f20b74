"""What a command works with: settings, clients, output, progress and questions."""

from __future__ import annotations

import sys
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import timezone, tzinfo
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import typer

from .failures import Failure, Status, usage
from .output import Output
from .progress import Bars

if TYPE_CHECKING:
    from cassandra_pv_archiver import AdminClient, ArchiveClient, AsyncArchiveClient, ClientEvent, ClientSettings
    from cassandra_pv_archiver.settings import LoadedSettings

LONGEST_WAIT = 30.0
"""Seconds that nothing waits longer than without progress, unless ``--timeout`` says otherwise."""
_SETTINGS = ("host", "admin_url", "archive_url", "username", "password_from", "timeout")


@dataclass
class Session:
    """One run of ``cpva``.

    Attributes:
        options: The global options that were given, by name, from before or after the command.
    """

    options: dict[str, Any] = field(default_factory=dict[str, Any])
    _bars: Bars | None = None
    _split: set[tuple[str | None, str]] = field(default_factory=set[tuple[str | None, str]])

    @property
    def as_json(self) -> bool:
        """Whether stdout gets JSON and nothing else (``--json``)."""
        return bool(self.options.get("as_json"))

    @property
    def quiet(self) -> bool:
        """Whether notes and progress are left out (``--quiet``)."""
        return bool(self.options.get("quiet"))

    @property
    def verbose(self) -> bool:
        """Whether more is told (``--verbose`` or ``--debug``)."""
        return bool(self.options.get("verbose")) or self.debug

    @property
    def debug(self) -> bool:
        """Whether failures show their traceback (``--debug``)."""
        return bool(self.options.get("debug"))

    @cached_property
    def output(self) -> Output:
        """Where everything is printed."""
        return Output(quiet=self.quiet, color=not self.options.get("no_color"))

    @cached_property
    def loaded(self) -> LoadedSettings:
        """The settings and where they come from. The first use reads the environment and the file of profiles.

        Raises:
            SettingsError: A value cannot be used.
        """
        from cassandra_pv_archiver.settings import load_settings

        options = {name: self.options.get(name) for name in _SETTINGS} | {"time_zone": self.options.get("tz")}
        loaded = load_settings(options, profile=self.options.get("profile"))
        if loaded.overruled:
            names = " and ".join(loaded.overruled)
            self.output.note(f"The environment comes before profile {loaded.profile!r}: {names}.")
        return loaded

    @property
    def settings(self) -> ClientSettings:
        """The settings: options over environment over profile."""
        return self.loaded.settings

    @cached_property
    def zone(self) -> tzinfo:
        """The zone in which times are read and shown: that of ``--tz``, or the machine's."""
        from cassandra_pv_archiver.times import parse_time_zone

        from .times import local_zone

        name = self.settings.time_zone
        if name is not None:
            return parse_time_zone(name)
        zone = local_zone()
        if isinstance(zone, timezone) and zone.utcoffset(None):
            self.output.note(f"This machine's zone has no IANA name; times are {zone} all year. Give one with --tz.")
        return zone

    @property
    def longest_wait(self) -> float:
        """Seconds that nothing waits longer than without progress (``--timeout``)."""
        return self.settings.timeout or LONGEST_WAIT

    def archive(self, **options: Any) -> ArchiveClient:
        """Makes a client of the archive-access service; use it in a ``with`` statement.

        It waits no longer than `longest_wait`, and tells of repetitions on stderr.

        Args:
            **options: As of `ArchiveClient`; they come first.

        Raises:
            SettingsError: Nothing says where the service is.
        """
        from cassandra_pv_archiver import ArchiveClient

        return ArchiveClient.from_settings(self.settings, **{**self._client_options(), **options})

    def asynchronous_archive(self) -> AsyncArchiveClient:
        """As `archive`, for reads side by side: Ctrl-C ends those at once, wherever they are waiting."""
        from cassandra_pv_archiver import AsyncArchiveClient

        return AsyncArchiveClient.from_settings(self.settings, **self._client_options())

    def admin(self, **options: Any) -> AdminClient:
        """Makes a client of the administrative service; use it in a ``with`` statement.

        Of several hosts it takes the first that answers. Credentials are asked for when they are needed.

        Args:
            **options: As of `AdminClient`; they come first.

        Raises:
            SettingsError: Nothing says where the service is.
            ConnectionFailedError: None of several hosts answers.
        """
        from cassandra_pv_archiver import AdminClient

        own: dict[str, Any] = {**self._client_options(), "password": cache(self._read_password), **options}
        return AdminClient.from_settings(replace(self.settings, admin_url=self.answering_admin_url), **own)

    @cached_property
    def answering_admin_url(self) -> str:
        """The address of the administrative service: of several, the first that answers."""
        from cassandra_pv_archiver import AdminClient, ConnectionFailedError

        urls = self.settings.admin_urls
        for url in urls[:-1]:
            settings = replace(self.settings, admin_url=url, timeout=min(self.longest_wait, 5.0))
            with AdminClient.from_settings(settings, retry=0) as client, suppress(ConnectionFailedError):
                client.get_server_status()
                return url
            self.output.note(f"{url} cannot be reached; the next server is asked.")
        return urls[-1]

    def progress(self, text: str) -> Bars:
        """Gives the progress of something that may take longer than a second, as a context manager.

        Example: ``with session.progress("Searching"): names = archive.find_channels_by_pattern(pattern)``, and
        ``with session.progress("Reading") as bars: archive.get_samples(..., progress=bars.read)``.
        """
        self._bars = Bars(self.output, text, quiet=self.quiet)
        return self._bars

    def confirm(self, question: str, *, yes: bool = False) -> None:
        """Asks before something is changed or destroyed; show first what will happen.

        Args:
            question: Such as ``"Remove 3 channels with all their samples?"``.
            yes: Whether ``--yes`` was given.

        Raises:
            Failure: The answer is no, or there is nobody to ask.
        """
        if yes:
            return
        if not sys.stdin.isatty():
            raise usage("This needs an answer, and there is no terminal to ask at.", "Add --yes if you are sure.")
        try:
            agreed = typer.confirm(question, err=True)
        except typer.Abort as error:
            typer.echo(err=True)  # below the question
            if isinstance(error.__context__, KeyboardInterrupt):
                raise Failure("Interrupted. Nothing was changed.", status=Status.INTERRUPTED) from error
            agreed = False
        if not agreed:
            raise Failure("Nothing was changed.", status=Status.PARTIAL)

    def _read_password(self) -> str:
        with nullcontext() if self._bars is None else self._bars.held():
            return self.settings.read_password()

    def _client_options(self) -> dict[str, Any]:
        from cassandra_pv_archiver import Timeouts

        from .patience import PatientUntil

        wait = self.longest_wait
        return {
            "timeout": Timeouts(connect=min(wait, 5.0), read=wait, pool=wait),
            "retry": PatientUntil(end=wait),
            "time_zone": self.zone,
            "on_event": self._tell,
        }

    def _tell(self, event: ClientEvent) -> None:
        failure = (event.failure or "").rstrip(".") + "."
        subject = event.operation.replace("_", " ") + (f" {event.channel}" if event.channel else "")
        match event.kind:
            case "retry":
                self.output.note(f"{failure} Trying again in {event.seconds:.1f} s ({subject}).", style="dim")
            case "failover":
                self.output.note(f"{failure} The next server is asked ({subject}).", style="dim")
            case "cut":
                self.output.note(f"{failure} The rest is asked for ({subject}).", style="dim")
            case "split":
                if (event.channel, failure) in self._split:  # shorter ones have been refused in the same way
                    return
                self._split.add((event.channel, failure))
                self.output.note(f"{failure} Shorter ranges are asked for ({subject}).", style="dim")
            case "request":
                if self.debug:
                    outcome = event.failure or f"status {event.status}, {event.bytes} bytes"
                    self.output.note(f"{event.server} {subject}: {outcome}, {event.seconds:.3f} s", style="dim")


def session_of(context: typer.Context) -> Session:
    """The session of a command: what every command begins with."""
    session = context.find_object(Session)
    assert session is not None
    return session
